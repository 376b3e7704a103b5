package kernels_test

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// lossOracles returns the oracles of the losses of elements.
func lossOracles[T kernels.Float]() map[string]oracle[T] {
	zeroIf := func(condition bool, x T) T {
		if condition {
			return 0
		}
		return x
	}
	return map[string]oracle[T]{
		"SquaredError": {
			each(func(e element[T]) {
				d := add(e.x("x"), -e.x("y"))
				e.become("losses", mul(d, d))
				e.become("grad", mul(add(d, d), e.k("scale")))
			}),
			func(c *call[T]) { kernels.SquaredError(c.v("grad"), c.v("losses"), c.v("x"), c.v("y"), c.k("scale")) },
		},
		"Huber": {
			each(func(e element[T]) {
				d, delta := add(e.x("x"), -e.x("y")), e.k("delta")
				a := T(math.Abs(float64(d)))
				c, slope := a, d
				if a > delta {
					c = delta
				}
				if d > delta {
					slope = delta
				}
				if slope < -delta {
					slope = add(0, -delta)
				}
				e.become("losses", mul(add(a, -mul(c, 0.5)), c))
				e.become("grad", mul(slope, e.k("scale")))
			}),
			func(c *call[T]) {
				kernels.Huber(c.v("grad"), c.v("losses"), c.v("x"), c.v("y"), c.k("delta"), c.k("scale"))
			},
		},
		"Hinge": {
			each(func(e element[T]) {
				m := add(1, -mul(e.x("x"), e.x("y")))
				e.become("losses", zeroIf(m <= 0, m))
				if m != m {
					e.become("grad", m)
				} else {
					e.become("grad", zeroIf(m <= 0, add(-mul(e.x("y"), e.k("scale")), 0)))
				}
			}),
			func(c *call[T]) { kernels.Hinge(c.v("grad"), c.v("losses"), c.v("x"), c.v("y"), c.k("scale")) },
		},
		"BinaryCrossEntropy": {
			each(func(e element[T]) {
				x, y := float64(e.x("x")), float64(e.x("y"))
				softplus := func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
				sigmoid := func(x float64) float64 { return math.Exp(min(x, 0)) / (1 + math.Exp(-math.Abs(x))) }
				weight, scale := e.k64("weight"), e.k64("scale")
				near := func(name string, factor, a, b float64) {
					most := math.Abs(a) + math.Abs(b)
					size := math.Abs(factor) * most
					if limit := float64(greatest[T]()) / 8; math.IsInf(y, 0) || !math.IsNaN(size) && !(max(size, most, math.Abs(weight*y)) < limit) {
						e.meet(name, anything{})
						return
					}
					// Beyond 105 the unlikely side's exponential of float32 gets no smaller.
					tail := math.Abs(factor) * (math.Abs(weight*y) + math.Abs(1-y)) * 0x1p-151
					e.meet(name, closeTo[T]{factor * (a + b), size*4*unit[T]() + float64(least[T]()) + tail})
				}
				near("losses", 1, weight*y*softplus(-x), (1-y)*softplus(x))
				near("grad", scale, (1-y)*sigmoid(x), -(weight * y * sigmoid(-x)))
			}),
			func(c *call[T]) {
				kernels.BinaryCrossEntropy(c.v("grad"), c.v("losses"), c.v("x"), c.v("y"), T(c.k64("weight")), T(c.k64("scale")))
			},
		},
	}
}
