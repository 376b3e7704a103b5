package generic

// The adaptive rules beside Adam. Their arguments have Adam's meaning where they
// have its names; root is the square root of what a new square counts.

// AMSGrad is Adam with the largest second moment so far in the denominator.
func AMSGrad[T Float](p, g, m, v, vmax []T, scale, l2, decay, beta1, omb1, beta2, root, eps, step T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, m, v, vmax = g[:len(p)], m[:len(p)], v[:len(p)], vmax[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		mi := flush(T(beta1*m[i])+T(omb1*d), tiny)
		vi := secondMoment(v[i], d, beta2, root, tinyRoot, floor)
		vm := greater(vmax[i], vi)
		m[i], v[i], vmax[i] = mi, vi, vm
		p[i] = T(decay*w) - T(step*T(mi/(sqrt(vm)+eps)))
	}
}

// Adamax is Adam with a decaying maximum u in the place of the second moment.
func Adamax[T Float](p, g, m, u []T, scale, l2, decay, beta1, omb1, beta2, eps, step T) {
	tiny := flushKey(Tiny[T]())
	g, m, u = g[:len(p)], m[:len(p)], u[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		mi := flush(T(beta1*m[i])+T(omb1*d), tiny)
		ui := greater(T(beta2*u[i]), abs(d)+eps)
		m[i], u[i] = mi, ui
		p[i] = T(decay*w) - T(step*T(mi/ui))
	}
}

// NAdam is Adam with Nesterov's momentum: the step mixes the direction, by stepGrad,
// and the first moment, by stepMoment.
func NAdam[T Float](p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, root, eps, stepGrad, stepMoment T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		mi := flush(T(beta1*m[i])+T(omb1*d), tiny)
		vi := secondMoment(v[i], d, beta2, root, tinyRoot, floor)
		m[i], v[i] = mi, vi
		p[i] = T(decay*w) - (T(stepGrad*d)+T(stepMoment*mi))/(sqrt(vi)+eps)
	}
}

// AdamWarmup updates Adam's moments and descends along the first, as RAdam's
// first steps do.
func AdamWarmup[T Float](p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, root, step T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		vi := secondMoment(v[i], d, beta2, root, tinyRoot, floor)
		mi := flush(T(beta1*m[i])+T(omb1*d), tiny)
		m[i], v[i] = mi, vi
		p[i] = T(decay*w) - T(step*mi)
	}
}

// Adagrad divides by the root of the sum of all squares.
func Adagrad[T Float](p, g, sum []T, scale, l2, eps, lr T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, sum = g[:len(p)], sum[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		u := flush(d, tinyRoot)
		s := greater(floor, sum[i]+T(u*u))
		sum[i] = s
		p[i] = w - T(lr*T(d/(sqrt(s)+eps)))
	}
}

// RMSprop divides by the root of a running average of the squares.
func RMSprop[T Float](p, g, v []T, scale, l2, alpha, root, eps, lr T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, v = g[:len(p)], v[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		vi := secondMoment(v[i], d, alpha, root, tinyRoot, floor)
		v[i] = vi
		p[i] = w - T(lr*T(d/(sqrt(vi)+eps)))
	}
}

// RMSpropMomentum gathers RMSprop's steps in a velocity.
func RMSpropMomentum[T Float](p, g, v, buf []T, scale, l2, alpha, root, eps, lr, mu T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, v, buf = g[:len(p)], v[:len(p)], buf[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		vi := secondMoment(v[i], d, alpha, root, tinyRoot, floor)
		b := flush(T(mu*buf[i])+T(d/(sqrt(vi)+eps)), tiny)
		v[i], buf[i] = vi, b
		p[i] = w - T(lr*b)
	}
}

// RMSpropCentered is RMSprop with the variance instead of the second moment.
func RMSpropCentered[T Float](p, g, v, avg []T, scale, l2, alpha, root, eps, lr, oma T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, v, avg = g[:len(p)], v[:len(p)], avg[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		vi, ai := variance(v[i], avg[i], d, alpha, root, oma, tiny, tinyRoot, floor)
		v[i], avg[i] = vi, ai
		p[i] = w - T(lr*T(d/(sqrt(vi)+eps)))
	}
}

// RMSpropCenteredMomentum gathers the steps of RMSpropCentered in a velocity.
func RMSpropCenteredMomentum[T Float](p, g, v, avg, buf []T, scale, l2, alpha, root, eps, lr, oma, mu T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, v, avg, buf = g[:len(p)], v[:len(p)], avg[:len(p)], buf[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		vi, ai := variance(v[i], avg[i], d, alpha, root, oma, tiny, tinyRoot, floor)
		b := flush(T(mu*buf[i])+T(d/(sqrt(vi)+eps)), tiny)
		v[i], avg[i], buf[i] = vi, ai, b
		p[i] = w - T(lr*b)
	}
}

// variance returns the next variance and the next average. In exact numbers the
// variance is that of RMSprop's second moment less the average's square, which
// cancels where directions hardly change.
func variance[T Float](v, avg, d, alpha, root, oma, tiny, tinyRoot, floor T) (newV, newAvg T) {
	u := flush(T(root*(d-avg)), tinyRoot)
	return greater(floor, T(alpha*(v+T(u*u)))), flush(T(alpha*avg)+T(oma*d), tiny)
}

// Adadelta scales the direction by the ratio of two running averages: of past
// steps' squares acc and of directions' squares v.
func Adadelta[T Float](p, g, v, acc []T, scale, l2, rho, root, eps, lr T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, v, acc = g[:len(p)], v[:len(p)], acc[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		vi := secondMoment(v[i], d, rho, root, tinyRoot, floor)
		delta := T(sqrt((acc[i]+eps)/(vi+eps)) * d)
		p[i] = w - T(lr*delta)
		u := flush(T(root*delta), tinyRoot)
		v[i], acc[i] = vi, flush(T(rho*acc[i])+T(u*u), tiny)
	}
}

// Lion steps by the sign of a mix of momentum and direction; omb2 stands for
// 1-beta2.
func Lion[T Float](p, g, m []T, scale, l2, decay, beta1, omb1, beta2, omb2, lr T) {
	tiny := flushKey(Tiny[T]())
	g, m = g[:len(p)], m[:len(p)]
	for i, w := range p {
		d := T(scale*flush(g[i], tiny)) + T(l2*w)
		c := flush(T(beta1*m[i])+T(omb1*d), tiny)
		m[i] = flush(T(beta2*m[i])+T(omb2*d), tiny)
		p[i] = T(decay*w) - T(lr*sign(c))
	}
}

// sign returns -1, 0 or 1, and NaN for NaN.
func sign[T Float](x T) T {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// LAMBDirection stores in r the direction of a LAMB step: Adam's, plus the
// decoupled weight decay wd.
func LAMBDirection[T Float](r, p, g, m, v []T, scale, wd, beta1, omb1, beta2, root, eps, step T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	p, g, m, v = p[:len(r)], g[:len(r)], m[:len(r)], v[:len(r)]
	for i := range r {
		d := T(scale * flush(g[i], tiny))
		mi := flush(T(beta1*m[i])+T(omb1*d), tiny)
		vi := secondMoment(v[i], d, beta2, root, tinyRoot, floor)
		m[i], v[i] = mi, vi
		r[i] = T(step*T(mi/(sqrt(vi)+eps))) + T(wd*p[i])
	}
}

// ScheduleFree moves the gradient's point p and the base sequence z of
// schedule-free AdamW. average is the new average's weight, look what the step counts at
// p.
func ScheduleFree[T Float](p, g, z, v []T, scale, wd, beta2, root, eps, step, average, look, lr T) {
	tiny, tinyRoot, floor := flushKey(Tiny[T]()), flushKey(TinyRoot[T]()), Floor[T]()
	g, z, v = g[:len(p)], z[:len(p)], v[:len(p)]
	for i, w := range p {
		d := T(scale * flush(g[i], tiny))
		vi := secondMoment(v[i], d, beta2, root, tinyRoot, floor)
		v[i] = vi
		n := T(step*T(d/(sqrt(vi)+eps))) + T(wd*w)
		zi := z[i]
		p[i] = (w + T(average*(zi-w))) + T(look*n)
		z[i] = zi - T(lr*n)
	}
}

// greater returns x where x > y, otherwise y.
func greater[T Float](x, y T) T {
	if x > y {
		return x
	}
	return y
}

// less returns x where x < y, otherwise y.
func less[T Float](x, y T) T {
	if x < y {
		return x
	}
	return y
}
