package kernels_test

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// level1Oracles returns the oracles of the element-wise kernels and their strided
// forms. Each element is computed without rounding errors but those that the
// contract has.
func level1Oracles[T kernels.Float]() map[string]oracle[T] {
	var (
		copied = each(func(e element[T]) { e.become("y", e.x("x")) })
		axpy   = each(func(e element[T]) { e.become("y", add(e.x("y"), mul(e.k("alpha"), e.x("x")))) })
		scal   = each(func(e element[T]) { e.become("x", mul(e.k("alpha"), e.x("x"))) })
		swap   = each(func(e element[T]) {
			e.become("x", e.x("y"))
			e.become("y", e.x("x"))
		})
		// A rotation is the matrix (c s; -s c).
		rot = each(func(e element[T]) {
			x, y, c, s := e.x("x"), e.x("y"), e.k("c"), e.k("s")
			e.become("x", add(mul(c, x), mul(s, y)))
			e.become("y", add(mul(-s, x), mul(c, y)))
		})
		rotm = each(func(e element[T]) {
			x, y := e.x("x"), e.x("y")
			e.become("x", add(mul(e.k("h11"), x), mul(e.k("h12"), y)))
			e.become("y", add(mul(e.k("h21"), x), mul(e.k("h22"), y)))
		})
	)
	return map[string]oracle[T]{
		"Axpy": {axpy, func(c *call[T]) { kernels.Axpy(c.k("alpha"), c.v("x"), c.v("y")) }},
		"Axpby": {
			each(func(e element[T]) {
				e.become("y", add(mul(e.k("beta"), e.x("y")), mul(e.k("alpha"), e.x("x"))))
			}),
			func(c *call[T]) { kernels.Axpby(c.k("alpha"), c.v("x"), c.k("beta"), c.v("y")) },
		},
		"Scal": {scal, func(c *call[T]) { kernels.Scal(c.k("alpha"), c.v("x")) }},
		"Add": {
			each(func(e element[T]) { e.become("dst", add(e.x("y"), e.x("x"))) }),
			func(c *call[T]) { kernels.Add(c.v("dst"), c.v("x"), c.v("y")) },
		},
		"Sub": {
			each(func(e element[T]) { e.become("dst", add(-e.x("y"), e.x("x"))) }),
			func(c *call[T]) { kernels.Sub(c.v("dst"), c.v("x"), c.v("y")) },
		},
		"Div": {
			each(func(e element[T]) { e.become("dst", div(e.x("x"), e.x("y"))) }),
			func(c *call[T]) { kernels.Div(c.v("dst"), c.v("x"), c.v("y")) },
		},
		"Sqrt": {
			each(func(e element[T]) { e.become("dst", T(math.Sqrt(float64(e.x("x"))))) }),
			func(c *call[T]) { kernels.Sqrt(c.v("dst"), c.v("x")) },
		},
		"SoftThreshold": {
			// Towards 0 by lambda; adjust has seen to it that lambda is not negative.
			each(func(e element[T]) {
				x, lambda := e.x("x"), e.k("lambda")
				switch {
				case x > lambda:
					x = add(x, -lambda)
				case x < -lambda:
					x = add(x, lambda)
				default:
					x = add(x, -x)
				}
				e.become("dst", x)
			}),
			func(c *call[T]) { kernels.SoftThreshold(c.v("dst"), c.v("x"), c.k("lambda")) },
		},
		"Mul": {
			each(func(e element[T]) { e.become("dst", mul(e.x("y"), e.x("x"))) }),
			func(c *call[T]) { kernels.Mul(c.v("dst"), c.v("x"), c.v("y")) },
		},
		"Swap": {swap, func(c *call[T]) { kernels.Swap(c.v("x"), c.v("y")) }},
		"Rot":  {rot, func(c *call[T]) { kernels.Rot(c.v("x"), c.v("y"), c.k("c"), c.k("s")) }},
		"Rotm": {rotm, func(c *call[T]) {
			kernels.Rotm(c.v("x"), c.v("y"), c.k("h11"), c.k("h12"), c.k("h21"), c.k("h22"))
		}},
		"Lerp": {
			each(func(e element[T]) {
				e.become("y", add(mul(e.k("w"), add(e.x("x"), -e.x("y"))), e.x("y")))
			}),
			func(c *call[T]) { kernels.Lerp(c.k("w"), c.v("x"), c.v("y")) },
		},
		"Clamp": {
			each(func(e element[T]) {
				x := e.x("x")
				if x < e.k("lo") {
					x = e.k("lo")
				}
				if x > e.k("hi") {
					x = e.k("hi")
				}
				e.become("dst", x)
			}),
			func(c *call[T]) { kernels.Clamp(c.v("dst"), c.v("x"), c.k("lo"), c.k("hi")) },
		},

		"CopyInc": {copied, func(c *call[T]) { kernels.CopyInc(c.n("n"), c.v("x"), c.n("incX"), c.v("y"), c.n("incY")) }},
		"AxpyInc": {axpy, func(c *call[T]) {
			kernels.AxpyInc(c.n("n"), c.k("alpha"), c.v("x"), c.n("incX"), c.v("y"), c.n("incY"))
		}},
		"ScalInc": {scal, func(c *call[T]) { kernels.ScalInc(c.n("n"), c.k("alpha"), c.v("x"), c.n("incX")) }},
		"SwapInc": {swap, func(c *call[T]) { kernels.SwapInc(c.n("n"), c.v("x"), c.n("incX"), c.v("y"), c.n("incY")) }},
		"RotInc": {rot, func(c *call[T]) {
			kernels.RotInc(c.n("n"), c.v("x"), c.n("incX"), c.v("y"), c.n("incY"), c.k("c"), c.k("s"))
		}},
		"RotmInc": {rotm, func(c *call[T]) {
			kernels.RotmInc(c.n("n"), c.v("x"), c.n("incX"), c.v("y"), c.n("incY"),
				c.k("h11"), c.k("h12"), c.k("h21"), c.k("h22"))
		}},
	}
}
