package generic

// Functions of float32 evaluate in float64 and round once. Their contract is the value,
// correctly rounded, so that functions32.go may differ from the assembly's text: it does
// without fused multiply-adds, which many machines lack. Functions of float64 take the
// same steps everywhere.

// each stores a function of x in dst, computed in float64.
func each[T Float](dst, x []T, f32, f64 func(float64) float64) {
	f := f64
	if isFloat32[T]() {
		f = f32
	}
	x = x[:len(dst)]
	var block [functionBlock]float64
	for len(x) > 0 {
		values := widen(&block, x)
		for i, v := range values {
			values[i] = f(v)
		}
		for i, v := range values {
			dst[i] = T(v)
		}
		dst, x = dst[len(values):], x[len(values):]
	}
}

// functionBlock is how many elements are widened, and then evaluated. Within one loop,
// amd64's instruction for widening a result register makes each element wait for the one
// before it.
const functionBlock = 64

// widen returns the first elements of x in float64.
func widen[T Float](block *[functionBlock]float64, x []T) []float64 {
	values := block[:min(len(x), functionBlock)]
	for i := range values {
		values[i] = float64(x[i])
	}
	return values
}

// Exp computes dst[i] = exp(x[i]).
func Exp[T Float](dst, x []T) { each(dst, x, exp32, exp64) }

// Exp2 computes dst[i] = 2^x[i].
func Exp2[T Float](dst, x []T) { each(dst, x, exp2f32, exp2f64) }

// Expm1 computes dst[i] = exp(x[i]) - 1.
func Expm1[T Float](dst, x []T) { each(dst, x, expm1f32, expm1f64) }

// Log computes dst[i] = log(x[i]).
func Log[T Float](dst, x []T) { each(dst, x, log32, log64) }

// Log1p computes dst[i] = log(1 + x[i]).
func Log1p[T Float](dst, x []T) { each(dst, x, log1pf32, log1pf64) }

// Tanh computes dst[i] = tanh(x[i]).
func Tanh[T Float](dst, x []T) { each(dst, x, tanh32, tanh64) }

// Sigmoid computes dst[i] = 1/(1 + exp(-x[i])).
func Sigmoid[T Float](dst, x []T) { each(dst, x, sigmoid32, sigmoid64) }

// Erf computes dst[i] = erf(x[i]).
func Erf[T Float](dst, x []T) { each(dst, x, erf32, erf64) }

// Softplus computes dst[i] = log(1 + exp(x[i])).
func Softplus[T Float](dst, x []T) { each(dst, x, softplus32, softplus64) }

// SiLU computes dst[i] = x[i]/(1 + exp(-x[i])).
func SiLU[T Float](dst, x []T) { each(dst, x, silu32, silu64) }

// GELU computes dst[i] = x[i]*Phi(x[i]).
func GELU[T Float](dst, x []T) { each(dst, x, gelu32, gelu64) }

// GELUTanh computes GELU's form by tanh.
func GELUTanh[T Float](dst, x []T) { each(dst, x, geluTanh32, geluTanh64) }

// eachGrad stores dy times the derivative of a function at x in dst, computed in float64.
func eachGrad[T Float](dst, dy, x []T, f32, f64 func(dy, x float64) float64) {
	f := f64
	if isFloat32[T]() {
		f = f32
	}
	x, dy = x[:len(dst)], dy[:len(dst)]
	var block, blockGrad [functionBlock]float64
	for len(x) > 0 {
		values, grads := widen(&block, x), widen(&blockGrad, dy)
		for i, v := range values {
			values[i] = f(grads[i], v)
		}
		for i, v := range values {
			dst[i] = T(v)
		}
		dst, dy, x = dst[len(values):], dy[len(values):], x[len(values):]
	}
}

// SoftplusGrad computes dst[i] = dy[i]*sigmoid(x[i]).
func SoftplusGrad[T Float](dst, dy, x []T) { eachGrad(dst, dy, x, softplusGrad32, softplusGrad64) }

// SiLUGrad computes dst[i] = dy[i]*SiLU'(x[i]).
func SiLUGrad[T Float](dst, dy, x []T) { eachGrad(dst, dy, x, siluGrad32, siluGrad64) }

// GELUGrad computes dst[i] = dy[i]*GELU'(x[i]).
func GELUGrad[T Float](dst, dy, x []T) { eachGrad(dst, dy, x, geluGrad32, geluGrad64) }

// GELUTanhGrad computes dst[i] = dy[i]*GELUTanh'(x[i]).
func GELUTanhGrad[T Float](dst, dy, x []T) { eachGrad(dst, dy, x, geluTanhGrad32, geluTanhGrad64) }

// within returns x, or the bound that it is beyond; NaN stays.
func within(lo, x, hi float64) float64 {
	if x < lo {
		return lo
	}
	if x > hi {
		return hi
	}
	return x
}
