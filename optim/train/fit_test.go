package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// bowl returns the objective (w0²+w1²)/2 over one parameter.
func bowl(w []float64) Objective[float64] {
	return func(_ int, grads [][]float64) (float64, error) {
		var loss float64
		for i, v := range w {
			loss += v * v / 2
			grads[0][i] += v
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
	r, err := Fit(context.Background(), opt, func(step int, grads [][]float64) (float64, error) {
		log = append(log, fmt.Sprintf("objective %d", step))
		return f(step, grads)
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
		r, err := Fit(context.Background(), opt, func(step int, grads [][]float64) (float64, error) {
			log = append(log, fmt.Sprintf("objective %d", step))
			return f(step, grads)
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
	r, err := Fit(context.Background(), opt, func(step int, grads [][]float64) (float64, error) {
		steps = append(steps, step)
		if grads[0][0] != 0 {
			t.Errorf("step %d finds gradient %v", step, grads[0][0])
		}
		grads[0][0] = 1
		if step == 1 {
			grads[0][0] = math.NaN()
			return math.NaN(), nil
		}
		return 1, nil
	}, FitOptions[float64]{Stop: []StopRule{StepLimit(4)}, Average: avg})
	if err != nil || r.Skips != 1 || opt.Steps() != 3 || avg.Count() != 3 || !slices.Equal(steps, []int{0, 1, 2, 3}) || r.Average != 1 {
		t.Errorf("%+v, error %v, %d steps, %d averaged, objective saw %v", r, err, opt.Steps(), avg.Count(), steps)
	}
}

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
			return Fit(context.Background(), opt, func(step int, grads [][]float64) (float64, error) {
				grads[0][0] = -2 // one up
				if step == c.bad {
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

// TestFitResume: what a run counts goes on in a new optimizer, skipped steps
// included.
func TestFitResume(t *testing.T) {
	w := []float64{1}
	opt := fitting(t, w)
	var batches, checks []int
	fit := func(limit StepLimit) {
		t.Helper()
		_, err := Fit(context.Background(), opt, func(step int, grads [][]float64) (float64, error) {
			batches = append(batches, step)
			grads[0][0] = 1
			if step == 2 || step == 3 {
				grads[0][0] = math.NaN()
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

func TestFitErrors(t *testing.T) {
	w := []float64{4}
	rate := 0.5
	opt := fitting(t, w, optim.WithSchedule(schedule.Func(func(float64, int) float64 { return rate })))
	own := errors.New("own")
	limit := []StopRule{StepLimit(9)}
	ctx, cancel := context.WithCancelCause(context.Background())
	e, _ := NewEarlyStopping([]optim.Param[float64]{{Name: "w", Value: w}}, Patience{Checks: 2})
	for i, c := range []struct {
		ctx  context.Context
		f    Objective[float64]
		o    FitOptions[float64]
		want []string
	}{
		{nil, func(int, [][]float64) (float64, error) { return 0, own }, FitOptions[float64]{Stop: limit}, []string{"iteration 1", "objective", "own"}},
		{nil, nil, FitOptions[float64]{Stop: limit, Progress: func(Progress) error { return own }}, []string{"iteration 1", "Progress", "own"}},
		{nil, nil, FitOptions[float64]{Stop: limit, ValidateEvery: 3, Validate: func() (float64, error) { return 0, own }}, []string{"iteration 3", "Validate", "own"}},
		{ctx, nil, FitOptions[float64]{Progress: func(p Progress) error {
			if p.Iteration == 5 {
				cancel(own)
			}
			return nil
		}}, []string{"iteration 6", "own"}},
	} {
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		if c.f == nil {
			c.f = bowl(w)
		}
		r, err := Fit(c.ctx, opt, c.f, c.o)
		wantError(t, err, c.want...)
		if !errors.Is(err, own) || r.Reason != "" {
			t.Errorf("case %d: %+v, error %v", i, r, err)
		}
	}

	before := mustSnapshot(t, opt)
	change := &LossChange{Tol: 1, For: 1}
	for _, c := range []struct {
		o    FitOptions[float64]
		want []string
	}{
		{FitOptions[float64]{}, []string{"StopRule", "not end"}},
		{FitOptions[float64]{Stop: []StopRule{nil}}, []string{"Stop[0]", "nil"}},
		{FitOptions[float64]{Stop: []StopRule{StepLimit(1), (*LossChange)(nil)}}, []string{"Stop[1]", "nil"}},
		{FitOptions[float64]{Stop: []StopRule{StepLimit(0)}}, []string{"StepLimit", "0"}},
		{FitOptions[float64]{Stop: []StopRule{GradNormLimit(-1)}}, []string{"GradNormLimit", "-1"}},
		{FitOptions[float64]{Stop: []StopRule{&LossChange{Tol: -1, For: 1}}}, []string{"LossChange", "Tol", "-1"}},
		{FitOptions[float64]{Stop: []StopRule{&LossChange{Tol: 1}}}, []string{"LossChange", "For", "0"}},
		{FitOptions[float64]{Stop: limit, Smoothing: 1}, []string{"Smoothing", "1"}},
		{FitOptions[float64]{Stop: limit, ValidateEvery: 5}, []string{"ValidateEvery", "5", "Validate"}},
		{FitOptions[float64]{Stop: limit, Validate: func() (float64, error) { return 0, nil }}, []string{"ValidateEvery", "0"}},
		{FitOptions[float64]{Stop: []StopRule{e}}, []string{"EarlyStopping", "Validate"}},
		{FitOptions[float64]{Stop: []StopRule{StepLimit(1), change, StepLimit(1), change}}, []string{"Stop[1] and Stop[3]", "same *train.LossChange"}},
		{FitOptions[float64]{Stop: []StopRule{&EarlyStopping[float64]{}}, ValidateEvery: 1, Validate: func() (float64, error) { return 0, nil }}, []string{"EarlyStopping", "Checks", "0"}},
		{FitOptions[float64]{Stop: limit, Average: &WeightAverage[float64]{}}, []string{"Average", "NewEMA"}},
		{FitOptions[float64]{Stop: limit, Divergence: &Divergence{}}, []string{"Divergence", "For", "0"}},
		{FitOptions[float64]{Stop: limit, Divergence: &Divergence{For: 1, Spike: -1}}, []string{"Divergence", "Spike", "-1"}},
		{FitOptions[float64]{Stop: limit, Divergence: &Divergence{For: 1, Decay: 1}}, []string{"Divergence", "Decay", "1"}},
		{FitOptions[float64]{Stop: limit, Divergence: &Divergence{For: 1, Warmup: -1}}, []string{"Divergence", "Warmup", "-1"}},
	} {
		_, err := Fit(context.Background(), opt, bowl(w), c.o)
		wantError(t, err, c.want...)
	}
	_, err := Fit(context.Background(), opt, nil, FitOptions[float64]{Stop: limit})
	wantError(t, err, "nil Objective")
	_, err = Fit(context.Background(), nil, bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "nil Optimizer")
	_, err = Fit(context.Background(), new(optim.Optimizer[float64]), bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "Optimizer", "not from New")
	var none context.Context
	_, err = Fit(none, opt, bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "nil Context")
	_, err = new(Run[float64]).Fit(context.Background())
	wantError(t, err, "not from NewRun")
	_, err = Fit(context.Background(), fitting(t, w, optim.WithSchedule(schedule.NewPlateau())), bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "Plateau", "Validate")
	rate = -1
	_, err = Fit(context.Background(), opt, bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "iteration 6", "learning rate", "-1")
	if !reflect.DeepEqual(mustSnapshot(t, opt), before) {
		t.Error("a refused run changed something")
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

// TestFitOnlySkips: a run of which no step can be taken fails.
func TestFitOnlySkips(t *testing.T) {
	w := []float64{4, 8}
	nan := func(_ int, grads [][]float64) (float64, error) {
		grads[0][1] = math.NaN()
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

// TestFindRateSkips: a sweep ends at the first gradient that is not finite, whatever
// a run's limit is.
func TestFindRateSkips(t *testing.T) {
	w := []float64{4, 8}
	f := bowl(w)
	c, err := FindRate(context.Background(), optim.SGD{LR: 1}, []optim.Param[float64]{{Name: "w", Value: w}}, func(step int, grads [][]float64) (float64, error) {
		loss, err := f(step, grads)
		if step == 80 {
			grads[0][0] = math.NaN()
		}
		return loss, err
	}, NewRateSweep(), optim.FailAfterSkips(1))
	if err != nil || !c.Diverged || len(c.Rates) != 81 {
		t.Errorf("diverged: %v after %d rates, error %v", c.Diverged, len(c.Rates), err)
	}
}
