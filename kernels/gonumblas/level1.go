package gonumblas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// Each function here is a routine of gonum's for both element types; its two methods
// tell what it does. It checks, calls plain loops for few elements, and else the active
// level's kernel, which has no checks of its own.

// few is up to how many elements plain code beats the call of a kernel.
const few = 4

func axpy[T kernels.Float](n int, alpha T, x []T, incX int, y []T, incY int) {
	switch {
	case !forward(n, len(x), incX, len(y), incY) && !checkTwo(n, len(x), incX, len(y), incY):
	case alpha == 0:
	case n <= few:
		generic.AxpyInc(n, alpha, x, incX, y, incY)
	case incX == 1 && incY == 1:
		dispatch.Active[T]().Axpy(alpha, x[:n], y[:n])
	default:
		dispatch.Active[T]().AxpyInc(n, alpha, x, incX, y, incY)
	}
}

func dot[T kernels.Float](n int, x []T, incX int, y []T, incY int) T {
	switch {
	case !forward(n, len(x), incX, len(y), incY) && !checkTwo(n, len(x), incX, len(y), incY):
		return 0
	case n <= few:
		return dotFew[T, T](n, x, incX, y, incY)
	case incX == 1 && incY == 1:
		return dispatch.Active[T]().Dot(x[:n], y[:n])
	}
	return dispatch.Active[T]().DotInc(n, x, incX, y, incY)
}

// dotFew adds up to few products, at least one, in accumulators of type A. In the order
// of the contract, the even ones and the odd ones are added last.
func dotFew[A, T kernels.Float](n int, x []T, incX int, y []T, incY int) A {
	ix, iy := generic.First(n, incX), generic.First(n, incY)
	even, odd := A(A(x[ix])*A(y[iy]))+0, A(0)
	if n > 1 {
		odd += A(A(x[ix+incX]) * A(y[iy+incY]))
	}
	if n > 2 {
		even += A(A(x[ix+2*incX]) * A(y[iy+2*incY]))
	}
	if n > 3 {
		odd += A(A(x[ix+3*incX]) * A(y[iy+3*incY]))
	}
	return even + odd
}

func scal[T kernels.Float](n int, alpha T, x []T, incX int) {
	switch {
	case !forwardOne(n, len(x), incX) && !checkOne(n, len(x), incX):
	case alpha == 0:
		for i := range n {
			x[i*incX] = 0
		}
	case n <= few:
		for i := range n {
			x[i*incX] *= alpha
		}
	case incX == 1:
		dispatch.Active[T]().Scal(alpha, x[:n])
	default:
		dispatch.Active[T]().ScalInc(n, alpha, x, incX)
	}
}

func copyTo[T kernels.Float](n int, x []T, incX int, y []T, incY int) {
	switch {
	case !forward(n, len(x), incX, len(y), incY) && !checkTwo(n, len(x), incX, len(y), incY):
	case incX == 1 && incY == 1:
		copy(y[:n], x[:n])
	case n <= few:
		generic.CopyInc(n, x, incX, y, incY)
	default:
		dispatch.Active[T]().CopyInc(n, x, incX, y, incY)
	}
}

func swap[T kernels.Float](n int, x []T, incX int, y []T, incY int) {
	switch {
	case !forward(n, len(x), incX, len(y), incY) && !checkTwo(n, len(x), incX, len(y), incY):
	case n <= few:
		generic.SwapInc(n, x, incX, y, incY)
	case incX == 1 && incY == 1:
		dispatch.Active[T]().Swap(x[:n], y[:n])
	default:
		dispatch.Active[T]().SwapInc(n, x, incX, y, incY)
	}
}

func nrm2[T kernels.Float](n int, x []T, incX int) T {
	switch {
	case !forwardOne(n, len(x), incX) && !checkOne(n, len(x), incX):
		return 0
	case n == 1:
		return abs(x[0])
	case incX == 1:
		return kernels.Nrm2(x[:n])
	}
	return kernels.Nrm2Inc(n, x, incX)
}

func asum[T kernels.Float](n int, x []T, incX int) T {
	switch {
	case n < 0:
		panic(nLT0) // before it looks at the stride, unlike the others
	case !forwardOne(n, len(x), incX) && !checkOne(n, len(x), incX):
		return 0
	case n <= few:
		even, odd := abs(x[0]), T(0)
		if n > 1 {
			odd = abs(x[incX])
		}
		if n > 2 {
			even += abs(x[2*incX])
		}
		if n > 3 {
			odd += abs(x[3*incX])
		}
		return even + odd
	case incX == 1:
		return dispatch.Active[T]().Asum(x[:n])
	}
	return dispatch.Active[T]().AsumInc(n, x, incX)
}

// cheap is up to how many elements a loop finds the largest as fast as the kernels,
// which go over them twice.
const cheap = 16

func iamax[T kernels.Float](n int, x []T, incX int) int {
	switch {
	case !forwardOne(n, len(x), incX) && !checkOne(n, len(x), incX):
		return -1
	case n == 1:
		return 0
	case n <= cheap:
		index, most := 0, abs(x[0])
		for i := 1; i < n; i++ {
			if v := abs(x[i*incX]); v > most {
				index, most = i, v
			}
		}
		return index
	case incX == 1:
		return kernels.Iamax(x[:n])
	}
	return kernels.IamaxInc(n, x, incX)
}

func rot[T kernels.Float](n int, x []T, incX int, y []T, incY int, c, s T) {
	switch {
	case !forward(n, len(x), incX, len(y), incY) && !checkTwo(n, len(x), incX, len(y), incY):
	case n <= few:
		generic.RotInc(n, x, incX, y, incY, c, s)
	case incX == 1 && incY == 1:
		dispatch.Active[T]().Rot(x[:n], y[:n], c, s)
	default:
		dispatch.Active[T]().RotInc(n, x, incX, y, incY, c, s)
	}
}

// rotm takes the matrix in the order of the rows, which is not that of its parameters in
// BLAS.
func rotm[T kernels.Float](n int, x []T, incX int, y []T, incY int, flag blas.Flag, h11, h12, h21, h22 T) {
	if !forward(n, len(x), incX, len(y), incY) && !checkTwo(n, len(x), incX, len(y), incY) {
		return
	}
	switch flag {
	case blas.Rescaling:
	case blas.OffDiagonal:
		h11, h22 = 1, 1
	case blas.Diagonal:
		h21, h12 = -1, 1
	default:
		return
	}
	switch {
	case n <= few:
		generic.RotmInc(n, x, incX, y, incY, h11, h12, h21, h22)
	case incX == 1 && incY == 1:
		dispatch.Active[T]().Rotm(x[:n], y[:n], h11, h12, h21, h22)
	default:
		dispatch.Active[T]().RotmInc(n, x, incX, y, incY, h11, h12, h21, h22)
	}
}
