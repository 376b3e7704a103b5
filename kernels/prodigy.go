package kernels

import "math"

// ProdigyMomentsCoef holds the numbers with which one step of Prodigy updates its averages.
// ProdigyMomentsCoefs computes them from an optimizer's options.
type ProdigyMomentsCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	Beta1 T // decay of the first moment
	Gain  T // what the gradient adds to the first moment: d * (1 - beta1)
	Beta2 T // decay of the second moment
	Root  T // d * sqrt(1 - beta2): squared with the gradient
	Beta3 T // decay of the sum of gradients: sqrt(beta2)
	Share T // what the gradient adds to that sum: d/d0 times the step's rate
}

// ProdigyCoef holds the numbers with which one step of Prodigy descends. ProdigyCoefs
// computes them from an optimizer's options.
type ProdigyCoef[T Float] struct {
	Decay T // decoupled weight decay's factor on p: 1 - rate*weight_decay
	Eps   T // d * eps
	Step  T // the step's rate
}

// ProdigyOptions are the options of the authors' implementation of Prodigy that concern its
// kernels.
type ProdigyOptions struct {
	LR              float64
	Beta1, Beta2    float64
	Eps             float64
	D0              float64 // the first estimate of the distance
	WeightDecay     float64 // decoupled
	BiasCorrection  bool    // Adam's, in the rate
	SafeguardWarmup bool    // leave the rate out of the sum of gradients
	Maximize        bool    // ascend instead of descend
}

// Rate returns the rate of step t, counted from 1, with the estimate d of the distance:
//
//	d * LR
//
// and with BiasCorrection that times sqrt(1-Beta2^t) / (1-Beta1^t).
func (o ProdigyOptions) Rate(t int, d float64) float64 {
	rate := d * o.LR
	if o.BiasCorrection {
		rate *= math.Sqrt(1-power(o.Beta2, t)) / (1 - power(o.Beta1, t))
	}
	return rate
}

// ProdigyMomentsCoefs returns the coefficients of the averages of step t, counted from 1,
// with gradients multiplied by scale and the estimate d that the steps before have led to.
func ProdigyMomentsCoefs[T Float](o ProdigyOptions, t int, d, scale float64) ProdigyMomentsCoef[T] {
	share := d / o.D0
	if o.SafeguardWarmup {
		share *= d
	} else {
		share *= o.Rate(t, d)
	}
	return ProdigyMomentsCoef[T]{
		Scale: T(ascending(scale, o.Maximize)),
		Beta1: T(o.Beta1), Gain: T(d * (1 - o.Beta1)),
		Beta2: T(o.Beta2), Root: T(d * math.Sqrt(1-o.Beta2)),
		Beta3: T(math.Sqrt(o.Beta2)), Share: T(share),
	}
}

// ProdigyCoefs returns the coefficients of the descent of step t, counted from 1. d is the
// estimate that its averages were made with, which the rate still has, and next the one that
// they led to.
func ProdigyCoefs[T Float](o ProdigyOptions, t int, d, next float64) ProdigyCoef[T] {
	rate := o.Rate(t, d)
	return ProdigyCoef[T]{Decay: T(1 - float64(rate*o.WeightDecay)), Eps: T(next * o.Eps), Step: T(rate)}
}

// ProdigyMoments updates the averages of one step of Prodigy (K. Mishchenko and A. Defazio,
// Prodigy: an expeditiously adaptive parameter-free learner, ICML 2024, in the form of the
// authors' implementation): Adam's moments of the gradients times the estimate d, and a sum
// s of gradients, which the next estimate divides by:
//
//	for i := range g {
//		d := c.Scale * flush(g[i])
//		m[i] = flush(c.Beta1*m[i] + c.Gain*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		s[i] = flush(c.Beta3*s[i] + c.Share*d)
//	}
//
// flush, flushRoot, floor and max are Adam's. ProdigyMoments panics if the lengths differ.
// No two slices may overlap.
func ProdigyMoments[T Float](g, m, v, s []T, c ProdigyMomentsCoef[T]) {
	checkLen("ProdigyMoments", len(g), len(m))
	checkLen("ProdigyMoments", len(g), len(v))
	checkLen("ProdigyMoments", len(g), len(s))
	table[T]().ProdigyMoments(noescape(g), noescape(m), noescape(v), noescape(s),
		c.Scale, c.Beta1, c.Gain, c.Beta2, c.Root, c.Beta3, c.Share)
}

// ProdigyStep descends along the moments of ProdigyMoments, with decoupled weight decay:
//
//	for i := range p {
//		p[i] = c.Decay*p[i] - c.Step*(m[i]/(sqrt(v[i])+c.Eps))
//	}
//
// ProdigyStep panics if the lengths differ. No two slices may overlap.
func ProdigyStep[T Float](p, m, v []T, c ProdigyCoef[T]) {
	checkLen("ProdigyStep", len(p), len(m))
	checkLen("ProdigyStep", len(p), len(v))
	table[T]().ProdigyStep(noescape(p), noescape(m), noescape(v), c.Decay, c.Eps, c.Step)
}
