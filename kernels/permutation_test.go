package kernels_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestPermutation: every number is there once, at any length.
func TestPermutation(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 97
	}
	for n := 0; n <= 10000; n += step {
		order := make([]int, n)
		kernels.Permutation(order, 1, uint64(n))
		slices.Sort(order)
		for i, v := range order {
			if v != i {
				t.Fatalf("of %d numbers, %d is not there once", n, i)
			}
		}
	}
}

// TestPermutationIsFixed: the same on all machines, and another one for each seed and epoch.
func TestPermutationIsFixed(t *testing.T) {
	draw := func(seed, epoch uint64) string {
		order := make([]int, 12)
		kernels.Permutation(order, seed, epoch)
		return fmt.Sprint(order)
	}
	seen := map[string]bool{}
	for seed := range uint64(30) {
		for epoch := range uint64(30) {
			seen[draw(seed<<20, epoch<<40)] = true
		}
	}
	if len(seen) != 900 {
		t.Errorf("%d different ones for 900 seeds and epochs", len(seen))
	}
	if got, want := draw(1, 2), permutationBySlices(12, 1, 2); got != want {
		t.Errorf("seed 1, epoch 2: %s, want %s", got, want)
	}
}

// fraction53 returns the 53 bits of number k of a stream, from the words of the block function.
func fraction53(seed, stream uint64, k int) uint64 {
	x := kernels.Philox4x32([2]uint32{uint32(seed), uint32(seed >> 32)},
		[4]uint32{uint32(k/32*16 + k%16), 0, uint32(stream), uint32(stream >> 32)})
	pair := k / 16 % 2 * 2
	return (uint64(x[pair+1])<<32 | uint64(x[pair])) >> 11
}

// permutationBySlices computes one with numbers that are found in the stream. It rejects
// nothing, as is right for all but one in 2^49 draws.
func permutationBySlices(n int, seed, epoch uint64) string {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for k, i := 0, n-1; i > 0; k, i = k+1, i-1 {
		j := int(math.Floor(math.Ldexp(float64(fraction53(seed, ^epoch, k)), -53) * float64(i+1)))
		order[i], order[j] = order[j], order[i]
	}
	return fmt.Sprint(order)
}

// TestPermutationIsUniform: each order of four and of five numbers comes as often, by the
// chi-square test.
func TestPermutationIsUniform(t *testing.T) {
	for n, orders := range map[int]int{4: 24, 5: 120} {
		const draws = 60000
		counts := map[string]int{}
		order := make([]int, n)
		for epoch := range uint64(draws) {
			kernels.Permutation(order, 7, epoch)
			counts[fmt.Sprint(order)]++
		}
		sum, expected := 0.0, float64(draws)/float64(orders)
		for _, c := range counts {
			d := float64(c) - expected
			sum += d * d / expected
		}
		sum += expected * float64(orders-len(counts))
		// Five standard deviations above the mean.
		if most := float64(orders-1) + 5*math.Sqrt(2*float64(orders-1)); sum > most {
			t.Errorf("%d numbers: chi-square %.1f with %d orders, want at most %.1f", n, sum, len(counts), most)
		}
	}
}

func TestPermutationAllocatesNothing(t *testing.T) {
	if n := kerneltest.Allocations(10, func() { var order [40]int; kernels.Permutation(order[:], 1, 2) }); n != 0 {
		t.Errorf("%v allocations in a call", n)
	}
}

// TestBoundedNumbers draws below bounds for which many numbers are passed over: where the
// lower bits of the product are below 2^53 mod n.
func TestBoundedNumbers(t *testing.T) {
	for _, n := range []uint64{1, 3, 1 << 32, 3 << 50, 3 << 51, 1<<52 + 1, 1<<53 - 1, 1 << 53} {
		word, of := 0, new(big.Int).Lsh(big.NewInt(1), 53)
		bound := new(big.Int).SetUint64(n)
		least := new(big.Int).Mod(of, bound)
		next := func() *big.Int {
			word++
			return new(big.Int).SetUint64(fraction53(5, 6, word-1))
		}
		for i, got := range kernels.BoundedNumbers(5, 6, n, 200) {
			upper, lower := new(big.Int), new(big.Int)
			for {
				upper.DivMod(new(big.Int).Mul(next(), bound), of, lower)
				if lower.Cmp(least) >= 0 {
					break
				}
			}
			if got != upper.Uint64() {
				t.Fatalf("number %d below %d is %d, want %v", i, n, got, upper)
			}
		}
	}
}
