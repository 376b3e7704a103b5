package kernels

// RowSums adds up the elements of each row of a row-major matrix, which has len(dst) rows
// of so many columns:
//
//	for r := range dst {
//		dst[r] = Sum(a[r*stride:][:columns])
//	}
//
// to the bit. dst must not overlap a. RowSums panics if columns < 0, stride < columns, or
// the matrix does not fit in a; the last row need not be padded to the stride.
func RowSums[T Float](dst, a []T, stride, columns int) {
	checkRows("RowSums", columns, len(a), len(dst), stride)
	table[T]().RowSums(len(dst), columns, noescape(dst), noescape(a), stride)
}

// RowMax finds the largest element of each row of a row-major matrix, which has len(dst)
// rows of so many columns:
//
//	for r := range dst {
//		dst[r] = -Inf
//		for _, v := range a[r*stride:][:columns] {
//			if v > dst[r] {
//				dst[r] = v
//			}
//		}
//	}
//
// So it passes over NaN, and a row without numbers gives -Inf. A largest element of 0 gives
// +0, whatever its sign. dst must not overlap a. RowMax panics if columns < 0, stride <
// columns, or the matrix does not fit in a; the last row need not be padded to the stride.
func RowMax[T Float](dst, a []T, stride, columns int) {
	checkRows("RowMax", columns, len(a), len(dst), stride)
	table[T]().RowMax(len(dst), columns, noescape(dst), noescape(a), stride)
}

// RowDots multiplies each row of a row-major matrix with the same row of another; they have
// len(dst) rows of so many columns:
//
//	for r := range dst {
//		dst[r] = Dot(a[r*aStride:][:columns], b[r*bStride:][:columns])
//	}
//
// to the bit. dst must not overlap a or b. RowDots panics if columns < 0, a stride is less
// than columns, or a matrix does not fit in its slice; the last row need not be padded to
// the stride.
func RowDots[T Float](dst, a []T, aStride int, b []T, bStride, columns int) {
	checkRows("RowDots", columns, len(a), len(dst), aStride)
	checkRows("RowDots", columns, len(b), len(dst), bStride)
	table[T]().RowDots(len(dst), columns, noescape(dst), noescape(a), aStride, noescape(b), bStride)
}

// RowSubtract subtracts a number from all elements of a row of a row-major matrix, another
// one for each of the len(p) rows of so many columns:
//
//	for r := range p {
//		for j := range columns {
//			dst[r*dstStride+j] = a[r*stride+j] - p[r]
//		}
//	}
//
// dst may be a, with the same stride; p must not overlap dst. RowSubtract panics if
// columns < 0, a stride is less than columns, or a matrix does not fit in its slice; the
// last row need not be padded to the stride, and what lies between two rows is left alone.
func RowSubtract[T Float](dst []T, dstStride int, a []T, stride, columns int, p []T) {
	checkRows("RowSubtract", columns, len(dst), len(p), dstStride)
	checkRows("RowSubtract", columns, len(a), len(p), stride)
	table[T]().RowSubtract(len(p), columns, noescape(dst), dstStride, noescape(a), stride, noescape(p))
}

// RowScale multiplies all elements of a row of a row-major matrix by a number, another one
// for each of the len(p) rows of so many columns:
//
//	for r := range p {
//		for j := range columns {
//			dst[r*dstStride+j] = a[r*stride+j] * p[r]
//		}
//	}
//
// dst may be a, with the same stride; p must not overlap dst. RowScale panics if
// columns < 0, a stride is less than columns, or a matrix does not fit in its slice; the
// last row need not be padded to the stride, and what lies between two rows is left alone.
func RowScale[T Float](dst []T, dstStride int, a []T, stride, columns int, p []T) {
	checkRows("RowScale", columns, len(dst), len(p), dstStride)
	checkRows("RowScale", columns, len(a), len(p), stride)
	table[T]().RowScale(len(p), columns, noescape(dst), dstStride, noescape(a), stride, noescape(p))
}
