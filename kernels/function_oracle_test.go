package kernels_test

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// closeTo expects a number near one that package math computed: it has errors of its own.
// What is correctly rounded, and how far off the others are, tests of their own say.
type closeTo[T kernels.Float] struct {
	value     float64
	tolerance float64 // beside eight units in the last place: s390x's tanh errs by 2.7
}

func (e closeTo[T]) differs(got float64) string {
	want := T(e.value)
	if (exact[T]{want}).differs(got) == "" {
		return ""
	}
	next := nextAfter(want, T(math.Inf(1)))
	if want > 0 {
		next = nextAfter(want, 0)
	}
	slack := 8*math.Abs(float64(next)-float64(want)) + e.tolerance
	if math.IsInf(float64(want), 0) || math.IsInf(got, 0) {
		// Where it overflows is the function's own affair.
		if math.Signbit(got) == math.Signbit(e.value) && math.Min(math.Abs(got), math.Abs(e.value)) > float64(greatest[T]())*(1-8*unit[T]()) {
			return ""
		}
	} else if math.Abs(got-e.value) <= slack {
		return ""
	}
	return fmt.Sprintf("%s, want %s or near it", bitsOf(T(got)), bitsOf(want))
}

// anything expects nothing.
type anything struct{}

func (anything) differs(float64) string { return "" }

func nextAfter[T kernels.Float](x, y T) T {
	if size[T]() == 4 {
		return T(math.Nextafter32(float32(x), float32(y)))
	}
	return T(math.Nextafter(float64(x), float64(y)))
}

// functionOracles returns the oracles of the functions and activations, by their formulas
// in package math.
func functionOracles[T kernels.Float]() map[string]oracle[T] {
	function := func(f func(float64) float64) func(*call[T]) {
		return each(func(e element[T]) { e.meet("dst", closeTo[T]{f(float64(e.x("x"))), 0}) })
	}
	// The exponent of f, of about the size of x*x, has an error that is a relative one of f.
	steep := func(f func(float64) float64) func(*call[T]) {
		return each(func(e element[T]) {
			x := float64(e.x("x"))
			relative := 0x1p-53 * (4 + 4*math.Min(x*x, 1e4))
			e.meet("dst", closeTo[T]{f(x), math.Min(math.Abs(f(x)), math.MaxFloat64) * relative})
		})
	}
	// The slope of f is a sum of numbers of both signs.
	slope := func(f func(float64) float64) func(*call[T]) {
		return each(func(e element[T]) {
			dy, d := float64(e.x("dy")), f(float64(e.x("x")))
			if math.IsInf(dy, 0) && math.Abs(d) < 0x1p-100 {
				e.meet("dst", anything{}) // where the slope becomes 0 is not promised
				return
			}
			e.meet("dst", closeTo[T]{dy * d, math.Min(math.Abs(dy), math.MaxFloat64) * (4*unit[T]() + 0x1p-48)})
		})
	}
	log := func(x float64) float64 {
		if x > 0 && x < 0x1p-1022 { // amd64's math.Log gets subnormal numbers wrong
			return math.Log(x*0x1p54) - 54*math.Ln2
		}
		return math.Log(x)
	}
	sigmoid := func(x float64) float64 {
		if x < 0 { // exp(-x) may overflow
			return math.Exp(x) / (1 + math.Exp(x))
		}
		return 1 / (1 + math.Exp(-x))
	}
	phi := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	cube := func(x float64) float64 { return 2 * math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x) }
	return map[string]oracle[T]{
		"Exp":   {function(math.Exp), func(c *call[T]) { kernels.Exp(c.v("dst"), c.v("x")) }},
		"Exp2":  {function(math.Exp2), func(c *call[T]) { kernels.Exp2(c.v("dst"), c.v("x")) }},
		"Expm1": {function(math.Expm1), func(c *call[T]) { kernels.Expm1(c.v("dst"), c.v("x")) }},
		"Log":   {function(log), func(c *call[T]) { kernels.Log(c.v("dst"), c.v("x")) }},
		"Log1p": {function(math.Log1p), func(c *call[T]) { kernels.Log1p(c.v("dst"), c.v("x")) }},
		"Tanh":  {function(math.Tanh), func(c *call[T]) { kernels.Tanh(c.v("dst"), c.v("x")) }},
		"Sigmoid": {
			function(sigmoid),
			func(c *call[T]) { kernels.Sigmoid(c.v("dst"), c.v("x")) },
		},
		"Erf": {function(math.Erf), func(c *call[T]) { kernels.Erf(c.v("dst"), c.v("x")) }},
		"Softplus": {
			function(func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }),
			func(c *call[T]) { kernels.Softplus(c.v("dst"), c.v("x")) },
		},
		"SiLU": {
			function(func(x float64) float64 { return notBelow(x) * sigmoid(x) }),
			func(c *call[T]) { kernels.SiLU(c.v("dst"), c.v("x")) },
		},
		"GELU": {
			steep(func(x float64) float64 { return notBelow(x) * phi(x) }),
			func(c *call[T]) { kernels.GELU(c.v("dst"), c.v("x")) },
		},
		"GELUTanh": {
			steep(func(x float64) float64 { return notBelow(x) * sigmoid(cube(x)) }),
			func(c *call[T]) { kernels.GELUTanh(c.v("dst"), c.v("x")) },
		},
		"SoftplusGrad": {
			slope(sigmoid),
			func(c *call[T]) { kernels.SoftplusGrad(c.v("dst"), c.v("dy"), c.v("x")) },
		},
		"SiLUGrad": {
			slope(func(x float64) float64 {
				x = math.Max(-1000, math.Min(x, 1000))
				return sigmoid(x) * (1 + x*sigmoid(-x))
			}),
			func(c *call[T]) { kernels.SiLUGrad(c.v("dst"), c.v("dy"), c.v("x")) },
		},
		"GELUGrad": {
			slope(func(x float64) float64 {
				x = math.Max(-100, math.Min(x, 100))
				return phi(x) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
			}),
			func(c *call[T]) { kernels.GELUGrad(c.v("dst"), c.v("dy"), c.v("x")) },
		},
		"GELUTanhGrad": {
			slope(func(x float64) float64 {
				x = math.Max(-20, math.Min(x, 20))
				s := sigmoid(cube(x))
				return s + x*s*sigmoid(-cube(x))*2*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x)
			}),
			func(c *call[T]) { kernels.GELUTanhGrad(c.v("dst"), c.v("dy"), c.v("x")) },
		},
		"ReLU": {
			each(func(e element[T]) {
				if x := e.x("x"); x < 0 {
					e.become("dst", 0)
				} else {
					e.become("dst", x)
				}
			}),
			func(c *call[T]) { kernels.ReLU(c.v("dst"), c.v("x")) },
		},
		"ReLUGrad": {
			each(func(e element[T]) {
				if x := e.x("x"); x <= 0 {
					e.become("dst", 0)
				} else {
					e.become("dst", e.x("dy"))
				}
			}),
			func(c *call[T]) { kernels.ReLUGrad(c.v("dst"), c.v("dy"), c.v("x")) },
		},
		"LeakyReLU": {
			each(func(e element[T]) {
				if x := e.x("x"); x < 0 {
					e.become("dst", mul(x, e.k("slope")))
				} else {
					e.become("dst", x)
				}
			}),
			func(c *call[T]) { kernels.LeakyReLU(c.v("dst"), c.v("x"), c.k("slope")) },
		},
		"LeakyReLUGrad": {
			each(func(e element[T]) {
				if x := e.x("x"); x > 0 {
					e.become("dst", e.x("dy"))
				} else {
					e.become("dst", mul(e.x("dy"), e.k("slope")))
				}
			}),
			func(c *call[T]) { kernels.LeakyReLUGrad(c.v("dst"), c.v("dy"), c.v("x"), c.k("slope")) },
		},
		"SigmoidGrad": {
			each(func(e element[T]) {
				y := e.x("y")
				e.become("dst", mul(mul(add(1, -y), y), e.x("dy")))
			}),
			func(c *call[T]) { kernels.SigmoidGrad(c.v("dst"), c.v("dy"), c.v("y")) },
		},
		"TanhGrad": {
			each(func(e element[T]) {
				y := e.x("y")
				e.become("dst", mul(mul(add(y, 1), add(1, -y)), e.x("dy")))
			}),
			func(c *call[T]) { kernels.TanhGrad(c.v("dst"), c.v("dy"), c.v("y")) },
		},
	}
}

// notBelow returns x, or a number that is far enough down for any function to vanish.
func notBelow(x float64) float64 {
	if x < -800 {
		return -800
	}
	return x
}
