package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A skipRule is a user's rule with a state: it ends a run after so many skipped
// steps.
type skipRule struct{ limit, skips, iteration int }

func (c *skipRule) Stop(p Progress) string {
	if p.Skipped && p.Iteration != c.iteration {
		c.skips++
	}
	if c.iteration = p.Iteration; c.skips < c.limit {
		return ""
	}
	return "too many skipped"
}

func (c *skipRule) SaveState() (string, error) {
	return fmt.Sprintf("%d %d", c.skips, c.iteration), nil
}

func (c *skipRule) RestoreState(text string) error {
	_, err := fmt.Sscan(text, &c.skips, &c.iteration)
	return err
}

// A ratchet is a user's Observer with a state: half the rate while metrics rise.
type ratchet struct{ last, factor float64 }

func (r *ratchet) Observe(metric float64) {
	if r.factor = 1; metric > r.last {
		r.factor = 0.5
	}
	r.last = metric
}

func (r *ratchet) Rate(base float64, _ int) float64 { return base * r.factor }

func (r *ratchet) SaveState() (string, error) {
	return fmt.Sprintf("%v %v", r.last, r.factor), nil
}

func (r *ratchet) RestoreState(text string) error {
	_, err := fmt.Sscan(text, &r.last, &r.factor)
	return err
}

// anyRule has rules with every kind of state.
var anyRule = []optim.Rule{
	optim.SGD{LR: 0.1}, optim.Momentum{LR: 0.1, Momentum: 0.9, Nesterov: true}, optim.NewAdagrad(0.1), optim.NewRMSprop(0.01),
	optim.RMSprop{LR: 0.01, Alpha: 0.9, Eps: 1e-8, Momentum: 0.5, Centered: true}, optim.NewAdadelta(1), optim.NewAdam(0.1),
	optim.AdamW{LR: 0.1, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, WeightDecay: 0.1, AMSGrad: true}, optim.NewAdamax(0.1), optim.NewNAdam(0.1),
	optim.NewRAdam(0.1), optim.NewLion(0.01), optim.NewLARS(0.1), optim.NewLAMB(0.01), optim.NewScheduleFreeAdamW(0.1),
}

// A scene is a run drawn from a seed: any rule, any schedule, any of what watches a
// run. Its callbacks write down what they see, and may cut the run.
type scene[T kernels.Float] struct {
	*Run[T]
	values [][]T
	early  *EarlyStopping[T]
	log    []string
	cut    func(where string, iteration int) error
}

// newScene returns the seed's scene. A limit other than 0 ends it early.
func newScene[T kernels.Float](t *testing.T, seed uint64, limit StepLimit) *scene[T] {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	one := func(n int) bool { return rng.IntN(n) == 0 } // in n
	s := &scene[T]{values: opttest.Random[T](rng, 5, 30), cut: func(string, int) error { return nil }}
	params := named(s.values)

	plateau := &schedule.Plateau{Factor: 0.5, Patience: rng.IntN(2), Threshold: 1e-3, Cooldown: rng.IntN(2)}
	opts := []optim.Option{optim.WithSchedule([]schedule.Schedule{
		schedule.Constant{},
		schedule.Cosine{TMax: 12},
		plateau,
		schedule.Warmup{Steps: 3, StartFactor: 0.5, Then: plateau},
		schedule.Sequence{Schedules: []schedule.Schedule{plateau, schedule.Warmup{Steps: 2, Then: plateau}, &ratchet{factor: 1}}, Milestones: []int{5, 9}},
	}[rng.IntN(5)])}
	if one(2) {
		opts = append(opts, optim.WithLossScaler(optim.LossScaler{Init: 8, Growth: 2, Backoff: 0.5, Interval: 3}))
	}
	if one(3) {
		opts = append(opts, optim.ClipNorm(1))
	}
	if one(3) {
		opts = append(opts, optim.ZeroGrads())
	}
	if one(3) {
		opts = append(opts, optim.FailAfterSkips(1+rng.IntN(2)))
	}
	opt := mustNew(t, anyRule[rng.IntN(len(anyRule))], params, opts...)

	o := FitOptions[T]{Smoothing: []float64{0, 0.5, 0.9}[rng.IntN(3)]}
	last := StepLimit(3 + rng.IntN(30))
	if limit > 0 {
		last = min(last, limit)
	}
	o.Stop = append(o.Stop, last)
	var err error
	switch rng.IntN(3) {
	case 0:
		o.Average, err = NewEMA(params, 0.75)
	case 1:
		o.Average, err = NewSWA(params)
	}
	if err != nil {
		t.Fatal(err)
	}
	if one(3) {
		o.Divergence = &Divergence{Spike: 0.5, Decay: 0.5, Warmup: 2, For: 2}
	}
	if one(3) {
		o.Stop = append(o.Stop, &LossChange{Tol: 0.1, For: 2 + rng.IntN(2), Average: one(2)})
	}
	if one(4) {
		o.Stop = append(o.Stop, &skipRule{limit: 2})
	}
	if one(4) {
		o.Stop = append(o.Stop, StopFunc(func(p Progress) string {
			if p.Average < 0.3 {
				return "good enough"
			}
			return ""
		}))
	}
	if len(opt.Observers()) > 0 || one(2) {
		o.ValidateEvery = 1 + rng.IntN(5)
		o.Validate = func() (float64, error) { return s.validate(seed) }
		if one(2) {
			if s.early, err = NewEarlyStopping(params, Patience{Checks: 2 + rng.IntN(3), MinDelta: 0.1 * float64(rng.IntN(2))}); err != nil {
				t.Fatal(err)
			}
			o.Stop = append(o.Stop, s.early)
		}
	}
	o.Progress = func(p Progress) error {
		s.note("progress %+v", p)
		return s.cut("progress", p.Iteration)
	}
	if s.Run, err = NewRun(opt, func(step int, grads [][]T) (float64, error) { return s.objective(seed, step, grads) }, o); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene[T]) note(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf(format, args...))
}

// objective is noisy, and at times not finite.
func (s *scene[T]) objective(seed uint64, step int, grads [][]T) (float64, error) {
	if err := s.cut("objective", step+1); err != nil {
		grads[0][0] = 7 // nobody must use it
		return 0, err
	}
	rng := rand.New(rand.NewPCG(seed, 100+uint64(step)))
	s.note("objective %d at %v", step, s.values)
	scale := s.opt.LossScale()
	for i, v := range s.values {
		for j, x := range v {
			grads[i][j] += T(scale * (0.5*float64(x) + 0.2*rng.NormFloat64()))
		}
	}
	loss := 2/(1+0.2*float64(step)) + 0.3*rng.NormFloat64()
	switch rng.IntN(8) {
	case 0:
		grads[1][rng.IntN(30)] = T(math.Inf(1))
	case 1:
		loss = math.NaN()
	}
	return loss, nil
}

// validate is the mean square of the parameters, noisy and at times NaN.
func (s *scene[T]) validate(seed uint64) (float64, error) {
	n := s.opt.Iterations()
	if err := s.cut("validate", n); err != nil {
		return 0, err
	}
	rng := rand.New(rand.NewPCG(seed, 1000+uint64(n)))
	metric := 0.3 * rng.NormFloat64()
	for _, v := range s.values {
		for _, x := range v {
			metric += float64(x*x) / 35
		}
	}
	if rng.IntN(10) == 0 {
		metric = math.NaN()
	}
	s.note("validate after %d: %v at %v", n, metric, s.values)
	return metric, nil
}

// fit runs the scene to its end, or to where it is cut.
func (s *scene[T]) fit() (FitResult, error) { return s.Fit(context.Background()) }

// copySnapshot sends a snapshot through JSON, as a file would.
func copySnapshot[T kernels.Float](t *testing.T, s *optim.Snapshot[T]) *optim.Snapshot[T] {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	c := new(optim.Snapshot[T])
	if err := json.Unmarshal(text, c); err != nil {
		t.Fatal(err)
	}
	vectors := func(dst, src []optim.StateSnapshot[T]) {
		for i := range dst {
			dst[i].Value = slices.Clone(src[i].Value)
		}
	}
	for i := range c.Params {
		c.Params[i].Value, c.Params[i].Sum = slices.Clone(s.Params[i].Value), slices.Clone(s.Params[i].Sum)
		vectors(c.Params[i].State, s.Params[i].State)
	}
	for i := range c.Run {
		vectors(c.Run[i].Vectors, s.Run[i].Vectors)
	}
	return c
}

// ended returns everything that is to be equal at the end of a run.
func (s *scene[T]) ended(t *testing.T, r FitResult, err error) string {
	t.Helper()
	text := fmt.Sprintf("result %+v, error %v, parameters %v\n", r, err, s.values)
	s.opt.TrainMode()
	saved, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	about, err := json.Marshal(saved)
	if err != nil {
		t.Fatal(err)
	}
	text += string(about)
	for _, p := range saved.Params {
		text += fmt.Sprintf("\n%v %v", p.Value, p.State)
	}
	for _, p := range saved.Run {
		text += fmt.Sprintf("\n%v", p.Vectors)
	}
	return text
}

// checkCounts checks what a run that was not cut has counted: every batch comes
// once, and every ValidateEvery-th iteration is validated.
func (s *scene[T]) checkCounts(t *testing.T, seed uint64) {
	t.Helper()
	var got, want []string
	for _, event := range s.log {
		if !strings.HasPrefix(event, "progress") {
			got = append(got, strings.FieldsFunc(event, func(r rune) bool { return r == ':' || r == '[' })[0])
		}
	}
	n := s.opt.Iterations()
	for i := range n {
		want = append(want, fmt.Sprintf("objective %d at ", i))
		// The loss that diverged is the end.
		if every := s.o.ValidateEvery; every > 0 && (i+1)%every == 0 && !(s.open && i+1 == n) {
			want = append(want, fmt.Sprintf("validate after %d", i+1))
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("seed %d: counted\n%q, want\n%q", seed, got, want)
	}
}

// TestRunCut cuts runs anywhere, in any way, and lets them go on, in the same Run
// or in a new one that is restored: they must end with the bits of runs that were
// not cut, having seen the same on the way.
func TestRunCut(t *testing.T) {
	t.Run("float32", testRunCut[float32])
	t.Run("float64", testRunCut[float64])
}

func testRunCut[T kernels.Float](t *testing.T) {
	cuts, ends := map[string]int{}, map[string]int{}
	for seed := range uint64(250) {
		whole := newScene[T](t, seed, 0)
		r, err := whole.fit()
		whole.checkCounts(t, seed)
		want := whole.ended(t, r, err)

		got, log, err := cutScene[T](t, seed, cuts)
		if !slices.Equal(log, whole.log) {
			for i := range min(len(log), len(whole.log)) {
				if log[i] != whole.log[i] {
					t.Fatalf("seed %d: event %d is\n%s\nwant\n%s", seed, i, log[i], whole.log[i])
				}
			}
			t.Fatalf("seed %d: %d events, want %d; error %v", seed, len(log), len(whole.log), err)
		}
		if got != want {
			t.Fatalf("seed %d ends with\n%s\nwant\n%s", seed, got, want)
		}
		var skipped *optim.SkippedError
		switch {
		case errors.As(err, &skipped):
			ends["skips alone"]++
		case err != nil:
			ends["divergence"]++
		case len(whole.opt.Observers()) > 0:
			ends["with an Observer"]++
		}
		if whole.opt.Skipped() > 0 {
			ends["with skips"]++
		}
		if whole.early != nil && whole.early.ended() {
			ends["early stopping"]++
		}
	}
	t.Logf("cuts %v, ends %v", cuts, ends)
	for _, kind := range []string{"objective", "validate", "progress", "cancel", "limit", "crash"} {
		if cuts[kind] < 20 {
			t.Errorf("only %d cuts of the kind %s", cuts[kind], kind)
		}
	}
	for _, end := range []string{"divergence", "skips alone", "with an Observer", "with skips", "early stopping"} {
		if ends[end] < 10 {
			t.Errorf("only %d runs end in or %s", ends[end], end)
		}
	}
}

// cutScene runs the seed's scene with cuts. It returns what is to be equal, and
// counts the kinds of cuts.
func cutScene[T kernels.Float](t *testing.T, seed uint64, cuts map[string]int) (end string, log []string, err error) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	errCut := errors.New("cut")
	var saved *optim.Snapshot[T]
	restored := func(limit StepLimit) *scene[T] {
		s := newScene[T](t, seed, limit)
		if saved != nil {
			if rng.IntN(2) == 0 { // what was before must not matter
				s.cut = func(where string, n int) error {
					if where == "progress" && n == 4 {
						return errCut
					}
					return nil
				}
				s.fit()
				s.opt.TrainMode()
				s.cut = func(string, int) error { return nil }
			}
			if err := s.Restore(copySnapshot(t, saved)); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		s.log = slices.Clone(log)
		return s
	}
	s := restored(0)
	for range 5 {
		kind := []string{"objective", "validate", "progress", "cancel", "limit", "crash"}[rng.IntN(6)]
		at := s.opt.Iterations() + 1 + rng.IntN(6)
		ctx, cancel := context.WithCancelCause(context.Background())
		defer cancel(nil)
		var inside *optim.Snapshot[T]
		switch kind {
		case "cancel":
			s.cut = func(where string, n int) error {
				if where == "progress" && n == at {
					cancel(errCut)
				}
				return nil
			}
		case "limit":
			saved, err = s.Snapshot()
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			log = s.log
			s = restored(StepLimit(at))
		case "crash":
			s.cut = func(where string, n int) error {
				if where == "progress" && n == at {
					if inside, err = s.Snapshot(); err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
					log = slices.Clone(s.log)
				}
				if inside != nil && n == at+3 {
					return errCut
				}
				return nil
			}
		default:
			s.cut = func(where string, n int) error {
				if where == kind && n >= at {
					return errCut
				}
				return nil
			}
		}
		r, err := s.Fit(ctx)
		s.cut = func(string, int) error { return nil }
		isCut := errors.Is(err, errCut) || kind == "limit" && err == nil && r.Iteration == at && r.Reason == strconv.Itoa(at)+" iterations"
		if !isCut {
			return s.again(t, seed, r, err), s.log, err
		}
		cuts[kind]++
		switch {
		case inside != nil:
			saved = inside
			s = restored(0)
		case kind == "limit" || rng.IntN(2) == 0:
			s.opt.TrainMode() // early stopping may have ended it as well
			if saved, err = s.Snapshot(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			log = s.log
			s = restored(0)
		}
	}
	r, err := s.fit()
	return s.again(t, seed, r, err), s.log, err
}

// again ends the scene, and enters it once more: it must not go on.
func (s *scene[T]) again(t *testing.T, seed uint64, r FitResult, err error) string {
	t.Helper()
	end := s.ended(t, r, err)
	if err != nil {
		return end
	}
	saved, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	next := newScene[T](t, seed, 0)
	if err := next.Restore(copySnapshot(t, saved)); err != nil {
		t.Fatal(err)
	}
	r, err = next.fit()
	if len(next.log) > 0 {
		t.Fatalf("seed %d: a run that has ended goes on: %v", seed, next.log)
	}
	return next.ended(t, r, err)
}

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
		s.Run, err = NewRun(opt, func(_ int, grads [][]float32) (float64, error) {
			grads[0][0], grads[1][0] = 1, s.values[1][0]
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
