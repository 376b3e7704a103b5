package kernels

// AdamaxCoef holds the numbers of one Adamax step. AdamaxCoefs computes them from
// an optimizer's options.
type AdamaxCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the largest magnitude
	Eps           T // added to every magnitude
	Step          T // lr / (1 - beta1^t)
}

// AdamaxCoefs returns the coefficients of step t, counted from 1, with gradients
// multiplied by scale.
func AdamaxCoefs[T Float](o AdamOptions, t int, scale float64) AdamaxCoef[T] {
	a := AdamCoefs[T](o, t, scale)
	c1 := 1 - power(o.Beta1, t)
	return AdamaxCoef[T]{
		Scale: a.Scale, L2: a.L2, Decay: a.Decay,
		Beta1: a.Beta1, OneMinusBeta1: a.OneMinusBeta1, Beta2: a.Beta2,
		Eps: T(o.Eps), Step: T(o.LR / c1),
	}
}

// Adamax takes one step of Adamax (Kingma and Ba 2015, section 7.1, in the form
// of torch.optim.Adamax): Adam with a decaying maximum instead of the second
// moment:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u[i] = max(c.Beta2*u[i], |d|+c.Eps)
//		p[i] = c.Decay*p[i] - c.Step*(m[i]/u[i])
//	}
//
// where max(x, y) is x if x > y, otherwise y. As u is never below Eps, Eps must
// not be subnormal if u is not to be. flush is Adam's. Adamax panics if the
// lengths differ. No two slices may overlap.
func Adamax[T Float](p, g, m, u []T, c AdamaxCoef[T]) {
	checkLen("Adamax", len(p), len(g))
	checkLen("Adamax", len(p), len(m))
	checkLen("Adamax", len(p), len(u))
	table[T]().Adamax(noescape(p), noescape(g), noescape(m), noescape(u),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Eps, c.Step)
}
