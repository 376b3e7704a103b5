package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// The plain loops over the rows of a matrix.

// naiveRowwise enters them into the table.
func naiveRowwise[T kernels.Float](t *kernels.Table[T]) {
	t.RowSums, t.RowMax = rowSums[T], rowMax[T]
	t.RowDots = rowDots[T]
	t.RowSubtract, t.RowScale = rowSubtract[T], rowScale[T]
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
