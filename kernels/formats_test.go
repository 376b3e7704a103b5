package kernels_test

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestCodesStay stores what all codes stand for, which must give the same codes whatever the
// random bits: what is a code's value already is not rounded.
func TestCodesStay(t *testing.T) {
	const n = kernels.BlockLen8
	for e := 32; e <= 254; e++ {
		v := kernels.NewVector8(n)
		v.Exponents[0] = uint8(e)
		for i := range v.Codes {
			v.Codes[i] = uint8(i)
		}
		var x [n]float32
		for seed := range uint64(8) {
			r := kernels.NewRounding(seed, 1, 2, 3)
			got := kernels.NewVector8(n)
			kernels.DequantizeUnsigned(x[:], v)
			kernels.QuantizeUnsigned(got, x[:], r)
			for i, c := range got.Codes {
				if c != v.Codes[i] || got.Exponents[0] != v.Exponents[0] {
					t.Fatalf("unsigned code %d of exponent %d becomes %d of %d", i, e, c, got.Exponents[0])
				}
			}
			kernels.DequantizeSigned(x[:], v)
			kernels.QuantizeSigned(got, x[:], r)
			for i, c := range got.Codes {
				if c != v.Codes[i] || got.Exponents[0] != v.Exponents[0] {
					t.Fatalf("signed code %d of exponent %d, %g, becomes %d of %d", i, e, x[i], c, got.Exponents[0])
				}
				if math.Signbit(float64(x[i])) != (c >= 128) {
					t.Fatalf("signed code %d stands for %g", i, x[i])
				}
			}
		}
	}
}
