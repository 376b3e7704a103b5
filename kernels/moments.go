package kernels

import "unsafe"

// momentRows is how many rows of a column are summed by themselves, about the first of them.
const momentRows = 64

// momentBytes is how much of a row is worked on at a time, over all rows: what is kept for
// so many columns stays in the first-level cache.
const momentBytes = 4096

// momentMemory is what functions of moments keep for their next calls: vectors for a piece of
// the columns.
type momentMemory[T Float] struct {
	s, q, c [momentBytes / 4]T
}

var momentMemories kept

// momentColumns returns how many columns are worked on at a time.
func momentColumns[T Float]() int { return momentBytes / int(unsafe.Sizeof(T(0))) }

// ColumnMoments computes the mean and the variance of each column of a row-major matrix. With
// D = len(mean), row r is a[r*stride : r*stride+D]:
//
//	for j := range mean {
//		mean[j] = (a[j] + a[stride+j] + a[2*stride+j] + ...) / rows
//		for r := range rows {
//			variance[j] += (a[r*stride+j] - mean[j])² / rows
//		}
//	}
//
// The variance is that of the whole population; times rows/(rows-1), it is the estimate from
// a sample. The matrix is read once: blocks of 64 rows are summed about their first row, in
// row order, and their moments joined in order by the formula of Chan, Golub and LeVeque
// (1983), about row 0. So a mean that is large beside the deviations costs no accuracy. To
// first order, with u = 2^-24 or 2^-53 and R for the largest distance of two elements of the
// column, the mean errs by less than u|mean| + (70 + rows/32) u R, and the variance by less
// than (350 + rows/8) u R². That of equal elements is 0.
//
// A column with an infinite or NaN element has the variance NaN and a mean that is infinite or
// NaN, which of them depends on the element's row. Where sums of differences overflow, the
// mean may be infinite or NaN too; where those of their squares do, the variance is +Inf or
// NaN. mean, variance and a must not overlap. ColumnMoments panics if mean and variance differ
// in length, if stride < D, if rows < 1, or if the matrix does not fit in a; the last row need
// not be padded to the stride.
func ColumnMoments[T Float](mean, variance, a []T, stride, rows int) {
	checkLen("ColumnMoments", len(mean), len(variance))
	checkRows("ColumnMoments", len(mean), len(a), rows, stride)
	checkMean("ColumnMoments", "rows", rows)
	m := take[T, momentMemory[T]](&momentMemories)
	from := noescape(a)
	means, variances := noescape(mean), noescape(variance)
	for j := 0; j < len(means); j += momentColumns[T]() {
		to := min(len(means), j+momentColumns[T]())
		m.columns(means[j:to], variances[j:to], from[j:], rows, stride)
	}
	keep[T](&momentMemories, m)
}

// columns computes the moments of a piece of the columns.
func (m *momentMemory[T]) columns(mean, variance, a []T, rows, stride int) {
	t := table[T]()
	s, q := m.s[:len(mean)], m.q[:len(mean)]
	clear(mean)
	clear(variance)
	for r := 0; r < rows; r += momentRows {
		end, div := min(r+momentRows, rows), T(1)
		if end == rows {
			div = T(rows)
		}
		block := a[r*stride:]
		clear(s)
		clear(q)
		t.ColumnDeviations(end-r, s, q, block, stride, block[:len(mean)])
		n, before, all := float64(end-r), float64(r), float64(end)
		t.MergeMoments(mean, variance, a[:len(mean)], block[:len(mean)], s, q, T(n), T(n/all), T(n*before/all), div)
	}
	t.Add(mean, mean, a[:len(mean)])
}

// RowMoments computes the mean and the variance of each row of a row-major matrix, which has
// len(mean) rows of so many columns:
//
//	for r := range mean {
//		row := a[r*stride:][:columns]
//		mean[r] = row[0] + Sum(row - row[0]) / columns
//		variance[r] = Sum((row - mean[r])²) / columns
//	}
//
// where Sum adds as [Sum] does, and the differences are taken element by element. The variance
// is that of the whole population; times columns/(columns-1), it is the estimate from a
// sample. Rows that fit in the first-level cache are read from memory once. To first order,
// with u = 2^-24 or 2^-53, R for the largest distance of two elements of the row, L = 64 or
// 32, and up to 16384 float32 or 8192 float64, the mean errs by less than e = u|mean| +
// (columns/L + 10) u R, and the variance by less than (columns/L + 12) u times itself and e².
//
// Elements that are not finite, and sums that overflow, do to the moments of a row what they do
// to those of a column in [ColumnMoments]. mean, variance and a must not overlap. RowMoments
// panics if mean and variance differ in length, if columns < 1, if stride < columns, or if the
// matrix does not fit in a; the last row need not be padded to the stride.
func RowMoments[T Float](mean, variance, a []T, stride, columns int) {
	checkLen("RowMoments", len(mean), len(variance))
	checkRows("RowMoments", columns, len(a), len(mean), stride)
	checkMean("RowMoments", "columns", columns)
	from := noescape(a)
	means, variances := noescape(mean), noescape(variance)
	rows := rowsAtATime[T](columns)
	for r := 0; r < len(means); r += rows {
		end := min(len(means), r+rows)
		rowMoments(means[r:end], variances[r:end], from[r*stride:], stride, columns)
	}
}

// rowMoments computes the moments of rows that are near.
func rowMoments[T Float](mean, variance, a []T, stride, columns int) {
	t, n := table[T](), T(columns)
	for r := range mean {
		mean[r] = a[r*stride]
	}
	t.RowDeviations(len(mean), columns, variance, a, stride, mean)
	for r := range mean {
		mean[r] += variance[r] / n
	}
	t.RowSquaredDeviations(len(mean), columns, variance, a, stride, mean)
	for r := range variance {
		variance[r] /= n
	}
}

// ReciprocalRoot computes what a deviation is multiplied by to be measured in standard
// deviations, from the variance x:
//
//	for i := range dst {
//		dst[i] = 1 / sqrt(x[i] + eps)
//	}
//
// Each operation rounds to T. dst may be x. ReciprocalRoot panics if the lengths differ.
func ReciprocalRoot[T Float](dst, x []T, eps T) {
	checkLen("ReciprocalRoot", len(dst), len(x))
	table[T]().ReciprocalRoot(noescape(dst), noescape(x), eps)
}

// checkColumns panics as a function of a matrix dst, a matrix a of the same size, and vectors
// of an element for each column does, of which width is the first one's length.
func checkColumns(kernel string, width, other, lenDst, dstStride, lenA, stride, rows int) {
	checkLen(kernel, width, other)
	checkRows(kernel, width, lenDst, rows, dstStride)
	checkRows(kernel, width, lenA, rows, stride)
}

// StandardizeColumns subtracts each column's mean and multiplies the difference by another
// number, such as the reciprocal of the standard deviation that [ReciprocalRoot] makes of the
// variance:
//
//	for r := range rows {
//		for j := range mean {
//			dst[r*dstStride+j] = (a[r*stride+j] - mean[j]) * scale[j]
//		}
//	}
//
// Each operation rounds to T. [UnstandardizeColumns] with the standard deviations turns it
// back. dst may be a, with the same stride; the vectors must not overlap dst.
// StandardizeColumns panics if mean and scale differ in length, if rows < 0, if a stride is
// less than their length, or if a matrix does not fit in its slice; the last row need not be
// padded to the stride, and what lies between two rows is left alone.
func StandardizeColumns[T Float](dst []T, dstStride int, a []T, stride, rows int, mean, scale []T) {
	checkColumns("StandardizeColumns", len(mean), len(scale), len(dst), dstStride, len(a), stride, rows)
	table[T]().StandardizeColumns(rows, len(mean), noescape(dst), dstStride, noescape(a), stride, noescape(mean), noescape(scale))
}

// UnstandardizeColumns multiplies each column by a number, such as the standard deviation, and
// adds its mean:
//
//	for r := range rows {
//		for j := range mean {
//			dst[r*dstStride+j] = a[r*stride+j]*scale[j] + mean[j]
//		}
//	}
//
// The product rounds before the addition. All else is as for [StandardizeColumns].
func UnstandardizeColumns[T Float](dst []T, dstStride int, a []T, stride, rows int, mean, scale []T) {
	checkColumns("UnstandardizeColumns", len(mean), len(scale), len(dst), dstStride, len(a), stride, rows)
	table[T]().UnstandardizeColumns(rows, len(mean), noescape(dst), dstStride, noescape(a), stride, noescape(mean), noescape(scale))
}
