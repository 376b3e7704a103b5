// Package generic is the reference: one plain Go loop per kernel.
//
// It is the specification that every assembly kernel has to match bit for bit,
// and the fallback where no assembly runs. It uses no unsafe code, no build
// tags and no other package of this module, and it assumes what package kernels
// has already checked: equal lengths, sensible strides.
//
// Every product that feeds an addition is written T(a*b) + c. The conversion
// forbids the compiler to contract the two roundings into one, which it would
// otherwise do on arm64, and on amd64 from GOAMD64=v3 up. Matrix products, whose
// contract has the two as one, say so: their multiply-add rounds once on every machine,
// with an instruction or without.
package generic

import "math"

// Float is the set of element types.
type Float interface{ float32 | float64 }

// isFloat32 reports whether T is float32. After instantiation it is a constant.
func isFloat32[T Float]() bool {
	const ulp = 1 << 24 // 2^24 + 1 is a float64 but no float32
	return T(ulp)+1 == T(ulp)
}

// Tiny is the flush threshold of the update kernels: a gradient, a first moment or
// a velocity smaller in magnitude counts, and is stored, as +0. It is 2^-95 for
// float32 and 2^-959 for float64: far enough above the least normal number that the
// products of the next step are still normal numbers, and a power of two whose
// exponent field has a single bit, so that a mask tests for it.
func Tiny[T Float]() T {
	if isFloat32[T]() {
		return T(tiny32)
	}
	return T(tiny64)
}

// TinyRoot is the threshold below which a factor counts as +0 before it is
// squared: 2^-63 for float32 and 2^-511 for float64. The square of anything
// larger is a normal number.
func TinyRoot[T Float]() T {
	if isFloat32[T]() {
		return T(tinyRoot32)
	}
	return T(tinyRoot64)
}

// Floor is the least second moment: 2^-102 for float32 and 2^-968 for float64, with
// the roots 2^-51 and 2^-484. The root divides first moments and gradients, which
// vanish at a far smaller size than squares do: from a second moment stored as 0
// they would make steps that only eps bounds. The floor's product with any decay
// from 2^-24 (float32) or 2^-54 (float64) up is a normal number, and a square that
// TinyRoot flushes is half a unit of its last place at most.
func Floor[T Float]() T {
	if isFloat32[T]() {
		return T(floor32)
	}
	return T(floor64)
}

// Bounded returns x as a T, or the largest T of its sign where that would be infinite: as a
// factor infinity makes NaN of zeros.
func Bounded[T Float](x float64) T {
	largest := math.MaxFloat64
	if isFloat32[T]() {
		largest = math.MaxFloat32
	}
	return T(max(-largest, min(x, largest)))
}

// The thresholds as variables: a constant 2^-959 does not convert to every T, and
// what is no constant stays in a register.
var (
	tiny32, tinyRoot32, floor32 = 0x1p-95, 0x1p-63, 0x1p-102
	tiny64, tinyRoot64, floor64 = 0x1p-959, 0x1p-511, 0x1p-968
)

// flushKey returns the key for flush: an odd multiple of 2*tiny, and just so
// large that 2*tiny is the distance to its neighbours. Adding less than tiny to
// it changes nothing; tiny itself, half the distance, rounds to the even
// neighbour.
func flushKey[T Float](tiny T) T {
	if isFloat32[T]() {
		return 2 * tiny * (1<<23 + 1)
	}
	one := 1.0
	return T(2 * float64(tiny) * (0x1p52 + one))
}

// flush returns x, or +0 where |x| < tiny, given flushKey(tiny). A NaN stays.
// Comparing x with tiny and -tiny would say the same, but branch by the sign of
// x, which in gradients is a coin's.
func flush[T Float](x, key T) T {
	if key+x == key {
		return 0
	}
	return x
}
