package optim

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/optim/schedule"
)

// TestFTRLRests: what has no gradient stays where it was, also when the rate falls to 0 and
// rises again, and whatever the penalties are.
func TestFTRLRests(t *testing.T) {
	for _, rule := range []FTRL{NewFTRL(0.1), {LR: 0.1, Beta: 1, L1: 0.5, L2: 0.25}, {LR: 0.1, L2: 0.25}} {
		p := []float64{1, -2, 0, 1e-3}
		opt := mustNew(t, rule, named([][]float64{p}), WithSchedule(schedule.Func(func(base float64, step int) float64 {
			return base * math.Abs(math.Cos(float64(step)*math.Pi/4))
		})))
		for range 20 {
			mustStep(t, opt, [][]float64{{0, 0, 0, 0}})
		}
		follows(t, p, []float64{1, -2, 0, 1e-3}, 1e-14, "%+v: at rest", rule)
	}
}

// TestFTRLIsAdagrad: without penalties a step is rate*g/(Beta+sqrt(n)), under any schedule.
func TestFTRLIsAdagrad(t *testing.T) {
	p, want, n := []float64{0.5}, 0.5, 0.0
	opt := mustNew(t, FTRL{LR: 0.2, Beta: 0.5}, named([][]float64{p}), WithSchedule(schedule.Cosine{TMax: 30}))
	for step := range 30 {
		g := math.Sin(float64(1 + step))
		r := mustStep(t, opt, [][]float64{{g}})
		n += g * g
		want -= r.LR * g / (0.5 + math.Sqrt(n))
		follows(t, p, []float64{want}, 1e-13, "step %d", step)
	}
}

// TestFTRLGoesOnElsewhere: a run that goes on with another LR takes what has been learned
// with it: without gradients the parameters stay, and with some it takes steps at that rate.
func TestFTRLGoesOnElsewhere(t *testing.T) {
	p := []float64{1, -2}
	opt := mustNew(t, NewFTRL(0.1), named([][]float64{p}))
	sum := 0.0 // of squared gradients
	for range 3 {
		mustStep(t, opt, [][]float64{{3, -3}})
		sum += 9
	}
	q := make([]float64, 2)
	other := mustNew(t, NewFTRL(0.025), named([][]float64{q}))
	if err := other.Restore(mustSnapshot(t, opt)); err != nil {
		t.Fatal(err)
	}
	mustStep(t, other, [][]float64{{0, 0}})
	follows(t, q, p, 1e-14, "a step without gradients")
	mustStep(t, other, [][]float64{{4, 0}})
	follows(t, q, []float64{p[0] - 0.025*4/(1+math.Sqrt(sum+16)), p[1]}, 1e-14, "a step at the new rate")
}
