package kernels

import (
	"math"
	"unsafe"

	"github.com/seed63264101/steepest/kernels/generic"
)

// A BFloat16 is a number of 16 bits: the upper half of a float32, with its eight bits of
// exponent and seven of mantissa behind the leading one. Every BFloat16 is a float32, see
// [BFloat16.Float32]; [ToBFloat16], [RoundBF16] and [RoundBF16Stochastic] round to one.
type BFloat16 uint16

// Float32 returns the number, exactly.
func (x BFloat16) Float32() float32 { return math.Float32frombits(uint32(x) << 16) }

// ToBFloat16 returns the nearest BFloat16, of two that are as near the one whose last bit is
// 0. Numbers from 2^128 - 2^119 up become infinite, and NaN a quiet NaN.
func ToBFloat16(x float32) BFloat16 {
	var dst [1]uint16
	generic.RoundBF16(dst[:], []float32{x})
	return BFloat16(dst[0])
}

// bits16 returns the slice as the kernels have it.
func bits16(x []BFloat16) []uint16 {
	return noescape(unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(x))), len(x)))
}

// RoundBF16 rounds each element to the nearest bfloat16:
//
//	for i := range x {
//		dst[i] = ToBFloat16(x[i])
//	}
//
// State and parameters that are rounded so at every step stop moving: what a step adds is
// lost where it is less than half of a last place. See [RoundBF16Stochastic]. RoundBF16
// panics if the lengths differ. The slices may not overlap.
func RoundBF16(dst []BFloat16, x []float32) {
	checkLen("RoundBF16", len(dst), len(x))
	table[float32]().RoundBF16(bits16(dst), noescape(x))
}

// RoundBF16Stochastic rounds each element to one of its two neighbours in bfloat16, to either
// as often as it is near:
//
//	for i := range x {
//		dst[i] = BFloat16((bits(x[i]) + r) >> 16) // r = 16 random bits of element i
//	}
//
// so that the mean over all random bits is x[i] itself, as long as both neighbours are
// finite. A bfloat16 stays as it is, and so does infinity; NaN becomes a quiet NaN. The bits
// are a function of r and of i alone: see [Rounding]. RoundBF16Stochastic panics if the
// lengths differ. The slices may not overlap.
func RoundBF16Stochastic(dst []BFloat16, x []float32, r Rounding) {
	checkLen("RoundBF16Stochastic", len(dst), len(x))
	table[float32]().RoundBF16Stochastic(bits16(dst), noescape(x), r.k0, r.k1, r.shift(16))
}

// WidenBF16 converts each element to float32, exactly:
//
//	for i := range x {
//		dst[i] = x[i].Float32()
//	}
//
// WidenBF16 panics if the lengths differ. The slices may not overlap.
func WidenBF16(dst []float32, x []BFloat16) {
	checkLen("WidenBF16", len(dst), len(x))
	table[float32]().WidenBF16(noescape(dst), bits16(x))
}

// SplitBF16 splits each element without loss into the nearest bfloat16, of two as near the
// greater in magnitude, and what its bits have beyond it:
//
//	for i := range x {
//		hi[i] = BFloat16((bits(x[i]) + 0x8000) >> 16)
//		rest[i] = int16(bits(x[i]))
//	}
//
// hi serves where bfloat16 is wanted, and [JoinBF16] gives back x, to the bit, also where hi is
// infinite, from 2^128 - 2^119 up. A NaN is made quiet and the lower half of its bits cleared
// first, so that hi is NaN. SplitBF16 panics if the lengths differ. The slices may not overlap.
func SplitBF16(hi []BFloat16, rest []int16, x []float32) {
	checkLen("SplitBF16", len(hi), len(x))
	checkLen("SplitBF16", len(rest), len(x))
	table[float32]().SplitBF16(bits16(hi), noescape(rest), noescape(x))
}

// JoinBF16 is the inverse of [SplitBF16]:
//
//	for i := range hi {
//		dst[i] = float32frombits(uint32(hi[i])<<16 + uint32(int32(rest[i])))
//	}
//
// JoinBF16 panics if the lengths differ. The slices may not overlap.
func JoinBF16(dst []float32, hi []BFloat16, rest []int16) {
	checkLen("JoinBF16", len(dst), len(hi))
	checkLen("JoinBF16", len(rest), len(hi))
	table[float32]().JoinBF16(noescape(dst), bits16(hi), noescape(rest))
}

// SumSquaresBF16 returns the sum of the squares, each taken and added in float64: the bits
// that [SumSquares] has of the elements as float32. It is finite exactly if every element is.
func SumSquaresBF16(x []BFloat16) float64 {
	return table[float32]().SumSquaresBF16(bits16(x))
}
