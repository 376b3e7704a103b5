package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// lossOf is the loss of the run's step: any number, and once none.
func lossOf(step int) float64 {
	if step == 6 {
		return math.Inf(1)
	}
	return math.Sqrt(float64(step)) - 1
}

// epochRun is a run of batches of 3, 3 and 2 samples, cut in parts, that writes what it is told.
func epochRun(t *testing.T, batches *Batches, told *[]float64, endAt int) *Run[float64] {
	t.Helper()
	w := []float64{1}
	r, err := NewRun(fitting(t, w), func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		return lossOf(b.Step), nil
	}, FitOptions[float64]{Batches: batches, MicroBatches: 2, Stop: []StopRule{StepLimit(12)}, ProgressEvery: 1, Progress: func(p Progress) error {
		if *told = append(*told, p.EpochLoss); p.Iteration == endAt {
			return errors.New("cut")
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEpochLoss: the mean over the samples since the epoch began, also if the run is cut
// anywhere and goes on from its snapshot.
func TestEpochLoss(t *testing.T) {
	batches := &Batches{Samples: 8, Size: 3}
	var want []float64
	for i := range 12 {
		sum, samples := 0.0, 0.0
		for step := i / 3 * 3; step <= i; step++ {
			if size := []float64{3, 3, 2}[step%3]; step != 6 {
				sum += float64(size * lossOf(step))
				samples += size
			}
		}
		want = append(want, sum/samples)
	}
	check := func(what string, told []float64) {
		t.Helper()
		if len(told) != len(want) {
			t.Fatalf("%s: %v, want %v", what, told, want)
		}
		for i, x := range told {
			if x != want[i] && !(math.IsNaN(x) && math.IsNaN(want[i])) && math.Abs(x-want[i]) > 1e-15 {
				t.Errorf("%s: iteration %d: %v, want %v", what, i+1, x, want[i])
			}
		}
	}
	for cut := range 12 {
		var told []float64
		r := epochRun(t, batches, &told, cut)
		if _, err := r.Fit(context.Background()); (err != nil) != (cut > 0) {
			t.Fatal(err)
		}
		if cut > 0 {
			s, err := r.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			r = epochRun(t, batches, &told, 0)
			if err := r.Restore(copySnapshot(t, s)); err != nil {
				t.Fatal(err)
			}
			if result, err := r.Fit(context.Background()); err != nil || result.EpochLoss != told[11] {
				t.Fatalf("%v, %v, want the epoch's loss %v", result, err, told[11])
			}
		}
		check(fmt.Sprintf("cut after %d", cut), told)
	}
}

// TestNoEpochLoss: without batches, before the first, and where the optimizer has been
// elsewhere.
func TestNoEpochLoss(t *testing.T) {
	var told []float64
	r := epochRun(t, nil, &told, 0)
	if _, err := r.Fit(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i, x := range told {
		if !math.IsNaN(x) {
			t.Errorf("iteration %d without batches: %v", i+1, x)
		}
	}

	told = nil
	r = epochRun(t, &Batches{Samples: 8, Size: 3}, &told, 1)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if result, _ := r.Fit(cancelled); !math.IsNaN(result.EpochLoss) {
		t.Errorf("before the first iteration: %v", result.EpochLoss)
	}
	if _, err := r.Fit(context.Background()); err == nil || told[0] != lossOf(0) {
		t.Fatalf("iteration 1: %v, want %v; error %v", told[0], lossOf(0), err)
	}
	if _, err := r.opt.Step([][]float64{{1}}); err != nil {
		t.Fatal(err)
	}
	if result, _ := r.Fit(cancelled); result.Iteration != 2 || !math.IsNaN(result.EpochLoss) {
		t.Errorf("after a step that the run has not taken: %v in iteration %d", result.EpochLoss, result.Iteration)
	}
	if _, err := r.Fit(context.Background()); err != nil || told[1] != lossOf(2) {
		t.Errorf("the step after: %v, want %v; error %v", told[1], lossOf(2), err)
	}
}
