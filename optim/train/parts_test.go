package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim"
)

// A regression is least squares: the mean of (x·w - y)²/2 over samples.
type regression struct {
	x [][]float64
	y []float64
	w []float64
}

func newRegression(samples, features int) *regression {
	rng := rand.New(rand.NewPCG(3, 4))
	r := &regression{w: make([]float64, features)}
	for range samples {
		x := make([]float64, features)
		for j := range x {
			x[j] = rng.NormFloat64()
		}
		r.x, r.y = append(r.x, x), append(r.y, rng.NormFloat64())
	}
	return r
}

// add adds the sum over samples of loss and gradient, times scale.
func (r *regression) add(grad []float64, samples []int, scale float64) (loss float64) {
	for _, i := range samples {
		e := -r.y[i]
		for j, x := range r.x[i] {
			e += float64(x * r.w[j])
		}
		loss += float64(scale * e * e / 2)
		for j, x := range r.x[i] {
			grad[j] += float64(scale * e * x)
		}
	}
	return loss
}

func (r *regression) mean(b Batch, g *optim.Gradients[float64]) (float64, error) {
	return r.add(g.Dense[0], b.Samples, 1/float64(len(b.Samples))), nil
}

func (r *regression) sum(b Batch, g *optim.Gradients[float64]) (float64, error) {
	return r.add(g.Dense[0], b.Samples, 1), nil
}

func (r *regression) params() []optim.Param[float64] {
	return []optim.Param[float64]{{Name: "w", Value: r.w}}
}

// TestMicroBatches compares runs whose batches are cut with a plain loop over whole ones, and
// any number of workers with one.
func TestMicroBatches(t *testing.T) {
	const lr, epochs = 0.05, 3
	for _, reduction := range []optim.Reduction{optim.ReduceMean, optim.ReduceSum} {
		for _, parts := range []int{0, 1, 2, 3, 5, 8, 40} {
			batches := &Batches{Samples: 37, Size: 8, Seed: 1} // of which the last has 5
			plain, total := newRegression(37, 6), []float64(nil)
			for step := range batches.Steps(epochs) {
				grad, samples := make([]float64, 6), batches.Append(nil, step)
				scale := 1.0
				if reduction == optim.ReduceMean {
					scale = 1 / float64(len(samples))
				}
				total = append(total, plain.add(grad, samples, scale))
				for j, g := range grad {
					plain.w[j] -= float64(lr * g)
				}
			}
			var one *regression
			var oneLosses []float64
			for workers := range 9 {
				if parts == 0 && workers > 1 {
					break
				}
				r := newRegression(37, 6)
				f := r.mean
				if reduction == optim.ReduceSum {
					f = r.sum
				}
				var losses []float64
				_, err := Fit(context.Background(), mustNew(t, optim.SGD{LR: lr}, r.params(), optim.WithReduction(reduction)), f, FitOptions[float64]{
					Batches: batches, Epochs: epochs, MicroBatches: parts, Workers: workers,
					Progress: func(p Progress) error { losses = append(losses, p.Loss); return nil },
				})
				if err != nil || len(losses) != len(total) {
					t.Fatalf("%d parts, %d workers: %d steps, error %v", parts, workers, len(losses), err)
				}
				if one == nil {
					one, oneLosses = r, losses
				}
				if !slices.Equal(r.w, one.w) || !slices.Equal(losses, oneLosses) {
					t.Errorf("%d parts, %d workers: %v, with one worker %v", parts, workers, r.w, one.w)
				}
			}
			for j, w := range one.w {
				if math.Abs(w-plain.w[j]) > 1e-13 {
					t.Errorf("reduction %d, %d parts: %v, a plain loop has %v", reduction, parts, one.w, plain.w)
					break
				}
			}
			for i, l := range oneLosses {
				if math.Abs(l-total[i]) > 1e-13*total[i] {
					t.Errorf("reduction %d, %d parts: loss %d is %v, in a plain loop %v", reduction, parts, i, l, total[i])
					break
				}
			}
		}
	}
}

// TestPartsCalled: what an objective is called for, with batches and without.
func TestPartsCalled(t *testing.T) {
	for _, c := range []struct {
		batches *Batches
		want    []string
		loss    float64
	}{
		{nil, []string{"{0 0 0 3 0 []}", "{0 0 1 3 0 []}", "{0 0 2 3 0 []}"}, 1},
		{&Batches{Samples: 7, Size: 7, InOrder: true}, []string{"{0 0 0 3 0 [0 1 2]}", "{0 0 1 3 0 [3 4]}", "{0 0 2 3 0 [5 6]}"}, 6. / 7},
		{&Batches{Samples: 2, Size: 2, InOrder: true}, []string{"{0 0 0 2 0 [0]}", "{0 0 1 2 0 [1]}"}, 0.5},
	} {
		var got []string
		w := []float64{1}
		r, err := Fit(context.Background(), fitting(t, w), func(b Batch, g *optim.Gradients[float64]) (float64, error) {
			if got = append(got, fmt.Sprint(b)); g.Dense[0][0] != 0 {
				t.Errorf("part %d finds the gradient %v", b.Part, g.Dense[0][0])
			}
			g.Dense[0][0] = 1
			return float64(b.Part), nil
		}, FitOptions[float64]{Stop: []StopRule{StepLimit(1)}, Batches: c.batches, MicroBatches: 3})
		if err != nil || !slices.Equal(got, c.want) || math.Abs(r.Loss-c.loss) > 1e-15 || w[0] != 0.5 {
			t.Errorf("called for %q, want %q; loss %v, want %v; parameter %v, error %v", got, c.want, r.Loss, c.loss, w[0], err)
		}
	}
}

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
				wantError(t, fmt.Errorf("%v", got), fmt.Sprint(value), "parts_test.go")
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
	_, err = Fit(context.Background(), opt, f, FitOptions[float64]{Stop: []StopRule{StepLimit(1)}, MicroBatches: 4})
	wantError(t, err, "gradients of 1 batches", "MicroBatches = 4")
	if opt.Accumulated() != 1 {
		t.Errorf("%d batches accumulated, want the caller's", opt.Accumulated())
	}
}

// TestMicroBatchTables: rows of tables are weighed and added as dense gradients are.
func TestMicroBatchTables(t *testing.T) {
	fit := func(sparse bool) []float64 {
		table, used := make([]float64, 12), []int{0, 3, 3, 1, 0, 3, 2}
		opt := mustNew(t, optim.SGD{LR: 0.1}, []optim.Param[float64]{{Name: "table", Value: table, Shape: []int{4, 3}, Sparse: sparse}})
		_, err := Fit(context.Background(), opt, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
			for _, i := range b.Samples {
				var row []float64
				if sparse {
					row = g.Rows[0].Add(used[i])
				} else {
					row = g.Dense[0][3*used[i]:][:3]
				}
				for j := range row {
					row[j] += (table[3*used[i]+j] - float64(i+j)) / float64(len(b.Samples))
				}
			}
			return 0, nil
		}, FitOptions[float64]{Batches: &Batches{Samples: 7, Size: 5}, Epochs: 4, MicroBatches: 3, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	got, want := fit(true), fit(false)
	for i, v := range got {
		if math.Abs(v-want[i]) > 1e-15 || v == 0 && i > 0 {
			t.Fatalf("table %v, with dense gradients %v", got, want)
		}
	}
}

// TestStepAllocations: an iteration allocates nothing, whole or in parts.
func TestStepAllocations(t *testing.T) {
	for _, workers := range []int{0, 1, 3} {
		r := newRegression(100, 5)
		average, err := NewEMA(r.params(), 0.9)
		if err != nil {
			t.Fatal(err)
		}
		run, err := NewRun(mustNew(t, optim.SGD{LR: 0.01}, r.params()), r.mean, FitOptions[float64]{
			Stop: []StopRule{StepLimit(1 << 30)}, Batches: &Batches{Samples: 100, Size: 10}, MicroBatches: workers, Workers: workers,
			Average: average, Divergence: NewDivergence(), Progress: func(Progress) error { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		c := newCrew(run.opt, run.f, max(1, workers))
		defer c.close()
		step := func() {
			if err := run.step(context.Background(), c); err != nil {
				t.Fatal(err)
			}
			if _, _, err := run.follow(); err != nil {
				t.Fatal(err)
			}
		}
		step()
		if n := kerneltest.Allocations(100, step); n != 0 {
			t.Errorf("%d workers: %v allocations in an iteration", workers, n)
		}
	}
}
