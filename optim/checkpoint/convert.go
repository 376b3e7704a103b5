package checkpoint

import (
	"encoding/binary"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// convertible reports whether elements of a dtype can become numbers of type T: those of T
// itself, and with convert all floats of 16 bits or more.
func convertible[T kernels.Float](from string, convert bool) bool {
	switch from {
	case dtype[T]():
		return true
	case "F64", "F32", "F16", "BF16":
		return convert
	}
	return false
}

// decodeVector sets v to the elements of a convertible dtype, little-endian, rounded to the
// nearest number of type T. If a finite one is beyond T's range, it returns its index and
// itself, and otherwise a negative index.
func decodeVector[T kernels.Float](v []T, b []byte, dtype string) (int, float64) {
	switch dtype {
	case "F64":
		for i := range v {
			x := math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
			v[i] = T(x)
			if math.IsInf(float64(v[i]), 0) && !math.IsInf(x, 0) {
				return i, x
			}
		}
	case "F32":
		for i := range v {
			v[i] = T(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
	case "BF16": // the upper half of a float32
		for i := range v {
			v[i] = T(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b[2*i:])) << 16))
		}
	case "F16":
		for i := range v {
			v[i] = T(fromHalf(binary.LittleEndian.Uint16(b[2*i:])))
		}
	}
	return -1, 0
}

// fromHalf returns the number with the bits of IEEE 754's binary16: a sign, 5 bits of exponent
// and 10 of fraction.
func fromHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h)>>15<<31, uint32(h)>>10&0x1f, uint32(h)&0x3ff
	switch exponent {
	case 0: // zero and subnormal numbers
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 0x1f: // infinities and NaN
		exponent = 0xff
	default:
		exponent += 127 - 15
	}
	return math.Float32frombits(sign | exponent<<23 | fraction<<13)
}
