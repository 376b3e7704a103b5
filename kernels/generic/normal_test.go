package generic_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/kerneltest/functions"
)

// zError returns by how much z differs from the quantile at p: the error of the distribution
// function at z, which GELU has as a factor, in many bits, over the density.
func zError(z float64, p *big.Float) float64 {
	below := new(big.Float).SetPrec(200).Quo(functions.Big("GELU", z), new(big.Float).SetFloat64(z))
	d, _ := below.Sub(below, p).Float64()
	return d * math.Sqrt(2*math.Pi) * math.Exp(z*z/2)
}

// middle returns the middle of an interval of so many bits.
func middle(bits uint64, size int) *big.Float {
	p := new(big.Float).SetPrec(200).SetUint64(bits)
	p.Add(p, big.NewFloat(0.5))
	return p.SetMantExp(p, -size)
}

// TestNormalBound: the quantiles of deviates err by no more than their documentation says,
// in the tails and where they are next to 0.
func TestNormalBound(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	most32, most64 := 0.0, 0.0
	for i := range 6000 {
		bits := r.Uint64() >> r.IntN(64)
		switch i {
		case 0, 1:
			bits = 0
		case 2, 3:
			bits = 1
		}
		switch i % 4 {
		case 1:
			bits = ^bits
		case 2:
			bits ^= 1 << 63
		case 3:
			bits ^= 1<<63 - 1
		}
		z := generic.Normal64(bits)
		most64 = max(most64, math.Abs(zError(z, middle(bits, 64)))/ulp(z, 52))
		upper := bits >> 32
		z = float64(float32(generic.Normal32(upper)))
		most32 = max(most32, math.Abs(zError(z, middle(upper, 32)))/ulp(z, 23))
	}
	t.Logf("errors of up to %.3f ulp for float32, %.3f for float64", most32, most64)
	if most32 > 0.6 || most64 > 6 {
		t.Errorf("errors of up to %.3f ulp for float32, %.3f for float64, want 0.6 and 6", most32, most64)
	}
}

// TestNormalAtBound: so do quantiles at any p up to 1/2, and above it as if p were off by
// half a unit in its last place.
func TestNormalAtBound(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 74))
	for range 3000 {
		p := math.Ldexp(0.5+r.Float64()/2, -r.IntN(65))
		exact := new(big.Float).SetPrec(200).SetFloat64(p)
		z := generic.NormalAt64(p)
		slack := 0x1p-54 * math.Sqrt(2*math.Pi) * math.Exp(z*z/2)
		if p < 0.25 {
			slack = 0
		}
		if e := math.Abs(zError(z, exact)); e > 6*ulp(z, 52)+slack {
			t.Fatalf("quantile at %v is %v, off by %v ulp", p, z, e/ulp(z, 52))
		}
		z = generic.NormalAt32(p)
		if e := math.Abs(zError(z, exact)); e > 0.1*ulp(z, 23)+slack {
			t.Fatalf("quantile of float32 at %v is %v, off by %v ulp", p, z, e/ulp(z, 23))
		}
	}
	least := generic.NormalAt64(0x1p-65)
	for _, p := range []float64{0, 0x1p-1074, 0x1p-66, 1} {
		if got := generic.NormalAt64(p); math.Abs(math.Abs(got)-math.Abs(least)) > 1e-14 || (got > 0) != (p == 1) {
			t.Errorf("quantile at %v is %v, want the last, %v", p, got, least)
		}
	}
}

// ulp returns the unit in the last place of so many bits behind the point.
func ulp(x float64, bits int) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, e-1-bits)
}
