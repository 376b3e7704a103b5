package race

import (
	"math"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// TestCloud: gradients of the batches that a run would have, whose mean over epochs is the
// whole gradient.
func TestCloud(t *testing.T) {
	both(t, experiment(t, "regression", 1, by(optim.NewSGD(0.1))), func(t *testing.T, s *spec.State) {
		s.Batch, s.Seed = 6, 4
		at := surface.Point{X: 0.5, Y: -0.25}
		c, err := NewCloud(s, at, 200)
		if err != nil {
			t.Fatal(err)
		}
		if c.At != at || c.Batch != 6 || len(c.X) != 200 || len(c.Y) != 200 {
			t.Errorf("%d gradients of %d samples at %v", len(c.X), c.Batch, c.At)
		}
		if math.Abs(c.Mean.X-c.Full.X) > 1e-5 || math.Abs(c.Mean.Y-c.Full.Y) > 1e-5 {
			t.Errorf("mean %v of twenty epochs, the whole gradient is %v", c.Mean, c.Full)
		}
		if s.Double {
			g := make([]float64, 2)
			batches := train.Batches{Samples: s.Surface.Samples, Size: 6, Seed: 4}
			var squares float64
			for i := range c.X {
				surface.Eval(s.Surface, batches.Append(nil, i), []float64{at.X, at.Y}, g)
				if g[0] != c.X[i] || g[1] != c.Y[i] {
					t.Fatalf("batch %d: %v, %v, want %v", i, c.X[i], c.Y[i], g)
				}
				squares += (g[0] - c.Mean.X) * (g[0] - c.Mean.X) / 200
			}
			if math.Abs(c.Std.X-math.Sqrt(squares)) > 1e-12 || c.Std.X < 0.1 {
				t.Errorf("deviation %v, want %v", c.Std.X, math.Sqrt(squares))
			}
		}
		s.Batch = 0
		if _, err := NewCloud(s, at, 1); err == nil {
			t.Error("all samples have noise")
		}
	})
	if _, err := NewCloud(experiment(t, "beale", 1), surface.Point{}, 1); err == nil {
		t.Error("a closed form has noise")
	}
}

// TestSeeded: each path of a fan is the race with that seed.
func TestSeeded(t *testing.T) {
	s := experiment(t, "logistic", 25, by(optim.NewAdam(0.1)))
	s.Batch, s.Seed = 4, 100
	for _, more := range []int{0, 1, 49} {
		got := Seeded(s, s.Runs[0], more)
		other := *s
		other.Seed = 100 + uint64(more)
		if want := run(t, &other).Runs[0]; !reflect.DeepEqual(got, want) {
			t.Errorf("seed 100 + %d differs from its race", more)
		}
	}
	if reflect.DeepEqual(Seeded(s, s.Runs[0], 0), Seeded(s, s.Runs[0], 1)) {
		t.Error("two seeds have one path")
	}
}

// TestSizes: batches of all, of some and of one, each as its own race, and what they read.
func TestSizes(t *testing.T) {
	s := experiment(t, "regression", 20, by(optim.NewSGD(0.02)))
	s.Batch = 7
	all, err := Sizes(s, s.Runs[0])
	if err != nil || len(all) != 3 {
		t.Fatalf("%d sizes: %v", len(all), err)
	}
	for i, want := range []int{60, 7, 1} {
		other := *s
		other.Batch = want
		if all[i].Batch != want || !reflect.DeepEqual(all[i].Path, run(t, &other).Runs[0]) {
			t.Errorf("size %d is %d, or another path", want, all[i].Batch)
		}
		read, batches := 0.0, train.Batches{Samples: 60, Size: want}
		for step, r := range all[i].Read {
			if r != read {
				t.Errorf("size %d: %v samples in %d steps, want %v", want, r, step, read)
			}
			read += float64(len(batches.Append(nil, step)))
		}
	}
	s.Batch = 0
	if all, err := Sizes(s, s.Runs[0]); err != nil || len(all) != 2 {
		t.Errorf("%d sizes without a batch: %v", len(all), err)
	}
	if _, err := Sizes(experiment(t, "beale", 1), spec.Run{}); err == nil {
		t.Error("a closed form has batches")
	}
}
