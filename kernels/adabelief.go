package kernels

// AdaBeliefCoef holds the numbers of one AdaBelief step. AdaBeliefCoefs computes them from
// an optimizer's options.
type AdaBeliefCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the second moment
	Root          T // sqrt(1 - beta2): squared with the deviation
	Grow          T // eps: what the second moment gains in each step
	Eps           T // eps * sqrt(1 - beta2^t)
	Step          T // lr * sqrt(1 - beta2^t) / (1 - beta1^t)
}

// AdaBeliefCoefs returns the coefficients of step t, counted from 1, with gradients
// multiplied by scale. Its options and bias corrections are Adam's, and Eps stands in both
// places: see AdaBelief.
func AdaBeliefCoefs[T Float](o AdamOptions, t int, scale float64) AdaBeliefCoef[T] {
	a := AdamCoefs[T](o, t, scale)
	return AdaBeliefCoef[T]{
		Scale: a.Scale, L2: a.L2, Decay: a.Decay,
		Beta1: a.Beta1, OneMinusBeta1: a.OneMinusBeta1, Beta2: a.Beta2, Root: a.Root,
		Grow: T(o.Eps), Eps: a.Eps, Step: a.Step,
	}
}

// AdaBelief takes one step of AdaBelief (J. Zhuang et al., AdaBelief optimizer: adapting
// stepsizes by the belief in observed gradients, NeurIPS 2020, in the form of the authors'
// implementation): Adam, but the second moment is that of the difference between direction
// and first moment, and grows by Eps in each step:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * (d - m[i]))
//		v[i] = max(floor, (c.Beta2*v[i]+u*u)+c.Grow)
//		p[i] = c.Decay*p[i] - c.Step*(m[i]/(sqrt(v[i])+c.Eps))
//	}
//
// flush, flushRoot, floor and max are Adam's. AdaBelief panics if the lengths differ.
// No two slices may overlap.
func AdaBelief[T Float](p, g, m, v []T, c AdaBeliefCoef[T]) {
	checkLen("AdaBelief", len(p), len(g))
	checkLen("AdaBelief", len(p), len(m))
	checkLen("AdaBelief", len(p), len(v))
	table[T]().AdaBelief(noescape(p), noescape(g), noescape(m), noescape(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Grow, c.Eps, c.Step)
}
