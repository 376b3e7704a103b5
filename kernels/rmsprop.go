package kernels

import "math"

// RMSpropCoef holds the numbers of one step of RMSprop and its variants. RMSpropCoefs
// computes them from an optimizer's options.
type RMSpropCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Alpha         T // decay of the averages
	OneMinusAlpha T // only the centered variants use it
	Root          T // sqrt(1 - alpha): squared with the gradient
	Eps           T // keeps the division away from 0
	Mu            T // momentum: the velocity's decay; only the variants with one use it
	LR            T // learning rate
}

// RMSpropOptions are the options of torch.optim.RMSprop, under their names there. Which of
// the kernels has use for a Momentum, and which is centered, is the caller's choice.
type RMSpropOptions struct {
	LR          float64
	Alpha       float64
	Eps         float64
	Momentum    float64
	WeightDecay float64 // coupled
	Maximize    bool    // ascend instead of descend
}

// RMSpropCoefs returns the coefficients of a step of RMSprop or one of its variants with
// gradients multiplied by scale.
func RMSpropCoefs[T Float](o RMSpropOptions, scale float64) RMSpropCoef[T] {
	return RMSpropCoef[T]{
		Scale: T(ascending(scale, o.Maximize)), L2: T(o.WeightDecay),
		Alpha: T(o.Alpha), OneMinusAlpha: T(1 - o.Alpha), Root: T(math.Sqrt(1 - o.Alpha)),
		Eps: T(o.Eps), Mu: T(o.Momentum), LR: T(o.LR),
	}
}

// RMSprop takes one step of RMSprop (T. Tieleman and G. Hinton, Lecture 6.5 of
// Neural networks for machine learning, 2012, in the form of
// torch.optim.RMSprop):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Alpha*v[i]+u*u)
//		p[i] -= c.LR * (d / (sqrt(v[i]) + c.Eps))
//	}
//
// flush, flushRoot, floor and max are Adam's. RMSprop panics if the lengths differ.
// No two slices may overlap.
func RMSprop[T Float](p, g, v []T, c RMSpropCoef[T]) {
	checkLen("RMSprop", len(p), len(g))
	checkLen("RMSprop", len(p), len(v))
	table[T]().RMSprop(noescape(p), noescape(g), noescape(v),
		c.Scale, c.L2, c.Alpha, c.Root, c.Eps, c.LR)
}

// RMSpropMomentum is RMSprop with its steps gathered in a velocity:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Alpha*v[i]+u*u)
//		buf[i] = flush(c.Mu*buf[i] + d/(sqrt(v[i])+c.Eps))
//		p[i] -= c.LR * buf[i]
//	}
func RMSpropMomentum[T Float](p, g, v, buf []T, c RMSpropCoef[T]) {
	checkLen("RMSpropMomentum", len(p), len(g))
	checkLen("RMSpropMomentum", len(p), len(v))
	checkLen("RMSpropMomentum", len(p), len(buf))
	table[T]().RMSpropMomentum(noescape(p), noescape(g), noescape(v), noescape(buf),
		c.Scale, c.L2, c.Alpha, c.Root, c.Eps, c.LR, c.Mu)
}

// RMSpropCentered is RMSprop divided by an estimate of the gradient's standard
// deviation (A. Graves, Generating sequences with recurrent neural networks,
// 2013), as torch.optim.RMSprop with centered=True:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(c.Root * (d - avg[i]))
//		v[i] = max(floor, c.Alpha*(v[i]+u*u))
//		avg[i] = flush(c.Alpha*avg[i] + c.OneMinusAlpha*d)
//		p[i] -= c.LR * (d / (sqrt(v[i]) + c.Eps))
//	}
//
// v is the variance itself. In exact numbers it is the average of squares less the
// square of avg, which torch computes and which cancels where the directions hardly
// change: what rounding leaves of it can be 0 while it is not.
func RMSpropCentered[T Float](p, g, v, avg []T, c RMSpropCoef[T]) {
	checkLen("RMSpropCentered", len(p), len(g))
	checkLen("RMSpropCentered", len(p), len(v))
	checkLen("RMSpropCentered", len(p), len(avg))
	table[T]().RMSpropCentered(noescape(p), noescape(g), noescape(v), noescape(avg),
		c.Scale, c.L2, c.Alpha, c.Root, c.Eps, c.LR, c.OneMinusAlpha)
}

// RMSpropCenteredMomentum is RMSpropCentered with its steps gathered in a
// velocity, as RMSpropMomentum gathers RMSprop's.
func RMSpropCenteredMomentum[T Float](p, g, v, avg, buf []T, c RMSpropCoef[T]) {
	checkLen("RMSpropCenteredMomentum", len(p), len(g))
	checkLen("RMSpropCenteredMomentum", len(p), len(v))
	checkLen("RMSpropCenteredMomentum", len(p), len(avg))
	checkLen("RMSpropCenteredMomentum", len(p), len(buf))
	table[T]().RMSpropCenteredMomentum(noescape(p), noescape(g), noescape(v), noescape(avg), noescape(buf),
		c.Scale, c.L2, c.Alpha, c.Root, c.Eps, c.LR, c.OneMinusAlpha, c.Mu)
}
