package kernels

import (
	"fmt"
	"math/bits"

	"github.com/seed63264101/steepest/kernels/generic"
)

// checkInc panics unless a vector of n elements with that stride fits in a slice. It is
// inlined for what most calls are: no negative stride, and no product that overflows.
func checkInc(kernel string, n, length, inc int) {
	if uint(n|(inc-1)) >= half || (n-1)*inc >= length {
		checkIncFully(kernel, n, length, inc)
	}
}

// half is the bound below which the product of two numbers fits in an int.
const half = 1 << (bits.UintSize/2 - 1)

func checkIncFully(kernel string, n, length, inc int) {
	over, last := bits.Mul(uint(n-1), uint(max(inc, -inc)))
	if n > 0 && (over != 0 || last >= uint(length)) || n < 0 || inc == 0 {
		panicInc(kernel, n, length, inc)
	}
}

//go:noinline
func panicInc(kernel string, n, length, inc int) {
	switch {
	case n < 0:
		panic(fmt.Sprintf("kernels: %s: negative number of elements: %d", kernel, n))
	case inc == 0:
		panic(fmt.Sprintf("kernels: %s: stride 0", kernel))
	}
	panic(fmt.Sprintf("kernels: %s: %d elements with the stride %d do not fit in a slice of length %d", kernel, n, inc, length))
}

// CopyInc copies a strided vector (BLAS ?COPY):
//
//	for i := range n {
//		y[i*incY] = x[i*incX]
//	}
//
// See [AxpyInc] for negative strides and misuse.
func CopyInc[T Float](n int, x []T, incX int, y []T, incY int) {
	checkInc("CopyInc", n, len(x), incX)
	checkInc("CopyInc", n, len(y), incY)
	table[T]().CopyInc(n, noescape(x), incX, noescape(y), incY)
}

// SwapInc is Swap for strided vectors (BLAS ?SWAP). See [AxpyInc] for negative
// strides and misuse.
func SwapInc[T Float](n int, x []T, incX int, y []T, incY int) {
	checkInc("SwapInc", n, len(x), incX)
	checkInc("SwapInc", n, len(y), incY)
	table[T]().SwapInc(n, noescape(x), incX, noescape(y), incY)
}

// AxpyInc is Axpy for strided vectors (BLAS ?AXPY):
//
//	for i := range n {
//		y[i*incY] += alpha * x[i*incX]
//	}
//
// A vector with a negative stride begins at its far end, as in BLAS: there,
// element i of x is x[(i-(n-1))*incX]. Vectors that overlap give undefined
// values. AxpyInc panics if n is negative, a stride is 0, or a slice is too short
// for n elements.
func AxpyInc[T Float](n int, alpha T, x []T, incX int, y []T, incY int) {
	checkInc("AxpyInc", n, len(x), incX)
	checkInc("AxpyInc", n, len(y), incY)
	table[T]().AxpyInc(n, alpha, noescape(x), incX, noescape(y), incY)
}

// ScalInc is Scal for a strided vector (BLAS ?SCAL). The sign of the stride does
// not matter. See [AxpyInc] for misuse.
func ScalInc[T Float](n int, alpha T, x []T, incX int) {
	checkInc("ScalInc", n, len(x), incX)
	table[T]().ScalInc(n, alpha, noescape(x), incX)
}

// RotInc is Rot for strided vectors (BLAS ?ROT). See [AxpyInc] for negative
// strides and misuse.
func RotInc[T Float](n int, x []T, incX int, y []T, incY int, c, s T) {
	checkInc("RotInc", n, len(x), incX)
	checkInc("RotInc", n, len(y), incY)
	table[T]().RotInc(n, noescape(x), incX, noescape(y), incY, c, s)
}

// RotmInc is Rotm for strided vectors (BLAS ?ROTM). See [AxpyInc] for negative
// strides and misuse.
func RotmInc[T Float](n int, x []T, incX int, y []T, incY int, h11, h12, h21, h22 T) {
	checkInc("RotmInc", n, len(x), incX)
	checkInc("RotmInc", n, len(y), incY)
	table[T]().RotmInc(n, noescape(x), incX, noescape(y), incY, h11, h12, h21, h22)
}

// DotInc is Dot for strided vectors (BLAS ?DOT): the same bits as Dot of their
// elements side by side. See [AxpyInc] for negative strides and misuse.
func DotInc[T Float](n int, x []T, incX int, y []T, incY int) T {
	checkInc("DotInc", n, len(x), incX)
	checkInc("DotInc", n, len(y), incY)
	return table[T]().DotInc(n, noescape(x), incX, noescape(y), incY)
}

// DsdotInc is Dsdot for strided vectors (BLAS DSDOT). See [AxpyInc] for negative
// strides and misuse.
func DsdotInc[T Float](n int, x []T, incX int, y []T, incY int) float64 {
	checkInc("DsdotInc", n, len(x), incX)
	checkInc("DsdotInc", n, len(y), incY)
	return table[T]().DsdotInc(n, noescape(x), incX, noescape(y), incY)
}

// AsumInc is Asum for a strided vector (BLAS ?ASUM). See [AxpyInc] for negative
// strides and misuse.
func AsumInc[T Float](n int, x []T, incX int) T {
	checkInc("AsumInc", n, len(x), incX)
	return table[T]().AsumInc(n, noescape(x), incX)
}

// Nrm2Inc is Nrm2 for a strided vector (BLAS ?NRM2). See [AxpyInc] for negative
// strides and misuse.
func Nrm2Inc[T Float](n int, x []T, incX int) T {
	checkInc("Nrm2Inc", n, len(x), incX)
	return nrm2(table[T]().SumSquaresInc(n, noescape(x), incX), n, x, incX)
}

// IamaxInc is Iamax for a strided vector (BLAS I?AMAX): it returns the i of the
// element, not its place in the slice. See [AxpyInc] for negative strides and
// misuse.
func IamaxInc[T Float](n int, x []T, incX int) int {
	checkInc("IamaxInc", n, len(x), incX)
	if n == 0 {
		return -1
	}
	at := generic.First(n, incX)
	if x[at] != x[at] {
		return 0
	}
	most := table[T]().AmaxNumberInc(n, noescape(x), incX)
	for i := range n {
		if v := x[at]; v == most || -v == most {
			return i
		}
		at += incX
	}
	panic("kernels: IamaxInc: another goroutine wrote to x")
}
