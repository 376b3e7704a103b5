package kernels

import (
	"fmt"
	"math"
	"unsafe"
)

// Uniform draws numbers that are equally likely from lo to hi, without hi:
//
//	for i := range dst {
//		dst[i] = lo + (hi-lo)*u // u = Philox's number i, from 0 to 1, without 1
//	}
//
// u is the upper 24 bits of index i over 2^24 for float32, and the upper 53 bits over 2^53
// for float64. hi-lo and the result are computed in float64, with one rounding of the
// product and sum; and as T may round up to hi, results are at most the number before it.
// With lo = hi all are lo. Uniform panics unless lo <= hi with a finite difference.
func Uniform[T Float](dst []T, lo, hi T, at Philox) {
	width := float64(hi) - float64(lo)
	if !(lo <= hi) || math.IsInf(width, 0) {
		panic(fmt.Sprintf("kernels: Uniform: from %v to %v", lo, hi))
	}
	most := max(float64(lo), float64(before(hi)))
	f := table[T]().Uniform
	draw(dst, dst, at, func(dst, _ []T, words []uint64) {
		f(dst, words, float64(lo), width, most)
	})
}

// before returns the number before x.
func before[T Float](x T) T {
	if unsafe.Sizeof(x) == 4 {
		return T(math.Nextafter32(float32(x), float32(math.Inf(-1))))
	}
	return T(math.Nextafter(float64(x), math.Inf(-1)))
}
