package kernels_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestFormatsExactly: the oracles' spacings, positions and sums in float64 are those of
// package math/big, so that nothing in them is rounded.
func TestFormatsExactly(t *testing.T) {
	draw := kerneltest.Draw[float32](kerneltest.Raw, rand.New(rand.NewPCG(81, 82)))
	rat := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	power := func(e int) *big.Rat { return rat(math.Ldexp(1, e)) }
	for range 3000 {
		x := draw()
		if x-x != 0 || x == 0 {
			continue
		}
		a := rat(math.Abs(float64(x)))
		below, beyond, unit := neighbour(x)
		parts := new(big.Rat).Add(rat(below), rat(beyond))
		if parts.Mul(parts, rat(unit)).Cmp(a) != 0 || below != math.Trunc(below) || !(beyond >= 0 && beyond < 1) || below >= 256 {
			t.Fatalf("%v is not %v and %v times %v", x, below, beyond, unit)
		}
		_, exp := math.Frexp(float64(x))
		for _, at := range []int{exp - 1, exp - 9, exp - 31} {
			p := position(math.Abs(float64(x)), at)
			octave := math.Floor(p / 8)
			in := rat(p - 8*octave) // eighths beyond a power of two
			in.Mul(in.Add(in, rat(8)), rat(0.125))
			if in.Mul(in, power(at+int(octave))).Cmp(a) != 0 {
				t.Fatalf("%v is not at the position %v from 2^%d", x, p, at)
			}
		}
		// B below the number, beside it and above.
		at := max(exp+19-int(math.Float32bits(x)>>3%40), -110)
		var sum big.Float
		sum.SetPrec(400).SetFloat64(math.Abs(float64(x)))
		sum.Add(&sum, new(big.Float).SetFloat64(math.Ldexp(1, at)))
		same(t, float32(withB(x, at)), nearest[float32](&sum), "|%v| + 2^%d", x, at)
	}
}

// TestNotFinite8 puts an infinity or NaN into each place of a block: the block is NaN, with
// codes of 0, and no other block is touched; and so it stays after finite steps.
func TestNotFinite8(t *testing.T) {
	restoreLevel(t)
	const n, block = 700, kernels.BlockLen8
	x, back := make([]float32, n), make([]float32, n)
	usual := kerneltest.Draw[float32](kerneltest.Normal, rand.New(rand.NewPCG(83, 84)))
	for i := range x {
		x[i] = usual()
	}
	r := kernels.NewRounding(1, 2, 3, 4)
	bad := []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.Float32frombits(0x7f80_0001), math.Float32frombits(0xffff_ffff)}
	for _, l := range kernels.Levels() {
		activate(t, l)
		for _, c := range codecs {
			usual, v := kernels.NewVector8(n), kernels.NewVector8(n)
			c.quantize(usual, x, r)
			for i := range n {
				if testing.Short() && i%37 != 0 && i < n-1 {
					continue
				}
				before := x[i]
				x[i] = bad[i%len(bad)]
				c.quantize(v, x, r)
				c.dequantize(back, v)
				x[i] = before
				for j, b := range back {
					in := j/block == i/block
					if in && (b == b || v.Codes[j] != 0 || v.Exponents[j/block] != 255) ||
						!in && (v.Codes[j] != usual.Codes[j] || v.Exponents[j/block] != usual.Exponents[j/block]) {
						t.Fatalf("%s with %v at %d, level %v: element %d is %v, code %d of exponent %d", c.name, bad[i%len(bad)], i, l, j, b, v.Codes[j], v.Exponents[j/block])
					}
				}
			}
		}
		notFiniteStep(t, x, r)
	}
}

// notFiniteStep takes a step with one infinite gradient and finite ones after it.
func notFiniteStep(t *testing.T, x []float32, r kernels.Rounding) {
	n := len(x)
	p, g, m, v := make([]float32, n), make([]float32, n), kernels.NewVector8(n), kernels.NewVector8(n)
	copy(g, x)
	g[300] = float32(math.Inf(1))
	for range 3 {
		kernels.AdamState8(p, g, m, v, adam16, r)
		g[300] = 1
	}
	for i := range p {
		hit := i/kernels.BlockLen8 == 1
		if e := [2]uint8{m.Exponents[i/kernels.BlockLen8], v.Exponents[i/kernels.BlockLen8]}; (p[i] != p[i]) != hit ||
			(e[0] == 255) != hit || (e[1] == 255) != hit || hit && m.Codes[i]+v.Codes[i] != 0 {
			t.Fatalf("after an infinite gradient in block 1, element %d is %v with exponents %v and codes %d and %d", i, p[i], e, m.Codes[i], v.Codes[i])
		}
	}
}

// TestZeros8: zeros stay zeros, signed ones of their sign, in blocks of all lengths, alone and
// beside others, with all random bits; memory that was never written is zeros.
func TestZeros8(t *testing.T) {
	restoreLevel(t)
	zero := [2]float32{0, float32(math.Copysign(0, -1))}
	for _, l := range kernels.Levels() {
		activate(t, l)
		for _, n := range []int{1, 2, 255, 256, 257, 511, 512, 513} {
			for _, c := range codecs {
				x, v := make([]float32, n), kernels.NewVector8(n)
				x[0] = 1
				c.dequantize(x, v)
				for i := range x {
					same(t, x[i], 0, "element %d of %d zeros", i, n)
				}
				for last, r := range []kernels.Rounding{drawing(0, 20, lowerBits, false), drawing(1<<20-1, 20, lowerBits, true)} {
					for i := range x {
						x[i] = zero[i%2]
					}
					if last == 1 {
						x[n-1] = 3e38 // beside which numbers of the last block are nothing
					}
					c.quantize(v, x, r)
					c.dequantize(x, v)
					for i := range n - last {
						want := zero[0]
						if c.signed {
							want = zero[i%2]
						}
						same(t, x[i], want, "%s: zero %d of %d", c.name, i, n)
					}
				}
			}
		}
	}
}
