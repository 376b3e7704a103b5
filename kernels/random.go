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
	if !(lo <= hi) || width-width != 0 {
		panic(fmt.Sprintf("kernels: Uniform: from %v to %v", lo, hi))
	}
	most := max(float64(lo), float64(before(hi)))
	t := table[T]()
	draw(dst, dst, at, func(dst, _ []T, words []uint64) {
		t.Uniform(dst, words, float64(lo), width, most)
	})
}

// Bernoulli draws 1 with a probability of p, and otherwise 0:
//
//	for i := range dst {
//		if u < p { // u = Philox's number i, from 0 to 1, without 1
//			dst[i] = 1
//		} else {
//			dst[i] = 0
//		}
//	}
//
// u is all 32 bits of index i over 2^32 for float32, and the upper 53 bits over 2^53 for
// float64. With p = 0 all are 0, and with p = 1 all are 1. Bernoulli panics unless p is
// from 0 to 1.
func Bernoulli[T Float](dst []T, p float64, at Philox) {
	if !(p >= 0 && p <= 1) {
		panic(fmt.Sprintf("kernels: Bernoulli: probability %v", p))
	}
	t := table[T]()
	draw(dst, dst, at, func(dst, _ []T, words []uint64) { t.Bernoulli(dst, words, p) })
}

// Dropout zeroes elements with a probability of p, and scales the others so that the
// expected sum stays (Srivastava et al. 2014):
//
//	for i := range dst {
//		if u < 1-p { // u = Philox's number i, from 0 to 1, without 1
//			dst[i] = src[i] * (1 / (1 - p))
//		} else {
//			dst[i] = 0
//		}
//	}
//
// The elements that stay are those for which [Bernoulli] with 1-p draws 1. The others are
// +0, whatever src holds. 1/(1-p) is rounded to T, and the product, too. Dropout is its own
// gradient: the same call, with the same place, takes that of the output to that of the
// input, so that no mask need be kept. dst may be src. Dropout panics if the lengths
// differ, and unless p is from 0 to below 1.
func Dropout[T Float](dst, src []T, p float64, at Philox) {
	checkLen("Dropout", len(dst), len(src))
	if !(p >= 0 && p < 1) {
		panic(fmt.Sprintf("kernels: Dropout: probability %v", p))
	}
	keep := 1 - p
	scale := float64(T(1 / keep))
	t := table[T]()
	draw(dst, src, at, func(dst, src []T, words []uint64) { t.Dropout(dst, src, words, keep, scale) })
}

// before returns the number before x.
func before[T Float](x T) T {
	if unsafe.Sizeof(x) == 4 {
		return T(math.Nextafter32(float32(x), float32(math.Inf(-1))))
	}
	return T(math.Nextafter(float64(x), math.Inf(-1)))
}
