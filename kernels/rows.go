package kernels

import (
	"fmt"
	"math/bits"
)

// checkRows panics unless a holds rows rows of width elements, stride apart. The
// last row need not be padded to the stride.
func checkRows(kernel string, width, na, rows, stride int) {
	over, before := bits.Mul(uint(rows-1), uint(stride)) // elements in front of the last row
	if rows|width >= 0 && stride >= width && (rows == 0 || over == 0 && before <= uint(na) && na-int(before) >= width) {
		return
	}
	panicRows(kernel, width, na, rows, stride)
}

//go:noinline
func panicRows(kernel string, width, na, rows, stride int) {
	switch {
	case rows < 0:
		panic(fmt.Sprintf("kernels: %s: negative number of rows: %d", kernel, rows))
	case width < 0:
		panic(fmt.Sprintf("kernels: %s: negative number of columns: %d", kernel, width))
	case stride < width:
		panic(fmt.Sprintf("kernels: %s: stride %d is less than the row length %d", kernel, stride, width))
	}
	panic(fmt.Sprintf("kernels: %s: matrix of %d rows of %d, stride %d, does not fit in a slice of length %d",
		kernel, rows, width, stride, na))
}

// checkSlices panics unless every slice of xs is width long.
func checkSlices[T Float](kernel string, width int, xs [][]T) {
	for _, x := range xs {
		if len(x) != width {
			panicLen(kernel, width, len(x))
		}
	}
}

// checkMean panics for the mean of nothing.
func checkMean(kernel, what string, n int) {
	if n == 0 {
		panicMean(kernel, what)
	}
}

//go:noinline
func panicMean(kernel, what string) {
	panic(fmt.Sprintf("kernels: %s: mean of 0 %s", kernel, what))
}

// SumRows adds up the rows of a row-major matrix, as the reduction of a
// mini-batch of gradients does. With D = len(dst), row r is
// a[r*stride : r*stride+D]:
//
//	for j := range dst {
//		dst[j] = a[j] + a[stride+j] + a[2*stride+j] + ...
//	}
//
// The rows are added in row order and each is read once. No rows give zeros.
// dst must not overlap a. SumRows panics if stride < D, rows < 0, or the matrix
// does not fit in a; the last row need not be padded to the stride.
func SumRows[T Float](dst, a []T, rows, stride int) {
	checkRows("SumRows", len(dst), len(a), rows, stride)
	if rows == 0 {
		clear(dst)
		return
	}
	table[T]().SumRows(noescape(dst), noescape(a), rows, stride)
}

// SumRowsAdd is SumRows accumulating into its destination: dst[j] += the sum.
// The sum is rounded before it is added.
func SumRowsAdd[T Float](dst, a []T, rows, stride int) {
	checkRows("SumRowsAdd", len(dst), len(a), rows, stride)
	if rows > 0 {
		table[T]().SumRowsAdd(noescape(dst), noescape(a), rows, stride)
	}
}

// MeanRows is SumRows with each sum divided by the number of rows, which must
// not be 0.
func MeanRows[T Float](dst, a []T, rows, stride int) {
	checkRows("MeanRows", len(dst), len(a), rows, stride)
	checkMean("MeanRows", "rows", rows)
	table[T]().MeanRows(noescape(dst), noescape(a), rows, stride, T(rows))
}

// MeanRowsAdd is MeanRows accumulating into its destination: dst[j] += the mean.
func MeanRowsAdd[T Float](dst, a []T, rows, stride int) {
	checkRows("MeanRowsAdd", len(dst), len(a), rows, stride)
	checkMean("MeanRowsAdd", "rows", rows)
	table[T]().MeanRowsAdd(noescape(dst), noescape(a), rows, stride, T(rows))
}

// SumSlices adds up equally long slices, such as the gradients of several
// workers or micro-batches:
//
//	for j := range dst {
//		dst[j] = xs[0][j] + xs[1][j] + xs[2][j] + ...
//	}
//
// The slices are added in order and each is read once. No slices give zeros. dst
// must not overlap any of them. SumSlices panics if a length differs from dst's.
func SumSlices[T Float](dst []T, xs [][]T) {
	checkSlices("SumSlices", len(dst), xs)
	if len(xs) == 0 {
		clear(dst)
		return
	}
	table[T]().SumSlices(noescape(dst), noescape(xs))
}

// SumSlicesAdd is SumSlices accumulating into its destination: dst[j] += the sum.
// The sum is rounded before it is added.
func SumSlicesAdd[T Float](dst []T, xs [][]T) {
	checkSlices("SumSlicesAdd", len(dst), xs)
	if len(xs) > 0 {
		table[T]().SumSlicesAdd(noescape(dst), noescape(xs))
	}
}

// MeanSlices is SumSlices with each sum divided by the number of slices, which
// must not be 0.
func MeanSlices[T Float](dst []T, xs [][]T) {
	checkSlices("MeanSlices", len(dst), xs)
	checkMean("MeanSlices", "slices", len(xs))
	table[T]().MeanSlices(noescape(dst), noescape(xs), T(len(xs)))
}

// MeanSlicesAdd is MeanSlices accumulating into its destination: dst[j] += the
// mean.
func MeanSlicesAdd[T Float](dst []T, xs [][]T) {
	checkSlices("MeanSlicesAdd", len(dst), xs)
	checkMean("MeanSlicesAdd", "slices", len(xs))
	table[T]().MeanSlicesAdd(noescape(dst), noescape(xs), T(len(xs)))
}
