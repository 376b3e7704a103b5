package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// The plain loops over the rows of a matrix.

// naiveRowwise enters them into the table.
func naiveRowwise[T kernels.Float](t *kerneltest.Table[T]) {
	t.RowSums, t.RowMax = rowSums[T], rowMax[T]
	t.RowDots = rowDots[T]
	t.RowSubtractMax, t.RowShares = rowSubtractMax[T], rowShares[T]
	t.RowSubtract, t.RowScale = rowSubtract[T], rowScale[T]
	t.AdafactorDirection = adafactorDirection[T]
}

func adafactorDirection[T kernels.Float](rows, n int, dst []T, dstStride int, g []T, gStride int, column, row []T, least T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, v := range g[r*gStride:][:n] {
			to[j] = v / sqrt(max(least, row[r]*column[j]))
		}
	}
}

func rowSums[T kernels.Float](rows, n int, dst, a []T, stride int) {
	for r := range rows {
		dst[r] = sum(a[r*stride:][:n])
	}
}

func rowDots[T kernels.Float](rows, n int, dst, a []T, stride int, b []T, bStride int) {
	for r := range rows {
		dst[r] = dot(a[r*stride:][:n], b[r*bStride:][:n])
	}
}

func rowMax[T kernels.Float](rows, n int, dst, a []T, stride int) {
	for r := range rows {
		most := T(math.Inf(-1))
		for _, v := range a[r*stride:][:n] {
			if v > most {
				most = v
			}
		}
		dst[r] = most
	}
}

func rowSubtractMax[T kernels.Float](rows, n int, most, dst []T, dstStride int, a []T, stride int) {
	rowMax(rows, n, most, a, stride)
	rowSubtract(rows, n, dst, dstStride, a, stride, most)
}

func rowShares[T kernels.Float](rows, n int, sums, dst []T, dstStride int, a []T, stride int, p []T) {
	rowSums(rows, n, sums, a, stride)
	for r := range rows {
		share, to := p[r]/sums[r], dst[r*dstStride:][:n]
		for j, v := range a[r*stride:][:n] {
			to[j] = v * share
		}
	}
}

func rowSubtract[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, p []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, v := range a[r*stride:][:n] {
			to[j] = v - p[r]
		}
	}
}

func rowScale[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, p []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, v := range a[r*stride:][:n] {
			to[j] = v * p[r]
		}
	}
}
