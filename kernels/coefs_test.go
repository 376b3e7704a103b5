package kernels

import (
	"math"
	"testing"
)

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
