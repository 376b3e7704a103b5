package train

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// TestRunRestoreErrors edits snapshots: errors must name what differs, and leave
// the run as it was.
func TestRunRestoreErrors(t *testing.T) {
	fresh := func(rules ...StopRule) *scene[float32] {
		s := &scene[float32]{values: [][]float32{{1, 2}, {3}}}
		params := named(s.values)
		opt := mustNew(t, optim.NewAdam(0.1), params, optim.WithSchedule(&ratchet{factor: 1}))
		early, err := NewEarlyStopping(params, Patience{Checks: 5})
		if err != nil {
			t.Fatal(err)
		}
		ema, err := NewEMA(params, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		s.Run, err = NewRun(opt, func(_ Batch, g *optim.Gradients[float32]) (float64, error) {
			g.Dense[0][0], g.Dense[1][0] = 1, s.values[1][0]
			return float64(s.values[1][0]), nil
		}, FitOptions[float32]{
			Stop:          append([]StopRule{StepLimit(4), early, &LossChange{Tol: 0.01, For: 3}, &skipRule{limit: 9}}, rules...),
			Divergence:    NewDivergence(),
			Average:       ema,
			ValidateEvery: 2,
			Validate:      func() (float64, error) { return float64(s.values[0][0]), nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	saved, other := fresh(), fresh()
	if _, err := saved.fit(); err != nil {
		t.Fatal(err)
	}
	other.o.Stop[0] = StepLimit(3)
	other.fit()
	state := func(s *scene[float32]) string {
		t.Helper()
		return s.ended(t, FitResult{}, nil)
	}
	before := state(other)
	for i, c := range []struct {
		edit func(s *optim.Snapshot[float32])
		want []string
	}{
		{func(s *optim.Snapshot[float32]) { s.Run = nil }, []string{"optimizer alone", "Run"}},
		{func(s *optim.Snapshot[float32]) { s.Run = s.Run[:5] }, []string{`"*train.LossChange"]`, `"*train.LossChange" "*train.skipRule"]`}},
		{func(s *optim.Snapshot[float32]) { s.Run[1].Type = "*train.LossChange" }, []string{`["Run" "*train.LossChange"`, `["Run" "*train.Divergence"`}},
		{func(s *optim.Snapshot[float32]) { s.Run[2].Vectors = s.Run[2].Vectors[:1] }, []string{"WeightAverage", "1 vectors, want 2"}},
		{func(s *optim.Snapshot[float32]) { s.Run[3].Vectors[1].Name = "q" }, []string{"EarlyStopping", "vector 1", `"q"`, `"p1"`}},
		{func(s *optim.Snapshot[float32]) { s.Run[3].Vectors[0].Value = nil }, []string{"EarlyStopping", "vector 0", "0 elements", "with 2"}},
		{func(s *optim.Snapshot[float32]) { s.Run[0].State = "{" }, []string{"state of Run", "JSON"}},
		{func(s *optim.Snapshot[float32]) { s.Run[0].State = `{"Last":{"Iteration":-1}}` }, []string{"state of Run", "-1"}},
		{func(s *optim.Snapshot[float32]) { s.Run[0].State = `{"Last":{"Loss":"much"}}` }, []string{"state of Run", "much"}},
		{func(s *optim.Snapshot[float32]) { s.Run[0].State = `{"Average":{"Count":-2}}` }, []string{"state of Run", "-2"}},
		{func(s *optim.Snapshot[float32]) { s.Run[1].State = `{"Bad":-3}` }, []string{"Divergence", "-3"}},
		{func(s *optim.Snapshot[float32]) { s.Run[1].State = `{"Average":{"Count":-3}}` }, []string{"Divergence", "-3"}},
		{func(s *optim.Snapshot[float32]) { s.Run[2].State = `{"Count":-4}` }, []string{"WeightAverage", "-4"}},
		{func(s *optim.Snapshot[float32]) { s.Run[3].State = `{"Bad":-5}` }, []string{"EarlyStopping", "-5"}},
		{func(s *optim.Snapshot[float32]) { s.Run[4].State = `{"Count":-6}` }, []string{"LossChange", "-6"}},
		{func(s *optim.Snapshot[float32]) { s.Run[5].State = "x" }, []string{"skipRule", "expected integer"}},
		{func(s *optim.Snapshot[float32]) { s.Params[1].Name = "q" }, []string{"parameter 1", `"q"`, `"p1"`}},
		{func(s *optim.Snapshot[float32]) { s.Schedule[0].State = "x" }, []string{"*train.ratchet", "syntax"}},
	} {
		s, err := saved.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		c.edit(s)
		if t.Run(fmt.Sprint(i), func(t *testing.T) { wantError(t, other.Restore(s), c.want...) }); t.Failed() {
			t.Log(c.want)
		}
		if after := state(other); after != before {
			t.Fatalf("%d: a failed Restore changed the run from\n%s\nto\n%s", i, before, after)
		}
	}
	wantError(t, other.Restore(nil), "nil Snapshot")

	// A state that cannot be had.
	swapped := func(call string, err error) {
		t.Helper()
		if t.Run(call, func(t *testing.T) { wantError(t, err, "swapped with their averages") }); t.Failed() {
			t.Log(call)
		}
	}
	good, err := saved.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	other.o.Average.Swap()
	_, err = other.Snapshot()
	swapped("Snapshot", err)
	swapped("Restore", other.Restore(good))
	other.o.Stop[0] = StepLimit(9)
	_, err = other.fit()
	swapped("Fit", err)
	other.o.Average.Swap()
	if got := state(other); got != before {
		t.Errorf("the run changed from\n%s\nto\n%s", before, got)
	}
	if err := other.Restore(good); err != nil || state(other) != state(saved) {
		t.Errorf("restored\n%s\nwant\n%s\n%v", state(other), state(saved), err)
	}
	// An optimizer takes a run's snapshot, without the run.
	if err := fresh().opt.Restore(good); err != nil {
		t.Error(err)
	}

	// Within a rule, which may have seen what others have not.
	var inside *scene[float32]
	inside = fresh(StopFunc(func(Progress) string {
		_, err := inside.Snapshot()
		wantError(t, err, "iteration 1", "in the middle")
		wantError(t, inside.Restore(good), "iteration 1", "in the middle")
		return "enough"
	}))
	if r, err := inside.fit(); err != nil || r.Reason != "enough" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := inside.Snapshot(); err != nil {
		t.Error(err)
	}
}

// TestRunElsewhere: a run whose optimizer has gone on without it counts what it
// did, and asks only rules that need not know the last iteration.
func TestRunElsewhere(t *testing.T) {
	w := []float64{1}
	opt := fitting(t, w)
	asked := 0
	run, err := NewRun(opt, bowl(w), FitOptions[float64]{Stop: []StopRule{
		StepLimit(4), GradNormLimit(1e-300),
		StopFunc(func(p Progress) string { asked++; return "" }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := run.Fit(context.Background()); err != nil || r.Iteration != 4 || asked != 4 {
		t.Errorf("%+v, %v, asked %d times", r, err, asked)
	}
	if r, err := run.Fit(context.Background()); err != nil || r.Iteration != 4 || r.Step != 4 || asked != 5 {
		t.Errorf("again: %+v, %v, asked %d times", r, err, asked)
	}
	mustStep(t, opt, [][]float64{{1}})
	if r, err := run.Fit(context.Background()); err != nil || r.Iteration != 5 || r.Step != 0 || r.Reason == "" || asked != 5 {
		t.Errorf("after another step: %+v, %v, asked %d times", r, err, asked)
	}
}
