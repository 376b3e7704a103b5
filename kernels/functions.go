package kernels

// Exp is the exponential function of each element:
//
//	for i := range dst {
//		dst[i] = exp(x[i])
//	}
//
// In float32, results are correctly rounded; in float64, the error is below 0.85 ulp. dst
// may be x. Exp panics if the lengths differ.
func Exp[T Float](dst, x []T) {
	checkLen("Exp", len(dst), len(x))
	table[T]().Exp(noescape(dst), noescape(x))
}

// Exp2 TODO
func Exp2[T Float](dst, x []T) {
	checkLen("Exp2", len(dst), len(x))
	table[T]().Exp2(noescape(dst), noescape(x))
}

// Expm1 TODO
func Expm1[T Float](dst, x []T) {
	checkLen("Expm1", len(dst), len(x))
	table[T]().Expm1(noescape(dst), noescape(x))
}

// Log TODO
func Log[T Float](dst, x []T) {
	checkLen("Log", len(dst), len(x))
	table[T]().Log(noescape(dst), noescape(x))
}

// Log1p TODO
func Log1p[T Float](dst, x []T) {
	checkLen("Log1p", len(dst), len(x))
	table[T]().Log1p(noescape(dst), noescape(x))
}

// Tanh TODO
func Tanh[T Float](dst, x []T) {
	checkLen("Tanh", len(dst), len(x))
	table[T]().Tanh(noescape(dst), noescape(x))
}

// Sigmoid TODO
func Sigmoid[T Float](dst, x []T) {
	checkLen("Sigmoid", len(dst), len(x))
	table[T]().Sigmoid(noescape(dst), noescape(x))
}

// Erf TODO
func Erf[T Float](dst, x []T) {
	checkLen("Erf", len(dst), len(x))
	table[T]().Erf(noescape(dst), noescape(x))
}

// Softplus TODO
func Softplus[T Float](dst, x []T) {
	checkLen("Softplus", len(dst), len(x))
	table[T]().Softplus(noescape(dst), noescape(x))
}

// SiLU TODO
func SiLU[T Float](dst, x []T) {
	checkLen("SiLU", len(dst), len(x))
	table[T]().SiLU(noescape(dst), noescape(x))
}

// GELU TODO
func GELU[T Float](dst, x []T) {
	checkLen("GELU", len(dst), len(x))
	table[T]().GELU(noescape(dst), noescape(x))
}

// GELUTanh TODO
func GELUTanh[T Float](dst, x []T) {
	checkLen("GELUTanh", len(dst), len(x))
	table[T]().GELUTanh(noescape(dst), noescape(x))
}
