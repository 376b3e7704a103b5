package race

import (
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// TestSampler: the batches of train.Batches, also where steps do not follow each other.
func TestSampler(t *testing.T) {
	for _, b := range []train.Batches{{Samples: 10, Size: 3, Seed: 7}, {Samples: 60, Size: 1}, {Samples: 6, Size: 5, Seed: 1}} {
		s := sampler{options: b}
		for _, step := range []int{0, 1, 2, 3, 4, 20, 7, 0, 119, 120} {
			if got, want := s.of(step), b.Append(nil, step); !slices.Equal(got, want) {
				t.Errorf("%+v, step %d: %v, want %v", b, step, got, want)
			}
		}
	}
}

// TestBatches: a run is a plain loop over mini-batches, and its losses are over all samples.
func TestBatches(t *testing.T) {
	s := experiment(t, "regression", 50, by(optim.NewSGD(0.05)))
	s.Double, s.Batch, s.Seed = true, 7, 3
	got := run(t, s).Runs[0]
	p, g := []float64{s.Start.X, s.Start.Y}, make([]float64, 2)
	batches := train.Batches{Samples: s.Surface.Samples, Size: 7, Seed: 3}
	for i := range got.X {
		if loss := surface.Eval(s.Surface, nil, p, nil); got.X[i] != p[0] || got.Y[i] != p[1] || got.Loss[i] != loss {
			t.Fatalf("position %d: %v, %v with loss %v, want %v with %v", i, got.X[i], got.Y[i], got.Loss[i], p, loss)
		}
		surface.Eval(s.Surface, batches.Append(nil, i), p, g)
		p[0] -= float64(0.05 * g[0])
		p[1] -= float64(0.05 * g[1])
	}
	// As many as there are, or more, are all of them in their own order.
	s.Batch = 0
	whole := run(t, s)
	for _, s.Batch = range []int{s.Surface.Samples, s.Surface.Samples + 1} {
		if got := run(t, s); !reflect.DeepEqual(got, whole) {
			t.Errorf("batch %d differs from all samples", s.Batch)
		}
	}
}

// TestSeed: another order of the samples is another path.
func TestSeed(t *testing.T) {
	both(t, experiment(t, "logistic", 30, by(optim.NewAdam(0.1))), func(t *testing.T, s *spec.State) {
		s.Batch = 5
		a := run(t, s).Hash
		s.Seed++
		if b := run(t, s).Hash; a == b {
			t.Error("two seeds give one hash")
		}
	})
}
