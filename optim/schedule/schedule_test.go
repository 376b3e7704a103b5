package schedule

import (
	"math"
	"testing"
)

func TestConstant(t *testing.T) {
	for _, step := range []int{0, 1, 1000000} {
		if got := (Constant{}).Rate(0.3, step); got != 0.3 {
			t.Errorf("step %d: %v, want 0.3", step, got)
		}
	}
}

// TestCosine compares with CosineAnnealingLR: with its closed form, and with the
// recursion by which torch computes each rate from the one before.
func TestCosine(t *testing.T) {
	const base = 0.01
	for _, c := range []Cosine{{TMax: 1}, {TMax: 7, EtaMin: 0.001}, {TMax: 10}, {TMax: 1000, EtaMin: 0.02}} {
		recursive, n := base, float64(c.TMax)
		for step := range 4*c.TMax + 2 {
			got := c.Rate(base, step)
			turn := float64(step % (2 * c.TMax)) // math.Cos loses digits on large arguments
			closed := c.EtaMin + (base-c.EtaMin)*(1+math.Cos(math.Pi*turn/n))/2
			if d := math.Abs(got - closed); !(d <= 8e-16*base) {
				t.Fatalf("%+v, step %d: %v, closed form %v", c, step, got, closed)
			}
			switch e := float64(step); {
			case step == 0:
			case (step-1-c.TMax)%(2*c.TMax) == 0:
				recursive += (base - c.EtaMin) * (1 - math.Cos(math.Pi/n)) / 2
			default:
				recursive = (1+math.Cos(math.Pi*e/n))/(1+math.Cos(math.Pi*(e-1)/n))*(recursive-c.EtaMin) + c.EtaMin
			}
			if d := math.Abs(got - recursive); !(d <= 1e-9*base) {
				t.Fatalf("%+v, step %d: %v, recursion %v", c, step, got, recursive)
			}
		}
		if got := c.Rate(base, 0); got != base {
			t.Errorf("%+v begins at %v, want exactly %v", c, got, base)
		}
		if got := c.Rate(base, c.TMax); got != c.EtaMin {
			t.Errorf("%+v ends at %v, want exactly %v", c, got, c.EtaMin)
		}
	}
	if got := (Cosine{}).Rate(base, 3); !math.IsNaN(got) {
		t.Errorf("Cosine without TMax gives %v, want NaN", got)
	}
}

// TestCosineHold: the same rates up to TMax, and from there on the last.
func TestCosineHold(t *testing.T) {
	rises := Cosine{TMax: 7, EtaMin: 1e-3}
	holds := rises
	holds.Hold = true
	for step := range 8 {
		if got, want := holds.Rate(0.1, step), rises.Rate(0.1, step); got != want {
			t.Errorf("step %d has rate %v, want %v", step, got, want)
		}
	}
	for _, step := range []int{7, 8, 14, 1000, math.MaxInt} {
		if got := holds.Rate(0.1, step); got != 1e-3 {
			t.Errorf("step %d has rate %v, want EtaMin", step, got)
		}
	}
	if got := rises.Rate(0.1, 14); got != 0.1 {
		t.Errorf("without Hold, step 14 has rate %v, want 0.1", got)
	}
}
