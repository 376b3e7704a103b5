package kernels

// SumSlicesTree adds up equally long slices in a binary tree over their numbers, of which the
// left part has the largest power of two below the count:
//
//	sum := func(xs [][]T, j int) T {
//		if len(xs) == 1 {
//			return xs[0][j]
//		}
//		k := 1 << (bits.Len(uint(len(xs)-1)) - 1)
//		return sum(xs[:k], j) + sum(xs[k:], j)
//	}
//	for j := range dst {
//		dst[j] = sum(xs, j)
//	}
//
// So three slices are added as (0 + 1) + 2, and six as ((0 + 1) + (2 + 3)) + (4 + 5). Whoever
// has the slices of a whole part of the tree may add these alone: sums of parts, added as the
// tree has them, are those of one call, to the bit.
//
// Each slice is read once. No slices give zeros. dst may be xs[0] and must not overlap any
// other. SumSlicesTree panics if a length differs from dst's.
func SumSlicesTree[T Float](dst []T, xs [][]T) {
	checkSlices("SumSlicesTree", len(dst), xs)
	if len(xs) == 0 {
		clear(dst)
		return
	}
	table[T]().SumSlicesTree(noescape(dst), noescape(xs))
}

// MeanSlicesTree is SumSlicesTree with each sum divided by the number of slices, which must
// not be 0.
func MeanSlicesTree[T Float](dst []T, xs [][]T) {
	checkSlices("MeanSlicesTree", len(dst), xs)
	checkMean("MeanSlicesTree", "slices", len(xs))
	table[T]().MeanSlicesTree(noescape(dst), noescape(xs), T(len(xs)))
}
