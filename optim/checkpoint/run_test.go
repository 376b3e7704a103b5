package checkpoint_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

func newParams[T kernels.Float]() []optim.Param[T] {
	values := opttest.Random[T](rand.New(rand.NewPCG(1, 2)), 1000, 7, 1)
	return []optim.Param[T]{{Name: "weights", Value: values[0]}, {Name: "bias", Value: values[1]}, {Name: "größe \"x\"", Value: values[2]}}
}

// draw sets the gradients of a step.
func draw[T kernels.Float](step int, g *optim.Gradients[T]) {
	rng := rand.New(rand.NewPCG(3, uint64(step)))
	for _, d := range g.Dense {
		for i := range d {
			d[i] = T(rng.NormFloat64())
		}
	}
}

// TestRun resumes a run with everything that it remembers after every iteration.
func TestRun(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testRun[float32](t) })
	t.Run("float64", func(t *testing.T) { testRun[float64](t) })
	t.Run("int8", func(t *testing.T) {
		testRun[float32](t, optim.WithStateFormat(optim.Int8), optim.WithRoundingSeed(3))
	})
}

func testRun[T kernels.Float](t *testing.T, opts ...optim.Option) {
	const last = 9
	path := filepath.Join(t.TempDir(), "run.safetensors")
	fresh := func(stop int) *train.Run[T] {
		params := newParams[T]()
		opt, err := optim.New(optim.NewAdam(1e-2), params, append(opts, optim.WithSchedule(schedule.NewPlateau()))...)
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
			draw(b.Step, g)
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
	whole := fitted(t, path, fresh(last))
	part := fitted(t, path, fresh(1))
	for n := 2; n <= last; n++ {
		run := fresh(n)
		if err := checkpoint.Load(path, run); err != nil {
			t.Fatal(err)
		}
		part = fitted(t, path, run)
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

// TestConvertRun: a whole run goes on in the other type, with what its parts remember.
func TestConvertRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	narrow := newConverted[float32](t, 3)
	if _, err := narrow.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := narrow.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	s.ExtraVectors = []optim.StateSnapshot[float32]{{Name: "x", Value: []float32{0.1}}}
	if err := checkpoint.Write(path, s); err != nil {
		t.Fatal(err)
	}
	wide := newConverted[float64](t, 5)
	if err := checkpoint.Load(path, wide, checkpoint.Convert()); err != nil {
		t.Fatal(err)
	}
	got, err := wide.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	vectors := 0
	for i, r := range s.Run {
		if got.Run[i].State != r.State {
			t.Errorf("%s: got the state %s, want %s", r.Type, got.Run[i].State, r.State)
		}
		for j, v := range r.Vectors {
			vectors++
			for k, x := range v.Value {
				if y := got.Run[i].Vectors[j].Value[k]; y != float64(x) {
					t.Fatalf("%s: %s: element %d is %v, want %v", r.Type, v.Name, k, y, x)
				}
			}
		}
	}
	if vectors == 0 {
		t.Error("the run has no vectors")
	}
	if read, err := checkpoint.Read[float64](path, checkpoint.Convert()); err != nil || read.ExtraVectors[0].Value[0] != float64(float32(0.1)) {
		t.Errorf("got %v (%v), want float32's 0.1", read.ExtraVectors, err)
	}
	if r, err := wide.Fit(t.Context()); err != nil || r.Iteration != 5 {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestConvertRunFormat: a whole float32 run goes on with state of 8 bits.
func TestConvertRunFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	plain := newConverted[float32](t, 3)
	if _, err := plain.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := checkpoint.Save(path, plain); err != nil {
		t.Fatal(err)
	}
	short := newConverted[float32](t, 5, optim.WithStateFormat(optim.Int8), optim.WithRoundingSeed(3))
	opttest.WantError(t, checkpoint.Load(path, short), path, `"weights"`, `"exp_avg"`, "float32", "int8")
	if err := checkpoint.Load(path, short, checkpoint.Convert()); err != nil {
		t.Fatal(err)
	}
	before, err := plain.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	after, err := short.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(after.Run, before.Run) || after.RoundingSeed != 3 || after.Params[0].State[0].Int8.Len() != 1000 {
		t.Errorf("got %+v, want %+v but for 8 bits", after, before)
	}
	if r, err := short.Fit(t.Context()); err != nil || r.Iteration != 5 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func newConverted[T kernels.Float](t *testing.T, last int, opts ...optim.Option) *train.Run[T] {
	t.Helper()
	params := newParams[T]()
	opt, err := optim.New(optim.NewAdam(0.01), params, opts...)
	if err != nil {
		t.Fatal(err)
	}
	ema, err := train.NewEMA(params, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	early, err := train.NewEarlyStopping(params, train.Patience{Checks: last})
	if err != nil {
		t.Fatal(err)
	}
	run, err := train.NewRun(opt, func(b train.Batch, g *optim.Gradients[T]) (float64, error) {
		draw(b.Step, g)
		return 1, nil
	}, train.FitOptions[T]{
		Average:       ema,
		Stop:          []train.StopRule{train.StepLimit(last), early},
		Validate:      func() (float64, error) { return float64(params[0].Value[0]), nil },
		ValidateEvery: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// fitted lets a run go on to its end, saves it, and returns the file.
func fitted[T kernels.Float](t *testing.T, path string, run *train.Run[T]) []byte {
	t.Helper()
	if _, err := run.Fit(t.Context()); err != nil {
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

// TestRunHalves resumes a run of bfloat16 parameters and gradients, one of them split, with
// state of 8 bits after every iteration.
func TestRunHalves(t *testing.T) {
	const last = 4
	path := filepath.Join(t.TempDir(), "run.safetensors")
	fit := func(stop int, resume bool) []byte {
		t.Helper()
		params := []optim.Param[float32]{{Name: "w", BF16: make([]kernels.BFloat16, 300)}, {Name: "b", BF16: make([]kernels.BFloat16, 5), Rest: make([]int16, 5)}}
		opt, err := optim.New(optim.NewAdam(0.01), params, optim.WithStateFormat(optim.Int8), optim.WithRoundingSeed(3))
		if err != nil {
			t.Fatal(err)
		}
		run, err := train.NewRun(opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
			rng := rand.New(rand.NewPCG(3, uint64(b.Step)))
			for _, v := range g.BF16 {
				for i := range v {
					v[i] = kernels.ToBFloat16(float32(rng.NormFloat64()))
				}
			}
			return 1 / float64(b.Step+1), nil
		}, train.FitOptions[float32]{Stop: []train.StopRule{train.StepLimit(stop), &train.LossChange{Tol: 1e-9, For: last}}, Smoothing: 0.9, MicroBatches: 2})
		if err != nil {
			t.Fatal(err)
		}
		if resume {
			if err := checkpoint.Load(path, run); err != nil {
				t.Fatal(err)
			}
		}
		return fitted(t, path, run)
	}
	whole := fit(last, false)
	part := fit(1, false)
	for n := 2; n <= last; n++ {
		part = fit(n, true)
	}
	if !bytes.Equal(part, whole) {
		t.Error("the resumed run has another file")
	}
}

// TestNoRun: there is nothing to save in a Run that NewRun has not made.
func TestNoRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	opttest.WantError(t, checkpoint.Save(path, new(train.Run[float32])), path, "not from NewRun")
}
