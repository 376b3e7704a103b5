package functions

import (
	"math"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// Package math errs by far less than margin, which Correct rests on: by 1.4 ulp in Go's own
// code, by 2.7 in the assembly for s390x. And what its float64 rounds to is within little
// more than half a unit of float32. Exp, Expm1 and Log in float64 are left out: those for
// amd64 are wrong in places, of Go 1.26 beside the overflow and among subnormal numbers.
func TestBound(t *testing.T) {
	for _, name := range []string{"Exp2", "Log1p", "Erf", "Tanh"} {
		Bound(t, name, 8, vector[float64](float64s[name]))
	}
	for name, f := range float64s {
		Bound(t, name, 0.5000001, vector[float32](f))
	}
}

// vector makes a function of one number one of vectors.
func vector[T kernels.Float](f func(float64) float64) func(y, x []T) {
	return func(y, x []T) {
		for i, v := range x {
			y[i] = T(f(float64(v)))
		}
	}
}

// An error of a unit, of the sign of zero, and in a special value is found.
func TestBoundWrong(t *testing.T) {
	x := draw[float64]("Tanh", 1<<13)
	worst, _, err := errs("Tanh", vector[float64](func(x float64) float64 { return math.Tanh(x) * (1 + 0x1p-50) }), x)
	if err != nil || worst < 7 || worst > 12 {
		t.Errorf("an error of 4 to 8 units counts as %v, %v", worst, err)
	}
	for what, f := range map[string]func(x, y float64) float64{
		"the sign of zero": func(x, y float64) float64 { return y + 0 },
		"a number for NaN": func(x, y float64) float64 {
			if x != x {
				return 1
			}
			return y
		},
		"NaN for a number":      func(x, y float64) float64 { return y / y * y },
		"infinity for a number": func(x, y float64) float64 { return y + x*0x1p1000*0x1p1000 },
	} {
		if _, _, err := errs("Tanh", vector[float64](func(x float64) float64 { return f(x, math.Tanh(x)) }), x); err == nil || !strings.Contains(err.Error(), "Tanh(") {
			t.Errorf("%s: error %v", what, err)
		}
	}
}

// The inputs have every exponent, and what the edges of exp are is known.
func TestDraw(t *testing.T) {
	seen := map[int]bool{}
	for _, v := range draw[float64]("Exp", 1<<14) {
		seen[int(math.Float64bits(v)>>52)] = true
	}
	if len(seen) != 4096 {
		t.Errorf("%d of 4096 signs and exponents", len(seen))
	}
	found := map[float32]bool{}
	for _, b := range edges[float32]("Exp") {
		found[math.Float32frombits(uint32(b))] = true
	}
	for _, edge := range []float32{0x1.62e430p6, -0x1.5d58a2p6, -0x1.9fe36ap6} { // overflow, subnormal, zero
		near := found[edge]
		near = near || found[math.Nextafter32(edge, 1000)] || found[math.Nextafter32(edge, -1000)]
		if !near {
			t.Errorf("no edge at %v among %v", edge, found)
		}
	}
}
