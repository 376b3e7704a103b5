package generic

import (
	"math"
	"runtime"
	"slices"
)

// SlowFMA says that math.FMA is no instruction here, which it then takes a hundred
// nanoseconds to do without. Results are the same either way. Package kernels sets it on
// amd64, where it depends on the core.
var SlowFMA = !slices.Contains([]string{"amd64", "arm64", "loong64", "ppc64", "ppc64le", "riscv64", "s390x"}, runtime.GOARCH)

// fma returns x*y + z, rounded once.
func fma(x, y, z float64) float64 {
	if SlowFMA {
		return emulatedFMA(x, y, z)
	}
	return math.FMA(x, y, z)
}

// emulatedFMA is fma by separate products and sums: the product in two parts (Dekker
// 1971), the sum of the three rounded to odd before the last addition (Boldo and Melquiond
// 2008). Where one of the parts could overflow or be too small, package math does it.
func emulatedFMA(x, y, z float64) float64 {
	const (
		most  = 0x1p990
		least = 0x1p-900
		upper = 0x1p27 + 1 // splits a factor into halves
	)
	p := float64(x * y)
	if !(math.Abs(p) > least && math.Abs(p) < most && math.Abs(z) < most && math.Abs(x) < most && math.Abs(y) < most) {
		if x == 0 || y == 0 {
			return p + z
		}
		return math.FMA(x, y, z)
	}
	a := float64(x * upper)
	a -= a - x
	b := float64(y * upper)
	b -= b - y
	c, d := x-a, y-b
	lost := ((float64(a*b) - p) + float64(a*d) + float64(c*b)) + float64(c*d)

	low, lowest := twoSum(z, lost)
	high, middle := twoSum(p, low)
	rest, odd := twoSum(middle, lowest)
	if bits := math.Float64bits(rest); odd != 0 && bits&1 == 0 {
		if (odd > 0) == (rest > 0) {
			bits++
		} else {
			bits--
		}
		rest = math.Float64frombits(bits)
	}
	return high + rest
}

// twoSum returns the sum of x and y, and what rounding it lost (Knuth).
func twoSum(x, y float64) (sum, lost float64) {
	sum = x + y
	v := sum - x
	return sum, (x - (sum - v)) + (y - v)
}
