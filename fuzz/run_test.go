package fuzz

import (
	"encoding/binary"
	"math"
	"testing"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

const (
	maxRows     = 24 // bounds the rows of a matrix and the slices of a list
	maxLongRows = 9  // and this where rows are longer than a sum's blocks: two groups and one
	maxFarRows  = 17 // and this where sums over rows may be beyond the second-level cache
)

// input is what the fuzzer chose, apart from the kernel.
type input struct {
	n         uint16
	edge      byte   // whether n lies around a block's edge, and which
	rows, pad byte   // rows - 1, and what is between two rows, from 128 on much; or two strides
	place     uint32 // where the slices lie, a few bits for each
	alias     byte   // a bit for each pair of parameters that may be one slice, or a stride
	bits      []byte // the numbers, over and over
}

// shape turns the fuzzer's numbers into the sizes for a kernel. Most lengths are
// short, which costs little and is where tails are; one in four lies around a
// multiple of half a block, or, for rows, of what a strip of columns may hold.
// Where a row is a sum it has blocks, too, and sums over rows have longer strips: there
// it is one in eight each.
func shape[T kernels.Float](op kerneltest.Op[T], c input) kerneltest.Shape {
	n, rows := int(c.n)%600, 1+int(c.rows)%maxRows
	if c.edge%8 >= 6 {
		unit := 8192
		switch {
		case (op.Family == "level2" || op.Family == "rowwise") && c.edge%8 == 7:
			rows = 1 + int(c.rows)%maxLongRows
		case op.Family == "rows" && c.edge%8 == 7:
			rows, unit = 1+int(c.rows)%maxFarRows, 4096
		case op.IsRows():
			unit = 1024
		}
		n += unit*(1+int(c.edge/8)%3) - 300
	}
	s := kerneltest.Shape{N: n, Rows: rows, Stride: n + int(c.pad)%40}
	if op.Count(kerneltest.Matrix)+op.Count(kerneltest.InOutMatrix) > 0 && c.pad >= 128 {
		s.Stride += kerneltest.FarStride(rows)
	}
	switch {
	case op.IsProduct(): // there are no aliases
		s.Depth = 1 + int(c.alias)%40
	case op.IsStrided() && op.IsRows():
		s.Incs = []int{inc(c.alias, n), inc(c.alias>>3, n)} // rows and pad have their own meaning
	case op.IsStrided():
		s.Incs = []int{inc(c.rows, n), inc(c.pad, n)}
	case op.Count(kerneltest.Inc) > 0: // of a vector beside a matrix, for which there are no aliases
		s.Incs = []int{inc(c.alias, n)}
	}
	return s
}

// inc returns a stride for vectors of n elements: small ones of both signs, and
// in one case of four larger ones, but not where they would take much memory.
func inc(b byte, n int) int {
	small := [...]int{1, 2, 3, -1, -2, -3}
	if b%8 < 6 || n > 600 {
		return small[int(b%8)%6]
	}
	large := 4 + int(b/8) // to 35
	if b%8 == 7 {
		return -large
	}
	return large
}

// run compares all levels with the reference on one input. The reference runs on
// ordinary memory; the level gets the slices as the input places them.
func run[T kernels.Float](t *testing.T, m *memory, op kerneltest.Op[T], c input) {
	levels := kernels.Levels()[1:]
	if len(levels) == 0 {
		t.Skip("there is only the generic level here")
	}
	defer panicOnFault()()
	s := shape(op, c)
	for _, l := range levels {
		// Kernels overwrite their arguments: each level gets new ones.
		a := kerneltest.New(op, s, place[T](m, c.place), numbers[T](c.bits))
		a.Place(placeBytes(m, c.place, len(a.Vec)))
		makeAliases(op, a, c.alias)
		if err := kerneltest.Compare(op, l, a); err != nil {
			t.Fatalf("n=%d, rows=%d, stride=%d, incs=%v, places %#x, aliases %#x: %v",
				s.N, s.Rows, s.Stride, s.Incs, c.place, c.alias, err)
		}
	}
}

// numbers returns a source of numbers from raw bits. It starts again at the end
// of the bits, in general in the middle of a number: a few bytes make many
// different numbers.
func numbers[T kernels.Float](raw []byte) func() T {
	if len(raw) == 0 {
		raw = []byte{0}
	}
	size := int(unsafe.Sizeof(T(0)))
	ring := make([]byte, 0, len(raw)+size)
	ring = append(ring, raw...)
	for i := range size {
		ring = append(ring, raw[i%len(raw)])
	}
	next := 0
	return func() T {
		var b uint64
		if size == 4 {
			b = uint64(binary.LittleEndian.Uint32(ring[next:]))
		} else {
			b = binary.LittleEndian.Uint64(ring[next:])
		}
		next = (next + size) % len(raw)
		return kerneltest.FromBits[T](b)
	}
}

// appendBits appends a number as the source above reads it.
func appendBits(b []byte, double bool, x float64) []byte {
	if double {
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(x)))
}

// place lays out the slices: on the heap, at different distances from an aligned
// address, or against one of the guard pages.
func place[T kernels.Float](m *memory, where uint32) kerneltest.Alloc[T] {
	heap := kerneltest.Heap[T](int(where>>24) % 17)
	return func(i, n int) []T {
		switch where >> (2 * (i % 12)) & 3 {
		case 1:
			if x := first[T](m, i, n); x != nil {
				return x
			}
		case 2, 3:
			if x := last[T](m, i, n); x != nil {
				return x
			}
		}
		return heap(i, n)
	}
}

// placeBytes is place for the vectors of other elements, which come behind so many slices.
func placeBytes(m *memory, where uint32, slices int) func(i, bytes int) []byte {
	return func(i, n int) []byte {
		i += slices
		switch where >> (2 * (i % 12)) & 3 {
		case 1:
			if x := first[byte](m, i, n); x != nil {
				return x
			}
		case 2, 3:
			if x := last[byte](m, i, n); x != nil {
				return x
			}
		}
		skip := 2 * (int(where>>24+uint32(i)) % 17)
		return make([]byte, skip+n)[skip:]
	}
}

// makeAliases makes one slice of each pair that the mask selects.
func makeAliases[T kernels.Float](op kerneltest.Op[T], a *kerneltest.Args[T], mask byte) {
	for i, pair := range op.Alias {
		if mask>>(i%8)&1 == 1 {
			a.Join(op, pair)
		}
	}
}
