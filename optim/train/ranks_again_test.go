package train

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

func uncut(string, int, *optim.Gradients[float32]) error { return nil }

// faultless returns the end of a run on one process where nothing goes wrong.
func faultless(t *testing.T) string {
	t.Helper()
	s, o, err := newFaulty(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Run, err = NewRun(s.opt, s.objective, o); err != nil {
		t.Fatal(err)
	}
	r, err := s.Fit(context.Background())
	if err != nil || r.Iteration != 10 {
		t.Fatal(r, err)
	}
	return s.end(r, err)
}

// TestRanksGoOn: after a fault on one rank all go on together as if there had been none.
func TestRanksGoOn(t *testing.T) {
	want := faultless(t)
	for name, f := range faults {
		if f.where == "" || f.ended != "" && f.where == "validate" {
			continue // options stay as they are
		}
		onRanks(t, 3, func(tr optim.Transport) {
			s, o, err := newFaulty(tr, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if s.Run, err = NewRun(s.opt, s.objective, o); err != nil {
				t.Error(err)
				return
			}
			if tr.Rank() == 1 {
				s.cut = f.cut
			}
			text, _ := endOf(func() error { _, err := s.Fit(context.Background()); return err })
			if text == "<nil>" {
				t.Errorf("%s: rank %d: no error", name, tr.Rank())
			}
			s.cut = uncut
			r, err := s.Fit(context.Background())
			if got := s.end(r, err); got != want {
				own, other := difference(got, want)
				t.Errorf("%s: rank %d: again\n%s\nwant\n%s", name, tr.Rank(), own, other)
			}
		})
	}
}

// A cancelling rank cancels its own context, in a call of the iteration 4.
type cancelling struct {
	where string
	cause error // nil for context.Canceled
	all   bool  // whether all ranks do, each in an iteration of its own
	want  string
}

// TestRanksCancel: a context that is cancelled on some ranks, at different times, ends the run of
// all after the same iteration.
func TestRanksCancel(t *testing.T) {
	want := faultless(t)
	for name, c := range map[string]cancelling{
		"in the objective":    {where: "objective", want: "train: rank 1: Fit: iteration 3: context canceled"},
		"in Progress":         {where: "progress", want: "train: rank 1: Fit: iteration 5: context canceled"},
		"for a cause":         {where: "progress", cause: errOwn, want: "train: rank 1: Fit: iteration 5: own"},
		"at a deadline":       {where: "validate", cause: context.DeadlineExceeded, want: "train: rank 1: Fit: iteration 5: context deadline exceeded"},
		"of all, one by one":  {where: "progress", all: true, want: "train: rank 0: Fit: iteration 4: context canceled"},
		"before it has begun": {want: "train: rank 1: Fit: iteration 1: context canceled"},
	} {
		for _, size := range []int{2, 3} {
			onRanks(t, size, func(tr optim.Transport) {
				s, o, err := newFaulty(tr, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if s.Run, err = NewRun(s.opt, s.objective, o); err != nil {
					t.Error(err)
					return
				}
				ctx, cancel := context.WithCancelCause(context.Background())
				defer cancel(nil)
				at := 4
				switch {
				case c.all:
					at = 3 + tr.Rank()
				case c.where == "objective":
					at = 3 // where it has parts to go
				}
				switch {
				case tr.Rank() != 1 && !c.all:
				case c.where == "":
					cancel(nil)
				default:
					s.cut = func(where string, iteration int, _ *optim.Gradients[float32]) error {
						if where == c.where && iteration == at {
							cancel(c.cause)
						}
						return nil
					}
				}
				_, err = s.Fit(ctx)
				is := context.Canceled
				if c.cause != nil {
					is = c.cause
				}
				told := c.cause == errOwn && tr.Rank() != 1 // of which nothing is known but the text
				if fmt.Sprint(err) != c.want || errors.Is(err, is) == told {
					t.Errorf("%s: rank %d of %d: %v, want %s", name, tr.Rank(), size, err, c.want)
				}
				s.cut = uncut
				r, err := s.Fit(context.Background())
				if got := s.end(r, err); got != want {
					own, other := difference(got, want)
					t.Errorf("%s: rank %d of %d: again\n%s\nwant\n%s", name, tr.Rank(), size, own, other)
				}
			})
		}
	}
}

// TestRanksAlone: what is done by one process says so, and waits for nobody.
func TestRanksAlone(t *testing.T) {
	onRanks(t, 2, func(tr optim.Transport) {
		params := named([][]float64{{1, 2}})
		_, err := FindRate(context.Background(), optim.SGD{LR: 1}, params, func(Batch, *optim.Gradients[float64]) (float64, error) {
			t.Error("a call")
			return 0, nil
		}, NewRateSweep(), optim.Distributed(tr, 2))
		wantError(t, err, "train: FindRate: ", "Distributed")
		_, err = Sweep(context.Background(), func(Cell) (*Run[float64], error) {
			opt, err := optim.New(optim.SGD{LR: 1}, params, optim.Distributed(tr, 2))
			if err != nil {
				return nil, err
			}
			return NewRun(opt, bowl(params[0].Value), FitOptions[float64]{Stop: []StopRule{StepLimit(1)}})
		}, SweepOptions{Rates: []float64{1}})
		wantError(t, err, "train: Sweep: cell 0", "Distributed")
	})
}
