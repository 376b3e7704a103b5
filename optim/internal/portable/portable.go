// Package portable has functions with one result on every machine. Those of package math
// may differ in the last place: some have assembly on some machines, and in others the
// compiler contracts a*b + c where the machine can.
package portable

import (
	"math"

	"github.com/seed63264101/steepest/kernels/generic"
)

// CosPi returns cos(π·k/n) for n > 0, to a few units in the last place.
func CosPi(k, n int) float64 {
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
	if 2*ku <= nu-2*ku {
		return sign * cosSmall(math.Pi*(float64(ku)/float64(nu)))
	}
	return sign * sinSmall(math.Pi*(float64(nu-2*ku)/float64(nu)/2))
}

// CosPiFrac returns cos(π·x) for 0 <= x <= 1, to a few units in the last place.
func CosPiFrac(x float64) float64 {
	sign := 1.0
	if x > 0.5 {
		x, sign = 1-x, -1 // exact
	}
	if x <= 0.25 {
		return sign * cosSmall(math.Pi*x)
	}
	return sign * sinSmall(math.Pi*(0.5-x))
}

// The Taylor series to the 20th order, whose rest is below 1e-22 up to π/4:
// cos(x) = 1 - x²/(1·2)·(1 - x²/(3·4)·(...)), and sin alike.
func cosSmall(x float64) float64 { return alternating(float64(x*x), 19) }
func sinSmall(x float64) float64 { return x * alternating(float64(x*x), 20) }

// alternating returns 1 - x2/(i(i+1))·(1 - x2/((i+2)(i+3))·(...)), with i = 1 or
// 2 and last the largest i.
func alternating(x2 float64, last int) float64 {
	s := 1.0
	for i := last; i > 0; i -= 2 {
		s = 1 - float64(x2*s)/float64(i*(i+1))
	}
	return s
}

// Power returns x^y for x >= 0 and finite y >= 0, to a few units in the last
// place: a whole power times the square roots of square roots that y's binary
// fraction asks for. Square roots round correctly everywhere.
func Power(x, y float64) float64 {
	whole, frac := math.Modf(y)
	r := generic.Power(x, uint64(min(whole, 1<<62)))
	for root := x; frac > 0 && root != 1; {
		root = math.Sqrt(root)
		if frac *= 2; frac >= 1 {
			frac--
			r = float64(r * root)
		}
	}
	return r
}

// Mix returns a*(1-x) + b*x: exactly a and exactly b at the ends.
func Mix(a, b, x float64) float64 {
	return float64(a*(1-x)) + float64(b*x)
}
