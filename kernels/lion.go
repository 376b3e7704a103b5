package kernels

// LionCoef holds the numbers of one Lion step. LionCoefs computes them from an
// optimizer's options.
type LionCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // share of the moment in the step's sign
	OneMinusBeta1 T
	Beta2         T // decay of the moment
	OneMinusBeta2 T
	LR            T // learning rate
}

// LionOptions are the options of the authors' implementation of Lion.
type LionOptions struct {
	LR           float64
	Beta1, Beta2 float64
	WeightDecay  float64 // decoupled
	Maximize     bool    // ascend instead of descend
}

// LionCoefs returns the coefficients of a step with gradients multiplied by scale.
func LionCoefs[T Float](o LionOptions, scale float64) LionCoef[T] {
	return LionCoef[T]{
		Scale: T(ascending(scale, o.Maximize)), Decay: T(1 - float64(o.LR*o.WeightDecay)),
		Beta1: T(o.Beta1), OneMinusBeta1: T(1 - o.Beta1),
		Beta2: T(o.Beta2), OneMinusBeta2: T(1 - o.Beta2), LR: T(o.LR),
	}
}

// Lion takes one step of Lion (X. Chen et al., Symbolic discovery of optimization
// algorithms, NeurIPS 2023):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		s := flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		m[i] = flush(c.Beta2*m[i] + c.OneMinusBeta2*d)
//		p[i] = c.Decay*p[i] - c.LR*sign(s)
//	}
//
// with sign(0) = 0, and NaN for NaN. flush is Adam's. Lion panics if the lengths
// differ. No two slices may overlap.
func Lion[T Float](p, g, m []T, c LionCoef[T]) {
	checkLen("Lion", len(p), len(g))
	checkLen("Lion", len(p), len(m))
	table[T]().Lion(noescape(p), noescape(g), noescape(m),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.OneMinusBeta2, c.LR)
}
