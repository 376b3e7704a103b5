package train

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/schedule"
)

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
		c.Params[i].Value = slices.Clone(s.Params[i].Value)
		for _, sum := range s.Params[i].Sums {
			c.Params[i].Sums = append(c.Params[i].Sums, slices.Clone(sum))
		}
		vectors(c.Params[i].State, s.Params[i].State)
	}
	for i := range c.Run {
		vectors(c.Run[i].Vectors, s.Run[i].Vectors)
	}
	return c
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
	walks, least := uint64(250), 10
	if testing.Short() {
		walks, least = 60, 1
	}
	for seed := range walks {
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
		for what, has := range map[string]bool{
			"with skips": whole.opt.Skipped() > 0, "with a table": len(whole.values) > 2, "with an own rule": strings.Contains(want, `"own"`),
			"with batches": whole.o.Batches != nil, "with parts": whole.o.MicroBatches > 1, "with workers": whole.o.Workers > 1,
			"with a history": whole.o.History != nil && len(whole.o.History.Records) > 0, "after epochs": strings.HasSuffix(r.Reason, "epochs"),
		} {
			if has {
				ends[what]++
			}
		}
		if whole.early != nil && whole.early.ended() {
			ends["early stopping"]++
		}
	}
	t.Logf("cuts %v, ends %v", cuts, ends)
	for _, kind := range []string{"objective", "validate", "progress", "cancel", "limit", "crash"} {
		if cuts[kind] < 2*least {
			t.Errorf("only %d cuts of the kind %s", cuts[kind], kind)
		}
	}
	for _, end := range []string{"divergence", "skips alone", "with an Observer", "with skips", "early stopping",
		"with a table", "with an own rule", "with batches", "with parts", "with workers", "with a history", "after epochs"} {
		if ends[end] < least {
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
					if where == "progress" && n >= 4 {
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
				if where == "progress" && n >= at {
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
				if where == "progress" && n >= at && inside == nil {
					if inside, err = s.Snapshot(); err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
					log = slices.Clone(s.log)
				}
				if inside != nil && n >= at+3 {
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
		r, err := s.fitWith(ctx)
		s.cut = func(string, int) error { return nil }
		isCut := errors.Is(err, errCut) || kind == "limit" && err == nil && r.Iteration == at && r.Reason == StepLimit(at).Stop(r.Progress)
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

// TestRunFiles: runs that save themselves, and are cut or break down without warning, end with
// the bits of runs that were not cut, from their directories alone.
func TestRunFiles(t *testing.T) {
	walks := uint64(20)
	if testing.Short() {
		walks = 4
	}
	broken := errors.New("broken")
	for seed := range walks {
		whole := newScene[float32](t, seed, 0)
		r, err := whole.fit()
		want := whole.ended(t, r, err)
		rng := rand.New(rand.NewPCG(seed, 3))
		dir := checkpoint.Dir{Path: filepath.Join(t.TempDir(), "run"), Keep: 1 + rng.IntN(3)}
		for starts := 0; ; starts++ {
			s := newScene[float32](t, seed, 0, func(o *FitOptions[float32]) {
				o.Checkpoints, o.Resume, o.CheckpointEvery = &dir, true, rng.IntN(4)
			})
			where, at, crash := []string{"objective", "validate", "progress"}[rng.IntN(3)], 1+rng.IntN(20), rng.IntN(2) == 0
			s.cut = func(place string, n int) error {
				switch {
				case place != where || n < at || starts == 5:
					return nil
				case crash && s.o.Workers < 2:
					panic(broken)
				}
				return broken
			}
			got, fell, err := FitResult{}, true, error(nil)
			func() {
				defer func() {
					if v := recover(); v != nil && v != any(broken) {
						panic(v)
					}
				}()
				got, err = s.fit()
				fell = false
			}()
			if fell || errors.Is(err, broken) {
				continue
			}
			if text := s.ended(t, got, err); text != want {
				t.Fatalf("seed %d, after %d starts, ends with\n%s\nwant\n%s", seed, starts, text, want)
			}
			break
		}
	}
}

// TestProgressKept: what a run has told stays as it was.
func TestProgressKept(t *testing.T) {
	w := []float64{4}
	opt := fitting(t, w, optim.WithSchedule(schedule.Func(func(_ float64, step int) float64 { return 1 / float64(step+1) })))
	var all []Progress
	_, err := Fit(context.Background(), opt, bowl(w), FitOptions[float64]{Stop: []StopRule{StepLimit(3)}, Progress: func(p Progress) error {
		all = append(all, p)
		return nil
	}})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d iterations, error %v", len(all), err)
	}
	for _, p := range all {
		if !slices.Equal(p.GroupLRs, []float64{p.LR}) {
			t.Errorf("iteration %d has the rates %v, want %v", p.Iteration, p.GroupLRs, p.LR)
		}
	}
}
