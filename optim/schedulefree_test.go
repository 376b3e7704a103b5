package optim

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestEvalMode: the evaluation point is the paper's x, and coming back restores
// the parameters' bits.
func TestEvalMode(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testEvalMode[float32](t, 1e-6) })
	t.Run("float64", func(t *testing.T) { testEvalMode[float64](t, 1e-14) })
}

func testEvalMode[T kernels.Float](t *testing.T, tol float64) {
	rng := rand.New(rand.NewPCG(35, 36))
	rule := ScheduleFreeAdamW{LR: 0.1, Beta1: 0.8, Beta2: 0.9, Eps: 1e-4, WeightDecay: 0.1, WarmupSteps: 4}
	params := random[T](rng, 50)
	o := newOracle(rule, to[float64](params[0]))
	opt := mustNew(t, rule, named(params))
	for step := range 20 {
		grads := random[T](rng, 50)
		mustStep(t, opt, grads)
		o.step(to[float64](grads[0]), rule.LR)

		y := slices.Clone(params[0])
		for range 2 { // twice is once
			opt.EvalMode()
		}
		follows(t, params[0], o.more["x"], 20*tol, "step %d: the evaluation point", step+1)
		x := slices.Clone(params[0])
		_, err := opt.Step(grads)
		wantError(t, err, "ScheduleFreeAdamW", "TrainMode")
		if !slices.Equal(x, params[0]) || opt.Steps() != step+1 {
			t.Fatal("a refused step changed something")
		}
		for range 2 {
			opt.TrainMode()
		}
		if !slices.Equal(y, params[0]) {
			t.Fatal("TrainMode does not restore the parameters")
		}
	}

	// Other rules have one point only.
	adam := mustNew(t, NewAdam(0.1), named(params))
	before := slices.Clone(params[0])
	adam.EvalMode()
	if !slices.Equal(before, params[0]) {
		t.Error("EvalMode changes the parameters of Adam")
	}
	mustStep(t, adam, random[T](rng, 50))
}

// TestScheduleFreeCarries: the weights of the average survive freezing, and
// parameters that took different steps keep their own.
func TestScheduleFreeCarries(t *testing.T) {
	rule := with(NewScheduleFreeAdamW(0.1), func(r *ScheduleFreeAdamW) { r.WarmupSteps = 3 })
	falling := WithSchedule(schedule.Func(func(base float64, step int) float64 { return base / float64(1+step) }))
	rng := rand.New(rand.NewPCG(39, 40))
	params := random[float64](rng, 4, 4)
	a, b := newOracle(rule, slices.Clone(params[0])), newOracle(rule, slices.Clone(params[1]))
	opt := mustNew(t, rule, named(params), falling)
	freeze := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for step := range 12 {
		// p1 rests for three steps, then p0, so that both have taken equally many.
		switch step {
		case 2:
			freeze(opt.Freeze("p1"))
		case 5:
			freeze(opt.Thaw("p1"))
			freeze(opt.Freeze("p0"))
		case 8:
			freeze(opt.Thaw("p0"))
		}
		grads := random[float64](rng, 4, 4)
		r := mustStep(t, opt, grads)
		if step < 5 || step >= 8 {
			a.step(grads[0], r.LR)
		}
		if step < 2 || step >= 5 {
			b.step(grads[1], r.LR)
		}
		for i, o := range []*oracle{a, b} {
			follows(t, params[i], o.p, 1e-12, "step %d: parameter %d", step+1, i)
		}
	}
}

// TestScheduleFreeAverages: on a quadratic with noisy gradients the average ends
// nearer to the minimum than the point where gradients are taken.
func TestScheduleFreeAverages(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 38))
	p := slices.Repeat([]float64{5}, 100)
	opt := mustNew(t, with(NewScheduleFreeAdamW(0.1), func(r *ScheduleFreeAdamW) { r.WarmupSteps = 20 }), named([][]float64{p}))
	g := make([]float64, len(p))
	for range 2000 {
		for i := range g {
			g[i] = p[i] + 2*rng.NormFloat64()
		}
		mustStep(t, opt, [][]float64{g})
	}
	y := euclid(p)
	opt.EvalMode()
	if x := euclid(p); !(x < y/1.2 && x < 2) {
		t.Errorf("the average's distance is %v, the gradient point's %v", x, y)
	}
}

// TestFrozenEvaluates: a frozen parameter goes to its evaluation point with the
// others, and comes back.
func TestFrozenEvaluates(t *testing.T) {
	w, v := []float64{1, 2}, []float64{3}
	opt := mustNew(t, NewScheduleFreeAdamW(0.1), []Param[float64]{{Name: "w", Value: w}, {Name: "v", Value: v}})
	for range 3 {
		mustStep(t, opt, [][]float64{{1, -1}, {2}})
	}
	if err := opt.Freeze("v"); err != nil {
		t.Fatal(err)
	}
	mustStep(t, opt, [][]float64{{1, -1}, {2}})
	before := v[0]
	opt.EvalMode()
	if v[0] == before {
		t.Error("the frozen parameter stays at its training point")
	}
	opt.TrainMode()
	if v[0] != before {
		t.Errorf("the frozen parameter comes back as %v, want %v", v[0], before)
	}
}

// TestEvalModeNamesRule: the error names the rule that has another point, not that of the
// parameters that stayed.
func TestEvalModeNamesRule(t *testing.T) {
	o := mustNew(t, NewAdam(0.1), named([][]float64{{1}, {2}}),
		WithGroup(func(name string) bool { return name == named([][]float64{{1}, {2}})[1].Name }, GroupRule(NewScheduleFreeAdamW(0.1))))
	o.EvalMode()
	_, err := o.Step([][]float64{{1}, {1}})
	wantError(t, err, "ScheduleFreeAdamW", "TrainMode")
}

// TestSnapshotEvalMode: the parameters are not where the run goes on.
func TestSnapshotEvalMode(t *testing.T) {
	o := mustNew(t, NewScheduleFreeAdamW(0.1), []Param[float32]{{Name: "w", Value: []float32{1, 2}}})
	mustStep(t, o, [][]float32{{1, 2}})
	s := mustSnapshot(t, o)
	o.EvalMode()
	_, err := o.Snapshot()
	wantError(t, err, "TrainMode")
	wantError(t, o.Restore(s), "TrainMode")
	o.TrainMode()
	if !reflect.DeepEqual(mustSnapshot(t, o), s) {
		t.Error("the snapshots differ")
	}
}
