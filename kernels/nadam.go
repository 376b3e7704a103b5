package kernels

import "math"

// NAdamCoef holds the numbers of one NAdam step. NAdamCoefs computes them from an
// optimizer's options.
type NAdamCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the second moment
	Root          T // sqrt(1 - beta2): squared with the gradient
	Eps           T // eps * sqrt(1 - beta2^t)
	StepGrad      T // the step along the direction
	StepMoment    T // the step along the first moment
}

// NAdamOptions are the options of torch.optim.NAdam.
type NAdamOptions struct {
	AdamOptions
	MomentumDecay float64 // how fast the momentum rises to Beta1
}

// Momentum returns the momentum μt of step t:
//
//	Beta1 * (1 - 0.96^(t*MomentumDecay)/2)
func (o NAdamOptions) Momentum(t int) float64 {
	const ln = -0.040821994520255166 // of 0.96
	return float64(o.Beta1 * (1 - float64(exp(float64(t)*o.MomentumDecay*ln)/2)))
}

// NAdamCoefs returns the coefficients of step t, counted from 1, with gradients
// multiplied by scale. product is that of the momenta of the steps 1 to t, each
// rounded to float32 as the product is: torch keeps it so.
//
// With c2 = 1 - beta2^t, the step is
//
//	p -= lr * (1-μt)/(1-product) * d / (sqrt(v/c2) + eps)
//	p -= lr * μ(t+1)/(1-product*μ(t+1)) * m / (sqrt(v/c2) + eps)
//
// Both parts are multiplied out by sqrt(c2), as in AdamCoefs.
func NAdamCoefs[T Float](o NAdamOptions, t int, product float32, scale float64) NAdamCoef[T] {
	a := AdamCoefs[T](o.AdamOptions, t, scale)
	root := math.Sqrt(1 - power(o.Beta2, t))
	mu, next := o.Momentum(t), o.Momentum(t+1)
	return NAdamCoef[T]{
		Scale: a.Scale, L2: a.L2, Decay: a.Decay,
		Beta1: a.Beta1, OneMinusBeta1: a.OneMinusBeta1, Beta2: a.Beta2, Root: a.Root, Eps: a.Eps,
		StepGrad:   T(o.LR * root * (1 - mu) / (1 - float64(product))),
		StepMoment: T(o.LR * root * next / (1 - float64(float64(product)*next))),
	}
}

// NAdam takes one step of NAdam (T. Dozat, Incorporating Nesterov momentum into
// Adam, ICLR workshop 2016, in the form of torch.optim.NAdam):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		p[i] = c.Decay*p[i] - (c.StepGrad*d+c.StepMoment*m[i])/(sqrt(v[i])+c.Eps)
//	}
//
// flush, flushRoot, floor and max are Adam's. NAdam panics if the lengths differ.
// No two slices may overlap.
func NAdam[T Float](p, g, m, v []T, c NAdamCoef[T]) {
	checkLen("NAdam", len(p), len(g))
	checkLen("NAdam", len(p), len(m))
	checkLen("NAdam", len(p), len(v))
	table[T]().NAdam(noescape(p), noescape(g), noescape(m), noescape(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.StepGrad, c.StepMoment)
}
