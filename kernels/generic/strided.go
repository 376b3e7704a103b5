package generic

// The strided forms of the kernels. Element i of a vector with n elements and the
// stride inc is x[i*inc], or x[(i-(n-1))*inc] if inc is negative, as in BLAS: the
// vector then begins at its far end.

// First returns the place of element 0 of a strided vector of n elements.
func First(n, inc int) int {
	if inc < 0 {
		return (1 - n) * inc
	}
	return 0
}

// CopyInc computes y[i] = x[i].
func CopyInc[T Float](n int, x []T, incX int, y []T, incY int) {
	ix, iy := First(n, incX), First(n, incY)
	for range n {
		y[iy] = x[ix]
		ix, iy = ix+incX, iy+incY
	}
}

// SwapInc exchanges x[i] and y[i].
func SwapInc[T Float](n int, x []T, incX int, y []T, incY int) {
	ix, iy := First(n, incX), First(n, incY)
	for range n {
		x[ix], y[iy] = y[iy], x[ix]
		ix, iy = ix+incX, iy+incY
	}
}

// AxpyInc computes y[i] += alpha*x[i].
func AxpyInc[T Float](n int, alpha T, x []T, incX int, y []T, incY int) {
	ix, iy := First(n, incX), First(n, incY)
	for range n {
		y[iy] = T(alpha*x[ix]) + y[iy]
		ix, iy = ix+incX, iy+incY
	}
}

// ScalInc computes x[i] *= alpha.
func ScalInc[T Float](n int, alpha T, x []T, incX int) {
	ix := First(n, incX)
	for range n {
		x[ix] *= alpha
		ix += incX
	}
}

// RotInc computes x[i], y[i] = c*x[i] + s*y[i], c*y[i] - s*x[i].
func RotInc[T Float](n int, x []T, incX int, y []T, incY int, c, s T) {
	ix, iy := First(n, incX), First(n, incY)
	for range n {
		vx, vy := x[ix], y[iy]
		x[ix], y[iy] = T(c*vx)+T(s*vy), T(c*vy)-T(s*vx)
		ix, iy = ix+incX, iy+incY
	}
}

// RotmInc computes x[i], y[i] = h11*x[i] + h12*y[i], h21*x[i] + h22*y[i].
func RotmInc[T Float](n int, x []T, incX int, y []T, incY int, h11, h12, h21, h22 T) {
	ix, iy := First(n, incX), First(n, incY)
	for range n {
		vx, vy := x[ix], y[iy]
		x[ix], y[iy] = T(h11*vx)+T(h12*vy), T(h21*vx)+T(h22*vy)
		ix, iy = ix+incX, iy+incY
	}
}

// DotInc returns the sum of x[i]*y[i].
func DotInc[T Float](n int, x []T, incX int, y []T, incY int) T {
	ix, iy := First(n, incX), First(n, incY)
	return T(reduceInc[T](n, func() T {
		t := T(x[ix] * y[iy])
		ix, iy = ix+incX, iy+incY
		return t
	}))
}

// DsdotInc returns the sum of x[i]*y[i], computed in float64.
func DsdotInc[T Float](n int, x []T, incX int, y []T, incY int) float64 {
	ix, iy := First(n, incX), First(n, incY)
	return reduceInc[T](n, func() float64 {
		t := float64(float64(x[ix]) * float64(y[iy]))
		ix, iy = ix+incX, iy+incY
		return t
	})
}

// AsumInc returns the sum of |x[i]|.
func AsumInc[T Float](n int, x []T, incX int) T {
	ix := First(n, incX)
	return T(reduceInc[T](n, func() T {
		t := abs(x[ix])
		ix += incX
		return t
	}))
}

// SumSquaresInc returns the sum of x[i]², computed in float64.
func SumSquaresInc[T Float](n int, x []T, incX int) float64 {
	return SumSquaresScaledInc(n, 1, x, incX)
}

// SumSquaresScaledInc returns the sum of (scale*x[i])², computed in float64.
func SumSquaresScaledInc[T Float](n int, scale float64, x []T, incX int) float64 {
	ix := First(n, incX)
	return reduceInc[T](n, func() float64 {
		v := scale * float64(x[ix])
		ix += incX
		return float64(v * v)
	})
}

// reduceInc adds n terms in the order of the contract, in accumulators of type A.
// T is the type of the elements, which fixes the size of a block.
func reduceInc[T, A Float](n int, term func() A) float64 {
	var buf [AccumulatorBytes / 4]A
	var total float64
	for block := Block[T](); n > 0; n -= block {
		m := min(n, block)
		acc := buf[:Lanes[A]()]
		clear(acc)
		for i := range m {
			acc[i%len(acc)] += term()
		}
		total += float64(fold(acc, m))
	}
	return total
}

// AmaxInc returns the largest |x[i]|, NaN if any is.
func AmaxInc[T Float](n int, x []T, incX int) T {
	var m T
	ix := First(n, incX)
	for range n {
		if a := abs(x[ix]); !(a <= m) {
			if a != a {
				return a
			}
			m = a
		}
		ix += incX
	}
	return m
}

// AmaxNumberInc returns the largest |x[i]| that is not NaN.
func AmaxNumberInc[T Float](n int, x []T, incX int) T {
	var m T
	ix := First(n, incX)
	for range n {
		m = greater(abs(x[ix]), m)
		ix += incX
	}
	return m
}
