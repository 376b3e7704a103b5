//go:build unix

package fuzz

import (
	"runtime/debug"
	"unsafe"

	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// memory keeps the guarded memory of each slice of a call from one input to the
// next, as mapping costs more than most inputs.
type memory []*kerneltest.Guard

// guardSize holds the largest slice: the rows of a matrix that are longer than
// blocks, padded and far apart (see kerneltest.FarStride), or a triangular matrix, padded.
// The long rows of a strip and strided vectors take less.
const guardSize = max(maxLongRows*(3*8192+300+40+1)+8192, mostTriangle*(mostTriangle+15)) * 8

func (m *memory) guard(i int) *kerneltest.Guard {
	for len(*m) <= i {
		g, err := kerneltest.NewGuard(guardSize)
		if err != nil {
			panic(err)
		}
		*m = append(*m, g)
	}
	return (*m)[i]
}

func (m *memory) close() {
	for _, g := range *m {
		g.Close()
	}
	*m = nil
}

// first returns n elements behind the front guard page of the i-th slice.
func first[T any](m *memory, i, n int) []T {
	return guarded(kerneltest.First[T], m, i, n)
}

// last returns n elements before the back guard page of the i-th slice.
func last[T any](m *memory, i, n int) []T {
	return guarded(kerneltest.Last[T], m, i, n)
}

func guarded[T any](at func(*kerneltest.Guard, int) []T, m *memory, i, n int) []T {
	var e T
	if n*int(unsafe.Sizeof(e)) > guardSize {
		panic("fuzz: slice larger than guardSize")
	}
	return at(m.guard(i), n)
}

// panicOnFault turns a touched guard page into a panic, so that the fuzzer can
// report the input and shorten it. It returns what undoes it.
func panicOnFault() func() {
	was := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(was) }
}
