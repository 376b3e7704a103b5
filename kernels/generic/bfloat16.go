package generic

import "math"

// The golden ratio times 2^32, which is odd: lanes that follow each other have bits that
// differ everywhere.
const RandomLane = 0x9e3779b9

// The factors of the hash function.
const (
	RandomFactor0 = 0x7feb352d
	RandomFactor1 = 0x846ca68b
)

// RandomBits returns the 32 random bits of element i: a hash of the place and two keys (the
// finalizer lowbias32, C. Wellons, Prospecting for hash functions, 2018).
func RandomBits(i, k0, k1 uint32) uint32 {
	x := (i*RandomLane + k0) ^ k1
	x ^= x >> 16
	x *= RandomFactor0
	x ^= x >> 15
	x *= RandomFactor1
	x ^= x >> 16
	return x
}

// The shifts that bring an element's random bits for bfloat16 down: the upper half of them,
// the middle and the lower half.
const (
	High16, Middle16, Low16 = 16, 8, 0
	mask16                  = 1<<16 - 1
)

// RoundBF16 rounds to the nearest bfloat16, ties to the even one.
func RoundBF16(dst []uint16, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		b := math.Float32bits(v)
		if v != v {
			dst[i] = uint16(b>>16) | quiet16
		} else {
			dst[i] = uint16((b + 0x7fff + b>>16&1) >> 16)
		}
	}
}

// quiet16 is the bit that makes NaN quiet: its lower bits may all be those that are cut off.
const quiet16 = 1 << 6

// RoundBF16Stochastic rounds to one of the two neighbouring bfloat16, by 16 random bits that
// are added below: to the farther one as often as it is near.
func RoundBF16Stochastic(dst []uint16, x []float32, k0, k1, shift uint32) {
	dst = dst[:len(x)]
	for i, v := range x {
		b := math.Float32bits(v)
		if v != v {
			dst[i] = uint16(b>>16) | quiet16
		} else {
			dst[i] = uint16((b + RandomBits(uint32(i), k0, k1)>>shift&mask16) >> 16)
		}
	}
}

// WidenBF16 converts to float32, which is exact.
func WidenBF16(dst []float32, x []uint16) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = math.Float32frombits(uint32(v) << 16)
	}
}

// SplitBF16 splits float32 into a bfloat16, the nearest, and the rest of its bits. NaN
// loses the rest, which could carry its bfloat16 beyond NaN.
func SplitBF16(hi []uint16, rest []int16, x []float32) {
	hi, rest = hi[:len(x)], rest[:len(x)]
	for i, v := range x {
		b := math.Float32bits(v)
		if v != v {
			b = b&^mask16 | quiet16<<16
		}
		hi[i], rest[i] = uint16((b+0x8000)>>16), int16(b)
	}
}

// JoinBF16 is the inverse of SplitBF16.
func JoinBF16(dst []float32, hi []uint16, rest []int16) {
	dst, rest = dst[:len(hi)], rest[:len(hi)]
	for i, v := range hi {
		dst[i] = math.Float32frombits(uint32(v)<<16 + uint32(int32(rest[i])))
	}
}

// SumSquaresBF16 is SumSquares of the elements as float32.
func SumSquaresBF16(x []uint16) float64 {
	var total float64
	for block := Block[float32](); len(x) > 0; {
		n := min(len(x), block)
		var acc [32]float64
		for i, b := range x[:n] {
			v := float64(math.Float32frombits(uint32(b) << 16))
			acc[i%len(acc)] += float64(v * v)
		}
		total += fold(acc[:], n)
		x = x[n:]
	}
	return total
}
