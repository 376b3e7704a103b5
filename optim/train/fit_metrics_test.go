package train

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestFitEarlyStopping: the best parameters come back if early stopping has ended
// the run, else the last ones stay; every rule sees every metric.
func TestFitEarlyStopping(t *testing.T) {
	for _, c := range []struct {
		what  string
		limit StepLimit
		bad   int // step with an infinite loss
		last  int
		param float64
	}{
		{"early stopping", 20, -1, 7, 3},
		{"early stopping and a limit", 7, -1, 7, 3},
		{"a limit", 6, -1, 6, 6},
		{"divergence", 20, 5, 6, 6},
	} {
		w := []float64{0}
		opt := fitting(t, w)
		e, err := NewEarlyStopping([]optim.Param[float64]{{Name: "w", Value: w}}, Patience{Checks: 4})
		if err != nil {
			t.Fatal(err)
		}
		metrics := []float64{5, 4, 3, 6, 7, 8, 9, 9, 9}
		o := FitOptions[float64]{
			Stop:          []StopRule{c.limit, e},
			ValidateEvery: 1,
			Validate:      func() (float64, error) { return metrics[opt.Steps()-1], nil },
			Divergence:    &Divergence{For: 1},
		}
		if o.Average, err = NewSWA([]optim.Param[float64]{{Name: "w", Value: w}}); err != nil {
			t.Fatal(err)
		}
		fit := func() (FitResult, error) {
			return Fit(context.Background(), opt, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
				g.Dense[0][0] = -2 // one up
				if b.Step == c.bad {
					return math.Inf(1), nil
				}
				return 1, nil
			}, o)
		}
		r, err := fit()
		if c.bad >= 0 {
			var d *DivergedError
			if !errors.As(err, &d) || r.Reason != "" {
				t.Errorf("%s: %+v, error %v", c.what, r, err)
			}
			wantError(t, err, "iteration 6")
		} else if err != nil || c.last == 7 && c.limit == 20 && !strings.Contains(r.Reason, "no metric better than 3 in 4 checks") {
			t.Errorf("%s: %+v, error %v", c.what, r, err)
		}
		if r.Iteration != c.last || w[0] != c.param || opt.Steps() != c.last || o.Average.Count() != c.last {
			t.Errorf("%s ends at iteration %d with parameter %v, want %d and %v", c.what, r.Iteration, w[0], c.last, c.param)
		}
		if c.last == 7 { // it has ended, and does not go on
			if r, err := fit(); err != nil || r.Reason == "" || opt.Steps() != 7 || w[0] != 3 {
				t.Errorf("%s: again: %+v, %v, parameter %v after %d steps", c.what, r, err, w[0], opt.Steps())
			}
		} else if !e.Restore() || w[0] != 3 {
			t.Errorf("%s: parameter %v restored, want 3", c.what, w[0])
		}
	}
}

// TestFitPlateau: plateaus inside the optimizer's schedule observe the metric.
func TestFitPlateau(t *testing.T) {
	w := []float64{1}
	plateau := &schedule.Plateau{Factor: 0.5, Patience: 1}
	opt := fitting(t, w, optim.WithSchedule(schedule.Warmup{Steps: 2, Then: plateau}))
	var rates []float64
	_, err := Fit(context.Background(), opt, bowl(w), FitOptions[float64]{
		Stop:          []StopRule{StepLimit(8)},
		ValidateEvery: 1,
		Validate:      func() (float64, error) { return 1, nil },
		Progress:      func(p Progress) error { rates = append(rates, p.LR); return nil },
	})
	if want := []float64{0, 0.25, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625}; err != nil || !slices.Equal(rates, want) {
		t.Errorf("rates %v, want %v; error %v", rates, want, err)
	}
}

// A metered is a user's Observer, whose rate is the last metric.
type metered struct{ metrics []float64 }

func (m *metered) Observe(metric float64) { m.metrics = append(m.metrics, metric) }

func (m *metered) Rate(base float64, step int) float64 {
	if len(m.metrics) == 0 {
		return base
	}
	return m.metrics[len(m.metrics)-1]
}

// TestFitObservers: one metric is told once to a Plateau that stands in two places,
// and to a user's own schedule.
func TestFitObservers(t *testing.T) {
	w := []float64{1}
	p, m := &schedule.Plateau{Factor: 0.5, Patience: 100}, new(metered)
	opt := mustNew(t, optim.SGD{LR: 0.5}, []optim.Param[float64]{{Name: "w", Value: w}},
		optim.WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{p, schedule.Warmup{Then: p}, m}, Milestones: []int{1, 2}}))
	metric := 0.0
	var rates []float64
	run := FitOptions[float64]{
		Stop:          []StopRule{StepLimit(5)},
		ValidateEvery: 1,
		Validate:      func() (float64, error) { metric += 0.125; return metric, nil },
		Progress:      func(p Progress) error { rates = append(rates, p.LR); return nil },
	}
	if _, err := Fit(context.Background(), opt, bowl(w), run); err != nil {
		t.Fatal(err)
	}
	if want := []float64{0.5, 0.5, 0.25, 0.375, 0.5}; !slices.Equal(rates, want) {
		t.Errorf("rates %v, want %v", rates, want)
	}
	if want := []float64{0.125, 0.25, 0.375, 0.5, 0.625}; !slices.Equal(m.metrics, want) || p.State.Bad != 4 {
		t.Errorf("a schedule was told %v, want %v; the plateau counts %d bad metrics, want 4", m.metrics, want, p.State.Bad)
	}

	run.Validate, run.ValidateEvery = nil, 0
	_, err := Fit(context.Background(), mustNew(t, optim.SGD{LR: 1}, []optim.Param[float64]{{Name: "w", Value: w}}, optim.WithSchedule(schedule.Warmup{Then: m})), bowl(w), run)
	wantError(t, err, "*train.metered", "Validate")
}

// TestFitEvalMode: metrics are those of the point for evaluation, the best of which
// comes back, and training does not notice.
func TestFitEvalMode(t *testing.T) {
	run := func(w []float64, stop func(f FitOptions[float64]) FitOptions[float64]) (*optim.Optimizer[float64], []float64) {
		opt := mustNew(t, optim.NewScheduleFreeAdamW(0.1), []optim.Param[float64]{{Name: "w", Value: w}})
		var seen []float64
		_, err := Fit(context.Background(), opt, bowl(w), stop(FitOptions[float64]{
			ValidateEvery: 2,
			Validate: func() (float64, error) {
				seen = append(seen, w[0])
				return math.Abs(w[0] - 3.8), nil
			},
		}))
		if err != nil {
			t.Fatal(err)
		}
		return opt, seen
	}
	limit := func(n int) func(o FitOptions[float64]) FitOptions[float64] {
		return func(o FitOptions[float64]) FitOptions[float64] {
			o.Stop = append(o.Stop, StepLimit(n))
			return o
		}
	}
	w := []float64{4}
	_, seen := run(w, limit(10))
	for i, got := range seen {
		v := []float64{4}
		opt := mustNew(t, optim.NewScheduleFreeAdamW(0.1), []optim.Param[float64]{{Name: "w", Value: v}})
		for range 2 * (i + 1) {
			mustStep(t, opt, [][]float64{{v[0]}})
		}
		train := v[0]
		opt.EvalMode()
		if got != v[0] || got == train {
			t.Errorf("metric %d was taken at %v, want %v", i, got, v[0])
		}
		if i == 4 && w[0] != train {
			t.Errorf("the run ends at %v, want %v", w[0], train)
		}
	}
	w = []float64{4}
	opt, seen := run(w, func(o FitOptions[float64]) FitOptions[float64] {
		e, err := NewEarlyStopping([]optim.Param[float64]{{Name: "w", Value: w}}, Patience{Checks: 2})
		if err != nil {
			t.Fatal(err)
		}
		o.Stop = []StopRule{e}
		return o
	})
	best := slices.MinFunc(seen, func(a, b float64) int { return cmp.Compare(math.Abs(a-3.8), math.Abs(b-3.8)) })
	if w[0] != best || len(seen) < 3 {
		t.Errorf("early stopping leaves %v, want the best of %v", w, seen)
	}
	opt.TrainMode() // and the run can go on
	v := []float64{4}
	again, _ := run(v, limit(opt.Steps()))
	if w[0] != v[0] {
		t.Errorf("back in training at %v, want %v", w[0], v[0])
	}

	// After errors too.
	_, err := Fit(context.Background(), again, bowl(v), FitOptions[float64]{
		Stop: []StopRule{StepLimit(again.Iterations() + 1)}, ValidateEvery: 1, Validate: func() (float64, error) { return 0, errors.New("own") },
	})
	wantError(t, err, "own")
	mustStep(t, again, [][]float64{{1}})
}
