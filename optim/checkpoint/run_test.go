package checkpoint_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

// TestRun resumes a run with everything that it remembers after every iteration.
func TestRun(t *testing.T) {
	t.Run("float32", testRun[float32])
	t.Run("float64", testRun[float64])
}

func testRun[T kernels.Float](t *testing.T) {
	const last = 9
	path := filepath.Join(t.TempDir(), "run.safetensors")
	fresh := func(stop int) *train.Run[T] {
		values := opttest.Random[T](rand.New(rand.NewPCG(1, 2)), 1000, 7, 1)
		params := []optim.Param[T]{{Name: "weights", Value: values[0]}, {Name: "bias", Value: values[1]}, {Name: "größe \"x\"", Value: values[2]}}
		opt, err := optim.New(optim.NewAdam(1e-2), params, optim.WithSchedule(schedule.NewPlateau()))
		if err != nil {
			t.Fatal(err)
		}
		early, err := train.NewEarlyStopping(params, train.Patience{Checks: last})
		if err != nil {
			t.Fatal(err)
		}
		ema, err := train.NewEMA(params, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		run, err := train.NewRun(opt, func(b train.Batch, g *optim.Gradients[T]) (float64, error) {
			rng := rand.New(rand.NewPCG(3, uint64(b.Step)))
			for _, d := range g.Dense {
				for i := range d {
					d[i] = T(rng.NormFloat64())
				}
			}
			if b.Step == 3 {
				g.Dense[1][2] = T(math.NaN())
				return math.Inf(1), nil
			}
			return 1 / float64(b.Step+1), nil
		}, train.FitOptions[T]{
			Stop:          []train.StopRule{train.StepLimit(stop), early, &train.LossChange{Tol: 0.1, For: last}},
			Smoothing:     0.9,
			Divergence:    train.NewDivergence(),
			Average:       ema,
			Validate:      func() (float64, error) { return float64(params[0].Value[0]), nil },
			ValidateEvery: 2,
		})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	fit := func(run *train.Run[T]) []byte {
		t.Helper()
		if _, err := run.Fit(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := checkpoint.Save(path, run); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	whole := fit(fresh(last))
	part := fit(fresh(1))
	for n := 2; n <= last; n++ {
		run := fresh(n)
		if err := checkpoint.Load(path, run); err != nil {
			t.Fatal(err)
		}
		part = fit(run)
	}
	if !bytes.Equal(part, whole) {
		t.Error("the resumed run has another file")
	}
	s, err := checkpoint.Read[T](path)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Run) != 5 || len(s.Run[2].Vectors) != 3 {
		t.Errorf("the file has the parts %+v", s.Run)
	}
}

// TestNoRun: there is nothing to save in a Run that NewRun has not made.
func TestNoRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	opttest.WantError(t, checkpoint.Save(path, new(train.Run[float32])), path, "not from NewRun")
}
