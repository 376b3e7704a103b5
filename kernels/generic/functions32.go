package generic

import "math"

// halves returns the integer k nearest to x/log 2, x/log 2 - k, and a number that has k
// in its lowest bits. The product of a float32 with the upper part of log2 e is exact.
func halves(x float64) (k, rest float64, low uint64) {
	s := float64(x*math.Log2E) + Whole
	k = s - Whole
	return k, (float64(x*log2EUpper) - k) + float64(x*log2ELower), math.Float64bits(s)
}

// power2 returns 2^r for |r| of up to one half.
func power2(r float64) float64 {
	c := &Exp2
	p := c[10]
	for i := 9; i >= 0; i-- {
		p = float64(p*r) + c[i]
	}
	return p
}

func exp32(x float64) float64 {
	_, r, low := halves(within(ExpLeast32, x, ExpMost32))
	return math.Float64frombits(math.Float64bits(power2(r)) + low<<52)
}
