package kernels

// Exp is the exponential function of each element:
//
//	for i := range dst {
//		dst[i] = exp(x[i])
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 0.85 ulp. It is
// +0 at -Inf, and results beyond the largest number are +Inf. dst may be x. Exp panics if
// the lengths differ.
func Exp[T Float](dst, x []T) {
	checkLen("Exp", len(dst), len(x))
	table[T]().Exp(noescape(dst), noescape(x))
}

// Exp2 is 2 to the power of each element:
//
//	for i := range dst {
//		dst[i] = pow(2, x[i])
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 0.85 ulp. Whole
// powers are exact. It is +0 at -Inf, and results beyond the largest number are +Inf. dst
// may be x. Exp2 panics if the lengths differ.
func Exp2[T Float](dst, x []T) {
	checkLen("Exp2", len(dst), len(x))
	table[T]().Exp2(noescape(dst), noescape(x))
}

// Expm1 is [Exp] less 1, without the cancellation next to 0:
//
//	for i := range dst {
//		dst[i] = exp(x[i]) - 1
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 1 ulp. It is -1
// at -Inf, ±0 at ±0, and results beyond the largest number are +Inf. dst may be x. Expm1
// panics if the lengths differ.
func Expm1[T Float](dst, x []T) {
	checkLen("Expm1", len(dst), len(x))
	table[T]().Expm1(noescape(dst), noescape(x))
}

// Log is the natural logarithm of each element:
//
//	for i := range dst {
//		dst[i] = log(x[i])
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 0.85 ulp. It is
// -Inf at ±0, +0 at 1, +Inf at +Inf, and NaN below 0. dst may be x. Log panics if the
// lengths differ.
func Log[T Float](dst, x []T) {
	checkLen("Log", len(dst), len(x))
	table[T]().Log(noescape(dst), noescape(x))
}

// Log1p is the natural logarithm of 1 more than each element, without what that sum loses
// next to 0:
//
//	for i := range dst {
//		dst[i] = log(1 + x[i])
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 1 ulp. It is
// -Inf at -1, ±0 at ±0, +Inf at +Inf, and NaN below -1. dst may be x. Log1p panics if the
// lengths differ.
func Log1p[T Float](dst, x []T) {
	checkLen("Log1p", len(dst), len(x))
	table[T]().Log1p(noescape(dst), noescape(x))
}

// Tanh is the hyperbolic tangent of each element:
//
//	for i := range dst {
//		dst[i] = tanh(x[i])
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 2.5 ulp. It is
// ±1 at ±Inf and ±0 at ±0. Its gradient is [TanhGrad]. dst may be x. Tanh panics if the
// lengths differ.
func Tanh[T Float](dst, x []T) {
	checkLen("Tanh", len(dst), len(x))
	table[T]().Tanh(noescape(dst), noescape(x))
}

// Sigmoid is the logistic function of each element:
//
//	for i := range dst {
//		dst[i] = 1 / (1 + exp(-x[i]))
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 2.5 ulp. So
// small results are as good as others: for a very negative x they are those of exp(x). It
// is +0 at -Inf and 1 at +Inf. Its gradient is [SigmoidGrad]. dst may be x. Sigmoid panics
// if the lengths differ.
func Sigmoid[T Float](dst, x []T) {
	checkLen("Sigmoid", len(dst), len(x))
	table[T]().Sigmoid(noescape(dst), noescape(x))
}

// Erf is the error function of each element:
//
//	for i := range dst {
//		dst[i] = erf(x[i]) // 2/sqrt(pi) times the integral of exp(-t*t) from 0 to x[i]
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 1.5 ulp. It is
// ±1 at ±Inf and ±0 at ±0. dst may be x. Erf panics if the lengths differ.
func Erf[T Float](dst, x []T) {
	checkLen("Erf", len(dst), len(x))
	table[T]().Erf(noescape(dst), noescape(x))
}

// Softplus is a smooth form of [ReLU] (Dugas et al. 2001):
//
//	for i := range dst {
//		dst[i] = log(1 + exp(x[i]))
//	}
//
// The error is below 0.6 ulp in float32 and 2 ulp in float64, also where results are
// small. It is +0 at -Inf and +Inf at +Inf. Its gradient is [SoftplusGrad]. dst may be x.
// Softplus panics if the lengths differ.
func Softplus[T Float](dst, x []T) {
	checkLen("Softplus", len(dst), len(x))
	table[T]().Softplus(noescape(dst), noescape(x))
}

// SiLU is the sigmoid-weighted linear unit, or swish (Hendrycks and Gimpel 2016; Elfwing,
// Uchibe and Doya 2018):
//
//	for i := range dst {
//		dst[i] = x[i] / (1 + exp(-x[i]))
//	}
//
// The error is below 0.6 ulp in float32 and 2.5 ulp in float64, also where results are
// small. It is ±0 at ±0, -0 at -Inf and +Inf at +Inf. Its gradient is [SiLUGrad]. dst may
// be x. SiLU panics if the lengths differ.
func SiLU[T Float](dst, x []T) {
	checkLen("SiLU", len(dst), len(x))
	table[T]().SiLU(noescape(dst), noescape(x))
}

// GELU is the Gaussian error linear unit (Hendrycks and Gimpel 2016), with the distribution
// function Phi of the normal distribution:
//
//	for i := range dst {
//		dst[i] = x[i] * Phi(x[i]) // Phi(x) = (1 + erf(x/sqrt(2)))/2
//	}
//
// The error is below 0.6 ulp in float32 and 4 ulp in float64, also where results are
// small. It is ±0 at ±0, -0 at -Inf and +Inf at +Inf. Its gradient is [GELUGrad]. dst may
// be x. GELU panics if the lengths differ.
func GELU[T Float](dst, x []T) {
	checkLen("GELU", len(dst), len(x))
	table[T]().GELU(noescape(dst), noescape(x))
}

// GELUTanh is the form of [GELU] by tanh (Hendrycks and Gimpel 2016):
//
//	for i := range dst {
//		dst[i] = x[i] * (1 + tanh(sqrt(2/pi)*(x[i]+0.044715*x[i]*x[i]*x[i]))) / 2
//	}
//
// The error is below 0.6 ulp in float32 and 2.5 ulp in float64, also where results are
// small. It is ±0 at ±0, -0 at -Inf and +Inf at +Inf. Its gradient is [GELUTanhGrad]. dst
// may be x. GELUTanh panics if the lengths differ.
func GELUTanh[T Float](dst, x []T) {
	checkLen("GELUTanh", len(dst), len(x))
	table[T]().GELUTanh(noescape(dst), noescape(x))
}
