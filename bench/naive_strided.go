package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// The plain loops for rotations, and for vectors whose elements are some distance
// apart. Strides are positive here.

// naiveRotations enters the loops of Swap, Rot and Rotm into the table.
func naiveRotations[T kernels.Float](t *kerneltest.Table[T]) {
	t.Swap, t.Rot, t.Rotm = swap[T], rot[T], rotm[T]
}

func swap[T kernels.Float](x, y []T) {
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

func rot[T kernels.Float](x, y []T, c, s T) {
	for i := range x {
		x[i], y[i] = c*x[i]+s*y[i], c*y[i]-s*x[i]
	}
}

func rotm[T kernels.Float](x, y []T, h11, h12, h21, h22 T) {
	for i := range x {
		x[i], y[i] = h11*x[i]+h12*y[i], h21*x[i]+h22*y[i]
	}
}

// naiveStrided enters the loops of the strided kernels into the table.
func naiveStrided[T kernels.Float](t *kerneltest.Table[T]) {
	t.CopyInc, t.AxpyInc, t.ScalInc, t.SwapInc = copyInc[T], axpyInc[T], scalInc[T], swapInc[T]
	t.RotInc, t.RotmInc = rotInc[T], rotmInc[T]
	t.DotInc, t.DsdotInc, t.AsumInc = dotInc[T], dsdotInc[T], asumInc[T]
	t.SumSquaresInc, t.SumSquaresScaledInc = sumSquaresInc[T], sumSquaresScaledInc[T]
	t.AmaxInc, t.AmaxNumberInc = amaxInc[T], amaxInc[T]
}

func copyInc[T kernels.Float](n int, x []T, incX int, y []T, incY int) {
	for i := range n {
		y[i*incY] = x[i*incX]
	}
}

func axpyInc[T kernels.Float](n int, alpha T, x []T, incX int, y []T, incY int) {
	for i := range n {
		y[i*incY] += alpha * x[i*incX]
	}
}

func scalInc[T kernels.Float](n int, alpha T, x []T, incX int) {
	for i := range n {
		x[i*incX] *= alpha
	}
}

func swapInc[T kernels.Float](n int, x []T, incX int, y []T, incY int) {
	for i := range n {
		x[i*incX], y[i*incY] = y[i*incY], x[i*incX]
	}
}

func rotInc[T kernels.Float](n int, x []T, incX int, y []T, incY int, c, s T) {
	for i := range n {
		vx, vy := x[i*incX], y[i*incY]
		x[i*incX], y[i*incY] = c*vx+s*vy, c*vy-s*vx
	}
}

func rotmInc[T kernels.Float](n int, x []T, incX int, y []T, incY int, h11, h12, h21, h22 T) {
	for i := range n {
		vx, vy := x[i*incX], y[i*incY]
		x[i*incX], y[i*incY] = h11*vx+h12*vy, h21*vx+h22*vy
	}
}

func dotInc[T kernels.Float](n int, x []T, incX int, y []T, incY int) T {
	var sum T
	for i := range n {
		sum += x[i*incX] * y[i*incY]
	}
	return sum
}

func dsdotInc[T kernels.Float](n int, x []T, incX int, y []T, incY int) float64 {
	var sum float64
	for i := range n {
		sum += float64(x[i*incX]) * float64(y[i*incY])
	}
	return sum
}

func asumInc[T kernels.Float](n int, x []T, incX int) T {
	var sum T
	for i := range n {
		sum += T(math.Abs(float64(x[i*incX])))
	}
	return sum
}

func sumSquaresInc[T kernels.Float](n int, x []T, incX int) float64 {
	var sum float64
	for i := range n {
		v := float64(x[i*incX])
		sum += v * v
	}
	return sum
}

func sumSquaresScaledInc[T kernels.Float](n int, scale float64, x []T, incX int) float64 {
	var sum float64
	for i := range n {
		v := scale * float64(x[i*incX])
		sum += v * v
	}
	return sum
}

func amaxInc[T kernels.Float](n int, x []T, incX int) T {
	var m T
	for i := range n {
		if a := T(math.Abs(float64(x[i*incX]))); a > m {
			m = a
		}
	}
	return m
}
