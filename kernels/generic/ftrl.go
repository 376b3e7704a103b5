package generic

// FTRL takes a step of FTRL-Proximal: p minimizes what the sums of gradients and of their
// squares make of the past, with the penalties l1 and l2. inverse stands for 1/alpha, and share
// is what a gradient counts in their sum.
func FTRL[T Float](p, g, lin, sum []T, scale, share, inverse, beta, l1, l2 T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, lin, sum = g[:len(p)], lin[:len(p)], sum[:len(p)]
	for i, w := range p {
		d := T(scale * flush(g[i], tiny))
		u := flush(d, tinyRoot)
		n := sum[i]
		s := greater(floor, n+T(u*u))
		root := sqrt(s)
		sigma := T(inverse * (root - sqrt(n)))
		z := flush(lin[i]+(T(share*d)-T(sigma*w)), tiny)
		lin[i], sum[i] = z, s
		p[i] = (less(l1, greater(0-l1, z)) - z) / (T(inverse*(beta+root)) + l2)
	}
}
