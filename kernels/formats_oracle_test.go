package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// formatLengths are all that differ for vectors of 4 to 16 elements and blocks of 256.
func formatLengths() []int {
	var all []int
	for n := range 67 {
		if !testing.Short() || n%5 == 0 {
			all = append(all, n)
		}
	}
	return append(all, 100, 255, 256, 257, 511, 512, 513, 1000)
}

// places returns where the k-th call takes its random bits from.
func places(k int) place {
	return place{uint64(k) * 0x0123456789abcdef, k * k, k % 7, -k, bitsTaken(k % 3)}
}

// eachFormatCall calls f for vectors of all sorts of lengths and values.
func eachFormatCall(fn formatFunc, f func(v []coded, at place)) {
	r := rand.New(rand.NewPCG(61, 62))
	for k, n := range formatLengths() {
		for character := range int(kerneltest.NumCases) {
			draw := kerneltest.Draw[float32](kerneltest.Values(character), r)
			v := make([]coded, len(fn.formats))
			for i, form := range fn.formats {
				v[i] = newCoded(form, n, draw)
			}
			f(v, places(4*k+character))
		}
	}
}

func cloneAll(v []coded) []coded {
	all := make([]coded, len(v))
	for i, s := range v {
		all[i] = s.clone()
	}
	return all
}

// TestFormatOracles holds every function of formats, on every level, against its documentation.
func TestFormatOracles(t *testing.T) {
	restoreLevel(t)
	for _, fn := range formatFuncs() {
		t.Run(fn.name, func(t *testing.T) {
			eachFormatCall(fn, func(v []coded, at place) {
				want := cloneAll(v)
				fn.expect(want, at)
				for _, l := range kernels.Levels() {
					activate(t, l)
					got := cloneAll(v)
					fn.call(got, at.rounding())
					for i := range got {
						if text := got[i].differs(want[i]); text != "" {
							t.Fatalf("level %v, %d elements, random bits of %+v: of vector %d, %s", l, len(v[0].decoded()), at, i, text)
						}
					}
				}
			})
		})
	}
}

// TestFormatPieces cuts vectors, at the ends of blocks and within the last one: the pieces
// take the random bits that they have in the whole.
func TestFormatPieces(t *testing.T) {
	restoreLevel(t)
	for _, fn := range formatFuncs() {
		for _, l := range kernels.Levels() {
			activate(t, l)
			draw := kerneltest.Draw[float32](kerneltest.Normal, rand.New(rand.NewPCG(63, 64)))
			const n = 777
			v := make([]coded, len(fn.formats))
			for i, form := range fn.formats {
				v[i] = newCoded(form, n, draw)
			}
			whole, cut, r := cloneAll(v), cloneAll(v), places(5).rounding()
			fn.call(whole, r)
			for _, piece := range [][2]int{{512, n}, {0, 256}, {256, 512}} {
				var part []coded
				for _, s := range cut {
					part = append(part, s.part(piece[0], piece[1]))
				}
				// In two ways that come to the same.
				fn.call(part, r.From(piece[0]/2).From(piece[0]-piece[0]/2))
			}
			for i := range cut {
				if text := cut[i].differs(whole[i]); text != "" {
					t.Fatalf("%s in pieces, level %v: of vector %d, %s", fn.name, l, i, text)
				}
			}
		}
	}
}

// TestRandomBitsOfOracle holds the oracle's own hashes against published numbers: the first
// of splitmix64 for the seed 1234567, and that lowbias32 is a bijection that keeps 0.
func TestRandomBitsOfOracle(t *testing.T) {
	state := uint64(1234567)
	for _, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423} {
		if state += 0x9e3779b97f4a7c15; splitMix64(state) != want {
			t.Errorf("splitmix64 gives %d, want %d", splitMix64(state), want)
		}
	}
	if lowBias32(0) != 0 {
		t.Error("lowbias32(0) is not 0")
	}
}

// TestSumSquaresBF16: the bits of SumSquares of the elements as float32, and finite for all
// that are, on every level.
func TestSumSquaresBF16(t *testing.T) {
	restoreLevel(t)
	r := rand.New(rand.NewPCG(65, 66))
	block := blockOf[float32]()
	for _, n := range append(formatLengths(), 1023, block-1, block, block+1, 2*block+77) {
		for character := range int(kerneltest.NumCases) {
			s := newCoded(half, n, kerneltest.Draw[float32](kerneltest.Values(character), r))
			x := s.decoded()
			for _, l := range kernels.Levels() {
				activate(t, l)
				got := kernels.SumSquaresBF16(s.h)
				same(t, got, kernels.SumSquares(x), "the sum of %d squares at level %v", n, l)
				finite := true
				for _, v := range x {
					finite = finite && v-v == 0
				}
				if finite != (got-got == 0) {
					t.Fatalf("the sum of squares is %v, and all elements finite: %v", got, finite)
				}
			}
		}
	}
	largest := newCoded(half, 2*block, func() float32 { return math.MaxFloat32 })
	if got := kernels.SumSquaresBF16(largest.h); math.IsInf(got, 0) {
		t.Error("the sum of the largest squares is infinite")
	}
}

// TestBFloat16: every one widens to the number that its bits are, and ToBFloat16 gives it back.
func TestBFloat16(t *testing.T) {
	for b := range 1 << 16 {
		x := kernels.BFloat16(b)
		f := x.Float32()
		sign, exp, mantissa := 1-float64(b>>15)*2, b>>7&255, float64(b&127)
		want := math.NaN()
		switch {
		case exp == 255 && mantissa == 0:
			want = math.Inf(int(sign))
		case exp == 0:
			want = math.Copysign(math.Ldexp(mantissa, -133), sign)
		case exp < 255:
			want = sign * math.Ldexp(128+mantissa, exp-134)
		}
		same(t, float64(f), want, "the bfloat16 of bits %#04x", b)
		if back := kernels.ToBFloat16(f); back != x && !(f != f && back == x|1<<6) {
			t.Fatalf("%#04x becomes %#04x", x, back)
		}
	}
}
