package generic

// ProdigyMoments updates the averages of a Prodigy step: the moments m and v, and the sum s
// of gradients that the estimate of the distance divides by. gain and share are what a
// gradient counts in m and in s, root squared in v.
func ProdigyMoments[T Float](g, m, v, s []T, scale, beta1, gain, beta2, root, beta3, share T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	m, v, s = m[:len(g)], v[:len(g)], s[:len(g)]
	for i, x := range g {
		d := T(scale * flush(x, tiny))
		m[i] = flush(T(beta1*m[i])+T(gain*d), tiny)
		v[i] = secondMoment(v[i], d, beta2, root, tinyRoot, floor)
		s[i] = flush(T(beta3*s[i])+T(share*d), tiny)
	}
}

// ProdigyStep descends along the moments.
func ProdigyStep[T Float](p, m, v []T, decay, eps, step T) {
	m, v = m[:len(p)], v[:len(p)]
	for i, w := range p {
		p[i] = T(decay*w) - T(step*T(m[i]/(sqrt(v[i])+eps)))
	}
}
