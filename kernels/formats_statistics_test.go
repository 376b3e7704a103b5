package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestFormatErrors: of a million numbers, in blocks that span few powers of two or many,
// none is stored with an error beyond the documented one.
func TestFormatErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	const n = kernels.BlockLen8
	x, back, half := make([]float32, n), make([]float32, n), make([]kernels.BFloat16, n)
	v := kernels.NewVector8(n)
	worst := map[string]float64{}
	note := func(name string, x float32, err, bound float64) {
		if !(err < bound) {
			t.Fatalf("%s: %v is stored with an error of %g, documented are %g", name, x, err, bound)
		}
		worst[name] = max(worst[name], err/bound)
	}
	for block := range draws() / n {
		span, middle := []float64{1, 8, 29, 60}[block%4], 240*r.Float64()-120
		most := 0.0
		for i := range x {
			x[i] = float32(math.Copysign(math.Exp2(min(max(middle+span*(r.Float64()-0.5), -126), 127.9)), r.Float64()-0.5))
			most = max(most, math.Abs(float64(x[i])))
		}
		at := place{seed: 3, block: block, taken: bitsTaken(block % 3)}
		kernels.RoundBF16Stochastic(half, x, at.rounding())
		for i, h := range half {
			if f := float64(h.Float32()); !math.IsInf(f, 0) {
				note("bfloat16", x[i], math.Abs(f-float64(x[i])), math.Abs(float64(x[i]))/128)
			}
		}
		for _, c := range codecs {
			c.quantize(v, x, at.rounding())
			c.dequantize(back, v)
			for i, b := range back {
				a := math.Abs(float64(x[i]))
				bound := a / 8
				switch {
				case c.signed:
					bound = (a + math.Ldexp(1, origin(v.Exponents[0], spanSigned))) / 8
				case a < most*0x1p-30 || a < 0x1p-125:
					bound = max(most*0x1p-30, 0x1p-125) // what is as small as that becomes about that
				}
				err := math.Abs(float64(b) - float64(x[i]))
				if !c.signed {
					err = math.Abs(float64(b) - a)
				}
				note(c.name, x[i], err, bound)
			}
		}
	}
	for name, share := range worst {
		if share < 0.9 {
			t.Errorf("%s: the greatest error is %.2f of the documented one", name, share)
		}
	}
}

// A tally counts how often a number is rounded to either neighbour.
type tally struct {
	name   string
	number float32
	lo, hi float64
	ups, n int
}

// take counts what the number has become.
func (y *tally) take(t *testing.T, rounded []float32) {
	y.n += len(rounded)
	for i, v := range rounded {
		switch float64(v) {
		case y.lo:
		case y.hi:
			y.ups++
		default:
			t.Fatalf("%s: element %d, %v, becomes %v, want %v or %v", y.name, i, y.number, v, y.lo, y.hi)
		}
	}
}

// unbiased fails unless the mean is the number within five standard errors.
func (y *tally) unbiased(t *testing.T) {
	n, share := float64(y.n), (float64(y.number)-y.lo)/(y.hi-y.lo)
	off := float64(y.ups) - float64(n*share)
	if deviation := math.Sqrt(n * share * (1 - share)); math.Abs(off) > 5*max(deviation, 1) {
		t.Errorf("%s: %v becomes %v in %d of %d times, off by %.1f standard errors", y.name, y.number, y.hi, y.ups, y.n, off/deviation)
	}
}

// tally16 and tally8 are of a finite number in bfloat16 and in a block with exponent e.
func tally16(name string, x float32) *tally {
	below, _, unit := neighbour(x)
	sign := math.Copysign(1, float64(x))
	return &tally{name: name, number: x, lo: sign * below * unit, hi: sign * (below + 1) * unit}
}

func (c codec) tally(name string, x float32, e uint8) *tally {
	code, sign := int(positionIn(x, e, c.signed)), math.Copysign(1, float64(x))
	return &tally{name: name, number: x, lo: sign * c.value(code, e), hi: sign * c.value(code+1, e)}
}

// eachSeed calls f with blocks of many seeds: together they have 2^20 elements, under -short
// 2^16.
func eachSeed(f func(r kernels.Rounding)) {
	blocks := 1 << 20 / kernels.BlockLen8
	if testing.Short() {
		blocks >>= 4
	}
	for i := range blocks {
		f(kernels.NewRounding(uint64(i), i%11, i%13, i%17))
	}
}

// TestUnbiased rounds numbers with the random bits of many seeds, of each of the three choices
// that parameters, first and second moments have.
func TestUnbiased(t *testing.T) {
	const n, e = kernels.BlockLen8, 120
	x, back, half := make([]float32, n), make([]float32, n), make([]kernels.BFloat16, n)
	v := kernels.NewVector8(n)
	fill := func(number float32) {
		for i := range x {
			x[i] = number
		}
	}
	choices := map[string]func(kernels.Rounding) kernels.Rounding{
		"parameter": kernels.Rounding.Middle, "first moment": kernels.Rounding.High, "second moment": kernels.Rounding.Low}
	for i, share := range []float64{0x1p-16, 0.01, 1. / 3, 0.5, 0.77, 1 - 0x1p-16} {
		for name, choice := range choices {
			b := []kernels.BFloat16{0x3f80, 0xbfff, 0x0003, 0x7f7e, 0x1234, 0x0000}[i]
			number := between(float64(b.Float32()), float64((b + 1).Float32()), uint(share*(1<<16)), 16)
			count := tally16(name+" in bfloat16", number)
			fill(number)
			eachSeed(func(r kernels.Rounding) {
				kernels.RoundBF16Stochastic(half, x, choice(r))
				kernels.WidenBF16(back, half)
				count.take(t, back)
			})
			count.unbiased(t)
			for _, c := range codecs {
				code := []int{1, 17, c.last - 1}[i%3]
				number := between(c.value(code, e), c.value(code+1, e), uint(share*(1<<20)), 20)
				count := c.tally(fmt.Sprintf("%s in 8 bits, %s", name, c.name), number, e)
				fill(number)
				x[n-1] = float32(c.value(c.last, e))
				eachSeed(func(r kernels.Rounding) {
					c.quantize(v, x, choice(r))
					c.dequantize(back, v)
					count.take(t, back[:n-1])
				})
				count.unbiased(t)
			}
		}
	}
}

// TestUnbiasedSteps takes the same step with many seeds: parameter and moments are those of
// float32 in the mean.
func TestUnbiasedSteps(t *testing.T) {
	const n = kernels.BlockLen8
	type vectors struct{ p, g, m, v coded }
	back := make([]float32, n)
	for name, step := range map[string]func(x vectors, r kernels.Rounding){
		"AdamBF16State16": func(x vectors, r kernels.Rounding) {
			kernels.AdamBF16State16(x.p.h, x.g.h, x.m.h, x.v.h, adam16, r)
		},
		"AdamBF16State8": func(x vectors, r kernels.Rounding) {
			kernels.AdamBF16State8(x.p.h, x.g.h, x.m.v, x.v.v, adam16, r)
		},
	} {
		first, second := half, half
		if name == "AdamBF16State8" {
			first, second = signed8, unsigned8
		}
		start := make([]float32, 1)
		vector := func(f format, number float32) coded {
			start[0] = number
			one := newCoded(f, 1, func() float32 { return number })
			one.encode(start, place{}, middleBits)
			all := newCoded(f, n, func() float32 { return number })
			for i := range all.v.Codes {
				all.v.Codes[i], all.v.Exponents[0] = one.v.Codes[0], one.v.Exponents[0]
			}
			return all
		}
		x := vectors{vector(half, 0.37), vector(half, -0.21), vector(first, 0.013), vector(second, 0.0007)}
		p, g, m, v := x.p.decoded(), x.g.decoded(), x.m.decoded(), x.v.decoded()
		kernels.Adam(p, g, m, v, adam16)
		counts := []*tally{tally16(name+": parameter", p[0]), tally16(name+": first moment", m[0]), tally16(name+": second moment", v[0])}
		if first == signed8 {
			counts[1] = codecs[0].tally(name+": first moment", m[0], exponent8(m, true))
			counts[2] = codecs[1].tally(name+": second moment", v[0], exponent8(v, false))
		}
		eachSeed(func(r kernels.Rounding) {
			y := vectors{x.p.clone(), x.g, x.m.clone(), x.v.clone()}
			step(y, r)
			for i, s := range []coded{y.p, y.m, y.v} {
				for j := range back {
					back[j] = s.at(j)
				}
				counts[i].take(t, back)
			}
		})
		for _, count := range counts {
			count.unbiased(t)
		}
	}
}

// TestRandomBitsTogether: the bits of the moments in bfloat16 are independent; others share
// some, and are correlated as these make them and not more: with k bits of a's n that begin
// i above a's lowest and are those j above the lowest of b's m, by 4^k 2^(i+j) / 2^(n+m).
func TestRandomBitsTogether(t *testing.T) {
	n := uint32(1 << 20)
	if testing.Short() {
		n = 1 << 16
	}
	// What takes bits, of the 32 which is the lowest, and how many.
	taken := []struct {
		name   string
		lowest int
		count  int
	}{{"a parameter's 16", 8, 16}, {"a first moment's 16", 16, 16}, {"a second moment's 16", 0, 16}, {"a first moment's 20", 12, 20}, {"a second moment's 20", 0, 20}}
	var sums [5][5]float64
	k0, k1 := place{seed: 9}.keys()
	for lane := range n {
		h := lowBias32((lane*0x9e3779b9 + k0) ^ k1)
		var x [5]float64
		for i, a := range taken {
			x[i] = float64(h>>a.lowest%(1<<a.count))/float64(uint32(1)<<a.count) - 0.5
			for j := range i {
				sums[i][j] += 12 * float64(x[i]*x[j])
			}
		}
	}
	for i, a := range taken {
		for j, b := range taken[:i] {
			lowest := max(a.lowest, b.lowest)
			shared := min(a.lowest+a.count, b.lowest+b.count) - lowest
			want := 0.0
			if shared > 0 {
				want = math.Ldexp(1, 2*shared+lowest-a.lowest+lowest-b.lowest-a.count-b.count)
			}
			if got := sums[i][j] / float64(n); math.Abs(got-want) > 5/math.Sqrt(float64(n)) {
				t.Errorf("the correlation of %s bits and %s is %.5f, want %.5f", a.name, b.name, got, want)
			}
		}
	}
}

// TestRandomBitsOfNeighbours: the elements' bits of blocks, steps, parameters and seeds nearby
// are not the same, also not moved, and not correlated.
func TestRandomBitsOfNeighbours(t *testing.T) {
	const n = 1 << 14 // a block of float32
	bits := func(at place) []kernels.BFloat16 {
		x, got := make([]float32, n), make([]kernels.BFloat16, n)
		for i := range x {
			x[i] = 1 + 0x1p-8 // halfway
		}
		kernels.RoundBF16Stochastic(got, x, at.rounding())
		return got
	}
	here := place{seed: 1, step: 2, param: 3, block: 4}
	seen := map[uint32]bool{}
	for _, h := range here.hashes(n) {
		seen[h] = true
	}
	if len(seen) != n {
		t.Errorf("%d of %d elements of a block have the same bits as others", n-len(seen), n)
	}
	x := bits(here)
	for _, there := range []place{{1, 2, 3, 5, 0}, {1, 2, 3, 3, 0}, {1, 3, 3, 4, 0}, {1, 1, 3, 4, 0}, {1, 2, 4, 4, 0}, {1, 2, 2, 4, 0},
		{2, 2, 3, 4, 0}, {0, 2, 3, 4, 0}, {1 + 1<<32, 2, 3, 4, 0}, {1, 3, 2, 4, 0}, {1, 2, 4, 3, 0}, {2, 1, 3, 4, 0}, {1, 4, 3, 2, 0}} {
		common := 0
		for _, h := range there.hashes(n) {
			if seen[h] {
				common++
			}
		}
		if common > 8 { // a sixteenth, on average
			t.Errorf("%d of %d elements of %+v have the bits of some of %+v", common, n, there, here)
		}
		y := bits(there)
		for _, shift := range []int{0, 1, 2, 4, 8, 16, 32, 64, 256, 1024} {
			equal := 0
			for i := shift; i < n; i++ {
				if x[i] == y[i-shift] {
					equal++
				}
			}
			if off := float64(2*equal-(n-shift)) / math.Sqrt(float64(n-shift)); math.Abs(off) > 5 {
				t.Errorf("roundings at %+v and %+v, %d on, are correlated: %.1f standard deviations", here, there, shift, off)
			}
		}
	}
}
