package generic

import "math/bits"

// The reductions over rows add in row order, row 0 first: ((r0 + r1) + r2) + ...
// The Add forms add that sum to dst at the end. A matrix is row-major, row r is
// a[r*stride : r*stride+len(dst)], and there is at least one row; div is the
// number to divide by.

// SumRows computes dst[j] = sum over r of a[r*stride+j].
func SumRows[T Float](dst, a []T, rows, stride int) {
	reduceRows(dst, false, 1, rows, func(r int) []T { return a[r*stride:] })
}

// SumRowsAdd computes dst[j] += sum over r of a[r*stride+j].
func SumRowsAdd[T Float](dst, a []T, rows, stride int) {
	reduceRows(dst, true, 1, rows, func(r int) []T { return a[r*stride:] })
}

// MeanRows computes dst[j] = (sum over r of a[r*stride+j]) / div.
func MeanRows[T Float](dst, a []T, rows, stride int, div T) {
	reduceRows(dst, false, div, rows, func(r int) []T { return a[r*stride:] })
}

// MeanRowsAdd computes dst[j] += (sum over r of a[r*stride+j]) / div.
func MeanRowsAdd[T Float](dst, a []T, rows, stride int, div T) {
	reduceRows(dst, true, div, rows, func(r int) []T { return a[r*stride:] })
}

// SumSlices computes dst[j] = sum over r of xs[r][j].
func SumSlices[T Float](dst []T, xs [][]T) {
	reduceRows(dst, false, 1, len(xs), func(r int) []T { return xs[r] })
}

// SumSlicesAdd computes dst[j] += sum over r of xs[r][j].
func SumSlicesAdd[T Float](dst []T, xs [][]T) {
	reduceRows(dst, true, 1, len(xs), func(r int) []T { return xs[r] })
}

// MeanSlices computes dst[j] = (sum over r of xs[r][j]) / div.
func MeanSlices[T Float](dst []T, xs [][]T, div T) {
	reduceRows(dst, false, div, len(xs), func(r int) []T { return xs[r] })
}

// MeanSlicesAdd computes dst[j] += (sum over r of xs[r][j]) / div.
func MeanSlicesAdd[T Float](dst []T, xs [][]T, div T) {
	reduceRows(dst, true, div, len(xs), func(r int) []T { return xs[r] })
}

// reduceRows walks the columns in strips whose sums stay in the first-level
// cache, so that every row is read once. Dividing by 1 changes nothing.
func reduceRows[T Float](dst []T, add bool, div T, rows int, row func(r int) []T) {
	var strip [1024]T
	for j := 0; j < len(dst); j += len(strip) {
		out := dst[j:min(len(dst), j+len(strip))]
		sum := strip[:len(out)]
		copy(sum, row(0)[j:])
		for r := 1; r < rows; r++ {
			x := row(r)[j:][:len(sum)]
			for k, v := range x {
				sum[k] += v
			}
		}
		for k, v := range sum {
			if div != 1 {
				v /= div
			}
			if add {
				v += out[k]
			}
			out[k] = v
		}
	}
}

// SumSlicesTree computes dst[j] = sum over r of xs[r][j], in the order of the tree.
func SumSlicesTree[T Float](dst []T, xs [][]T) {
	for j := range dst {
		dst[j] = sumTree(xs, j)
	}
}

// MeanSlicesTree computes dst[j] = (sum over r of xs[r][j]) / div, in the order of the tree.
func MeanSlicesTree[T Float](dst []T, xs [][]T, div T) {
	for j := range dst {
		dst[j] = sumTree(xs, j) / div
	}
}

// sumTree adds the elements j of slices in a binary tree over their numbers, of which the left
// part has the largest power of two below their count.
func sumTree[T Float](xs [][]T, j int) T {
	switch len(xs) {
	case 1:
		return xs[0][j]
	case 2:
		return xs[0][j] + xs[1][j]
	}
	left := 1 << (bits.Len(uint(len(xs)-1)) - 1)
	return sumTree(xs[:left], j) + sumTree(xs[left:], j)
}
