package catalog

import (
	"math"

	. "github.com/seed63264101/steepest/gen/vec"
)

// functions describes the elementary functions of vectors. Those of float32 evaluate in
// float64 and round once, with an error so small that the result is correctly rounded for
// every input: what plain Go computes may differ in its steps. Those of float64 are the
// same steps everywhere.
func functions() []*Kernel {
	return []*Kernel{
		function("Exp", "exp(x[i])", exp32, exp64),
		function("Exp2", "2^x[i]", exp2f32, exp2f64),
		function("Expm1", "exp(x[i]) - 1", expm1f32, expm1f64),
		function("Log", "log(x[i])", log32, log64),
		function("Log1p", "log(1 + x[i])", log1pf32, log1pf64),
		function("Tanh", "tanh(x[i])", tanh32, tanh64),
		function("Sigmoid", "1/(1 + exp(-x[i]))", sigmoid32, sigmoid64),
		function("Erf", "erf(x[i])", erf32, erf64),
		function("Softplus", "log(1 + exp(x[i]))", softplus32, softplus64),
		function("SiLU", "x[i]/(1 + exp(-x[i]))", silu32, silu64),
		function("GELU", "x[i]*Phi(x[i])", gelu32, gelu64),
		function("GELUTanh", "x[i]*(1 + tanh(sqrt(2/pi)*(x[i] + 0.044715*x[i]^3)))/2", geluTanh32, geluTanh64),
		functionGrad("SoftplusGrad", "sigmoid(x[i])", softplusGrad32, softplusGrad64),
		functionGrad("SiLUGrad", "SiLU'(x[i])", siluGrad32, siluGrad64),
		functionGrad("GELUGrad", "GELU'(x[i])", geluGrad32, geluGrad64),
		functionGrad("GELUTanhGrad", "GELUTanh'(x[i])", geluTanhGrad32, geluTanhGrad64),
	}
}

// function describes a function of one vector.
func function(name, formula string, f32, f64 func(b *Body, x Val) Val) *Kernel {
	return &Kernel{
		Name: name, Doc: "dst[i] = " + formula, Family: "function",
		Params: params(Out, "dst", In, "x"),
		Alias:  [][2]string{{"dst", "x"}},
		Loop: Function{Body: func(b *Body, of Elem) {
			f := f64
			if of == F32 {
				f = f32
			}
			b.Store("dst", f(b, b.Load("x")))
		}},
	}
}

// functionGrad describes the gradient of a function for its input.
func functionGrad(name, formula string, f32, f64 func(b *Body, dy, x Val) Val) *Kernel {
	return &Kernel{
		Name: name, Doc: "dst[i] = dy[i]*" + formula, Family: "function",
		Params: params(Out, "dst", In, "dy", "x"),
		Alias:  [][2]string{{"dst", "dy"}, {"dst", "x"}, {"dy", "x"}},
		Loop: Function{Body: func(b *Body, of Elem) {
			f := f64
			if of == F32 {
				f = f32
			}
			b.Store("dst", f(b, b.Load("dy"), b.Load("x")))
		}},
	}
}

// number returns a constant in all lanes.
func number(b *Body, x float64) Val {
	return bits(b, math.Float64bits(x))
}

// bits returns a constant in all lanes by its bits.
func bits(b *Body, x uint64) Val { return b.Const(Number(x)) }

// horner returns c[0] + c[1]*x + c[2]*x*x + ..., from the highest power down.
func horner(b *Body, x Val, c []float64) Val {
	sum := number(b, c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		sum = b.MulAdd(sum, x, number(b, c[i]))
	}
	return sum
}

// evenOdd is horner, given x*x, in two sums of the even and of the odd powers: a long one alone
// would wait for each of its operations, and the others in the core's window with it.
func evenOdd(b *Body, x, square Val, c []float64) Val {
	n := len(c)
	last, other := number(b, c[n-1]), number(b, c[n-2])
	for i := n - 3; i >= 0; i-- {
		last, other = other, b.MulAdd(last, square, number(b, c[i]))
	}
	return b.MulAdd(last, x, other)
}

// clamp returns x, or the bound that it is beyond; NaN stays.
func clamp(b *Body, lo float64, x Val, hi float64) Val {
	return b.Min(number(b, hi), b.Max(number(b, lo), x))
}
