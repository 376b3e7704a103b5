package kernels

import (
	"github.com/seed63264101/steepest/kernels/generic"
)

// The builders of coefficients compute in float64 and round each result once.
// They give the same bits on every machine: package math's powers and exponentials would
// not.

// ascending returns the factor of the gradients, with which a step ascends if it is to
// maximize.
func ascending(scale float64, maximize bool) float64 {
	if maximize {
		return -scale
	}
	return scale
}

// power returns x^t, 1 for a negative t.
func power(x float64, t int) float64 { return generic.Power(x, uint64(max(t, 0))) }

// exp is Exp of one number.
func exp(x float64) float64 {
	y := [1]float64{x}
	Exp(y[:], y[:])
	return y[0]
}
