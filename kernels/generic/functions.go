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
	for i, v := range x[:len(dst)] {
		dst[i] = T(f(float64(v)))
	}
}

// Exp computes dst[i] = exp(x[i]).
func Exp[T Float](dst, x []T) { each(dst, x, exp32, exp64) }

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
