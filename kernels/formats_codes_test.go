package kernels_test

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// A codec is one of the two ways to store 8 bits.
type codec struct {
	name       string
	signed     bool
	last       int // the greatest magnitude's code
	quantize   func(v kernels.Vector8, x []float32, r kernels.Rounding)
	dequantize func(dst []float32, v kernels.Vector8)
}

var codecs = []codec{
	{"signed", true, 127, kernels.QuantizeSigned, kernels.DequantizeSigned},
	{"unsigned", false, 255, kernels.QuantizeUnsigned, kernels.DequantizeUnsigned},
}

// value returns what a code's magnitude stands for, in a block with exponent e; past the last
// code, what the next one would.
func (c codec) value(code int, e uint8) float64 {
	if !c.signed {
		return valueAt(code, origin(e, spanUnsigned))
	}
	return valueAt(code, origin(e, spanSigned)) - math.Ldexp(1, origin(e, spanSigned))
}

// first returns the first code that is not only of what has become too small.
func (c codec) first() int {
	if c.signed {
		return 0
	}
	return 1
}

// eachExponent calls f on every level for the exponents of finite blocks, under -short for
// those at the ends and a few more.
func eachExponent(t *testing.T, f func(e uint8)) {
	restoreLevel(t)
	for _, l := range kernels.Levels() {
		activate(t, l)
		for e := leastE; e <= mostE; e++ {
			if !testing.Short() || e < leastE+2 || e > mostE-2 || e%37 == 0 {
				f(uint8(e))
			}
		}
	}
}

// TestEveryCode decodes every code of every exponent, and encodes its value and numbers
// between it and the next one with random bits at the extremes.
func TestEveryCode(t *testing.T) {
	all := edges(20)
	eachExponent(t, func(e uint8) {
		for _, c := range codecs {
			for code := c.first(); code <= c.last; code++ {
				x, y := c.value(code, e), c.value(code+1, e)
				for _, edge := range all {
					everyCode(t, c, e, code, between(x, y, edge.k, 20), edge)
					if code == c.last {
						break // what is greater has another exponent
					}
				}
			}
		}
	})
}

// everyCode stores x, which lies at.k parts of 2^20 behind the code's value, in a block whose
// greatest element has the last code.
func everyCode(t *testing.T, c codec, e uint8, code int, x float32, at edge) {
	var codes [2]uint8
	var exponent [1]uint8
	var back [2]float32
	v := kernels.Vector8{Codes: codes[:], Exponents: exponent[:]}
	most := float32(c.value(c.last, e))
	for _, r := range at.random {
		negative := (code+int(r))%2 == 1
		from := [2]float32{x, most}
		want := code
		if at.k+r >= 1<<20 {
			want++
		}
		if negative {
			from = [2]float32{-x, -most}
		}
		if c.signed && negative {
			want += 128
		}
		c.quantize(v, from[:], drawing(uint32(r), 20, bitsTaken((uint(code)+r)%3), code%4 < 2))
		if int(codes[0]) != want || exponent[0] != e || int(codes[1]&^(uint8(c.last)+1)) != c.last {
			t.Fatalf("%s: %v, %d parts behind code %d of exponent %d, becomes code %d by random bits %d, want %d; the last code is %d, the exponent %d",
				c.name, from[0], at.k, code, e, codes[0], r, want, codes[1], exponent[0])
		}
	}
	if at.k == 0 {
		codes[0] = uint8(code)
		if c.signed {
			codes[1] = uint8(code) + 128
		} else {
			codes[1] = codes[0]
		}
		c.dequantize(back[:], v)
		sign := float32(1)
		if c.signed {
			sign = -1
		}
		if math.Float32bits(back[0]) != math.Float32bits(x) || math.Float32bits(back[1]) != math.Float32bits(sign*x) {
			t.Fatalf("%s code %d of exponent %d stands for %v and %v, want %v", c.name, code, e, back[0], back[1], x)
		}
	}
}

// TestCodesAtTheirBounds stores whole blocks, of which element i lies where its own random
// bits are the first to carry it to code i+1, or the last that leave it at i.
func TestCodesAtTheirBounds(t *testing.T) {
	var x [kernels.BlockLen8]float32
	v := kernels.NewVector8(len(x))
	eachExponent(t, func(e uint8) {
		for carried := range 2 {
			for _, c := range codecs {
				at := place{seed: uint64(e), param: carried, taken: bitsTaken(e % 3)}
				hashes := at.hashes(len(x))
				for i := range x {
					code := min(max(i%(c.last+1), c.first()), c.last-1)
					r := at.taken.of(hashes[i], 20)
					x[i] = between(c.value(code, e), c.value(code+1, e), 1<<20-r-uint(1-carried), 20)
					if c.signed && i > 127 {
						x[i] = -x[i]
					}
				}
				x[0] = float32(c.value(c.last, e))
				c.quantize(v, x[:], at.rounding())
				for i := 1; i < len(x); i++ {
					want := min(max(i%(c.last+1), c.first()), c.last-1) + carried
					if c.signed && i > 127 {
						want += 128
					}
					if int(v.Codes[i]) != want {
						t.Fatalf("%s: element %d, %v with random bits %#05x, has code %d of exponent %d, want %d",
							c.name, i, x[i], at.taken.of(hashes[i], 20), v.Codes[i], e, want)
					}
				}
				if int(v.Codes[0]) != c.last || v.Exponents[0] != e {
					t.Fatalf("%s: the greatest of exponent %d has code %d of exponent %d", c.name, e, v.Codes[0], v.Exponents[0])
				}
			}
		}
	})
}

// TestCodesNearby stores the float32 around every code's value, of the signed ones more than
// |x| + B has, which rounds to even, with all extremes of the random bits.
func TestCodesNearby(t *testing.T) {
	inf := float32(math.Inf(1))
	var codes [2]uint8
	var exponent [1]uint8
	v := kernels.Vector8{Codes: codes[:], Exponents: exponent[:]}
	eachExponent(t, func(e uint8) {
		for _, c := range codecs {
			most := float32(c.value(c.last, e))
			for code := c.first(); code < c.last; code++ {
				value := float32(c.value(code, e))
				for _, x := range []float32{nextAfter(value, -inf), nextAfter(value, inf), float32(c.value(code+1, e) - math.Ldexp(c.value(code+1, e)-c.value(code, e), -21))} {
					for _, r := range []uint32{0, 1, 1<<20 - 1} {
						c.quantize(v, []float32{x, most}, drawing(r, 20, bitsTaken(code%3), r == 1))
						want := code8(x, e, c.signed, float64(r)/(1<<20))
						if codes[0] != want || exponent[0] != e {
							t.Fatalf("%s: %v, near code %d of exponent %d, becomes code %d of %d by random bits %d, want %d",
								c.name, x, code, e, codes[0], exponent[0], r, want)
						}
					}
				}
			}
		}
	})
}

// TestExponents stores single elements about every power of two and where the exponent
// changes, which is where the greatest code would not hold them with all random bits: it
// must be the exponent of the definition, and the code never more than the last.
func TestExponents(t *testing.T) {
	restoreLevel(t)
	marks := []uint32{0, 1, 2, 6<<20 - 1, 7<<20 - 1<<8 - 2, 7<<20 - 1<<8 - 1, 7<<20 - 1<<8, 7<<20 - 1<<8 + 1, 7<<20 - 2, 7<<20 - 1,
		7 << 20, 7<<20 + 1, 7<<20 + 2, 7<<20 + 1<<8, 1<<23 - 1<<8, 1<<23 - 2, 1<<23 - 1}
	for _, l := range kernels.Levels() {
		activate(t, l)
		for _, c := range codecs {
			for field := range uint32(255) {
				for _, mark := range marks {
					oneExponent(t, c, math.Float32frombits(field<<23|mark))
				}
			}
		}
	}
}

func oneExponent(t *testing.T, c codec, x float32) {
	var codes, exponent [1]uint8
	v := kernels.Vector8{Codes: codes[:], Exponents: exponent[:]}
	want := exponent8([]float32{x}, c.signed)
	top := c.value(c.last, mostE)
	for _, r := range []uint32{0, 1<<20 - 1} {
		c.quantize(v, []float32{x}, drawing(r, 20, upperBits, r == 0))
		if exponent[0] != want {
			t.Fatalf("%s: the exponent of %s is %d, want %d", c.name, bitsOf(x), exponent[0], want)
		}
		if x == 0 {
			same(t, float64(codes[0]), 0, "the code of 0")
			continue
		}
		code := math.Floor(positionIn(x, want, c.signed) + float64(r)/(1<<20))
		if code > float64(c.last) && float64(x) <= top {
			t.Fatalf("%s: %s has no code in a block with exponent %d", c.name, bitsOf(x), want)
		}
		if code := min(max(code, float64(c.first())), float64(c.last)); float64(codes[0]) != code {
			t.Fatalf("%s: %s has code %d in a block with exponent %d, want %v", c.name, bitsOf(x), codes[0], want, code)
		}
	}
}
