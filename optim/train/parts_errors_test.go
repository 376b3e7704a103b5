package train

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63264101/steepest/optim"
)

// A meeting is an objective of which so many calls must be there at the same time.
func meeting(t *testing.T, workers int, then func(b Batch, g *optim.Gradients[float64]) (float64, error)) (f Objective[float64], inside *atomic.Int32) {
	inside = new(atomic.Int32)
	taken := make([]atomic.Bool, workers)
	var arrived atomic.Int32
	return func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		if inside.Add(1); taken[b.Worker].Swap(true) {
			t.Errorf("two calls of worker %d at a time", b.Worker)
		}
		defer inside.Add(-1)
		defer taken[b.Worker].Store(false)
		if b.Part < workers {
			arrived.Add(1)
			for deadline := time.Now().Add(10 * time.Second); int(arrived.Load()) < workers; runtime.Gosched() {
				if time.Now().After(deadline) {
					t.Errorf("%d calls at a time, want %d", arrived.Load(), workers)
					break
				}
			}
		}
		return then(b, g)
	}, inside
}

// TestPartErrors: the error of the lowest part is that of the step, of which nothing stays.
func TestPartErrors(t *testing.T) {
	for workers := 1; workers <= 5; workers++ {
		own := []error{2: errors.New("two"), 3: errors.New("three"), 4: errors.New("four")}
		w := []float64{4}
		opt := fitting(t, w)
		f, inside := meeting(t, workers, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
			g.Dense[0][0] = 1
			return 1, own[b.Part]
		})
		run, err := NewRun(opt, f, FitOptions[float64]{Stop: []StopRule{StepLimit(2)}, MicroBatches: 5, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		_, err = run.Fit(context.Background())
		wantError(t, err, "iteration 1: objective: part 2 of 5: two")
		if !errors.Is(err, own[2]) || w[0] != 4 || opt.Iterations() != 0 || opt.Accumulated() != 0 || inside.Load() != 0 {
			t.Errorf("%d workers: error %v, parameter %v, %d accumulated, %d calls go on", workers, err, w[0], opt.Accumulated(), inside.Load())
		}
		clear(own[2:])
		if r, err := run.Fit(context.Background()); err != nil || r.Iteration != 2 || w[0] != 3 {
			t.Errorf("again: %+v, error %v, parameter %v", r, err, w[0])
		}
	}
}

// TestPartPanics: what ends the goroutine of an objective ends Fit's.
func TestPartPanics(t *testing.T) {
	own := errors.New("own")
	for _, value := range []any{own, "text", nil} {
		for workers := 1; workers <= 4; workers++ {
			opt := fitting(t, []float64{4})
			f, inside := meeting(t, workers, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
				switch {
				case b.Part == 0:
				case value == nil:
					runtime.Goexit()
				default:
					panic(value)
				}
				return 1, nil
			})
			ended := make(chan any)
			go func() {
				returned := false
				defer func() {
					if v := recover(); returned {
						ended <- "Fit returned"
					} else {
						ended <- v
					}
				}()
				Fit(context.Background(), opt, f, FitOptions[float64]{Stop: []StopRule{StepLimit(2)}, MicroBatches: 4, Workers: workers})
				returned = true
			}()
			got := <-ended
			switch {
			case value == nil && got == nil, workers == 1 && got == value:
			case value == nil:
				t.Errorf("%d workers: Goexit becomes %v", workers, got)
			default:
				if err, ok := got.(error); ok != (value == own) || ok && !errors.Is(err, own) {
					t.Errorf("%d workers: panic with %v, want %v", workers, got, value)
				}
				wantError(t, fmt.Errorf("%v", got), fmt.Sprint(value), "parts_errors_test.go")
			}
			if inside.Load() != 0 || opt.Accumulated() != 0 {
				t.Errorf("%d workers: %d calls go on, %d parts are accumulated", workers, inside.Load(), opt.Accumulated())
			}
		}
	}
}

// TestPartCancel: a run is cancelled between the parts of a batch, takes the whole batch
// when it goes on, and cannot be saved between them.
func TestPartCancel(t *testing.T) {
	w := []float64{4}
	var parts []int
	ctx, cancel := context.WithCancel(context.Background())
	var run *Run[float64]
	f := func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		if parts = append(parts, b.Part); b.Part == 1 {
			cancel()
			_, err := run.Snapshot()
			wantError(t, err, fmt.Sprintf("iteration %d", b.Step+1), "in the middle")
		}
		g.Dense[0][0] = 1
		return 1, nil
	}
	run, err := NewRun(fitting(t, w), f, FitOptions[float64]{Stop: []StopRule{StepLimit(1)}, MicroBatches: 4})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := run.Fit(ctx); !errors.Is(err, context.Canceled) || r.Iteration != 0 || w[0] != 4 {
		t.Errorf("%+v, error %v, parameter %v", r, err, w[0])
	}
	if _, err := run.Snapshot(); err != nil {
		t.Error(err)
	}
	if r, err := run.Fit(context.Background()); err != nil || r.Iteration != 1 || w[0] != 3.5 || !slices.Equal(parts, []int{0, 1, 0, 1, 2, 3}) {
		t.Errorf("%+v, error %v, parameter %v, parts %v", r, err, w[0], parts)
	}

	opt := fitting(t, w)
	if err := opt.Accumulate([][]float64{{1}}); err != nil {
		t.Fatal(err)
	}
	for _, batches := range []*Batches{nil, {Samples: 1, Size: 1}} { // of one sample is one part
		_, err = Fit(context.Background(), opt, f, FitOptions[float64]{Stop: []StopRule{StepLimit(1)}, Batches: batches, MicroBatches: 4})
		wantError(t, err, "gradients of 1 batches", "MicroBatches = 4")
	}
	if opt.Accumulated() != 1 {
		t.Errorf("%d batches accumulated, want the caller's", opt.Accumulated())
	}
}
