package generic

// AdaBelief is Adam with the squares of what the first moment did not foresee in the place
// of the second moment's. grow is added to their average in each step.
func AdaBelief[T Float](p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, root, grow, eps, step T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		mi := flush(T(beta1*m[i])+T(omb1*d), tiny)
		u := flush(T(root*(d-mi)), tinyRoot)
		vi := greater(floor, (T(beta2*v[i])+T(u*u))+grow)
		m[i], v[i] = mi, vi
		p[i] = T(decay*w) - T(step*T(mi/(sqrt(vi)+eps)))
	}
}
