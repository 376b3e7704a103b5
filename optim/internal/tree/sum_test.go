package tree

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// partitions returns all ways in which nodes make up the tree over the numbers lo to hi.
func partitions(lo, hi int) [][]Span {
	all := [][]Span{{{lo, hi}}}
	if hi-lo == 1 {
		return all
	}
	k := 1
	for 2*k < hi-lo {
		k *= 2
	}
	for _, left := range partitions(lo, lo+k) {
		for _, right := range partitions(lo+k, hi) {
			all = append(all, slices.Concat(left, right))
		}
	}
	return all
}

// plainSum adds an element of the sources up as the package documentation says.
func plainSum[T kernels.Float](sources []Source[T], s Span, j int) T {
	for _, source := range sources {
		switch {
		case source.Span != s:
		case source.BF16 != nil:
			return T(source.BF16[j].Float32())
		default:
			return source.Native[j]
		}
	}
	k := 1
	for 2*k < s.Len() {
		k *= 2
	}
	return plainSum(sources, Span{s.Lo, s.Lo + k}, j) + plainSum(sources, Span{s.Lo + k, s.Hi}, j)
}

// TestSum adds up whatever nodes make up a tree, at any place, and compares every bit: of
// numbers in which any other order shows, and of zeros, infinite ones and NaN.
func TestSum(t *testing.T) {
	t.Run("float32", testSum[float32])
	t.Run("float64", testSum[float64])
}

func testSum[T kernels.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var adder Adder[T]
	check := func(nodes []Span, length int, as16 func() bool) {
		t.Helper()
		sources := make([]Source[T], len(nodes))
		for i, node := range nodes {
			sources[i] = Source[T]{Span: node, Native: drawn[T](rng, length)}
			if as16() {
				sources[i].BF16 = make([]kernels.BFloat16, length)
				for j, v := range sources[i].Native {
					sources[i].BF16[j] = kernels.ToBFloat16(float32(v))
				}
				sources[i].Native = nil
			}
		}
		whole := Span{nodes[0].Lo, nodes[len(nodes)-1].Hi}
		want := make([]T, length)
		for j := range want {
			want[j] = plainSum(sources, whole, j)
		}
		dst := drawn[T](rng, length)
		adder.Sum(dst, sources)
		compare(t, fmt.Sprintf("%d elements of %v", length, nodes), dst, want)
		for _, held := range adder.list[:cap(adder.list)] {
			if held != nil {
				t.Fatalf("%d elements of %v: the adder holds on to a source", length, nodes)
			}
		}
		if first := sources[0].Native; first != nil {
			adder.Sum(first, sources)
			compare(t, fmt.Sprintf("%d elements of %v, in the memory of the first", length, nodes), first, want)
		}
	}
	never := func() bool { return false }
	some := func() bool { return rng.IntN(2) == 0 }
	if _, ok := any(T(0)).(float64); ok {
		some = never
	}
	for n := 1; n <= 13; n++ {
		for _, node := range nodesOf(0, n) {
			if node.Len() < n && node.Lo == 0 {
				continue // that of fewer micro-batches
			}
			for i, nodes := range partitions(node.Lo, node.Hi) {
				check(nodes, 1+i%40, never)
				check(nodes, 1+i%37, some)
			}
		}
	}
	// Several pieces, and none.
	for _, length := range []int{0, 511, 512, 513, 1024, 1025, 2100} {
		for _, nodes := range [][]Span{{{0, 1}}, {{0, 1}, {1, 2}}, {{4, 6}, {6, 7}, {7, 8}}, {{0, 4}, {4, 8}, {8, 9}, {9, 10}, {10, 11}}} {
			check(nodes, length, never)
			check(nodes, length, some)
		}
	}
}

// drawn returns numbers of magnitudes so different that their sum depends on the order, and some that
// are none.
func drawn[T kernels.Float](rng *rand.Rand, n int) []T {
	x := make([]T, n)
	odd := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 3e38, -3e38, 1e-45, 0x1p-126}
	for i := range x {
		x[i] = T(rng.NormFloat64() * math.Ldexp(1, rng.IntN(8)))
		if rng.IntN(6) == 0 {
			x[i] = T(odd[rng.IntN(len(odd))])
		}
	}
	return x
}

// compare compares bits, those of NaN but for being one.
func compare[T kernels.Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	for j := range want {
		g, w := float64(got[j]), float64(want[j])
		if math.Float64bits(g) != math.Float64bits(w) && !(g != g && w != w) {
			t.Fatalf("%s: element %d is %v, want %v", what, j, g, w)
		}
	}
}
