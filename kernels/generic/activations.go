package generic

// ReLU computes dst[i] = max(x[i], 0). NaN and -0 stay.
func ReLU[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		if v < 0 {
			v = 0
		}
		dst[i] = v
	}
}

// ReLUGrad computes dst[i] = 0 if x[i] <= 0, otherwise dy[i].
func ReLUGrad[T Float](dst, dy, x []T) {
	dy = dy[:len(dst)]
	for i, v := range x[:len(dst)] {
		d := dy[i]
		if v <= 0 {
			d = 0
		}
		dst[i] = d
	}
}

// LeakyReLU computes dst[i] = x[i] or, if that is negative, slope*x[i].
func LeakyReLU[T Float](dst, x []T, slope T) {
	for i, v := range x[:len(dst)] {
		if v < 0 {
			v *= slope
		}
		dst[i] = v
	}
}

// LeakyReLUGrad computes dst[i] = dy[i] if x[i] > 0, otherwise slope*dy[i].
func LeakyReLUGrad[T Float](dst, dy, x []T, slope T) {
	dy = dy[:len(dst)]
	for i, v := range x[:len(dst)] {
		d := dy[i]
		if !(v > 0) {
			d *= slope
		}
		dst[i] = d
	}
}

// SigmoidGrad computes dst[i] = dy[i]*y[i]*(1 - y[i]).
func SigmoidGrad[T Float](dst, dy, y []T) {
	dy = dy[:len(dst)]
	for i, v := range y[:len(dst)] {
		dst[i] = dy[i] * T(v*(1-v))
	}
}

// TanhGrad computes dst[i] = dy[i]*(1 - y[i])*(1 + y[i]).
func TanhGrad[T Float](dst, dy, y []T) {
	dy = dy[:len(dst)]
	for i, v := range y[:len(dst)] {
		dst[i] = dy[i] * T((1-v)*(1+v))
	}
}
