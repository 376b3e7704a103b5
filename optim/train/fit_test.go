package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// bowl returns the objective (w0²+w1²)/2 over one parameter.
func bowl(w []float64) Objective[float64] {
	return func(_ Batch, g *optim.Gradients[float64]) (float64, error) {
		var loss float64
		for i, v := range w {
			loss += v * v / 2
			g.Dense[0][i] += v
		}
		return loss, nil
	}
}

func fitting(t *testing.T, w []float64, opts ...optim.Option) *optim.Optimizer[float64] {
	t.Helper()
	return mustNew(t, optim.SGD{LR: 0.5}, []optim.Param[float64]{{Name: "w", Value: w}}, opts...)
}

// TestFit: the loop, its order, and its report.
func TestFit(t *testing.T) {
	w := []float64{4, 8}
	opt := fitting(t, w)
	avg, err := NewSWA([]optim.Param[float64]{{Name: "w", Value: w}})
	if err != nil {
		t.Fatal(err)
	}
	var log []string
	f := bowl(w)
	r, err := Fit(context.Background(), opt, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		log = append(log, fmt.Sprintf("objective %d", b.Step))
		return f(b, g)
	}, FitOptions[float64]{
		Stop:      []StopRule{StepLimit(9), GradNormLimit(2.3)},
		Smoothing: 0.5,
		Average:   avg,
		Validate: func() (float64, error) {
			log = append(log, fmt.Sprintf("validate %d", avg.Count()))
			return -float64(opt.Steps()), nil
		},
		ValidateEvery: 2,
		Progress: func(p Progress) error {
			log = append(log, fmt.Sprintf("progress %d %d %v %v %v", p.Iteration, p.Step, p.Loss, p.Validated, p.Metric))
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"objective 0", "progress 1 1 40 false 0",
		"objective 1", "validate 2", "progress 2 2 10 true -2",
		"objective 2", "progress 3 3 2.5 false -2",
	}
	if !slices.Equal(log, want) {
		t.Errorf("order:\n%s\nwant\n%s", strings.Join(log, "\n"), strings.Join(want, "\n"))
	}
	// The average of 40, 10, 2.5 with weights 1/4, 1/2 and 1.
	if got, want := r.Average, 17.5/1.75; math.Abs(got-want) > 1e-14 {
		t.Errorf("moving average %v, want %v", got, want)
	}
	if r.Iteration != 3 || r.LR != 0.5 || !strings.Contains(r.Reason, "gradient norm") || r.Skips != 0 {
		t.Errorf("result %+v", r)
	}
	if got := avg.Params()[0].Value; avg.Count() != 3 || math.Abs(got[1]-7./3) > 1e-15 { // of 4, 2 and 1
		t.Errorf("weight average %v of %d", got, avg.Count())
	}

	// A second run goes on counting.
	log = nil
	again := func(limit StepLimit) FitResult {
		r, err := Fit(context.Background(), opt, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
			log = append(log, fmt.Sprintf("objective %d", b.Step))
			return f(b, g)
		}, FitOptions[float64]{Stop: []StopRule{limit}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := again(5); !slices.Equal(log, []string{"objective 3", "objective 4"}) || r.Iteration != 5 {
		t.Errorf("the second run goes %q and ends at iteration %d", log, r.Iteration)
	}
	for _, limit := range []StepLimit{5, 4} {
		if r := again(limit); len(log) != 2 || r.Iteration != 5 || !strings.Contains(r.Reason, "iterations") {
			t.Errorf("a run at its limit goes on: %q, %+v", log, r)
		}
	}
}

// TestFitSkips: skipped steps count as iterations and are not averaged; every
// objective finds its gradients zeroed.
func TestFitSkips(t *testing.T) {
	w := []float64{1}
	opt := fitting(t, w)
	avg, _ := NewSWA([]optim.Param[float64]{{Name: "w", Value: w}})
	var steps []int
	r, err := Fit(context.Background(), opt, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		steps = append(steps, b.Step)
		if g.Dense[0][0] != 0 {
			t.Errorf("step %d finds gradient %v", b.Step, g.Dense[0][0])
		}
		g.Dense[0][0] = 1
		if b.Step == 1 {
			g.Dense[0][0] = math.NaN()
			return math.NaN(), nil
		}
		return 1, nil
	}, FitOptions[float64]{Stop: []StopRule{StepLimit(4)}, Average: avg})
	if err != nil || r.Skips != 1 || opt.Steps() != 3 || avg.Count() != 3 || !slices.Equal(steps, []int{0, 1, 2, 3}) || r.Average != 1 {
		t.Errorf("%+v, error %v, %d steps, %d averaged, objective saw %v", r, err, opt.Steps(), avg.Count(), steps)
	}
}

// TestFitResume: what a run counts goes on in a new optimizer, skipped steps
// included.
func TestFitResume(t *testing.T) {
	w := []float64{1}
	opt := fitting(t, w)
	var batches, checks []int
	fit := func(limit StepLimit) {
		t.Helper()
		_, err := Fit(context.Background(), opt, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
			batches = append(batches, b.Step)
			g.Dense[0][0] = 1
			if b.Step == 2 || b.Step == 3 {
				g.Dense[0][0] = math.NaN()
			}
			return 1, nil
		}, FitOptions[float64]{
			Stop:          []StopRule{limit},
			ValidateEvery: 5,
			Validate:      func() (float64, error) { return 1, nil },
			Progress: func(p Progress) error {
				if p.Validated {
					checks = append(checks, p.Iteration)
				}
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []StepLimit{6, 7, 16} {
		fit(limit)
		s := mustSnapshot(t, opt)
		opt = fitting(t, w)
		if err := opt.Restore(s); err != nil {
			t.Fatal(err)
		}
	}
	for i, step := range batches {
		if i != step {
			t.Fatalf("batches %v, want all in order", batches)
		}
	}
	if len(batches) != 16 || !slices.Equal(checks, []int{5, 10, 15}) {
		t.Errorf("%d batches, want 16; metrics after %v, want 5, 10 and 15", len(batches), checks)
	}
	if opt.Iterations() != 16 || opt.Steps() != 14 || opt.Skipped() != 2 {
		t.Errorf("%d iterations, %d steps, %d skipped", opt.Iterations(), opt.Steps(), opt.Skipped())
	}
}

// TestFitOnlySkips: a run of which no step can be taken fails.
func TestFitOnlySkips(t *testing.T) {
	w := []float64{4, 8}
	nan := func(_ Batch, g *optim.Gradients[float64]) (float64, error) {
		g.Dense[0][1] = math.NaN()
		return 1, nil
	}
	o := FitOptions[float64]{Stop: []StopRule{StepLimit(50)}}
	r, err := Fit(context.Background(), fitting(t, w), nan, o)
	var failed *optim.SkippedError
	if !errors.As(err, &failed) || failed.Reason.Param != "w" || failed.Reason.Element != 1 {
		t.Errorf("error %v", err)
	}
	wantError(t, err, "iteration 10", "10 skipped in a row", `"w"`, "element 1", "NaN")
	if r.Skips != 10 || r.Iteration != 10 || !r.Skipped || r.Loss != 1 || r.Reason != "" || w[1] != 8 {
		t.Errorf("result %+v, parameter %v", r, w)
	}
	r, err = Fit(context.Background(), fitting(t, w, optim.FailAfterSkips(0)), nan, o)
	if err != nil || r.Skips != 50 {
		t.Errorf("without a limit: %+v, error %v", r, err)
	}
}
