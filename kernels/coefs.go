package kernels

import (
	"math"

	"github.com/seed63264101/steepest/kernels/generic"
)

// The builders of coefficients compute in float64 and round each result once.
// They give the same bits on every machine: package math's powers and exponentials would
// not.

// AdamaxCoefs returns the coefficients of step t, counted from 1, with gradients
// multiplied by scale.
func AdamaxCoefs[T Float](o AdamOptions, t int, scale float64) AdamaxCoef[T] {
	a := AdamCoefs[T](o, t, scale)
	c1 := 1 - power(o.Beta1, t)
	return AdamaxCoef[T]{
		Scale: a.Scale, L2: a.L2, Decay: a.Decay,
		Beta1: a.Beta1, OneMinusBeta1: a.OneMinusBeta1, Beta2: a.Beta2,
		Eps: T(o.Eps), Step: T(o.LR / c1),
	}
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

// RAdamCoefs returns the coefficients of step t of RAdam (L. Liu et al., On the
// variance of the adaptive learning rate and beyond, ICLR 2020, in the form of
// torch.optim.RAdam), counted from 1, with gradients multiplied by scale.
//
// While the variance of the second moment is not tractable, in the first steps,
// rectified is false and the coefficients are meant for AdamWarmup; from then on
// they are meant for Adam.
func RAdamCoefs[T Float](o AdamOptions, t int, scale float64) (c AdamCoef[T], rectified bool) {
	c = AdamCoefs[T](o, t, scale)
	decayed := power(o.Beta2, t)
	c1, c2 := 1-power(o.Beta1, t), 1-decayed
	// The length of the simple average that has the second moment's variance: in
	// the end, and now.
	last := 2/(1-o.Beta2) - 1
	rho := last - 2*float64(t)*decayed/c2
	c.Eps, c.Step = T(o.Eps), T(o.LR/c1) // torch does not correct eps here
	if rho <= 5 {
		return c, false
	}
	rect := math.Sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho))
	c.Step = T(o.LR * math.Sqrt(c2) * rect / c1)
	return c, true
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

// ScheduleFreeCoefs returns the coefficients of a step of schedule-free AdamW
// with gradients multiplied by scale. o.LR is the step's rate with all its
// factors, the paper's γt = γ * sqrt(1-beta2^t) * min(1, t/warmup), and average is
// the weight of the new z in the average, γt² / Σ γi².
func ScheduleFreeCoefs[T Float](o AdamOptions, average, scale float64) ScheduleFreeCoef[T] {
	if o.Maximize {
		scale = -scale
	}
	return ScheduleFreeCoef[T]{
		Scale: T(scale), WeightDecay: T(o.WeightDecay),
		Beta2: T(o.Beta2), Root: T(math.Sqrt(1 - o.Beta2)),
		Eps: T(o.Eps), Step: 1, Average: T(average),
		Look: T(o.LR * (float64(o.Beta1*(1-average)) - 1)), LR: T(o.LR),
	}
}

// power returns x^t, 1 for a negative t.
func power(x float64, t int) float64 { return generic.Power(x, uint64(max(t, 0))) }

// exp is Exp of one number.
func exp(x float64) float64 {
	y := [1]float64{x}
	Exp(y[:], y[:])
	return y[0]
}
