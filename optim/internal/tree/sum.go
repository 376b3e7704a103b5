package tree

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// A Source is the sum of the micro-batches of a node of the tree, or one of them, for a part of
// a parameter: of the optimizer's type or bfloat16.
type Source[T kernels.Float] struct {
	Span
	Native []T // nil if it is bfloat16
	BF16   []kernels.BFloat16
}

// An Adder adds sources up. It keeps the memory that takes; each goroutine needs one.
type Adder[T kernels.Float] struct {
	pieces [][]T // one for each level of the tree, while it adds
	list   [][]T
}

// pieceBytes is the size of the pieces in which sums are made where no kernel makes them in one
// pass: small enough that a few stay in the first-level cache.
const pieceBytes = 4096

// Sum stores the sum of the sources, which make up a node of the tree in their order. dst may be
// the memory of the first of them.
func (a *Adder[T]) Sum(dst []T, sources []Source[T]) {
	if !a.fused(dst, sources, 0) {
		size := pieceBytes / int(unsafe.Sizeof(T(0)))
		for lo := 0; lo < len(dst); lo += size {
			a.sum(dst[lo:min(len(dst), lo+size)], sources, lo, 0)
		}
	}
	clear(a.list[:cap(a.list)]) // which may have been longer before the last kernel
}

// sum is Sum for a piece that begins at lo, at a depth of the tree.
func (a *Adder[T]) sum(dst []T, sources []Source[T], lo, depth int) {
	if len(sources) == 1 {
		sources[0].copyTo(dst, lo)
		return
	}
	if a.fused(dst, sources, lo) {
		return
	}
	_, right := Span{sources[0].Lo, sources[len(sources)-1].Hi}.halves()
	k := 1
	for sources[k].Lo < right.Lo {
		k++
	}
	a.sum(dst, sources[:k], lo, depth)
	if rest := sources[k:]; len(rest) == 1 && rest[0].BF16 == nil {
		kernels.Axpy(1, rest[0].Native[lo:lo+len(dst)], dst)
	} else {
		for len(a.pieces) <= depth {
			a.pieces = append(a.pieces, make([]T, pieceBytes/int(unsafe.Sizeof(T(0)))))
		}
		piece := a.pieces[depth][:len(dst)]
		a.sum(piece, rest, lo, depth+1)
		kernels.Axpy(1, piece, dst)
	}
}

// fused adds the sources up by one kernel, if they are evenly many micro-batches each, but for the
// last one, and none is bfloat16. The last is a node at the right end of the tree, which is the same
// with a single micro-batch in its place.
func (a *Adder[T]) fused(dst []T, sources []Source[T], lo int) bool {
	a.list = a.list[:0]
	for i, s := range sources {
		if s.BF16 != nil || i < len(sources)-1 && s.Len() != sources[0].Len() {
			return false
		}
		a.list = append(a.list, s.Native[lo:lo+len(dst)])
	}
	kernels.SumSlicesTree(dst, a.list)
	return true
}

// copyTo stores a piece.
func (s Source[T]) copyTo(dst []T, lo int) {
	switch {
	case s.BF16 != nil:
		kernels.WidenBF16(packed.Float32s(dst), s.BF16[lo:lo+len(dst)])
	case len(dst) > 0 && &dst[0] != &s.Native[lo]:
		copy(dst, s.Native[lo:])
	}
}
