package kernels

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// Float is the set of element types.
type Float = generic.Float

// BlockBytes is the size of a block of the reductions, see the package's documentation.
// The blocks' sums, added in float64 in the order of the blocks, give the bits of the
// sum over the whole vector.
const BlockBytes = generic.BlockBytes

// table returns the active table for T, whose entries check nothing.
func table[T Float]() *dispatch.Table[T] { return dispatch.Active[T]() }

// noescape returns s and hides from the compiler where it came from. A call
// through a function value would otherwise move every caller's stack buffer to
// the heap; the kernels keep no pointer, so the buffer may stay.
//
// Slicing an array of unreachable length costs one comparison; unsafe.Slice
// multiplies and compares, which for short vectors is a good part of the call.
func noescape[E any](s []E) []E {
	if len(s) == 0 {
		return nil
	}
	p := uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	if unsafe.Sizeof(p) == 4 {
		return unsafe.Slice(*(**E)(unsafe.Pointer(&p)), len(s))
	}
	return (*(**[unreachable]E)(unsafe.Pointer(&p)))[:len(s):len(s)]
}

// unreachable is more elements than memory holds, where int has 64 bits.
const unreachable = 1 << (26 + 18*(^uint(0)>>63))
