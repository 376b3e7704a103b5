package kernels

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels/generic"
)

// BlockLen8 is the number of elements of a vector of 8 bits that share an exponent.
const BlockLen8 = generic.Block8

// A Vector8 is a vector of 8 bits: a code for each element, and an exponent for each block of
// [BlockLen8] elements, the last of which may be shorter. [QuantizeSigned] and
// [QuantizeUnsigned] make one, of different codes. Where all is 0 so are the elements; other
// exponents below 32 are in no vector that these have made, and their codes stand for nothing
// in particular, though for the same on every level.
type Vector8 struct{ Codes, Exponents []uint8 }

// NewVector8 returns a vector of n zeros.
func NewVector8(n int) Vector8 {
	return Vector8{make([]uint8, n), make([]uint8, Exponents8(n))}
}

// Exponents8 returns the number of exponents that a vector of n elements has.
func Exponents8(n int) int { return (n + BlockLen8 - 1) / BlockLen8 }

// Len returns the number of elements.
func (v Vector8) Len() int { return len(v.Codes) }

// Slice returns the elements from lo to hi, in the same memory. It panics unless lo is a
// multiple of [BlockLen8], and hi one or the end, and 0 <= lo <= hi <= v.Len().
func (v Vector8) Slice(lo, hi int) Vector8 {
	if lo < 0 || lo%BlockLen8 != 0 || hi < lo || hi > len(v.Codes) || hi%BlockLen8 != 0 && hi != len(v.Codes) {
		panic(fmt.Sprintf("kernels: Vector8: elements %d to %d of %d, want multiples of %d", lo, hi, len(v.Codes), BlockLen8))
	}
	return Vector8{v.Codes[lo:hi], v.Exponents[lo/BlockLen8 : Exponents8(hi)]}
}

// check8 panics unless v has n elements and their exponents.
func check8(kernel string, n int, v Vector8) {
	checkLen(kernel, n, len(v.Codes))
	if len(v.Exponents) != Exponents8(n) {
		panic(fmt.Sprintf("kernels: %s: %d exponents for %d elements, want %d", kernel, len(v.Exponents), n, Exponents8(n)))
	}
}

// QuantizeSigned stores x in 8 bits, as suits a first moment or a velocity: the codes are
// linear near 0 and logarithmic above. A block has the exponent
//
//	E = min(max((most + 2^20 + 2^8 - 1) >> 23, 32), 254) // most = greatest bits(|x[i]|)
//
// and B = 2^(E-15-127), with the bits (E-15)<<23. A code is the sign in bit 7, and below it
//
//	min((bits(|x[i]| + B) - bits(B) + r) >> 20, 127) // r = 20 random bits of element i
//
// The value of a code c is (B with c<<20 added to its bits) - B, with the sign: the error is
// below (|x[i]|+B)/8, and its mean over all random bits 0 but for the rounding of |x[i]| + B.
// (Beyond 1.875*2^127 - B elements get the last code, as there is no greater one.)
// A block with an element that is infinite or NaN has E = 255 and codes of 0, and stands for
// NaN alone. QuantizeSigned panics if the lengths differ or the number of exponents is not
// that of the blocks. The slices may not overlap.
func QuantizeSigned(v Vector8, x []float32, r Rounding) {
	check8("QuantizeSigned", len(x), v)
	table[float32]().QuantizeSigned(noescape(v.Codes), noescape(v.Exponents), noescape(x), r.k0, r.k1, r.shift(20))
}

// DequantizeSigned gives the values of what [QuantizeSigned] has stored, exactly:
//
//	for i := range dst {
//		c := v.Codes[i]
//		dst[i] = float32frombits(bits(B)+uint32(c&127)<<20) - B // B of the element's block
//		if c >= 128 {
//			dst[i] = -dst[i]
//		}
//	}
//
// and NaN where a block's exponent is 255. It panics if the lengths differ or the number of
// exponents is not that of the blocks. The slices may not overlap.
func DequantizeSigned(dst []float32, v Vector8) {
	check8("DequantizeSigned", len(dst), v)
	table[float32]().DequantizeSigned(noescape(dst), noescape(v.Codes), noescape(v.Exponents))
}

// QuantizeUnsigned stores |x| in 8 bits, as suits a second moment, whose elements differ by
// many powers of two: five bits of exponent and three of mantissa. A block has the exponent
//
//	E = min(max((most + 2^20 - 1) >> 23, 32), 254) // most = greatest bits(|x[i]|)
//
// and a code is
//
//	min(max((bits(|x[i]|) - (E-31)<<23 + r) >> 20, 1), 255) // r = 20 random bits of element i
//
// but 0 for 0 alone: an element that has not vanished never does so here. The value of a code
// c is that of the bits (E-31)<<23 + c<<20: the error is below |x[i]|/8, for elements from
// 2^-30 of the block's greatest and from 2^-125, and its mean over all random bits 0; smaller
// ones may become as much as that, the least code's value. (Beyond 1.875*2^127 elements get
// the last code.) Infinity and NaN are as in QuantizeSigned. QuantizeUnsigned panics if
// the lengths differ or the number of exponents is not that of the blocks. The slices may not
// overlap.
func QuantizeUnsigned(v Vector8, x []float32, r Rounding) {
	check8("QuantizeUnsigned", len(x), v)
	table[float32]().QuantizeUnsigned(noescape(v.Codes), noescape(v.Exponents), noescape(x), r.k0, r.k1, r.shift(20))
}

// DequantizeUnsigned gives the values of what [QuantizeUnsigned] has stored, exactly:
//
//	for i := range dst {
//		dst[i] = 0
//		if c := v.Codes[i]; c > 0 {
//			dst[i] = float32frombits((E-31)<<23 + uint32(c)<<20) // E of the element's block
//		}
//	}
//
// and NaN where a block's exponent is 255. It panics if the lengths differ or the number of
// exponents is not that of the blocks. The slices may not overlap.
func DequantizeUnsigned(dst []float32, v Vector8) {
	check8("DequantizeUnsigned", len(dst), v)
	table[float32]().DequantizeUnsigned(noescape(dst), noescape(v.Codes), noescape(v.Exponents))
}
