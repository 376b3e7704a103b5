package bench

import (
	"slices"

	"github.com/klauspost/cpuid/v2"
)

// Caches holds the sizes of a core's data caches in bytes, 0 where there is none
// or its size is unknown.
type Caches struct{ L1, L2, L3 int }

// DetectCaches returns this machine's caches. A machine that does not tell the
// sizes of the inner two is taken for a common one.
func DetectCaches() Caches {
	known := func(size, otherwise int) int {
		if size > 0 {
			return size
		}
		return otherwise
	}
	c := cpuid.CPU.Cache
	return Caches{L1: known(c.L1D, 32<<10), L2: known(c.L2, 1<<20), L3: known(c.L3, 0)}
}

// Place says where a case's data lie.
type Place int

// The places, from near to far.
const (
	Listed Place = iota // one of the sizes that are always measured
	L1
	L2
	L3
	Memory
)

func (p Place) String() string {
	return [...]string{Listed: "listed", L1: "L1", L2: "L2", L3: "L3", Memory: "memory"}[p]
}

// Working sets in bytes. Half a cache leaves room for the stack and the other
// streams' prefetched lines. Other cores share the third level, so it is
// measured a quarter full, but well beyond the second level.
func (c Caches) workingSets(memory int) map[Place]int {
	sets := map[Place]int{L1: c.L1 / 2, L2: c.L2 / 2, Memory: memory}
	if set := max(c.L3/4, 2*c.L2); set < c.L3 {
		sets[L3] = set
	}
	return sets
}

// place returns where a working set of so many bytes lies.
func (c Caches) place(bytes int) Place {
	switch {
	case bytes <= c.L1:
		return L1
	case bytes <= c.L2:
		return L2
	case bytes <= c.L3:
		return L3
	}
	return Memory
}

// MemorySet returns a working set that lies in memory: so many times larger than
// the last cache that hardly a line survives until the next sweep. It is bounded
// for the sake of time and of small machines.
func (c Caches) MemorySet(times int) int {
	const least, most = 64 << 20, 512 << 20
	return max(least, times*min(max(c.L2, c.L3), most/times)) // no product beyond an int
}

// listed are the sizes that are always measured.
var listed = []int{16, 1024, 4096, 65536}

// size is a number of elements and where they lie.
type size struct {
	n     int
	place Place
}

// stridedSizes are those of the strided kernels, which have no limit probe: short
// calls, and the pace of the loop.
var stridedSizes = []size{{16, Listed}, {1024, Listed}}

// sizes returns the sizes to measure for a kernel that touches so many bytes for
// an element, in rising order: those listed, and for each place that these do
// not happen to fill one more, a multiple of unit.
func sizes(c Caches, memory, bytesPerElement, unit int, listed []int) []size {
	var all []size
	for _, n := range listed {
		all = append(all, size{n, Listed})
	}
	for place, set := range c.workingSets(memory) {
		n := set / bytesPerElement / unit * unit
		if n > 0 && !slices.Contains(listed, n) {
			all = append(all, size{n, place})
		}
	}
	slices.SortFunc(all, func(a, b size) int { return a.n - b.n })
	return all
}
