package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim"
)

// TestBatches: an epoch's order, cut in pieces, whatever the order of the questions.
func TestBatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		b := Batches{Samples: 1 + rng.IntN(30), Size: 1 + rng.IntN(12), Seed: rng.Uint64(), InOrder: rng.IntN(3) == 0}
		b.DropLast = b.Size <= b.Samples && rng.IntN(2) == 0
		if err := b.Validate(); err != nil {
			t.Fatal(err)
		}
		var want [][]int
		for epoch := range 3 {
			order := make([]int, b.Samples)
			for i := range order {
				order[i] = i
			}
			if !b.InOrder {
				kernels.Permutation(order, b.Seed, uint64(epoch))
			}
			n := len(want)
			for c := range slices.Chunk(order, b.Size) {
				if len(c) == b.Size || !b.DropLast {
					want = append(want, c)
				}
			}
			if got := len(want) - n; got != b.PerEpoch() || len(want) != b.Steps(epoch+1) {
				t.Fatalf("%+v: %d batches an epoch, want %d; %d in %d epochs, want %d", b, b.PerEpoch(), got, b.Steps(epoch+1), epoch+1, len(want))
			}
		}
		kept := newSampler(b)
		for range 2 * len(want) {
			step := rng.IntN(len(want))
			if got := b.Append([]int{-7}, step); !slices.Equal(got, append([]int{-7}, want[step]...)) {
				t.Fatalf("%+v: batch %d appended to -7 is %v, want %v", b, step, got, want[step])
			}
			if got := kept.of(step); !slices.Equal(got.Samples, want[step]) || got.Step != step || got.Epoch != step/b.PerEpoch() {
				t.Fatalf("%+v: batch %d is %+v, want %v", b, step, got, want[step])
			}
		}
	}
}

func TestBadBatches(t *testing.T) {
	for _, c := range []struct {
		b    Batches
		want []string
	}{
		{Batches{Size: 1}, []string{"Samples", "0"}},
		{Batches{Samples: -1, Size: 1}, []string{"Samples", "-1"}},
		{Batches{Samples: 1}, []string{"Size", "0"}},
		{Batches{Samples: 1, Size: -2}, []string{"Size", "-2"}},
		{Batches{Samples: 3, Size: 4, DropLast: true}, []string{"Size = 4", "Samples = 3", "DropLast"}},
	} {
		wantError(t, c.b.Validate(), c.want...)
		if got := c.b.Append(nil, 0); c.b.PerEpoch() != 0 || c.b.Steps(9) != 0 || c.b.Epoch(9) != 0 || len(got) != 0 {
			t.Errorf("%+v: %d batches an epoch, %d in 9, epoch %d, %v", c.b, c.b.PerEpoch(), c.b.Steps(9), c.b.Epoch(9), got)
		}
		w := []float64{1}
		_, err := NewRun(fitting(t, w), bowl(w), FitOptions[float64]{Batches: &c.b, Epochs: 1})
		wantError(t, err, append(c.want, "train: Batches")...)
		sweep := NewRateSweep()
		sweep.Batches = &c.b
		_, err = FindRate(context.Background(), optim.SGD{}, []optim.Param[float64]{{Name: "w", Value: w}}, bowl(w), sweep)
		wantError(t, err, append(c.want, "RateSweep")...)
	}
	b := Batches{Samples: 10, Size: 3}
	if got := b.Append(nil, -1); got != nil || b.Epoch(-5) != 0 || b.Steps(-1) != 0 || b.Steps(math.MaxInt/2) != math.MaxInt {
		t.Errorf("before the first step: %v, epoch %d, %d steps; %d in very many epochs", got, b.Epoch(-5), b.Steps(-1), b.Steps(math.MaxInt/2))
	}
	if long := (Batches{Samples: math.MaxInt, Size: 2}); long.PerEpoch() != math.MaxInt/2+1 {
		t.Errorf("%d batches of %d samples", long.PerEpoch(), math.MaxInt)
	}
}

// sampled returns an objective that writes down what it is called for.
func sampled(w []float64, log *[]string) Objective[float64] {
	return func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		*log = append(*log, fmt.Sprint(b))
		return bowl(w)(b, g)
	}
}

// TestFitBatches: epochs, cut at any step and taken up again, see each sample once.
func TestFitBatches(t *testing.T) {
	batches := Batches{Samples: 10, Size: 3, Seed: 5}
	const epochs = 3
	var log, want []string
	for step := range 4 * epochs {
		order := make([]int, 10)
		kernels.Permutation(order, 5, uint64(step/4))
		want = append(want, fmt.Sprint(Batch{Step: step, Parts: 1, Epoch: step / 4, Samples: order[step%4*3 : min(10, step%4*3+3)]}))
	}
	w := []float64{1, 1}
	var told []Progress
	fresh := func(limit StepLimit) *Run[float64] {
		t.Helper()
		r, err := NewRun(fitting(t, w), sampled(w, &log), FitOptions[float64]{
			Stop: []StopRule{limit}, Batches: &batches, Epochs: epochs, ProgressEvery: 1,
			Progress: func(p Progress) error { told = append(told, p); return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	ended := fresh(100)
	r, err := ended.Fit(context.Background())
	if err != nil || r.Reason != "3 epochs" || !slices.Equal(log, want) {
		t.Errorf("%+v, error %v, batches\n%q, want\n%q", r, err, log, want)
	}
	for i, p := range told {
		if p.Epoch != i/4+1 || p.Epochs != epochs || p.Iteration != i+1 {
			t.Errorf("iteration %d, epoch %d of %d", p.Iteration, p.Epoch, p.Epochs)
		}
	}
	other := fresh(100)
	if err := other.opt.Restore(mustSnapshot(t, ended.opt)); err != nil {
		t.Fatal(err)
	}
	if r, err := other.Fit(context.Background()); err != nil || r.Reason != "3 epochs" || r.String() != "ended by 3 epochs at iteration 12, epoch 3/3" {
		t.Errorf("another run of the optimizer: %v, error %v", r, err)
	}
	log = nil
	run := fresh(1)
	for limit := StepLimit(1); ; limit++ {
		r, err := run.Fit(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if r.Reason == "3 epochs" {
			break
		}
		s, err := run.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		run = fresh(limit + 1)
		if err := run.Restore(copySnapshot(t, s)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(log, want) {
		t.Errorf("cut after each step, batches\n%q, want\n%q", log, want)
	}

	// Another way of cutting cannot go on here.
	s, err := run.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	batches.Size = 4
	wantError(t, fresh(1).Restore(s), "Run", "{Samples:10 Size:3 Seed:5", "want {Samples:10 Size:4 Seed:5")
	none, err := NewRun(fitting(t, w), bowl(w), FitOptions[float64]{Stop: []StopRule{StepLimit(1)}})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, none.Restore(s), "{Samples:10 Size:3 Seed:5", "without Batches")
	if s, err = none.Snapshot(); err != nil {
		t.Fatal(err)
	}
	wantError(t, fresh(1).Restore(s), "no Batches", "{Samples:10 Size:4 Seed:5")
	cut := func(parts, workers int) *Run[float64] {
		r, err := NewRun(fitting(t, w), bowl(w), FitOptions[float64]{Stop: []StopRule{StepLimit(1)}, MicroBatches: parts, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if s, err = cut(3, 1).Snapshot(); err != nil {
		t.Fatal(err)
	}
	wantError(t, none.Restore(s), "MicroBatches = 3, want 0")
	wantError(t, cut(2, 1).Restore(s), "MicroBatches = 3, want 2")
	if err := cut(3, 2).Restore(s); err != nil {
		t.Error(err)
	}
	if s, err = none.Snapshot(); err != nil {
		t.Fatal(err)
	}
	if err := cut(1, 1).Restore(s); err != nil {
		t.Error(err)
	}
}

// TestFindRateBatches: a sweep takes the samples that a run would take.
func TestFindRateBatches(t *testing.T) {
	w := []float64{1, 1}
	var fit, find []string
	b := &Batches{Samples: 7, Size: 2, Seed: 3, DropLast: true}
	if _, err := Fit(context.Background(), fitting(t, slices.Clone(w)), sampled(w, &fit), FitOptions[float64]{Batches: b, Epochs: 3}); err != nil {
		t.Fatal(err)
	}
	sweep := RateSweep{From: 1e-3, To: 1e-2, Steps: 9, Blowup: 3, Batches: b}
	if _, err := FindRate(context.Background(), optim.SGD{}, []optim.Param[float64]{{Name: "w", Value: w}}, sampled(w, &find), sweep); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(find, fit) || len(fit) != 9 {
		t.Errorf("batches\n%q, want\n%q", find, fit)
	}
}

// TestBatchAllocations: the order of an epoch is made in the memory of the one before.
func TestBatchAllocations(t *testing.T) {
	for _, b := range []Batches{{Samples: 1000, Size: 30}, {Samples: 1000, Size: 30, InOrder: true}} {
		s, step := newSampler(b), 0
		take := func() { s.of(step); step++ }
		take()
		if n := kerneltest.Allocations(200, take); n != 0 {
			t.Errorf("%+v: %v allocations in a step", b, n)
		}
	}
}
