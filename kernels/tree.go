package kernels

import (
	"math/bits"
	"unsafe"

	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

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
	t := table[T]()
	var sums [treeSums]T
	size := treePiece[T](len(xs))
	for at := 0; at < len(dst); at += size {
		addTree(t, dst[at:min(len(dst), at+size)], xs, at, sums[:])
	}
}

// MeanSlicesTree is SumSlicesTree with each sum divided by the number of slices, which must
// not be 0.
func MeanSlicesTree[T Float](dst []T, xs [][]T) {
	checkSlices("MeanSlicesTree", len(dst), xs)
	checkMean("MeanSlicesTree", "slices", len(xs))
	t := table[T]()
	var sums [treeSums]T
	size := treePiece[T](len(xs))
	for at := 0; at < len(dst); at += size {
		piece := dst[at:min(len(dst), at+size)]
		root := [1][]T{sums[:len(piece)]}
		addTree(t, root[0], xs, at, sums[len(piece):])
		t.MeanSlices(noescape(piece), noescape(root[:]), T(len(xs)))
	}
}

// treeSums is how many elements the partial sums of a piece have together.
const treeSums = 4096

// treePiece returns how many elements of so many slices are added at a time: their partial
// sums, one on each level of the tree and one for its root, stay in the first-level cache.
func treePiece[T Float](slices int) int {
	const page = 4096
	return min(page/int(unsafe.Sizeof(T(0))), treeSums/(1+bits.Len(uint(slices-1))))
}

// addTree sets a piece, which begins with element at of the slices, to their sum.
func addTree[T Float](t *dispatch.Table[T], piece []T, xs [][]T, at int, sums []T) {
	x := xs[0][at:][:len(piece)]
	switch n := len(xs); n {
	case 1:
		copy(piece, x)
	case 2:
		t.Add(noescape(piece), noescape(x), noescape(xs[1][at:][:len(piece)]))
	default:
		left, right := 1<<(bits.Len(uint(n-1))-1), sums[:len(piece)]
		addTree(t, piece, xs[:left], at, sums)
		addTree(t, right, xs[left:], at, sums[len(piece):])
		t.Add(noescape(piece), noescape(piece), noescape(right))
	}
}
