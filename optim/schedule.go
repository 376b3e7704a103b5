package optim

import "math"

// A Schedule gives each step its learning rate.
type Schedule interface {
	// Rate returns the learning rate of a step, from the rule's own rate and the
	// number of steps taken before: 0 for the first. A rate that is negative or
	// not finite is an error of that Step.
	Rate(base float64, step int) float64
}

// A ScheduleFunc is a function as a Schedule.
type ScheduleFunc func(base float64, step int) float64

// Rate calls f.
func (f ScheduleFunc) Rate(base float64, step int) float64 { return f(base, step) }

// Constant keeps the rule's own rate. It is the default.
type Constant struct{}

// Rate returns base.
func (Constant) Rate(base float64, step int) float64 { return base }

// Cosine lets the rate fall along half a cosine, from the rule's own to EtaMin
// after TMax steps (I. Loshchilov and F. Hutter, SGDR: stochastic gradient
// descent with warm restarts, ICLR 2017, without the restarts):
//
//	EtaMin + (base-EtaMin) * (1+cos(π·step/TMax)) / 2
//
// This is the closed form of torch.optim.lr_scheduler.CosineAnnealingLR. As
// there, the rate rises again after TMax steps, back to base after 2*TMax.
//
// TMax must be positive and EtaMin finite and not negative; [New] says so
// otherwise.
type Cosine struct {
	TMax   int     // steps from the highest to the lowest rate
	EtaMin float64 // lowest rate
}

// Rate returns the formula's value. It is exactly base and exactly EtaMin at the
// ends. A Cosine without a positive TMax gives NaN.
func (c Cosine) Rate(base float64, step int) float64 {
	if c.TMax <= 0 {
		return math.NaN()
	}
	cos := cosPi(step, c.TMax)
	return float64(base*(1+cos)/2) + float64(c.EtaMin*(1-cos)/2)
}

func (c Cosine) options() []option {
	return []option{
		{"TMax", float64(c.TMax), domain{"a positive number of steps", func(v float64, _ func(float64) float64) bool {
			return v > 0
		}}},
		{"EtaMin", c.EtaMin, nonNegative},
	}
}

// cosPi returns cos(π·k/n) for n > 0, to a few units in the last place. Unlike
// math.Cos, which the compiler may contract on some machines, it has one result.
func cosPi(k, n int) float64 {
	// To 0 <= k <= n, by period and symmetry; unsigned, so that 2n fits.
	if k < 0 {
		k = -k
	}
	ku, nu := uint64(k), uint64(n)
	if ku %= 2 * nu; ku > nu {
		ku = 2*nu - ku
	}
	// To the first quadrant: cos(π-x) = -cos(x).
	sign := 1.0
	if ku > nu-ku {
		ku, sign = nu-ku, -1
	}
	// Taylor series to the 20th order, whose rest is below 1e-22 up to π/4:
	// cos(x) = 1 - x²/(1·2)·(1 - x²/(3·4)·(...)), and sin alike for cos(π/2-x).
	if 2*ku <= nu-2*ku {
		x := math.Pi * (float64(ku) / float64(nu))
		return sign * alternating(float64(x*x), 19)
	}
	x := math.Pi * (float64(nu-2*ku) / float64(nu) / 2)
	return sign * x * alternating(float64(x*x), 20)
}

// alternating returns 1 - x2/(i(i+1))·(1 - x2/((i+2)(i+3))·(...)), with i = 1 or
// 2 and last the largest i.
func alternating(x2 float64, last int) float64 {
	s := 1.0
	for i := last; i > 0; i -= 2 {
		s = 1 - float64(x2*s)/float64(i*(i+1))
	}
	return s
}
