package surface

import "math"

// expMinus returns exp(-x) for x >= 0, to a few units in the last place, with the same bits on
// every machine. It does without math.FMA, which is slow in WebAssembly.
func expMinus(x float64) float64 {
	if x > 700 {
		return 0
	}
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	const high = 0x1.62e42feep-1 // ln 2 to 32 bits: k times it is exact
	r := float64(k*high) - x + float64(k*(math.Ln2-high))
	// exp(r) = (c + r)/(c - r), and c = r*coth(r/2) is a series in r^2 <= (ln 2)^2/4.
	rr := float64(r * r)
	c := 1.0/604800 - float64(rr*(1.0/23950080-float64(rr*(691.0/653837184000))))
	c = 2 + float64(rr*(1.0/6-float64(rr*(1.0/360-float64(rr*(1.0/15120-float64(rr*c)))))))
	return float64((c + r) / (c - r) * math.Float64frombits(uint64(1023-k)<<52))
}

// logOf returns log(x) for finite x >= 1, with an error of a few units in the last place of the
// larger of 1 and log(x), and the same bits on every machine.
func logOf(x float64) float64 {
	m, k := math.Frexp(x) // 1/2 <= m < 1
	if m < math.Sqrt2/2 {
		m, k = 2*m, k-1
	}
	// log(m) = 2*atanh(s), a series in s^2 <= 0.03.
	s := (m - 1) / (m + 1)
	ss := float64(s * s)
	sum := 0.0
	for i := 21.0; i > 0; i -= 2 {
		sum = float64(sum*ss) + 1/i
	}
	return float64(2*s*sum) + float64(float64(k)*math.Ln2)
}
