package kernels

import (
	"math"
	"testing"
)

// TestExpNegative compares with math.Exp, which is good to less than a unit in
// the last place.
func TestExpNegative(t *testing.T) {
	for i := range 100000 {
		x := -float64(i) * 0.00699
		if got, want := expNegative(x), math.Exp(x); math.Abs(got-want) > 4e-16*want {
			t.Fatalf("expNegative(%v) = %v, want %v", x, got, want)
		}
	}
	if got := expNegative(0); got != 1 {
		t.Errorf("expNegative(0) = %v", got)
	}
	for _, x := range []float64{-701, -1e300, math.Inf(-1)} {
		if got := expNegative(x); got != 0 {
			t.Errorf("expNegative(%v) = %v, want 0", x, got)
		}
	}
}

// TestNAdamMomentum compares the momentum with its formula.
func TestNAdamMomentum(t *testing.T) {
	for _, decay := range []float64{0, 1e-6, 4e-3, 0.5, 3, 1e6} {
		o := NAdamOptions{AdamOptions: AdamOptions{Beta1: 0.9}, MomentumDecay: decay}
		for _, step := range []int{1, 2, 3, 10, 999, 123456} {
			want := 0.9 * (1 - 0.5*math.Pow(0.96, float64(step)*decay))
			if got := o.Momentum(step); math.Abs(got-want) > 1e-15 {
				t.Errorf("decay %v, step %d: %v, want %v", decay, step, got, want)
			}
		}
	}
}

// TestRAdamWarmup checks after how many steps the variance is tractable: five for
// the usual beta2, more for a small one, or never.
func TestRAdamWarmup(t *testing.T) {
	for _, c := range []struct {
		beta2 float64
		first int // rectified step, 0 for none
	}{{0.999, 6}, {0.99, 6}, {0.9, 6}, {0.7, 10}, {0.6, 0}, {0, 0}} {
		first := 0
		for step := 1000; step > 0; step-- {
			if _, ok := RAdamCoefs[float64](AdamOptions{LR: 1, Beta1: 0.9, Beta2: c.beta2, Eps: 1e-8}, step, 1); ok {
				first = step
			}
		}
		if first != c.first {
			t.Errorf("beta2 %v: the first rectified step is %d, want %d", c.beta2, first, c.first)
		}
	}
}
