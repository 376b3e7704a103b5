package surface

import "math"

// softplus returns log(1 + exp(x)) and its slope, with the same bits on every machine. Without
// math.FMA, which is slow in WebAssembly, it is a few units in the last place off.
func softplus(x float64) (value, slope float64) {
	e := expMinus(math.Abs(x))
	// log(1 + e) = 2*atanh(s), a series in s^2 <= 1/9.
	s := e / (2 + e)
	ss := s * s
	sum := 1.0 / 33
	for _, c := range [...]float64{1.0 / 31, 1.0 / 29, 1.0 / 27, 1.0 / 25, 1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17,
		1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1} {
		sum = float64(sum*ss) + c
	}
	if x > 0 {
		return x + float64(2*s*sum), 1 / (1 + e)
	}
	return float64(2 * s * sum), e / (1 + e)
}

// expMinus returns exp(-x) for x >= 0.
func expMinus(x float64) float64 {
	if x > 700 {
		return 0
	}
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	const high = 0x1.62e42feep-1 // ln 2 to 32 bits: k times it is exact
	r := float64(k*high) - x + float64(k*(math.Ln2-high))
	// Taylor's series: 13! / i!, and 13! divides the sum.
	sum := 1.0
	for _, c := range [...]float64{13, 156, 1716, 17160, 154440, 1235520, 8648640, 51891840, 259459200,
		1037836800, 3113510400, 6227020800, 6227020800} {
		sum = float64(sum*r) + c
	}
	return float64(sum / 6227020800 * math.Float64frombits(uint64(1023-k)<<52))
}
