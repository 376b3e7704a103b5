package kernels_test

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// A format is how a vector's elements are stored.
type format int

const (
	floats format = iota
	half          // bfloat16
	split         // bfloat16 and the rest
	signed8
	unsigned8
)

// coded is a vector in one of the formats, the others' slices being nil.
type coded struct {
	format format
	f      []float32
	h      []kernels.BFloat16
	rest   []int16
	v      kernels.Vector8
}

// newCoded returns a vector of n elements that take their values from draw: floats as they
// are, the others bits of them, so that all occur.
func newCoded(f format, n int, draw func() float32) coded {
	bits := func() uint32 {
		x := draw()
		if x != x {
			return 0x7fc1a2b3 // whose own bits machines may change
		}
		return math.Float32bits(x)
	}
	s := coded{format: f}
	switch f {
	case floats:
		s.f = make([]float32, n)
		for i := range s.f {
			s.f[i] = draw()
		}
	case half, split:
		s.h = make([]kernels.BFloat16, n)
		for i := range s.h {
			s.h[i] = kernels.BFloat16(bits() >> 16)
		}
		if f == split {
			s.rest = make([]int16, n)
			for i := range s.rest {
				s.rest[i] = int16(bits())
			}
		}
	default:
		s.v = kernels.NewVector8(n)
		for b := range s.v.Exponents {
			e := uint8(bits() >> 23)
			if e < leastE {
				continue // a block that is still zero
			}
			s.v.Exponents[b] = e
			for i := b * kernels.BlockLen8; e < nanE && i < min(n, (b+1)*kernels.BlockLen8); i++ {
				s.v.Codes[i] = uint8(bits()>>16 ^ bits()>>8)
			}
		}
	}
	return s
}

func (s coded) clone() coded {
	return coded{s.format, slices.Clone(s.f), slices.Clone(s.h), slices.Clone(s.rest),
		kernels.Vector8{Codes: slices.Clone(s.v.Codes), Exponents: slices.Clone(s.v.Exponents)}}
}

// part returns the elements from lo to hi, which for 8 bits are whole blocks.
func (s coded) part(lo, hi int) coded {
	p := coded{format: s.format}
	switch s.format {
	case floats:
		p.f = s.f[lo:hi]
	case half:
		p.h = s.h[lo:hi]
	case split:
		p.h, p.rest = s.h[lo:hi], s.rest[lo:hi]
	default:
		p.v = s.v.Slice(lo, hi)
	}
	return p
}

// at returns element i.
func (s coded) at(i int) float32 {
	switch s.format {
	case floats:
		return s.f[i]
	case half:
		return math.Float32frombits(uint32(s.h[i]) << 16)
	case split:
		return math.Float32frombits(uint32(int32(s.h[i])<<16 + int32(s.rest[i])))
	}
	return value8(s.v.Codes[i], s.v.Exponents[i/kernels.BlockLen8], s.format == signed8)
}

// decoded returns the elements.
func (s coded) decoded() []float32 {
	x := make([]float32, max(len(s.f), len(s.h), len(s.v.Codes)))
	for i := range x {
		x[i] = s.at(i)
	}
	return x
}

// encode stores x, rounded by the random bits of a place.
func (s coded) encode(x []float32, at place, taken bitsTaken) {
	switch s.format {
	case floats:
		copy(s.f, x)
	case half:
		for i, h := range at.hashes(len(x)) {
			s.h[i] = stochastic16(x[i], taken.fraction(h, 16))
		}
	case split:
		for i, v := range x {
			s.h[i], s.rest[i] = split16(v)
		}
	default:
		for i, h := range at.hashes(len(x)) {
			b, signed := i/kernels.BlockLen8, s.format == signed8
			if i%kernels.BlockLen8 == 0 {
				s.v.Exponents[b] = exponent8(x[i:min(len(x), i+kernels.BlockLen8)], signed)
			}
			s.v.Codes[i] = code8(x[i], s.v.Exponents[b], signed, taken.fraction(h, 20))
		}
	}
}

// differs names the first difference from what is wanted, "" if there is none.
func (s coded) differs(want coded) string {
	for i := range s.f {
		if !kerneltest.Same(s.f[i], want.f[i]) {
			return fmt.Sprintf("element %d is %s, want %s", i, bitsOf(s.f[i]), bitsOf(want.f[i]))
		}
	}
	for i, h := range s.h {
		if x, y := h.Float32(), want.h[i].Float32(); !kerneltest.Same(x, y) {
			return fmt.Sprintf("element %d is %v (%#04x), want %v (%#04x)", i, x, h, y, want.h[i])
		}
	}
	for i, r := range s.rest {
		if r != want.rest[i] {
			return fmt.Sprintf("the rest of element %d is %d, want %d", i, r, want.rest[i])
		}
	}
	for b, e := range s.v.Exponents {
		if e != want.v.Exponents[b] {
			return fmt.Sprintf("the exponent of block %d is %d, want %d", b, e, want.v.Exponents[b])
		}
	}
	for i, c := range s.v.Codes {
		if c != want.v.Codes[i] {
			return fmt.Sprintf("code %d is %d, want %d", i, c, want.v.Codes[i])
		}
	}
	return ""
}

// resized returns the vector with one of its slices, counted from 0, shortened or extended.
func (s coded) resized(slice, n int) coded {
	s = s.clone()
	switch {
	case s.format == floats:
		s.f = resize(s.f, n)
	case s.format == half || s.format == split && slice == 0:
		s.h = resize(s.h, n)
	case s.format == split:
		s.rest = resize(s.rest, n)
	case slice == 0:
		s.v.Codes = resize(s.v.Codes, n)
	default:
		s.v.Exponents = resize(s.v.Exponents, n)
	}
	return s
}

func resize[E any](x []E, n int) []E { return append(x, make([]E, n)...)[:n] }

// A formatFunc is a public function of vectors in formats.
type formatFunc struct {
	name    string
	formats []format // of its vectors
	call    func(v []coded, r kernels.Rounding)
	// expect makes of the vectors what the documentation says, with the random bits of a
	// place.
	expect func(v []coded, at place)
}

// The coefficients of the steps, all different.
var (
	adam16     = kernels.AdamCoef[float32]{Scale: 0.7, L2: 0.01, Decay: 0.995, Beta1: 0.9, OneMinusBeta1: 0.1, Beta2: 0.98, Root: 0.141, Eps: 1e-6, Step: 0.03}
	momentum16 = kernels.MomentumCoef[float32]{Scale: 0.7, L2: 0.01, Mu: 0.9, Gain: 0.4, LR: 0.03}
	lion16     = kernels.LionCoef[float32]{Scale: 0.7, L2: 0.01, Decay: 0.995, Beta1: 0.9, OneMinusBeta1: 0.1, Beta2: 0.98, OneMinusBeta2: 0.02, LR: 0.03}
)

// formatFuncs returns all of them but SumSquaresBF16, which returns a number.
func formatFuncs() []formatFunc {
	// step expects the step of float32 between decoding and encoding.
	step := func(rule func(x [][]float32)) func(v []coded, at place) {
		return func(v []coded, at place) {
			x := make([][]float32, len(v))
			for i, s := range v {
				x[i] = s.decoded()
			}
			rule(x)
			const p, first, second = 0, 2, 3
			for i, taken := range map[int]bitsTaken{p: middleBits, first: upperBits, second: lowerBits} {
				if i < len(v) {
					v[i].encode(x[i], at, taken)
				}
			}
		}
	}
	adam := step(func(x [][]float32) { kernels.Adam(x[0], x[1], x[2], x[3], adam16) })
	momentum := step(func(x [][]float32) { kernels.Momentum(x[0], x[1], x[2], momentum16) })
	nesterov := step(func(x [][]float32) { kernels.Nesterov(x[0], x[1], x[2], momentum16) })
	lion := step(func(x [][]float32) { kernels.Lion(x[0], x[1], x[2], lion16) })
	encode := func(v []coded, at place) { v[0].encode(v[1].f, at, at.taken) }
	decode := func(v []coded, _ place) { copy(v[0].f, v[1].decoded()) }

	type vs = []coded
	type rounding = kernels.Rounding
	return []formatFunc{
		{"RoundBF16", []format{half, floats}, func(v vs, _ rounding) { kernels.RoundBF16(v[0].h, v[1].f) },
			func(v vs, _ place) {
				for i, x := range v[1].f {
					v[0].h[i] = nearest16(x)
				}
			}},
		{"RoundBF16Stochastic", []format{half, floats}, func(v vs, r rounding) { kernels.RoundBF16Stochastic(v[0].h, v[1].f, r) }, encode},
		{"WidenBF16", []format{floats, half}, func(v vs, _ rounding) { kernels.WidenBF16(v[0].f, v[1].h) }, decode},
		{"SplitBF16", []format{split, floats}, func(v vs, _ rounding) { kernels.SplitBF16(v[0].h, v[0].rest, v[1].f) }, encode},
		{"JoinBF16", []format{floats, split}, func(v vs, _ rounding) { kernels.JoinBF16(v[0].f, v[1].h, v[1].rest) }, decode},
		{"QuantizeSigned", []format{signed8, floats}, func(v vs, r rounding) { kernels.QuantizeSigned(v[0].v, v[1].f, r) }, encode},
		{"QuantizeUnsigned", []format{unsigned8, floats}, func(v vs, r rounding) { kernels.QuantizeUnsigned(v[0].v, v[1].f, r) }, encode},
		{"DequantizeSigned", []format{floats, signed8}, func(v vs, _ rounding) { kernels.DequantizeSigned(v[0].f, v[1].v) }, decode},
		{"DequantizeUnsigned", []format{floats, unsigned8}, func(v vs, _ rounding) { kernels.DequantizeUnsigned(v[0].f, v[1].v) }, decode},

		{"AdamState16", []format{floats, floats, half, half}, func(v vs, r rounding) {
			kernels.AdamState16(v[0].f, v[1].f, v[2].h, v[3].h, adam16, r)
		}, adam},
		{"AdamState8", []format{floats, floats, signed8, unsigned8}, func(v vs, r rounding) {
			kernels.AdamState8(v[0].f, v[1].f, v[2].v, v[3].v, adam16, r)
		}, adam},
		{"AdamSplit", []format{split, half, floats, floats}, func(v vs, _ rounding) {
			kernels.AdamSplit(v[0].h, v[0].rest, v[1].h, v[2].f, v[3].f, adam16)
		}, adam},
		{"AdamSplitState8", []format{split, half, signed8, unsigned8}, func(v vs, r rounding) {
			kernels.AdamSplitState8(v[0].h, v[0].rest, v[1].h, v[2].v, v[3].v, adam16, r)
		}, adam},
		{"AdamBF16State16", []format{half, half, half, half}, func(v vs, r rounding) {
			kernels.AdamBF16State16(v[0].h, v[1].h, v[2].h, v[3].h, adam16, r)
		}, adam},
		{"AdamBF16State8", []format{half, half, signed8, unsigned8}, func(v vs, r rounding) {
			kernels.AdamBF16State8(v[0].h, v[1].h, v[2].v, v[3].v, adam16, r)
		}, adam},
		{"MomentumState16", []format{floats, floats, half}, func(v vs, r rounding) {
			kernels.MomentumState16(v[0].f, v[1].f, v[2].h, momentum16, r)
		}, momentum},
		{"MomentumState8", []format{floats, floats, signed8}, func(v vs, r rounding) {
			kernels.MomentumState8(v[0].f, v[1].f, v[2].v, momentum16, r)
		}, momentum},
		{"NesterovState16", []format{floats, floats, half}, func(v vs, r rounding) {
			kernels.NesterovState16(v[0].f, v[1].f, v[2].h, momentum16, r)
		}, nesterov},
		{"NesterovState8", []format{floats, floats, signed8}, func(v vs, r rounding) {
			kernels.NesterovState8(v[0].f, v[1].f, v[2].v, momentum16, r)
		}, nesterov},
		{"LionState16", []format{floats, floats, half}, func(v vs, r rounding) {
			kernels.LionState16(v[0].f, v[1].f, v[2].h, lion16, r)
		}, lion},
		{"LionState8", []format{floats, floats, signed8}, func(v vs, r rounding) {
			kernels.LionState8(v[0].f, v[1].f, v[2].v, lion16, r)
		}, lion},
	}
}

// formatNames returns the names of all functions of formats.
func formatNames() []string {
	names := []string{"SumSquaresBF16"}
	for _, f := range formatFuncs() {
		names = append(names, f.name)
	}
	return names
}
