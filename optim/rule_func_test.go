package optim_test

import (
	"fmt"
	"log"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
)

// ballFunc is Polyak's momentum.
func ballFunc(lr, beta float64) optim.RuleFunc[float32] {
	return optim.RuleFunc[float32]{
		RuleName: "HeavyBall", LR: lr, Vectors: []string{"velocity"}, Sparse: true,
		Update: func(s optim.StepInfo, p, g []float32, state [][]float32) {
			kernels.Axpby(float32(s.Scale), g, float32(beta), state[0])
			kernels.Axpy(float32(-s.LR), state[0], p)
		},
	}
}

// A rule and a schedule of one's own, each a function.
func ExampleRuleFunc() {
	w, target := []float32{0, 0}, []float32{3, -1}
	halving := schedule.Func(func(base float64, step int) float64 { return base / float64(int(1)<<(step/100)) })
	opt, err := optim.New(ballFunc(0.1, 0.5), []optim.Param[float32]{{Name: "w", Value: w}}, optim.WithSchedule(halving))
	if err != nil {
		log.Fatal(err)
	}
	for range 300 {
		grad := slices.Clone(w)
		kernels.Axpy(-1, target, grad) // the gradient of |w - target|²/2
		if _, err := opt.Step([][]float32{grad}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("%.3f\n", w)
	// Output: [3.000 -1.000]
}

// TestRuleFunc: the function takes the steps of Momentum, clipped, on any number of workers.
func TestRuleFunc(t *testing.T) {
	const n = 70000
	values, grad := make([]float32, n), make([]float32, n)
	kernels.Normal(values, 0, 1, kernels.Philox{Seed: 1})
	kernels.Normal(grad, 0, 1, kernels.Philox{Seed: 2})
	after := func(rule optim.Rule, workers int) []float32 {
		v := slices.Clone(values)
		opt, err := optim.New(rule, []optim.Param[float32]{{Name: "v", Value: v}}, optim.ClipNorm(10), optim.Workers(workers))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := opt.Step([][]float32{grad}); err != nil {
				t.Fatal(err)
			}
		}
		return v
	}
	one := after(ballFunc(0.125, 0.5), 1)
	for i, want := range after(optim.Momentum{LR: 0.125, Momentum: 0.5}, 1) {
		if d := one[i] - want; d > 1e-6 || d < -1e-6 || one[i] == values[i] {
			t.Fatalf("element %d is %v, want %v", i, one[i], want)
		}
	}
	if !slices.Equal(after(ballFunc(0.125, 0.5), 3), one) {
		t.Error("three workers take another step")
	}
}

func TestBadRuleFunc(t *testing.T) {
	params := []optim.Param[float32]{{Name: "w", Value: []float32{1}}}
	for _, c := range []struct {
		change func(r *optim.RuleFunc[float32])
		want   []string
	}{
		{func(r *optim.RuleFunc[float32]) { r.RuleName = "" }, []string{"no name"}},
		{func(r *optim.RuleFunc[float32]) { r.LR = -1 }, []string{"RuleFunc", "HeavyBall", "LR = -1"}},
		{func(r *optim.RuleFunc[float32]) { r.LR = 1e39 }, []string{"LR = 1e+39"}},
		{func(r *optim.RuleFunc[float32]) { r.Update = nil }, []string{"HeavyBall", "nil Update"}},
		{func(r *optim.RuleFunc[float32]) { r.Vectors = []string{"a", "a"} }, []string{`"a"`}},
	} {
		rule := ballFunc(0.1, 0.5)
		c.change(&rule)
		_, err := optim.New(rule, params)
		opttest.WantError(t, err, c.want...)
	}
	_, err := optim.New(ballFunc(0.1, 0.5), []optim.Param[float64]{{Name: "w", Value: []float64{1}}})
	opttest.WantError(t, err, "HeavyBall", "float32", "float64")
}
