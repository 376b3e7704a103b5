package generic

import "math"

// Axpy computes y[i] += alpha*x[i].
func Axpy[T Float](alpha T, x, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = T(alpha*v) + y[i]
	}
}

// Axpby computes y[i] = alpha*x[i] + beta*y[i].
func Axpby[T Float](alpha T, x []T, beta T, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = T(alpha*v) + T(beta*y[i])
	}
}

// Scal computes x[i] *= alpha.
func Scal[T Float](alpha T, x []T) {
	for i := range x {
		x[i] *= alpha
	}
}

// Add computes dst[i] = x[i] + y[i].
func Add[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

// Sub computes dst[i] = x[i] - y[i].
func Sub[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

// Mul computes dst[i] = x[i] * y[i].
func Mul[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

// Div computes dst[i] = x[i] / y[i].
func Div[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] / y[i]
	}
}

// Sqrt computes dst[i] = sqrt(x[i]).
func Sqrt[T Float](dst, x []T) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = sqrt(v)
	}
}

// Swap exchanges x[i] and y[i].
func Swap[T Float](x, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		x[i], y[i] = y[i], v
	}
}

// Rot computes x[i], y[i] = c*x[i] + s*y[i], c*y[i] - s*x[i].
func Rot[T Float](x, y []T, c, s T) {
	y = y[:len(x)]
	for i, vx := range x {
		vy := y[i]
		x[i], y[i] = T(c*vx)+T(s*vy), T(c*vy)-T(s*vx)
	}
}

// Rotm computes x[i], y[i] = h11*x[i] + h12*y[i], h21*x[i] + h22*y[i].
func Rotm[T Float](x, y []T, h11, h12, h21, h22 T) {
	y = y[:len(x)]
	for i, vx := range x {
		vy := y[i]
		x[i], y[i] = T(h11*vx)+T(h12*vy), T(h21*vx)+T(h22*vy)
	}
}

// Lerp computes y[i] += w*(x[i]-y[i]).
func Lerp[T Float](w T, x, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += T(w * (v - y[i]))
	}
}

// Clamp computes dst[i] = min(max(x[i], lo), hi). A NaN in x stays.
func Clamp[T Float](dst, x []T, lo, hi T) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = less(hi, greater(lo, v))
	}
}

// SoftThreshold computes dst[i] = x[i] - min(max(x[i], -lambda), lambda): x[i] moved
// towards 0 by lambda, and +0 where that would pass 0.
func SoftThreshold[T Float](dst, x []T, lambda T) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = v - less(lambda, greater(0-lambda, v))
	}
}

// sqrt returns the correctly rounded square root. For float32 the detour through
// float64 is exact, and the compiler turns it into the one instruction.
func sqrt[T Float](x T) T { return T(math.Sqrt(float64(x))) }

// abs returns |x|.
func abs[T Float](x T) T { return T(math.Abs(float64(x))) }
