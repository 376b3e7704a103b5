package checkpoint

import (
	"encoding/binary"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// convertible reports whether elements of a dtype can become those of type E: those of E
// itself, and with convert all floats of 16 bits or more, if E is one.
func convertible[E element](from string, convert bool) bool {
	if from == dtype[E]() {
		return true
	}
	return convert && isFloat(from) && isFloat(dtype[E]())
}

// isFloat reports whether decodeVector takes a dtype for any float.
func isFloat(dtype string) bool {
	switch dtype {
	case "F64", "F32", "F16", "BF16":
		return true
	}
	return false
}

// decodeVector sets v to the elements of a convertible dtype, little-endian, rounded to the
// nearest number of type E. If a finite one is beyond E's range, it returns its index and
// itself, and otherwise a negative index.
func decodeVector[E element](v []E, b []byte, dtype string) (int, float64) {
	switch v := any(v).(type) {
	case []float32:
		return decodeFloats(v, b, dtype)
	case []float64:
		return decodeFloats(v, b, dtype)
	case []kernels.BFloat16:
		return decodeBF16(v, b, dtype)
	case []int16:
		for i := range v {
			v[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case []uint8:
		copy(v, b)
	}
	return -1, 0
}

func decodeFloats[T kernels.Float](v []T, b []byte, dtype string) (int, float64) {
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
	case "BF16":
		for i := range v {
			v[i] = T(kernels.BFloat16(binary.LittleEndian.Uint16(b[2*i:])).Float32())
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
