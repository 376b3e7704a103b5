package kernels

// LAMBCoef holds the numbers of one LAMB direction. LAMBCoefs computes them from
// an optimizer's options.
type LAMBCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	WeightDecay   T // WeightDecay*p is added to the direction
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the second moment
	Root          T // sqrt(1 - beta2): squared with the gradient
	Eps           T // eps * sqrt(1 - beta2^t)
	Step          T // sqrt(1 - beta2^t) / (1 - beta1^t)
}

// LAMBCoefs returns the coefficients of the direction of step t, counted from 1,
// with gradients multiplied by scale. The learning rate is not among them, it
// belongs to the step along the direction.
func LAMBCoefs[T Float](o AdamOptions, t int, scale float64) LAMBCoef[T] {
	o.LR = 1
	a := AdamCoefs[T](o, t, scale)
	return LAMBCoef[T]{
		Scale: a.Scale, WeightDecay: T(o.WeightDecay),
		Beta1: a.Beta1, OneMinusBeta1: a.OneMinusBeta1, Beta2: a.Beta2, Root: a.Root,
		Eps: a.Eps, Step: a.Step,
	}
}

// LAMBDirection stores in r the direction of a LAMB step (Y. You et al., Large
// batch optimization for deep learning: training BERT in 76 minutes, ICLR 2020):
// Adam's, plus the weight decay. The step is then p -= lr * |p|/|r| * r, with the
// Euclidean norms of a whole parameter:
//
//	for i := range r {
//		d := c.Scale * flush(g[i])
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		r[i] = c.Step*(m[i]/(sqrt(v[i])+c.Eps)) + c.WeightDecay*p[i]
//	}
//
// flush, flushRoot, floor and max are Adam's. LAMBDirection panics if the lengths
// differ. No two slices may overlap.
func LAMBDirection[T Float](r, p, g, m, v []T, c LAMBCoef[T]) {
	checkLen("LAMBDirection", len(r), len(p))
	checkLen("LAMBDirection", len(r), len(g))
	checkLen("LAMBDirection", len(r), len(m))
	checkLen("LAMBDirection", len(r), len(v))
	table[T]().LAMBDirection(noescape(r), noescape(p), noescape(g), noescape(m), noescape(v),
		c.Scale, c.WeightDecay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step)
}
