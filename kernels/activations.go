package kernels

// checkGrad panics unless the three slices are equally long.
func checkGrad(kernel string, dst, dy, x int) {
	checkLen(kernel, dst, dy)
	checkLen(kernel, dst, x)
}

// ReLU is the rectifier, max(x, 0), of each element:
//
//	for i := range dst {
//		dst[i] = max(x[i], 0)
//	}
//
// NaN stays, and so does -0. dst may be x. ReLU panics if the lengths differ.
func ReLU[T Float](dst, x []T) {
	checkLen("ReLU", len(dst), len(x))
	table[T]().ReLU(noescape(dst), noescape(x))
}

// ReLUGrad is the gradient of the loss for the input x of [ReLU], from dy, that for its
// output:
//
//	for i := range dst {
//		if dst[i] = dy[i]; x[i] <= 0 {
//			dst[i] = 0
//		}
//	}
//
// dst may be dy or x. ReLUGrad panics if the lengths differ.
func ReLUGrad[T Float](dst, dy, x []T) {
	checkGrad("ReLUGrad", len(dst), len(dy), len(x))
	table[T]().ReLUGrad(noescape(dst), noescape(dy), noescape(x))
}

// LeakyReLU is [ReLU] with a slope for negative elements (Maas, Hannun and Ng 2013):
//
//	for i := range dst {
//		if dst[i] = x[i]; x[i] < 0 {
//			dst[i] = slope * x[i]
//		}
//	}
//
// dst may be x. LeakyReLU panics if the lengths differ.
func LeakyReLU[T Float](dst, x []T, slope T) {
	checkLen("LeakyReLU", len(dst), len(x))
	table[T]().LeakyReLU(noescape(dst), noescape(x), slope)
}

// LeakyReLUGrad is the gradient of the loss for the input x of [LeakyReLU], from dy, that
// for its output:
//
//	for i := range dst {
//		if dst[i] = dy[i]; !(x[i] > 0) {
//			dst[i] = slope * dy[i]
//		}
//	}
//
// dst may be dy or x. LeakyReLUGrad panics if the lengths differ.
func LeakyReLUGrad[T Float](dst, dy, x []T, slope T) {
	checkGrad("LeakyReLUGrad", len(dst), len(dy), len(x))
	table[T]().LeakyReLUGrad(noescape(dst), noescape(dy), noescape(x), slope)
}

// SigmoidGrad is the gradient of the loss for the input of [Sigmoid], from dy, that for its
// output y:
//
//	for i := range dst {
//		dst[i] = dy[i] * (y[i] * (1 - y[i]))
//	}
//
// Each operation rounds to T. dst may be dy or y. SigmoidGrad panics if the lengths differ.
func SigmoidGrad[T Float](dst, dy, y []T) {
	checkGrad("SigmoidGrad", len(dst), len(dy), len(y))
	table[T]().SigmoidGrad(noescape(dst), noescape(dy), noescape(y))
}

// TanhGrad is the gradient of the loss for the input of [Tanh], from dy, that for its output
// y:
//
//	for i := range dst {
//		dst[i] = dy[i] * ((1 - y[i]) * (1 + y[i]))
//	}
//
// Each operation rounds to T. dst may be dy or y. TanhGrad panics if the lengths differ.
func TanhGrad[T Float](dst, dy, y []T) {
	checkGrad("TanhGrad", len(dst), len(dy), len(y))
	table[T]().TanhGrad(noescape(dst), noescape(dy), noescape(y))
}

// SoftplusGrad is the gradient of the loss for the input x of [Softplus], from dy, that for
// its output:
//
//	for i := range dst {
//		dst[i] = dy[i] / (1 + exp(-x[i]))
//	}
//
// It is computed in float64; for float64, the factor of dy[i] errs by less than 2.5 ulp.
// dst may be dy or x. SoftplusGrad panics if the lengths differ.
func SoftplusGrad[T Float](dst, dy, x []T) {
	checkGrad("SoftplusGrad", len(dst), len(dy), len(x))
	table[T]().SoftplusGrad(noescape(dst), noescape(dy), noescape(x))
}

// SiLUGrad is the gradient of the loss for the input x of [SiLU], from dy, that for its
// output:
//
//	for i := range dst {
//		s := 1 / (1 + exp(-x[i]))
//		dst[i] = dy[i] * s * (1 + x[i]*(1-s))
//	}
//
// It is computed in float64; for float64, the factor of dy[i] errs by less than 2^-51. dst may
// be dy or x. SiLUGrad panics if the lengths differ.
func SiLUGrad[T Float](dst, dy, x []T) {
	checkGrad("SiLUGrad", len(dst), len(dy), len(x))
	table[T]().SiLUGrad(noescape(dst), noescape(dy), noescape(x))
}

// GELUGrad is the gradient of the loss for the input x of [GELU], from dy, that for its
// output, with the distribution function Phi of the normal distribution:
//
//	for i := range dst {
//		dst[i] = dy[i] * (Phi(x[i]) + x[i]*exp(-x[i]*x[i]/2)/sqrt(2*pi))
//	}
//
// It is computed in float64; for float64, the factor of dy[i] errs by less than 2^-51. dst may
// be dy or x. GELUGrad panics if the lengths differ.
func GELUGrad[T Float](dst, dy, x []T) {
	checkGrad("GELUGrad", len(dst), len(dy), len(x))
	table[T]().GELUGrad(noescape(dst), noescape(dy), noescape(x))
}

// GELUTanhGrad is the gradient of the loss for the input x of [GELUTanh], from dy, that for
// its output:
//
//	for i := range dst {
//		t := tanh(sqrt(2/pi) * (x[i] + 0.044715*x[i]*x[i]*x[i]))
//		slope := sqrt(2/pi) * (1 + 3*0.044715*x[i]*x[i])
//		dst[i] = dy[i] * (1 + t + x[i]*(1-t*t)*slope) / 2
//	}
//
// It is computed in float64; for float64, the factor of dy[i] errs by less than 2^-51. dst may
// be dy or x. GELUTanhGrad panics if the lengths differ.
func GELUTanhGrad[T Float](dst, dy, x []T) {
	checkGrad("GELUTanhGrad", len(dst), len(dy), len(x))
	table[T]().GELUTanhGrad(noescape(dst), noescape(dy), noescape(x))
}

// AddBias adds a vector to each row of a row-major matrix, and applies an activation to
// the row while it is in the cache, as a dense layer does behind its product. With
// D = len(bias), row r is y[r*stride : r*stride+D]:
//
//	for r := range rows {
//		for j := range bias {
//			y[r*stride+j] += bias[j]
//		}
//		activation(row, row)
//	}
//
// The activation is a function such as ReLU[T] or Tanh[T], which may write where it reads;
// nil is none. bias must not overlap y. AddBias panics if stride < D, rows < 0, or the
// matrix does not fit in y; the last row need not be padded to the stride.
func AddBias[T Float](y []T, rows, stride int, bias []T, activation func(dst, x []T)) {
	checkRows("AddBias", len(bias), len(y), rows, stride)
	t := table[T]()
	for r := range rows {
		row := y[r*stride:][:len(bias)]
		t.Add(noescape(row), noescape(row), noescape(bias))
		if activation != nil {
			activation(noescape(row), noescape(row))
		}
	}
}
