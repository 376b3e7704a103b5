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
