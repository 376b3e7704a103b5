package kernels

import "math"

// The builders of coefficients compute in float64 and round each result once.
// They give the same bits on every machine: powers with whole exponents are
// products, and exp is written out here.

// AdamaxCoefs returns the coefficients of step t, counted from 1, with gradients
// multiplied by scale.
func AdamaxCoefs[T Float](o AdamOptions, t int, scale float64) AdamaxCoef[T] {
	a := AdamCoefs[T](o, t, scale)
	c1 := 1 - math.Pow(o.Beta1, float64(t))
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
	return float64(o.Beta1 * (1 - float64(expNegative(float64(t)*o.MomentumDecay*ln)/2)))
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
	root := math.Sqrt(1 - math.Pow(o.Beta2, float64(t)))
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
	power := math.Pow(o.Beta2, float64(t))
	c1, c2 := 1-math.Pow(o.Beta1, float64(t)), 1-power
	// The length of the simple average that has the second moment's variance: in
	// the end, and now.
	last := 2/(1-o.Beta2) - 1
	rho := last - 2*float64(t)*power/c2
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

// expNegative returns e^x for x <= 0, to a few units in the last place. Unlike
// math.Exp it has one result on all machines.
func expNegative(x float64) float64 {
	if x < -700 {
		return 0
	}
	const ln2Hi, ln2Lo = 0x1.62e42feep-1, 0x1.a39ef35793c76p-33 // Hi has zeros for k's bits
	k := math.Floor(x/math.Ln2 + 0.5)
	r := (x - float64(k*ln2Hi)) - float64(k*ln2Lo)
	// Taylor series to the 17th order, whose rest is below 1e-24 for |r| <= 0.35.
	s := 1.0
	for i := 17; i > 0; i-- {
		s = 1 + float64(r*s)/float64(i)
	}
	return math.Ldexp(s, int(k))
}
