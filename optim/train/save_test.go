package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

// A savedRun is a program that trains: each start makes everything anew.
type savedRun struct {
	dir     checkpoint.Dir
	options FitOptions[float64]          // besides Checkpoints and what start makes
	cut     func(b Batch) error          // in the objective
	change  func(o *FitOptions[float64]) // of a start's own options
	w       []float64                    // the parameter of the last start
	history *History                     // of the last start
	opt     *optim.Optimizer[float64]    // of the last start
}

func newSavedRun(t *testing.T, keep int) *savedRun {
	return &savedRun{
		dir:     checkpoint.Dir{Path: filepath.Join(t.TempDir(), "run"), Keep: keep},
		options: FitOptions[float64]{Stop: []StopRule{StepLimit(10)}, Resume: true, Smoothing: 0.5},
		cut:     func(Batch) error { return nil },
		change:  func(*FitOptions[float64]) {},
	}
}

func (s *savedRun) start(t *testing.T) *Run[float64] {
	t.Helper()
	s.w, s.history = []float64{4, 8}, new(History)
	params := []optim.Param[float64]{{Name: "w", Value: s.w}}
	s.opt = mustNew(t, optim.NewAdam(0.5), params)
	o := s.options
	o.Checkpoints, o.History = &s.dir, s.history
	s.change(&o)
	f := bowl(s.w)
	r, err := NewRun(s.opt, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		if err := s.cut(b); err != nil {
			return 0, err
		}
		return f(b, g)
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// steps returns the checkpoints that are there.
func (s *savedRun) steps(t *testing.T) []int {
	t.Helper()
	steps, err := s.dir.Steps()
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// end is what is to be the same in the end.
func (s *savedRun) end(t *testing.T) string {
	t.Helper()
	text, err := s.history.SaveState()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(s.w, s.opt.Iterations(), "\n", text)
}

// TestCheckpoints: which iterations are saved.
func TestCheckpoints(t *testing.T) {
	own := errors.New("own")
	for name, c := range map[string]struct {
		set  func(s *savedRun)
		want []int
	}{
		"every 3rd":        {func(s *savedRun) { s.options.CheckpointEvery = 3 }, []int{3, 6, 9, 10}},
		"every 5th":        {func(s *savedRun) { s.options.CheckpointEvery = 5 }, []int{5, 10}},
		"the end":          {func(s *savedRun) {}, []int{10}},
		"the last two":     {func(s *savedRun) { s.options.CheckpointEvery, s.dir.Keep = 3, 2 }, []int{9, 10}},
		"epochs":           {func(s *savedRun) { s.options.Batches = &Batches{Samples: 7, Size: 2} }, []int{4, 8, 10}},
		"an error":         {func(s *savedRun) { s.cut = failAt(7, own) }, []int{7}},
		"an error at once": {func(s *savedRun) { s.cut = failAt(0, own) }, nil},
		"Validate": {func(s *savedRun) {
			s.options.ValidateEvery, s.options.Validate = 4, func() (float64, error) { return 0, own }
		}, []int{4}},
		"Progress": {func(s *savedRun) {
			s.options.ProgressEvery, s.options.Progress = 6, func(Progress) error { return own }
		}, []int{6}},
		"divergence": {func(s *savedRun) {
			s.options.CheckpointEvery, s.options.Divergence = 3, &Divergence{Spike: 1e-300, For: 1}
			s.cut = func(b Batch) error { s.w[1] += float64(100 * (b.Step / 4)); return nil }
		}, []int{3}},
		"skips": {func(s *savedRun) {
			s.options.CheckpointEvery = 5
			s.cut = func(b Batch) error { s.w[1] = math.Inf(1); return nil } // and the gradient with it
		}, []int{5}},
	} {
		s := newSavedRun(t, 100)
		c.set(s)
		_, err := s.start(t).Fit(context.Background())
		if got := s.steps(t); !slices.Equal(got, c.want) {
			t.Errorf("%s: saved %v, want %v; the run ended with %v", name, got, c.want, err)
		}
	}
}

func failAt(step int, err error) func(Batch) error {
	return func(b Batch) error {
		if b.Step == step {
			return err
		}
		return nil
	}
}

// TestResume: a program that is cut in all ways, and started again, ends as one that was not.
func TestResume(t *testing.T) {
	whole := newSavedRun(t, 1)
	if _, err := whole.start(t).Fit(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := whole.end(t)

	s := newSavedRun(t, 3)
	s.options.CheckpointEvery = 2
	own := errors.New("own")
	s.cut = failAt(3, own)
	if r, err := s.start(t).Fit(context.Background()); !errors.Is(err, own) || r.Resumed != 0 {
		t.Errorf("%+v, error %v", r, err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	s.cut = func(b Batch) error {
		if b.Step == 6 {
			cancel(own)
		}
		return nil
	}
	if r, err := s.start(t).Fit(ctx); !errors.Is(err, own) || r.Resumed != 3 || r.Iteration != 7 {
		t.Errorf("%v, resumed after iteration %d, error %v", r, r.Resumed, err)
	}
	// Without warning, as by kill -9: nothing is saved after iteration 8.
	s.cut = func(b Batch) error {
		if b.Step == 9 {
			panic(own)
		}
		return nil
	}
	func() {
		defer func() {
			if v := recover(); v != any(own) {
				t.Errorf("panic with %v", v)
			}
		}()
		s.start(t).Fit(context.Background())
	}()
	if got := s.steps(t); !slices.Equal(got, []int{6, 7, 8}) {
		t.Errorf("saved %v, want 6, 7 and 8", got)
	}
	// The newest is damaged.
	damage(t, s.dir.File(8))
	s.cut = func(Batch) error { return nil }
	r, err := s.start(t).Fit(context.Background())
	if err != nil || r.Resumed != 7 || r.Fallback == nil || r.Reason != "10 iterations" || s.end(t) != want {
		t.Errorf("%v, error %v\n%s\nwant\n%s", r, err, s.end(t), want)
	}
	wantError(t, errors.New(r.String()), "resumed after iteration 7", s.dir.File(8))
	// It has ended.
	s.cut = failAt(10, own)
	before, err := os.Stat(s.dir.File(10))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := s.start(t).Fit(context.Background()); err != nil || r.Resumed != 10 || r.Fallback != nil || r.Reason != "10 iterations" || s.end(t) != want {
		t.Errorf("again: %v, error %v", r, err)
	}
	if after, err := os.Stat(s.dir.File(10)); err != nil || !os.SameFile(before, after) {
		t.Errorf("what was read is written again; error %v", err)
	}
}

// TestResumeOnce: a run that is entered again goes on where it is, not where it was saved.
func TestResumeOnce(t *testing.T) {
	s := newSavedRun(t, 3)
	s.options.CheckpointEvery, s.options.Divergence = 3, &Divergence{Spike: 1e-300, For: 1}
	s.cut = func(b Batch) error { s.w[1] += float64(100 * (b.Step / 4)); return nil }
	run := s.start(t)
	var diverged *DivergedError
	for _, want := range []int{5, 6} {
		if r, err := run.Fit(context.Background()); !errors.As(err, &diverged) || r.Iteration != want || r.Resumed != 0 {
			t.Errorf("%v, error %v, want iteration %d", r, err, want)
		}
	}
	if r, err := s.start(t).Fit(context.Background()); !errors.As(err, &diverged) || r.Resumed != 3 {
		t.Errorf("%v, error %v", r, err)
	}
}

// damage changes a byte of a file.
func damage(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestResumeValidate: an iteration whose metric failed is finished by the next program.
func TestResumeValidate(t *testing.T) {
	s := newSavedRun(t, 1)
	calls := []int(nil)
	fail := true
	s.options.ValidateEvery = 10
	s.options.Validate = func() (float64, error) {
		if calls = append(calls, s.opt.Iterations()); fail {
			return 0, errors.New("own")
		}
		return 1, nil
	}
	_, err := s.start(t).Fit(context.Background())
	wantError(t, err, "iteration 10", "own")
	fail = false
	for range 2 { // of which the second finds a run that has ended
		if r, err := s.start(t).Fit(context.Background()); err != nil || r.Reason == "" || !r.Validated {
			t.Errorf("%v, error %v", r, err)
		}
	}
	if !slices.Equal(calls, []int{10, 10}) || len(s.history.Records) != 10 {
		t.Errorf("validated after %v, want twice after 10; %d records", calls, len(s.history.Records))
	}
}

// TestResumeEarlyStopping: what is saved is the last step, not the best parameters, which a
// program that is started again puts back as well.
func TestResumeEarlyStopping(t *testing.T) {
	s := newSavedRun(t, 1)
	metric := func() (float64, error) { return float64((s.w[0] - 3) * (s.w[0] - 3)), nil }
	s.change = func(o *FitOptions[float64]) {
		early, err := NewEarlyStopping([]optim.Param[float64]{{Name: "w", Value: s.w}}, Patience{Checks: 2})
		if err != nil {
			t.Fatal(err)
		}
		o.Stop, o.Validate, o.ValidateEvery = append(slices.Clone(o.Stop), early), metric, 1
	}
	first, err := s.start(t).Fit(context.Background())
	best := slices.Clone(s.w)
	if err != nil || first.Iteration != 4 {
		t.Fatalf("%v, error %v", first, err)
	}
	last, err := checkpoint.Read[float64](s.dir.File(4))
	if err != nil || slices.Equal(last.Params[0].Value, best) {
		t.Errorf("saved %v, error %v, want those of the last step and not of the best, %v", last, err, best)
	}
	again, err := s.start(t).Fit(context.Background())
	if err != nil || again.Reason != first.Reason || again.Resumed != 4 || !slices.Equal(s.w, best) {
		t.Errorf("%v, error %v, parameters %v, want %v", again, err, s.w, best)
	}
}
