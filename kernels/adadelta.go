package kernels

import "math"

// AdadeltaCoef holds the numbers of one Adadelta step. AdadeltaCoefs computes them from
// an optimizer's options.
type AdadeltaCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2    T // coupled weight decay: L2*p is added to the gradient
	Rho   T // decay of the averages
	Root  T // sqrt(1 - rho): squared with the gradient and with the step
	Eps   T // keeps the division away from 0 and the first step too
	LR    T // learning rate
}

// AdadeltaOptions are the options of torch.optim.Adadelta, under their names there.
type AdadeltaOptions struct {
	LR          float64
	Rho         float64
	Eps         float64
	WeightDecay float64 // coupled
	Maximize    bool    // ascend instead of descend
}

// AdadeltaCoefs returns the coefficients of a step with gradients multiplied by scale.
func AdadeltaCoefs[T Float](o AdadeltaOptions, scale float64) AdadeltaCoef[T] {
	return AdadeltaCoef[T]{
		Scale: T(ascending(scale, o.Maximize)), L2: T(o.WeightDecay),
		Rho: T(o.Rho), Root: T(math.Sqrt(1 - o.Rho)), Eps: T(o.Eps), LR: T(o.LR),
	}
}

// Adadelta takes one step of AdaDelta (M. D. Zeiler, ADADELTA: an adaptive
// learning rate method, 2012, in the form of torch.optim.Adadelta). v averages
// the squares of the directions, acc those of the steps:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Rho*v[i]+u*u)
//		delta := sqrt((acc[i]+c.Eps)/(v[i]+c.Eps)) * d
//		p[i] -= c.LR * delta
//		u = flushRoot(c.Root * delta)
//		acc[i] = flush(c.Rho*acc[i] + u*u)
//	}
//
// flush, flushRoot, floor and max are Adam's. Only v divides: acc is flushed as a
// first moment is. Where |d| is beyond 2^63 (float32) or 2^511 times the root of Eps,
// the quotient under the root can be subnormal, and the step off by up to two fifths,
// or 0. Adadelta panics if the lengths differ. No two slices may overlap.
func Adadelta[T Float](p, g, v, acc []T, c AdadeltaCoef[T]) {
	checkLen("Adadelta", len(p), len(g))
	checkLen("Adadelta", len(p), len(v))
	checkLen("Adadelta", len(p), len(acc))
	table[T]().Adadelta(noescape(p), noescape(g), noescape(v), noescape(acc),
		c.Scale, c.L2, c.Rho, c.Root, c.Eps, c.LR)
}
