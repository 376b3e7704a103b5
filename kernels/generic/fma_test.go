package generic

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestEmulatedFMA compares multiply-adds without the instruction with package math's:
// factors and sums of all sizes, products that nearly cancel, and sums half-way between
// two numbers.
func TestEmulatedFMA(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n := 3_000_000
	if testing.Short() {
		n = 30_000
	}
	number := func(spread int) float64 {
		m := 1 + r.Float64()
		if r.IntN(3) == 0 { // few bits
			m = 1 + math.Ldexp(float64(r.IntN(8)), -3-r.IntN(50))
		}
		return math.Copysign(math.Ldexp(m, r.IntN(2*spread+1)-spread), r.Float64()-0.5)
	}
	for range n {
		spread := []int{3, 60, 600, 1070}[r.IntN(4)]
		x, y, z := number(spread), number(spread), number(spread)
		switch p := x * y; r.IntN(4) {
		case 0: // cancel
			z = -p
			if r.IntN(2) == 0 {
				z = math.Nextafter(z, number(1000))
			}
		case 1: // a tie, or nearly
			z = math.Ldexp(p, 53+r.IntN(3)) * float64(r.IntN(5)-2)
		case 2:
			z = math.Ldexp(p, -50-r.IntN(8))
		}
		if got, want := emulatedFMA(x, y, z), math.FMA(x, y, z); math.Float64bits(got) != math.Float64bits(want) && want == want {
			t.Fatalf("%x*%x + %x = %x, want %x", x, y, z, got, want)
		}
	}
	special := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 0x1p-1074, -0x1p-1022, 0x1p1023, math.MaxFloat64, 0x1p990, 0x1p-900, 0x1p-450}
	for _, x := range special {
		for _, y := range special {
			for _, z := range special {
				got, want := emulatedFMA(x, y, z), math.FMA(x, y, z)
				if math.Float64bits(got) != math.Float64bits(want) && (got == got || want == want) {
					t.Errorf("%x*%x + %x = %x, want %x", x, y, z, got, want)
				}
			}
		}
	}
}
