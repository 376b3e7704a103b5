package bench

import (
	"testing"
	"unsafe"
)

// TestMemorySet: a working set is bounded, also where a cache's size times
// something is beyond an int of 32 bits.
func TestMemorySet(t *testing.T) {
	for _, c := range []struct {
		caches      Caches
		times, want int
	}{
		{Caches{}, 4, 64 << 20},
		{Caches{L2: 1 << 20}, 4, 64 << 20},
		{Caches{L2: 1 << 20, L3: 100 << 20}, 2, 200 << 20},
		{Caches{L2: 1 << 20, L3: 100 << 20}, 4, 400 << 20},
		{Caches{L2: 1 << 20, L3: 200 << 20}, 4, 512 << 20},
		{Caches{L2: 1 << 20, L3: 1 << 30}, 4, 512 << 20},
		{Caches{L2: 2 << 20, L3: 1152 << 20}, 2, 512 << 20},
	} {
		if got := c.caches.MemorySet(c.times); got != c.want {
			t.Errorf("%+v, %d times: %d, want %d", c.caches, c.times, got, c.want)
		}
	}
}

// TestArena: slices begin where the comment says, one behind the other.
func TestArena(t *testing.T) {
	var m Arena
	lengths := []int{1, 3, 16, 17, 1024, 5, 2048, 2048, 1}
	size := 0
	for _, n := range lengths {
		size += room(4 * n)
	}
	m.reset(size)
	end := uintptr(0)
	for _, n := range lengths {
		x := slice[float32](&m, n)
		at := uintptr(unsafe.Pointer(unsafe.SliceData(x)))
		align := uintptr(cacheLine)
		if 4*n >= page {
			align = page
		}
		if len(x) != n || at%align != 0 || at < end {
			t.Errorf("%d elements at %#x, behind %#x", len(x), at, end)
		}
		end = at + uintptr(4*n)
	}
	if m.used > size {
		t.Errorf("%d bytes used of %d", m.used, size)
	}
}
