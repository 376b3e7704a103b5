package tree

import (
	"math/bits"
	"slices"
	"testing"
)

// nodesOf returns all nodes of the tree over the numbers lo to hi, from the definition.
func nodesOf(lo, hi int) []Span {
	list := []Span{{lo, hi}}
	if hi-lo == 1 {
		return list
	}
	k := 1
	for 2*k < hi-lo {
		k *= 2
	}
	return slices.Concat(list, nodesOf(lo, lo+k), nodesOf(lo+k, hi))
}

// fewest returns, for the spans that begin at lo, the least number of nodes that make them up:
// that of the span to hi at the index hi, or a large one if there are none.
func fewest(nodes []Span, lo, n int) []int {
	const none = 1 << 30
	least := slices.Repeat([]int{none}, n+1)
	least[lo] = 0
	byEnd := make([][]Span, n+1)
	for _, node := range nodes {
		byEnd[node.Hi] = append(byEnd[node.Hi], node)
	}
	for hi := lo + 1; hi <= n; hi++ {
		for _, node := range byEnd[hi] {
			if node.Lo >= lo {
				least[hi] = min(least[hi], least[node.Lo]+1)
			}
		}
	}
	return least
}

// checkCover fails unless the list makes up the span, by as many of the nodes.
func checkCover(t *testing.T, what string, s Span, n int, list, nodes []Span, want int) {
	t.Helper()
	at := s.Lo
	for _, node := range list {
		if node.Lo != at || !slices.Contains(nodes, node) {
			t.Fatalf("%s of %v, n = %d: %v", what, s, n, list)
		}
		at = node.Hi
	}
	if at != s.Hi || len(list) != want {
		t.Fatalf("%s of %v, n = %d: %v, want %d nodes", what, s, n, list, want)
	}
}

// TestCover tries every span of up to 64 micro-batches.
func TestCover(t *testing.T) {
	for n := 1; n <= 64; n++ {
		nodes := nodesOf(0, n)
		for lo := range n {
			least := fewest(nodes, lo, n)
			for hi := lo; hi <= n; hi++ {
				s := Span{lo, hi}
				checkCover(t, "Cover", s, n, s.Cover(n), nodes, least[hi])
			}
		}
	}
}

// TestGrown tries every span up to 64: its parts are nodes, however many micro-batches follow,
// and there are none fewer.
func TestGrown(t *testing.T) {
	most := 64
	if testing.Short() {
		most = 20
	}
	for hi := 1; hi <= most; hi++ {
		nodes := nodesOf(0, hi)
		for n := hi + 1; n <= 2*most+1; n++ { // from there on the tree's left part is the same
			of := map[Span]bool{}
			for _, node := range nodesOf(0, n) {
				of[node] = true
			}
			nodes = slices.DeleteFunc(nodes, func(s Span) bool { return !of[s] })
		}
		for lo := range hi {
			s := Span{lo, hi}
			list := s.Grown(nil)
			checkCover(t, "Grown", s, hi, list, nodes, fewest(nodes, lo, hi)[hi])
			if lo == 0 && len(list) > bits.Len(uint(hi)) {
				t.Errorf("%d nodes for %d micro-batches", len(list), hi)
			}
		}
	}
	if got := (Span{3, 3}).Grown([]Span{{1, 2}}); !slices.Equal(got, []Span{{1, 2}}) {
		t.Errorf("Grown of nothing: %v", got)
	}
}

// TestShare: the shares make up all numbers, in order, and none is larger than a later one by more
// than 1.
func TestShare(t *testing.T) {
	for n := 1; n <= 64; n++ {
		for size := 1; size <= 20; size++ {
			at := 0
			for rank := range size {
				s := Share(n, rank, size)
				first, last := Share(n, 0, size).Len(), Share(n, size-1, size).Len()
				if s.Lo != at || s.Len() > first || s.Len() < last || first-last > 1 {
					t.Fatalf("Share(%d, %d, %d) = %v", n, rank, size, s)
				}
				at = s.Hi
			}
			if at != n {
				t.Fatalf("%d micro-batches, %d ranks: the shares end at %d", n, size, at)
			}
		}
	}
	// Where ranks are no power of two, more sums travel.
	for rank, want := range []int{2, 3, 2} {
		if got := len(Share(16, rank, 3).Cover(16)); got != want {
			t.Errorf("rank %d of 3 has %d nodes of 16 micro-batches, want %d", rank, got, want)
		}
	}
}
