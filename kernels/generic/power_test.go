package generic

import (
	"math"
	"math/big"
	"testing"
)

// TestPower compares with exact arithmetic: the result is within a unit in the
// last place, also where n roundings would add up.
func TestPower(t *testing.T) {
	for _, x := range []float64{0.97, 0.1, 1 - 0x1p-30, 1.0001, 2, 0.5, 1} {
		for _, n := range []uint64{0, 1, 2, 3, 7, 64, 100, 1000, 12345} {
			exact := new(big.Float).SetPrec(400).SetInt64(1)
			for range n {
				exact.Mul(exact, new(big.Float).SetFloat64(x))
			}
			want, _ := exact.Float64()
			if math.IsInf(want, 0) || want < 0x1p-1000 {
				continue // the pair's lower half would be subnormal
			}
			if got := Power(x, n); !(math.Abs(got-want) <= 0x1p-52*want) {
				t.Errorf("%v^%d = %v, want %v", x, n, got, want)
			}
		}
	}
	for _, c := range []struct{ x, n, want float64 }{
		{0, 0, 1}, {0, 5, 0}, {0.1, 1e9, 0}, {10, 1e9, math.Inf(1)}, {math.Inf(1), 3, math.Inf(1)},
	} {
		if got := Power(c.x, uint64(c.n)); got != c.want {
			t.Errorf("%v^%v = %v, want %v", c.x, c.n, got, c.want)
		}
	}
}
