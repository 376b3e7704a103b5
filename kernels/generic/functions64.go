package generic

import "math"

// expRest returns exp(x)/2^k in two parts, of which the second is small, and k.
func expRest(x float64) (y, rest, k float64) {
	low := fma(x, math.Log2E, Whole)
	k = low - Whole
	upper := fma(-k, Ln2Upper, x)
	r := fma(-k, Ln2Lower, upper)
	rl := fma(-k, Ln2Lower, upper-r)
	y = 1 + r
	return y, ((1 - y) + r) + fma(r*r, horner(r, ExpTail[:]), rl), k
}

func exp64(x float64) float64 {
	y, rest, k := expRest(within(ExpLeast64, x, ExpMost64))
	return scale(y+rest, k)
}

// scale returns x * 2^k, rounded once, for a normal x and whole k from -1150 to 1150.
func scale(x, k float64) float64 {
	half := math.RoundToEven(k / 2)
	return x * powerOf2(half) * powerOf2(k-half)
}

// powerOf2 returns 2^k for whole k from -1022 to 1023.
func powerOf2(k float64) float64 {
	return math.Float64frombits(uint64(int64(k)+1023) << 52)
}

// horner returns c[0] + c[1]*x + c[2]*x*x + ..., with one rounding for each power.
func horner(x float64, c []float64) float64 {
	sum := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		sum = fma(sum, x, c[i])
	}
	return sum
}
