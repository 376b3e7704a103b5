package kernels_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// unhash is the inverse of lowBias32: what is shifted by half of the bits or more comes back
// the same way, and the odd numbers have inverses.
func unhash(h uint32) uint32 {
	h = (h ^ h>>16) * hashInverse[0]
	h = (h ^ h>>15 ^ h>>30) * hashInverse[1]
	return h ^ h>>16
}

// inverse returns 1/odd modulo 2^32.
func inverse(odd uint32) uint32 {
	x := odd // right in the lowest three bits, and each step doubles them
	for range 4 {
		x *= 2 - odd*x
	}
	return x
}

// drawing returns a rounding of which element 0 has n random bits r, where it takes them, and
// others elsewhere: all 0, or all 1.
func drawing(r uint32, n uint, taken bitsTaken, others bool) kernels.Rounding {
	down := taken.down(n)
	h := r << down
	if others {
		h |= ^((1<<n - 1) << down)
	}
	return drawn[taken].From(int(((unhash(h) ^ drawnKeys[1]) - drawnKeys[0]) * laneInverse))
}

var (
	drawn     [3]kernels.Rounding
	drawnKeys [2]uint32

	laneInverse = inverse(0x9e3779b9)
	hashInverse = [2]uint32{inverse(0x846ca68b), inverse(0x7feb352d)}
)

func init() {
	at := place{seed: 1, step: 2, param: 3, block: 4}
	drawnKeys[0], drawnKeys[1] = at.keys()
	for taken := range drawn {
		at.taken = bitsTaken(taken)
		drawn[taken] = at.rounding()
	}
}

// between returns the number k parts of 2^n behind x on the way to y; float32 has it.
func between(x, y float64, k, n uint) float32 {
	return float32(x + (y-x)*float64(k)/float64(uint(1)<<n))
}

// edges returns how many parts k of 2^n a number can be from one neighbour, and with each the
// random bits that are extreme, the last that leave it there and the first that carry it to
// the other.
func edges(n uint) (all [6]edge) {
	one, half := uint(1)<<n, uint(1)<<n/2
	for i, k := range []uint{0, 1, half - 1, half, half + 1, one - 1} {
		all[i] = edge{k, slices.Compact(slices.Sorted(slices.Values([]uint{0, one - 1 - k, min(one-k, one-1), one - 1})))}
	}
	return all
}

type edge struct {
	k      uint
	random []uint
}

// TestEveryBFloat16 rounds every bfloat16, and numbers between it and the next: on the way,
// halfway, and a float32 on either side of these.
func TestEveryBFloat16(t *testing.T) {
	restoreLevel(t)
	all := edges(16)
	for _, l := range kernels.Levels() {
		activate(t, l)
		for b := range uint32(0x7f80) {
			if testing.Short() && b%19 != 0 && b > 3 && b < 0x7f7e && b%128 != 127 {
				continue
			}
			x, y := math.Float32frombits(b<<16), math.Ldexp(1, 128)
			if b < 0x7f7f {
				y = float64(math.Float32frombits((b + 1) << 16))
			}
			for _, e := range all {
				everyBFloat16(t, b, between(float64(x), y, e.k, 16), e)
				everyBFloat16(t, b|0x8000, -between(float64(x), y, e.k, 16), e)
			}
		}
	}
}

// everyBFloat16 rounds x, which lies e.k parts of 2^16 behind the bfloat16 b.
func everyBFloat16(t *testing.T, b uint32, x float32, e edge) {
	k := e.k
	var got [1]kernels.BFloat16
	var rest [1]int16
	var back [1]float32
	carried := func(up bool) kernels.BFloat16 {
		if up {
			return kernels.BFloat16(b + 1)
		}
		return kernels.BFloat16(b)
	}
	for _, r := range e.random {
		kernels.RoundBF16Stochastic(got[:], []float32{x}, drawing(uint32(r), 16, bitsTaken((uint(b)+r)%3), b%2 == 0))
		if want := carried(k+r >= 1<<16); got[0] != want {
			t.Fatalf("%v, %d parts behind %#04x, becomes %#04x by random bits %d, want %#04x", x, k, b, got[0], r, want)
		}
	}
	kernels.RoundBF16(got[:], []float32{x})
	if want := carried(k > 1<<15 || k == 1<<15 && b%2 == 1); got[0] != want {
		t.Fatalf("the nearest to %v, %d parts behind %#04x, is %#04x, want %#04x", x, k, b, got[0], want)
	}
	kernels.SplitBF16(got[:], rest[:], []float32{x})
	if want := carried(k >= 1<<15); got[0] != want || rest[0] != int16(k) {
		t.Fatalf("%v, %d parts behind %#04x, is split into %#04x and %d, want %#04x", x, k, b, got[0], rest[0], want)
	}
	kernels.JoinBF16(back[:], got[:], rest[:])
	if back[0] != x || math.Signbit(float64(back[0])) != math.Signbit(float64(x)) {
		t.Fatalf("%v is split, and joined to %v", x, back[0])
	}
}

// TestNaNAndInfBF16 rounds every NaN, whose bits with random ones added would be those of a
// zero or of infinity, and infinities.
func TestNaNAndInfBF16(t *testing.T) {
	restoreLevel(t)
	const n = 1 << 14
	x, got, rest := make([]float32, n), make([]kernels.BFloat16, n), make([]int16, n)
	back := make([]float32, n)
	check := func(name string) {
		t.Helper()
		for i, h := range got {
			if uint16(h)&0x7fc0 != 0x7fc0 {
				t.Fatalf("%s: the NaN of bits %#08x becomes %#04x", name, math.Float32bits(x[i]), h)
			}
		}
	}
	for _, l := range kernels.Levels() {
		activate(t, l)
		for first := uint32(0x7f80_0000); first < 1<<31; first += n {
			if testing.Short() && first>>14%67 > 1 {
				continue
			}
			for i := range x {
				x[i] = math.Float32frombits(max(first+uint32(i), 0x7f80_0001) | first>>14<<31)
			}
			kernels.RoundBF16(got, x)
			check("nearest")
			at := place{seed: uint64(first), taken: bitsTaken(first >> 14 % 3)}
			kernels.RoundBF16Stochastic(got, x, at.rounding())
			check("stochastic")
			kernels.SplitBF16(got, rest, x)
			check("split")
			kernels.JoinBF16(back, got, rest)
			for i, v := range back {
				if v == v || rest[i] != 0 {
					t.Fatalf("the NaN of bits %#08x is split into %#04x and %d, and joined to %v", math.Float32bits(x[i]), got[i], rest[i], v)
				}
			}
		}
		for sign := range 2 {
			inf := float32(math.Inf(1 - 2*sign))
			for i := range x {
				x[i] = inf
			}
			kernels.RoundBF16Stochastic(got, x, place{seed: 5, taken: bitsTaken(sign)}.rounding())
			kernels.SplitBF16(got[:9], rest[:9], x[:9])
			kernels.JoinBF16(back[:9], got[:9], rest[:9])
			for i, h := range got {
				same(t, h.Float32(), inf, "%v rounded", inf)
				same(t, back[i%9], inf, "%v split and joined", inf)
			}
		}
	}
}
