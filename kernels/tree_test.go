package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// byLevels adds numbers as the tree does, but from the leaves up: neighbours of a level are
// added, and one that has none goes up as it is.
func byLevels[T kernels.Float](x []T) T {
	level := slices.Clone(x)
	for len(level) > 1 {
		var next []T
		for pair := range slices.Chunk(level, 2) {
			if len(pair) == 2 {
				pair[0] = add(pair[0], pair[1])
			}
			next = append(next, pair[0])
		}
		level = next
	}
	return level[0]
}

// drawSlices returns so many slices of any values, each at its own distance from an aligned
// address.
func drawSlices[T kernels.Float](count, n int, values kerneltest.Values) [][]T {
	pool := kerneltest.NewPool[T](values, rand.New(rand.NewPCG(uint64(count), uint64(n))))
	xs, alloc := make([][]T, count), kerneltest.Heap[T](count%17)
	for i := range xs {
		xs[i] = alloc(i, n)
		pool.Fill(xs[i])
	}
	return xs
}

// TestTrees compares sums and means of up to 70 slices, and of many, with those that are added
// level by level. The destination is a slice of its own or the first of the list.
func TestTrees(t *testing.T) { onEveryLevel(t, trees[float32], trees[float64]) }

func trees[T kernels.Float](t *testing.T) {
	check := func(count, n int) {
		t.Helper()
		for _, inPlace := range []bool{false, true} {
			for _, mean := range []bool{false, true} {
				xs := drawSlices[T](count, n, kerneltest.Values((count+n)%int(kerneltest.NumCases)))
				want, column := make([]T, n), make([]T, count)
				for j := range want {
					for i, x := range xs {
						column[i] = x[j]
					}
					if want[j] = byLevels(column); mean {
						want[j] = div(want[j], T(count))
					}
				}
				dst := slices.Repeat([]T{T(math.NaN())}, n)
				if inPlace {
					dst = xs[0]
				}
				others := make([][]T, count)
				for i, x := range xs {
					others[i] = slices.Clone(x)
				}
				if mean {
					kernels.MeanSlicesTree(dst, xs)
				} else {
					kernels.SumSlicesTree(dst, xs)
				}
				what := fmt.Sprintf("%d slices of %d, mean %v, in place %v", count, n, mean, inPlace)
				for j := range want {
					same(t, dst[j], want[j], "%s: element %d", what, j)
				}
				for i := btoi(inPlace); i < count; i++ {
					if !slices.EqualFunc(xs[i], others[i], kerneltest.Same[T]) {
						t.Fatalf("%s: slice %d has been written", what, i)
					}
				}
			}
		}
	}
	most, lengths := 70, []int{0, 1, 7, 40, 67}
	if testing.Short() {
		most, lengths = 35, []int{7, 67}
	}
	for count := 1; count <= most; count++ {
		check(count, lengths[count%len(lengths)])
	}
	for _, count := range []int{2, 3, 11, 16, 17, 32, 61, 66} { // several blocks and a rest
		check(count, 1300)
	}
	check(300, 133)
	check(4097, 21)
}

// TestTreeParts adds the sums of parts that are whole subtrees, as several machines would.
func TestTreeParts(t *testing.T) { onEveryLevel(t, treeParts[float32], treeParts[float64]) }

func treeParts[T kernels.Float](t *testing.T) {
	const n = 1100
	for _, count := range []int{16, 24, 29, 64} {
		xs := drawSlices[T](count, n, kerneltest.Normal)
		want := make([]T, n)
		kernels.SumSlicesTree(want, xs)
		for _, each := range []int{2, 4, 8} {
			var sums [][]T
			for part := range slices.Chunk(xs, each) {
				sum := make([]T, n)
				kernels.SumSlicesTree(sum, part)
				sums = append(sums, sum)
			}
			kernels.SumSlicesTree(sums[0], sums)
			for j := range want {
				same(t, sums[0][j], want[j], "%d slices, %d in a part: element %d", count, each, j)
			}
		}
	}
}

// TestTreeMisuse gives one slice after the other a length of its own.
func TestTreeMisuse(t *testing.T) {
	for name, call := range map[string]func(dst []float32, xs [][]float32){
		"SumSlicesTree": kernels.SumSlicesTree[float32], "MeanSlicesTree": kernels.MeanSlicesTree[float32],
	} {
		for odd := range 12 {
			for _, n := range [][2]int{{70, 71}, {70, 69}, {70, 0}, {0, 70}} {
				v := make([][]float32, 12)
				for i := range v {
					v[i] = make([]float32, n[0], 100)
				}
				v[odd] = v[odd][:n[1]]
				expectPanic(t, name, n[:], v, func() { call(v[0], v[1:]) })
			}
		}
	}
}
