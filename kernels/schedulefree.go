package kernels

import "math"

// ScheduleFreeCoef holds the numbers of one step of schedule-free AdamW.
// ScheduleFreeCoefs computes them from an optimizer's options.
type ScheduleFreeCoef[T Float] struct {
	Scale       T // multiplies the gradient: clipping, loss scale, -1 to maximize
	WeightDecay T // WeightDecay*p is added to the direction
	Beta2       T // decay of the second moment
	Root        T // sqrt(1 - beta2): squared with the gradient
	Eps         T // keeps the division away from 0
	Step        T // multiplies the normalized gradient; 1 if LR has all factors
	Average     T // weight of the new z in the average
	Look        T // what the direction counts at p: lr * (beta1*(1-Average) - 1)
	LR          T // what the direction counts at z
}

// ScheduleFreeCoefs returns the coefficients of a step of schedule-free AdamW
// with gradients multiplied by scale. o.LR is the step's rate with all its
// factors, the paper's γt = γ * sqrt(1-beta2^t) * min(1, t/warmup), and average is
// the weight of the new z in the average, γt² / Σ γi².
func ScheduleFreeCoefs[T Float](o AdamOptions, average, scale float64) ScheduleFreeCoef[T] {
	return ScheduleFreeCoef[T]{
		Scale: T(ascending(scale, o.Maximize)), WeightDecay: T(o.WeightDecay),
		Beta2: T(o.Beta2), Root: T(math.Sqrt(1 - o.Beta2)),
		Eps: T(o.Eps), Step: 1, Average: T(average),
		Look: T(o.LR * (float64(o.Beta1*(1-average)) - 1)), LR: T(o.LR),
	}
}

// ScheduleFree takes one step of schedule-free AdamW (A. Defazio et al., The road
// less scheduled, NeurIPS 2024). p is the point y at which the gradient was
// taken, z the base sequence; the average x, which the paper returns, lies at
// z + (p-z)/beta1 and is never stored:
//
//	for i := range p {
//		d := c.Scale * flush(g[i])
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		n := c.Step*(d/(sqrt(v[i])+c.Eps)) + c.WeightDecay*p[i]
//		p[i] = (p[i] + c.Average*(z[i]-p[i])) + c.Look*n
//		z[i] -= c.LR * n
//	}
//
// flush, flushRoot, floor and max are Adam's. ScheduleFree panics if the lengths
// differ. No two slices may overlap.
func ScheduleFree[T Float](p, g, z, v []T, c ScheduleFreeCoef[T]) {
	checkLen("ScheduleFree", len(p), len(g))
	checkLen("ScheduleFree", len(p), len(z))
	checkLen("ScheduleFree", len(p), len(v))
	table[T]().ScheduleFree(noescape(p), noescape(g), noescape(z), noescape(v),
		c.Scale, c.WeightDecay, c.Beta2, c.Root, c.Eps, c.Step, c.Average, c.Look, c.LR)
}
