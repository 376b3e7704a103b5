package generic

import "math"

// A vector of 8 bits has blocks of Block8 elements, the last perhaps shorter, each with one
// exponent, and a code for each element.
const Block8 = 256

// The shifts that bring an element's 20 random bits for a code down.
const (
	High20, Middle20, Low20 = 12, 6, 0
	mask20                  = 1<<20 - 1
)

const (
	LeastExponent, MostExponent = 32, 254
	// NotFinite is the exponent of a block with an element that is infinite or NaN: all of
	// it is NaN.
	NotFinite = 255

	infinityBits = 0x7f800000

	// SpanUnsigned and SpanSigned are how far below a block's exponent those of the least
	// number's codes lie: five bits of exponent, and four beside the sign.
	SpanUnsigned, SpanSigned = 31, 15
	// SpareUnsigned and SpareSigned are what random bits may add to a block's greatest number.
	SpareUnsigned, SpareSigned = 1<<20 - 1, 1<<20 + 1<<8 - 1
)

// blockBits returns the greatest bits of a block's elements without their signs.
func blockBits(x []float32) (most uint32) {
	for _, v := range x {
		most = max(most, math.Float32bits(v)&^(1<<31))
	}
	return most
}

// exponentOf returns the exponent of a block whose elements' greatest bits are most, with so
// much to spare above them: random bits must not carry the greatest one beyond the codes.
func exponentOf(most, spare uint32) uint8 {
	if most >= infinityBits {
		return NotFinite
	}
	return uint8(min(max((most+spare)>>23, LeastExponent), MostExponent))
}

// QuantizeUnsigned stores |x| in 8 bits, rounded stochastically: with the block's exponent E,
// a code has five bits of exponent from E-31 and three of mantissa, and is 0 for 0 alone.
func QuantizeUnsigned(codes, exponents []uint8, x []float32, k0, k1, shift uint32) {
	eachBlock(codes, exponents, x, k0, func(codes []uint8, x []float32, k0 uint32) uint8 {
		e := exponentOf(blockBits(x), SpareUnsigned)
		base := (int32(e) - SpanUnsigned) << 23
		for i, v := range x {
			b := int32(math.Float32bits(v) &^ (1 << 31))
			switch {
			case e == NotFinite || b == 0:
				codes[i] = 0
			default:
				r := int32(RandomBits(uint32(i), k0, k1) >> shift & mask20)
				codes[i] = uint8(min(max((b-base+r)>>20, 1), 255))
			}
		}
		return e
	})
}

// DequantizeUnsigned is the inverse of QuantizeUnsigned, but for its rounding.
func DequantizeUnsigned(dst []float32, codes, exponents []uint8) {
	for i, c := range codes[:len(dst)] {
		switch e := exponents[i/Block8]; {
		case e == NotFinite:
			dst[i] = float32(math.NaN())
		case c == 0:
			dst[i] = 0
		default:
			dst[i] = math.Float32frombits((uint32(e)-SpanUnsigned)<<23 + uint32(c)<<20)
		}
	}
}

// QuantizeSigned stores x in 8 bits, rounded stochastically: a sign, and seven bits that are
// those of |x| + B, above those of B, with B = 2^(E-15): linear near 0, and logarithmic above.
func QuantizeSigned(codes, exponents []uint8, x []float32, k0, k1, shift uint32) {
	eachBlock(codes, exponents, x, k0, func(codes []uint8, x []float32, k0 uint32) uint8 {
		e := exponentOf(blockBits(x), SpareSigned)
		base := (uint32(e) - SpanSigned) << 23
		for i, v := range x {
			if e == NotFinite {
				codes[i] = 0
				continue
			}
			b := math.Float32bits(v)
			y := math.Float32frombits(b&^(1<<31)) + math.Float32frombits(base)
			r := RandomBits(uint32(i), k0, k1) >> shift & mask20
			codes[i] = uint8(b>>31<<7 | min((math.Float32bits(y)-base+r)>>20, 127))
		}
		return e
	})
}

// DequantizeSigned is the inverse of QuantizeSigned, but for its rounding.
func DequantizeSigned(dst []float32, codes, exponents []uint8) {
	for i, c := range codes[:len(dst)] {
		e := exponents[i/Block8]
		if e == NotFinite {
			dst[i] = float32(math.NaN())
			continue
		}
		base := (uint32(e) - SpanSigned) << 23
		y := math.Float32frombits(base+uint32(c&127)<<20) - math.Float32frombits(base)
		dst[i] = math.Float32frombits(math.Float32bits(y) | uint32(c)>>7<<31)
	}
}

// eachBlock stores the exponents that code returns for the blocks of x. Their random bits
// are those of the keys that it gets.
func eachBlock(codes, exponents []uint8, x []float32, k0 uint32, code func(codes []uint8, x []float32, k0 uint32) uint8) {
	for i := 0; i < len(x); i += Block8 {
		end := min(len(x), i+Block8)
		exponents[i/Block8] = code(codes[i:end], x[i:end], k0+uint32(i)*RandomLane)
	}
}
