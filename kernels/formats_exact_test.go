package kernels_test

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// The formats as their documentation defines them, in numbers and not in bits: the reference
// adds to bits and cuts them, and here are spacings, positions and the powers of two between.
// float64 holds all of them exactly: a float32 has 24 bits, a position 8 before the point and
// 20 behind it.

// bitsTaken says which of an element's random bits a rounding takes.
type bitsTaken int

const (
	middleBits bitsTaken = iota
	upperBits
	lowerBits
)

// A place is what random bits are a function of.
type place struct {
	seed               uint64
	step, param, block int
	taken              bitsTaken
}

func (p place) rounding() kernels.Rounding {
	r := kernels.NewRounding(p.seed, p.step, p.param, p.block)
	return []kernels.Rounding{middleBits: r, upperBits: r.High(), lowerBits: r.Low()}[p.taken]
}

// splitMix64 is the finalizer of splitmix64.
func splitMix64(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// keys returns what the hash of an element is a function of beside its index.
func (p place) keys() (k0, k1 uint32) {
	h := p.seed
	for _, number := range []int{p.step, p.param, p.block} {
		h = splitMix64((h + 0x9e3779b97f4a7c15) ^ uint64(number))
	}
	return uint32(h), uint32(h >> 32)
}

// hashes returns the 32 random bits of n elements.
func (p place) hashes(n int) []uint32 {
	k0, k1 := p.keys()
	all := make([]uint32, n)
	for i := range all {
		all[i] = lowBias32((uint32(i)*0x9e3779b9 + k0) ^ k1)
	}
	return all
}

func lowBias32(x uint32) uint32 {
	x = (x ^ x>>16) * 0x7feb352d
	x = (x ^ x>>15) * 0x846ca68b
	return x ^ x>>16
}

// of returns n of an element's random bits.
func (taken bitsTaken) of(hash uint32, n uint) uint {
	return uint(hash >> taken.down(n) % (1 << n))
}

// down returns how far above the lowest bit n random bits are taken.
func (taken bitsTaken) down(n uint) uint {
	return [...]uint{middleBits: (32 - n) / 2, upperBits: 32 - n, lowerBits: 0}[taken]
}

// fraction returns n of an element's random bits as a fraction of 1.
func (taken bitsTaken) fraction(hash uint32, n uint) float64 {
	return float64(taken.of(hash, n)) / float64(uint(1)<<n)
}

// neighbour returns the bfloat16 below |x|, in units of the distance to the next one, how far
// beyond it |x| lies in such units, and the unit. x is finite.
func neighbour(x float32) (below, beyond, unit float64) {
	a := math.Abs(float64(x))
	_, exp := math.Frexp(a)
	unit = math.Ldexp(1, max(exp-8, -133)) // eight bits, the least a subnormal's
	below = math.Floor(a / unit)
	return below, a/unit - below, unit
}

// bfloat16 returns the number of that magnitude, which is one, and x's sign.
func bfloat16(magnitude float64, x float32) kernels.BFloat16 {
	f := float32(math.Copysign(magnitude, float64(x))) // 2^128 is infinite
	return kernels.BFloat16(math.Float32bits(f) >> 16)
}

// rounded16 returns x as a bfloat16; up decides whether the neighbour farther from 0 is taken.
func rounded16(x float32, up func(below, beyond float64) bool) kernels.BFloat16 {
	if x-x != 0 {
		return bfloat16(float64(x), x) // infinite, or NaN
	}
	below, beyond, unit := neighbour(x)
	if up(below, beyond) {
		below++
	}
	return bfloat16(below*unit, x)
}

// nearest16 rounds to nearest, and to the even one between two.
func nearest16(x float32) kernels.BFloat16 {
	return rounded16(x, func(below, beyond float64) bool {
		return beyond > 0.5 || beyond == 0.5 && math.Mod(below, 2) == 1
	})
}

// stochastic16 rounds up if the random fraction carries beyond the neighbour.
func stochastic16(x float32, fraction float64) kernels.BFloat16 {
	return rounded16(x, func(_, beyond float64) bool { return beyond+fraction >= 1 })
}

// split16 returns the nearest bfloat16, away from 0 between two, and the rest in units of a
// 2^16th of the distance between the neighbours.
func split16(x float32) (kernels.BFloat16, int16) {
	hi := rounded16(x, func(_, beyond float64) bool { return beyond >= 0.5 })
	if x-x != 0 {
		return hi, 0
	}
	_, beyond, _ := neighbour(x)
	if beyond >= 0.5 {
		beyond--
	}
	return hi, int16(beyond * (1 << 16))
}

// The spans of the codes of 8 bits below a block's exponent, of which the least one has place
// for is 32 and the greatest of a finite block 254.
const (
	spanUnsigned, spanSigned = 31, 15
	leastE, mostE, nanE      = 32, 254, 255
)

// origin returns the number at which the positions of a block's codes begin, as a power of two.
func origin(e uint8, span int) int { return int(e) - span - 127 }

// position returns where a > 0 lies among the codes: at 8 a power of two, and evenly between.
func position(a float64, origin int) float64 {
	fraction, exp := math.Frexp(a)
	return 8*float64(exp-1-origin) + 8*(2*fraction-1)
}

// valueAt is position's inverse for a code.
func valueAt(code, origin int) float64 {
	return math.Ldexp(1+float64(code%8)/8, origin+code/8)
}

// withB returns |x| + B in float32, B = 2^origin.
func withB(x float32, origin int) float64 {
	return float64(float32(math.Abs(float64(x)) + math.Ldexp(1, origin)))
}

// positionIn returns the position of |x| in a block with exponent e.
func positionIn(x float32, e uint8, signed bool) float64 {
	if signed {
		return position(withB(x, origin(e, spanSigned)), origin(e, spanSigned))
	}
	return position(math.Abs(float64(x)), origin(e, spanUnsigned))
}

// exponent8 returns a block's exponent: the least with which the greatest element has a code,
// whatever the random bits.
func exponent8(x []float32, signed bool) uint8 {
	most := float32(0)
	for _, v := range x {
		if v-v != 0 {
			return nanE
		}
		most = max(most, float32(math.Abs(float64(v))))
	}
	last := 255.0
	if signed {
		last = 127
	}
	for e := uint8(leastE); e < mostE; e++ {
		if most == 0 || positionIn(most, e, signed) <= last {
			return e
		}
	}
	return mostE
}

// code8 returns the code of x in a block with exponent e.
func code8(x float32, e uint8, signed bool, fraction float64) uint8 {
	switch {
	case e == nanE:
		return 0
	case signed:
		code := min(math.Floor(positionIn(x, e, true)+fraction), 127)
		if math.Signbit(float64(x)) {
			code += 128
		}
		return uint8(code)
	case x == 0:
		return 0
	}
	return uint8(min(max(math.Floor(positionIn(x, e, false)+fraction), 1), 255))
}

// value8 returns what a code stands for. Where no block was stored, e and the codes are 0.
func value8(code, e uint8, signed bool) float32 {
	switch {
	case e == nanE:
		return float32(math.NaN())
	case e == 0, !signed && code == 0:
		return 0
	case !signed:
		return float32(valueAt(int(code), origin(e, spanUnsigned)))
	}
	at := origin(e, spanSigned)
	magnitude := valueAt(int(code%128), at) - math.Ldexp(1, at)
	if code >= 128 {
		magnitude = -magnitude
	}
	return float32(magnitude)
}
