package kernels

import (
	"math"

	"github.com/seed63264101/steepest/kernels/generic"
)

// SGDCoef holds the numbers of one SGD step. SGDCoefs computes them from an optimizer's
// options.
type SGDCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2    T // coupled weight decay: L2*p is added to the gradient
	LR    T // learning rate
}

// SGDOptions are the options of torch.optim.SGD without momentum, under their names there.
type SGDOptions struct {
	LR          float64
	WeightDecay float64 // coupled
	Maximize    bool    // ascend instead of descend
}

// SGDCoefs returns the coefficients of a step with gradients multiplied by scale.
func SGDCoefs[T Float](o SGDOptions, scale float64) SGDCoef[T] {
	return SGDCoef[T]{Scale: T(ascending(scale, o.Maximize)), L2: T(o.WeightDecay), LR: T(o.LR)}
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

// MomentumCoef holds the numbers of one Momentum or Nesterov step. MomentumCoefs computes
// them from an optimizer's options.
type MomentumCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2    T // coupled weight decay: L2*p is added to the gradient
	Mu    T // momentum: the velocity's decay
	Gain  T // what the gradient adds to the velocity: 1 - dampening
	LR    T // learning rate
}

// MomentumOptions are the options of torch.optim.SGD with momentum, under their names there.
type MomentumOptions struct {
	LR          float64
	Momentum    float64
	Dampening   float64
	WeightDecay float64 // coupled
	Maximize    bool    // ascend instead of descend
}

// MomentumCoefs returns the coefficients of step t, counted from 1, of Momentum and
// Nesterov with gradients multiplied by scale. The first step has no dampening: torch's
// velocity starts as the gradient itself.
func MomentumCoefs[T Float](o MomentumOptions, t int, scale float64) MomentumCoef[T] {
	gain := 1 - o.Dampening
	if t == 1 {
		gain = 1
	}
	return MomentumCoef[T]{
		Scale: T(ascending(scale, o.Maximize)), L2: T(o.WeightDecay),
		Mu: T(o.Momentum), Gain: T(gain), LR: T(o.LR),
	}
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

// LARSCoefs returns the coefficients of a Momentum step of LARS (Y. You, I. Gitman and B.
// Ginsburg, Large batch training of convolutional networks, 2017) with gradients multiplied
// by scale: the velocity gets o.LR * 2^-shift times the direction, and the parameter all of
// the velocity. o.LR is the learning rate times the layer's trust ratio and 2^shift; the
// shift keeps a product that T has no normal number for. Nothing here is infinite but what
// is given so: a coefficient beyond T is T's largest number. o.Dampening is not used.
func LARSCoefs[T Float](o MomentumOptions, shift int, scale float64) MomentumCoef[T] {
	pre := math.Ldexp(1, -shift)
	return MomentumCoef[T]{
		Scale: generic.Bounded[T](pre * ascending(scale, o.Maximize)), L2: generic.Bounded[T](pre * o.WeightDecay),
		Mu: T(o.Momentum), Gain: generic.Bounded[T](o.LR), LR: 1,
	}
}
