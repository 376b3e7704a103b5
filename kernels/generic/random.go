package generic

import "math"

// What is made of random numbers evaluates in float64, in the same steps everywhere, and
// rounds once. The bits of an element are 32 for float32, and 64 for float64. What is left
// behind whole blocks stays as it is.

// UpperUnits is a float64 whose last 32 bits count units of 2^-32, and LowerUnits one whose
// last 32 bits count units of 2^-64.
const (
	UpperUnits = 1 << 20
	LowerUnits = 0x1p-12
)

// unit returns a number from 0 to 1, without 1: as many of an element's bits as T has.
func unit[T Float](bits uint64) float64 {
	if isFloat32[T]() {
		return float64(bits>>8) * 0x1p-24
	}
	return float64(bits>>11) * 0x1p-53
}

// fraction is unit with all of the bits for float32.
func fraction[T Float](bits uint64) float64 {
	if isFloat32[T]() {
		return float64(bits) * 0x1p-32
	}
	return unit[T](bits)
}

// Uniform computes dst[i] = min(lo + width*u, most).
func Uniform[T Float](dst []T, words []uint64, lo, width, most float64) {
	random := blocksOf[T](words)
	for ; len(dst) >= PhiloxBlock[T](); dst = dst[PhiloxBlock[T]():] {
		for i, bits := range random.next() {
			dst[i] = T(within(math.Inf(-1), fma(unit[T](bits), width, lo), most))
		}
	}
}

// Bernoulli computes dst[i] = 1 if u < p, otherwise 0.
func Bernoulli[T Float](dst []T, words []uint64, p float64) {
	random := blocksOf[T](words)
	for ; len(dst) >= PhiloxBlock[T](); dst = dst[PhiloxBlock[T]():] {
		for i, bits := range random.next() {
			dst[i] = 0
			if fraction[T](bits) < p {
				dst[i] = 1
			}
		}
	}
}

// Dropout computes dst[i] = scale*src[i] if u < keep, otherwise 0.
func Dropout[T Float](dst, src []T, words []uint64, keep, scale float64) {
	random := blocksOf[T](words)
	for ; len(dst) >= PhiloxBlock[T](); dst, src = dst[PhiloxBlock[T]():], src[PhiloxBlock[T]():] {
		for i, bits := range random.next() {
			x := src[i]
			dst[i] = 0
			if fraction[T](bits) < keep {
				dst[i] = T(scale * float64(x))
			}
		}
	}
}
