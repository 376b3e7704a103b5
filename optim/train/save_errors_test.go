package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

// TestCheckpointErrors: a directory that cannot be used, or that another run uses.
func TestCheckpointErrors(t *testing.T) {
	s := newSavedRun(t, 3)
	if _, err := s.start(t).Fit(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.options.Resume = false
	fresh := s.start(t)
	_, err := fresh.Fit(context.Background())
	wantError(t, err, s.dir.Path, "iteration 10 of a run", "begins after 0", "Resume")
	if s.opt.Iterations() != 0 {
		t.Errorf("%d iterations of a run that is refused", s.opt.Iterations())
	}
	if err := checkpoint.Load(s.dir.File(10), fresh); err != nil {
		t.Fatal(err)
	}
	s.dir.Path += " of another run"
	if r, err := fresh.Fit(context.Background()); err != nil || r.Iteration != 10 || r.Resumed != 0 {
		t.Errorf("loaded by hand: %v, error %v", r, err)
	}
	if got := s.steps(t); !slices.Equal(got, []int{10}) {
		t.Errorf("saved %v, want 10", got)
	}

	s.options.Resume, s.options.Smoothing = true, 0
	s.change = func(o *FitOptions[float64]) { o.History = nil }
	_, err = s.start(t).Fit(context.Background())
	wantError(t, err, "train: Fit: Resume", s.dir.File(10), "History")

	// A file stands in the directory's place from the start, or from iteration 3 on.
	own := errors.New("own")
	for _, c := range []struct {
		file, fail int
		want       string
	}{{0, -1, "Fit"}, {3, -1, "iteration 4"}, {3, 3, "iteration 3"}} {
		s := newSavedRun(t, 3)
		s.options.Resume, s.options.CheckpointEvery = false, 2
		block := func() {
			if err := errors.Join(os.RemoveAll(s.dir.Path), os.WriteFile(s.dir.Path, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		s.cut = func(b Batch) error {
			if b.Step == c.file-1 {
				block()
			}
			return failAt(c.fail, own)(b)
		}
		if c.file == 0 {
			block()
		}
		_, err := s.start(t).Fit(context.Background())
		wantError(t, err, c.want, s.dir.Path)
		if errors.Is(err, own) != (c.fail >= 0) || strings.Count(err.Error(), c.want) > 1 {
			t.Errorf("file from iteration %d on: error %v", c.file, err)
		}
	}
}

// TestSaveAgain: what could not be written is written when Fit is called again, also by a run
// that has ended, and FitResult tells what is kept. The best parameters are put back behind it.
func TestSaveAgain(t *testing.T) {
	s := newSavedRun(t, 3)
	s.options.Resume, s.options.CheckpointEvery = false, 4
	own := errors.New("own")
	metric := func() (float64, error) { return math.Abs(s.w[0] - 3), nil }
	s.change = func(o *FitOptions[float64]) {
		early, err := NewEarlyStopping([]optim.Param[float64]{{Name: "w", Value: s.w}}, Patience{Checks: 4})
		if err != nil {
			t.Fatal(err)
		}
		o.Stop, o.Validate, o.ValidateEvery = []StopRule{early}, metric, 1
	}
	run := s.start(t)
	s.cut = failAt(5, own)
	if r, err := run.Fit(context.Background()); !errors.Is(err, own) || r.Iteration != 5 || r.Saved != 5 {
		t.Errorf("%v, error %v, %d saved, want 5", r, err, r.Saved)
	}
	path := s.dir.Path
	s.dir.Path = filepath.Join(s.dir.File(5), "run") // in a file
	s.cut = failAt(-1, nil)
	var last []float64
	for range 2 {
		r, err := run.Fit(context.Background())
		if err == nil {
			t.Fatal("no error of a checkpoint that cannot be written")
		}
		wantError(t, err, "iteration 6: checkpoint")
		if strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), "checkpoint: ") > 1 || r.Iteration != 6 || r.Saved != 5 {
			t.Errorf("%v, error %v, %d saved, want 5", r, err, r.Saved)
		}
		last = slices.Clone(s.w)
	}
	s.dir.Path = path
	r, err := run.Fit(context.Background())
	if err != nil || r.Saved != 6 || slices.Equal(s.w, last) {
		t.Errorf("%v, error %v, %d saved, parameters %v", r, err, r.Saved, s.w)
	}
	if got, err := checkpoint.Read[float64](s.dir.File(6)); err != nil || !slices.Equal(got.Params[0].Value, last) {
		t.Errorf("the checkpoint is not that of the last step, %v; error %v", last, err)
	}

	// A run that goes back, or begins anew, and comes to the same iteration by another way.
	s = newSavedRun(t, 3)
	run = s.start(t)
	first, err := run.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for i, back := range []func() error{func() error { return nil }, func() error { return run.Restore(first) }, s.opt.Reset} {
		s.cut = func(Batch) error { s.w[1] += float64(i); return nil }
		if err := back(); err != nil {
			t.Fatal(err)
		}
		if r, err := run.Fit(context.Background()); err != nil || r.Saved != 10 {
			t.Errorf("%v, error %v, %d saved", r, err, r.Saved)
		}
		if got, err := checkpoint.Read[float64](s.dir.File(10)); err != nil || !slices.Equal(got.Params[0].Value, s.w) {
			t.Errorf("time %d: the checkpoint is not that of the last step, %v; error %v", i, s.w, err)
		}
	}
}
