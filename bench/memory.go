package bench

import "unsafe"

const (
	cacheLine = 64
	page      = 4096
)

// Arena is the memory of one case at a time. All cases share it, so that its
// pages are mapped once and no case pays for that.
type Arena struct {
	bytes []byte
	used  int
}

// reset gives everything back and makes room for a case's slices.
func (m *Arena) reset(size int) {
	if len(m.bytes) < size {
		m.bytes = make([]byte, size)
	}
	m.used = 0
}

// room returns the bytes that a slice takes in an arena: with the gap before it.
func room(size int) int { return size + 2*page }

// slice returns the next n elements. They begin at a cache line; large slices
// begin at a page, as those that Go's allocator returns, with at least a page
// between two, lest equal lengths of a power of two put all streams into the
// same sets of a cache.
func slice[T any](m *Arena, n int) []T {
	var x T
	bytes := n * int(unsafe.Sizeof(x))
	align := cacheLine
	if bytes >= page {
		align = page
	}
	next := uintptr(unsafe.Pointer(unsafe.SliceData(m.bytes))) + uintptr(m.used)
	begin := m.used + int(-next%uintptr(align))
	m.used = begin + bytes
	if bytes >= page {
		m.used += page
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&m.bytes[begin])), n)
}

// fill repeats the pool's values.
func fill[T any](dst, pool []T) {
	for len(dst) > 0 {
		dst = dst[copy(dst, pool):]
	}
}
