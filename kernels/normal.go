package kernels

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels/generic"
)

// Normal draws from the normal distribution:
//
//	for i := range dst {
//		dst[i] = mean + std*z // z = the quantile at Philox's number i
//	}
//
// An index's bits, 32 for float32 and 64 for float64, name one of as many equal intervals
// between 0 and 1, and z is the quantile, the inverse of the distribution function, at its
// middle: up to 6.34 in magnitude for float32, and 9.16 for float64, with its tails. It is
// computed in float64, and product and sum are rounded once; so with a mean of 0 and a std
// of 1 the error is below 0.6 ulp for float32, and 6 ulp for float64. Normal panics unless
// mean and std are finite and std is not negative.
func Normal[T Float](dst []T, mean, std T, at Philox) {
	if !(std >= 0) || !finite(mean) || !finite(std) {
		panic(fmt.Sprintf("kernels: Normal: mean %v, std %v", mean, std))
	}
	t := table[T]()
	draw(dst, dst, at, func(dst, _ []T, words []uint64) { t.Normal(dst, words, float64(mean), float64(std)) })
}

// TruncatedNormal draws from the normal distribution what is from lo to hi, which may be
// infinite:
//
//	a, b := Phi((lo-mean)/std), Phi((hi-mean)/std) // Phi = the distribution function
//	for i := range dst {
//		dst[i] = mean + std*z // z = the quantile at a + (b-a)*u, u = Philox's number i
//	}
//
// u is that of [Bernoulli]. Where more of the interval lies above the mean, all is mirrored,
// as tails are more exact below. Results are never outside. Quantiles end at 9.16 in
// magnitude: of an interval that far from the mean or further, all results are the bound
// next to the mean, and what of an interval lies beyond is drawn as 9.16. TruncatedNormal panics unless mean and std are finite, std is above 0,
// and lo <= hi.
func TruncatedNormal[T Float](dst []T, mean, std, lo, hi T, at Philox) {
	if !(std > 0) || !finite(mean) || !finite(std) || !(lo <= hi) {
		panic(fmt.Sprintf("kernels: TruncatedNormal: mean %v, std %v, from %v to %v", mean, std, lo, hi))
	}
	m, s := float64(mean), float64(std)
	a, b := (float64(lo)-m)/s, (float64(hi)-m)/s
	if a+b > 0 {
		a, b, s = -b, -a, -s
	}
	least := normalBelow(a)
	width := normalBelow(b) - least
	t := table[T]()
	draw(dst, dst, at, func(dst, _ []T, words []uint64) {
		t.TruncatedNormal(dst, words, m, s, least, width, float64(lo), float64(hi))
	})
}

// normalBelow is the distribution function of the normal distribution. Unlike package
// math's functions it is the same on all machines.
func normalBelow(x float64) float64 {
	if x <= 0 {
		return generic.NormalTail(-x)
	}
	return 1 - generic.NormalTail(x)
}

// finite reports whether x is neither infinite nor NaN.
func finite[T Float](x T) bool { return !math.IsInf(float64(x), 0) && x == x }
