package kernels

import "math"

// SGDCoef holds the numbers of one SGD step.
type SGDCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2    T // coupled weight decay: L2*p is added to the gradient
	LR    T // learning rate
}

// MomentumCoef holds the numbers of one Momentum or Nesterov step.
type MomentumCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2    T // coupled weight decay: L2*p is added to the gradient
	Mu    T // momentum: the velocity's decay
	Gain  T // what the gradient adds to the velocity: 1 - dampening
	LR    T // learning rate
}

// AdamCoef holds the numbers of one Adam or AdamW step. AdamCoefs computes them
// from an optimizer's options.
type AdamCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the second moment
	Root          T // sqrt(1 - beta2): squared with the gradient
	Eps           T // eps * sqrt(1 - beta2^t)
	Step          T // lr * sqrt(1 - beta2^t) / (1 - beta1^t)
}

// AdamOptions are the options of torch.optim's Adam and AdamW, under their names
// there.
type AdamOptions struct {
	LR           float64
	Beta1, Beta2 float64
	Eps          float64
	WeightDecay  float64
	Decoupled    bool // AdamW: decay the parameter itself, not through the gradient
	Maximize     bool // ascend instead of descend
}

// AdamCoefs returns the coefficients of step t, counted from 1, with gradients
// multiplied by scale. Every coefficient is computed in float64 and rounded once.
//
// Adam divides both moments by their bias corrections, p -= lr * (m/c1) /
// (sqrt(v/c2) + eps) with c = 1 - beta^t. Multiplied out by sqrt(c2), the
// corrections move into Step and Eps and cost nothing per element.
func AdamCoefs[T Float](o AdamOptions, t int, scale float64) AdamCoef[T] {
	c1 := 1 - power(o.Beta1, t)
	root := math.Sqrt(1 - power(o.Beta2, t))
	l2, decay := o.WeightDecay, 1.0
	if o.Decoupled {
		l2, decay = 0, 1-float64(o.LR*o.WeightDecay)
	}
	if o.Maximize {
		scale = -scale
	}
	return AdamCoef[T]{
		Scale: T(scale), L2: T(l2), Decay: T(decay),
		Beta1: T(o.Beta1), OneMinusBeta1: T(1 - o.Beta1),
		Beta2: T(o.Beta2), Root: T(math.Sqrt(1 - o.Beta2)),
		Eps: T(o.Eps * root), Step: T(o.LR * root / c1),
	}
}

// SGD takes one step of gradient descent (torch.optim.SGD without momentum):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		p[i] -= c.LR * d
//	}
//
// where flush replaces numbers below 2^-95 (float32) or 2^-959 (float64) by 0.
// SGD panics if the lengths differ. No two slices may overlap.
func SGD[T Float](p, g []T, c SGDCoef[T]) {
	checkLen("SGD", len(p), len(g))
	table[T]().SGD(noescape(p), noescape(g), c.Scale, c.L2, c.LR)
}

// Momentum takes one step of heavy-ball gradient descent (Polyak 1964, in the
// form of torch.optim.SGD), in one pass over memory:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		buf[i] = flush(c.Mu*buf[i] + c.Gain*d)
//		p[i] -= c.LR * buf[i]
//	}
//
// where flush replaces numbers below 2^-95 (float32) or 2^-959 (float64) by 0.
// torch's first step, which leaves out the dampening, is a zero velocity and
// Gain = 1. Momentum panics if the lengths differ. No two slices may overlap.
func Momentum[T Float](p, g, buf []T, c MomentumCoef[T]) {
	checkLen("Momentum", len(p), len(g))
	checkLen("Momentum", len(p), len(buf))
	table[T]().Momentum(noescape(p), noescape(g), noescape(buf), c.Scale, c.L2, c.Mu, c.Gain, c.LR)
}

// Nesterov is Momentum with Nesterov's look-ahead (Sutskever et al. 2013, in the
// form of torch.optim.SGD with nesterov=True):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		buf[i] = flush(c.Mu*buf[i] + c.Gain*d)
//		p[i] -= c.LR * (d + c.Mu*buf[i])
//	}
func Nesterov[T Float](p, g, buf []T, c MomentumCoef[T]) {
	checkLen("Nesterov", len(p), len(g))
	checkLen("Nesterov", len(p), len(buf))
	table[T]().Nesterov(noescape(p), noescape(g), noescape(buf), c.Scale, c.L2, c.Mu, c.Gain, c.LR)
}

// Adam takes one step of Adam (Kingma and Ba 2015) or AdamW (Loshchilov and
// Hutter 2019), in one pass over memory:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		p[i] = c.Decay*p[i] - c.Step*(m[i]/(sqrt(v[i])+c.Eps))
//	}
//
// where flush replaces numbers below 2^-95 (float32) or 2^-959 (float64) by 0,
// flushRoot those below 2^-63 or 2^-511, floor is 2^-102 or 2^-968, and max(x, y) is
// x if x > y, otherwise y. So no step slows down on subnormal numbers, whatever the
// gradients, and none is longer for it: see the package's numeric contract. Adam
// panics if the lengths differ. No two slices may overlap.
func Adam[T Float](p, g, m, v []T, c AdamCoef[T]) {
	checkLen("Adam", len(p), len(g))
	checkLen("Adam", len(p), len(m))
	checkLen("Adam", len(p), len(v))
	table[T]().Adam(noescape(p), noescape(g), noescape(m), noescape(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step)
}
