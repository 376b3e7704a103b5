package generic

// SGD takes a step of gradient descent, with coupled weight decay l2.
func SGD[T Float](p, g []T, scale, l2, lr T) {
	tiny := flushKey(Tiny[T]())
	g = g[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		p[i] = w - T(lr*d)
	}
}

// Momentum takes a step of heavy-ball descent. buf is the velocity, gain stands
// for 1-dampening.
func Momentum[T Float](p, g, buf []T, scale, l2, mu, gain, lr T) {
	tiny := flushKey(Tiny[T]())
	g, buf = g[:len(p)], buf[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		b := flush(T(mu*buf[i])+T(gain*d), tiny)
		buf[i] = b
		p[i] = w - T(lr*b)
	}
}

// Nesterov is Momentum with Nesterov's look-ahead: the step goes along d + mu*b.
func Nesterov[T Float](p, g, buf []T, scale, l2, mu, gain, lr T) {
	tiny := flushKey(Tiny[T]())
	g, buf = g[:len(p)], buf[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		b := flush(T(mu*buf[i])+T(gain*d), tiny)
		buf[i] = b
		p[i] = w - T(lr*(d+T(mu*b)))
	}
}

// Adam takes a step of Adam or AdamW. omb1 stands for 1-beta1, root for
// sqrt(1-beta2); eps and step carry the bias corrections, decay is the decoupled
// weight decay's factor on p.
func Adam[T Float](p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, root, eps, step T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		mi := flush(T(beta1*m[i])+T(omb1*d), tiny)
		vi := secondMoment(v[i], d, beta2, root, tinyRoot, floor)
		m[i], v[i] = mi, vi
		p[i] = T(decay*w) - T(step*T(mi/(sqrt(vi)+eps)))
	}
}

// secondMoment returns the next second moment, kept at or above the floor. A NaN
// stays.
func secondMoment[T Float](v, d, decay, root, tinyRoot, floor T) T {
	u := flush(T(root*d), tinyRoot)
	return greater(floor, T(decay*v)+T(u*u))
}
