package generic

import "math"

// What is done to each row of a matrix. Row r of a begins at a[r*stride] and has n
// elements.

// RowSums computes dst[r] = sum over j of a[r*stride+j], as Sum does.
func RowSums[T Float](rows, n int, dst, a []T, stride int) {
	for r := range rows {
		dst[r] = Sum(a[r*stride:][:n])
	}
}

// RowMax computes dst[r] = largest a[r*stride+j] that is not NaN: -Inf if there is none,
// and +0 for zeros of either sign.
func RowMax[T Float](rows, n int, dst, a []T, stride int) {
	for r := range rows {
		m := T(math.Inf(-1))
		for _, v := range a[r*stride:][:n] {
			m = greater(v, m)
		}
		dst[r] = m + 0
	}
}

// RowDots computes dst[r] = sum over j of a[r*stride+j]*b[r*bStride+j], as Dot does.
func RowDots[T Float](rows, n int, dst, a []T, stride int, b []T, bStride int) {
	for r := range rows {
		dst[r] = Dot(a[r*stride:][:n], b[r*bStride:][:n])
	}
}

// RowSubtractMax computes most[r] = largest a[r*stride+j] that is not NaN, as RowMax does,
// and dst[r*dstStride+j] = a[r*stride+j] - most[r].
func RowSubtractMax[T Float](rows, n int, most, dst []T, dstStride int, a []T, stride int) {
	RowMax(rows, n, most, a, stride)
	RowSubtract(rows, n, dst, dstStride, a, stride, most)
}

// RowShares computes sums[r] = sum over j of a[r*stride+j], as Sum does, and
// dst[r*dstStride+j] = a[r*stride+j] * (p[r]/sums[r]).
func RowShares[T Float](rows, n int, sums, dst []T, dstStride int, a []T, stride int, p []T) {
	RowSums(rows, n, sums, a, stride)
	for r := range rows {
		share, to := p[r]/sums[r], dst[r*dstStride:][:n]
		for j, v := range a[r*stride:][:n] {
			to[j] = v * share
		}
	}
}

// RowSubtract computes dst[r*dstStride+j] = a[r*stride+j] - p[r].
func RowSubtract[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, p []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, v := range a[r*stride:][:n] {
			to[j] = v - p[r]
		}
	}
}

// RowScale computes dst[r*dstStride+j] = a[r*stride+j] * p[r].
func RowScale[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, p []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, v := range a[r*stride:][:n] {
			to[j] = v * p[r]
		}
	}
}

// AdafactorDirection computes dst[r*dstStride+j] = g[r*gStride+j] / sqrt(max(least,
// row[r]*column[j])).
func AdafactorDirection[T Float](rows, n int, dst []T, dstStride int, g []T, gStride int, column, row []T, least T) {
	column = column[:n]
	for r := range rows {
		to, from := dst[r*dstStride:][:n], g[r*gStride:][:n]
		for j, v := range from {
			to[j] = v / sqrt(greater(least, row[r]*column[j]))
		}
	}
}
