package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

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
					Batches: batches, Epochs: epochs, MicroBatches: parts, Workers: workers, ProgressEvery: 1,
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

// TestStepAllocations: an iteration allocates nothing, whole or in parts, with tables and a
// History with room, but once in 64 iterations memory for the rates that a Progress keeps.
func TestStepAllocations(t *testing.T) {
	const chunks = 5
	for _, workers := range []int{0, 1, 3} {
		r, table := newRegression(100, 5), make([]float64, 10*4)
		params := append(r.params(), optim.Param[float64]{Name: "table", Value: table, Shape: []int{10, 4}, Sparse: true})
		average, err := NewEMA(params, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		run, err := NewRun(mustNew(t, optim.NewAdam(0.01), params, optim.ClipNorm(1)), func(b Batch, g *optim.Gradients[float64]) (float64, error) {
			for _, i := range b.Samples {
				g.Rows[1].Add(i%10, i%7)[i%8] = 1
			}
			return r.mean(b, g)
		}, FitOptions[float64]{
			Stop: []StopRule{StepLimit(1 << 30)}, Batches: &Batches{Samples: 100, Size: 11}, MicroBatches: 2 * workers, Workers: workers,
			Average: average, Divergence: NewDivergence(), Progress: func(Progress) error { return nil }, ProgressEvery: 1,
			History: &History{Records: make([]Record, 0, 8*64*chunks)},
		})
		if err != nil {
			t.Fatal(err)
		}
		c := newCrew(run.opt, run.f, max(1, workers))
		defer c.close()
		steps := func() {
			for range 64 * chunks {
				if err := run.step(context.Background(), c); err != nil {
					t.Fatal(err)
				}
				if _, _, err := run.follow(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n := kerneltest.Allocations(1, steps); n > chunks {
			t.Errorf("%d workers: %v allocations in %d iterations", workers, n, 64*chunks)
		}
	}
}

// TestLossOf: the loss of a step is added up in the order of the parts, that of a single part as
// it is.
func TestLossOf(t *testing.T) {
	three := Batch{Samples: []int{1, 2, 3, 4, 5}} // in parts of 2, 2 and 1
	for _, c := range []struct {
		reduction optim.Reduction
		batch     Batch
		losses    []float64
		want      float64
	}{
		{optim.ReduceMean, Batch{}, []float64{1e16, 1, -1e16, 3}, 0.75},
		{optim.ReduceMean, three, []float64{1e16, 1, -2e16}, 0},
		{optim.ReduceMean, three, []float64{-1e16, 1e16, 1}, 0.2},
		{optim.ReduceMean, Batch{Samples: make([]int, 15)}, []float64{0.21999999999999997}, 0.21999999999999997},
		{optim.ReduceSum, three, []float64{1e16, 1, -1e16}, 0},
	} {
		r := &Run[float64]{opt: fitting(t, []float64{1}, optim.WithReduction(c.reduction))}
		if got := r.lossOf(c.batch, c.losses); got != c.want {
			t.Errorf("losses %v of %d samples: %v, want %v", c.losses, len(c.batch.Samples), got, c.want)
		}
	}
}
