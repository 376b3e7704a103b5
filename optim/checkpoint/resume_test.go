package checkpoint

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestResume compares a run that stops at every step, goes through a file and
// goes on in a new optimizer, at another level in turn, with one that never
// stopped.
func TestResume(t *testing.T) {
	t.Run("float32", testResume[float32])
	t.Run("float64", testResume[float64])
}

func testResume[T kernels.Float](t *testing.T) {
	defer kernels.SetLevel(kernels.ActiveLevel())
	levels := kernels.Levels()
	const last = 8
	for _, rule := range []optim.Rule{
		optim.SGD{LR: 0.1, WeightDecay: 0.1},
		optim.Momentum{LR: 0.1, Momentum: 0.9, Dampening: 0.3},
		optim.NewAdam(1e-2),
		optim.NewAdamW(1e-2),
		optim.NewLAMB(1e-2),
		optim.NewScheduleFreeAdamW(1e-2),
	} {
		opts := []optim.Option{optim.ClipNorm(1), optim.WithSchedule(schedule.Cosine{TMax: 6})}
		whole := newRun[T](t, rule, opts...)
		whole.steps(t, last)

		path := newRun[T](t, rule, opts...).save(t)
		for i := range last {
			if err := kernels.SetLevel(levels[i%len(levels)]); err != nil {
				t.Fatal(err)
			}
			r := newRun[T](t, rule, opts...)
			r.steps(t, 2*(i%2)) // where it was before must not matter
			if err := Load(path, r.opt); err != nil {
				t.Fatal(err)
			}
			r.steps(t, i+1)
			if err := Save(path, r.opt); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Read[T](path)
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(got, whole.snapshot(t)) {
			t.Errorf("%s: the resumed run differs", rule.Name())
		}
	}
}

// TestTable resumes one after every step.
func TestTable(t *testing.T) {
	const rows, dim, last = 50, 6, 6
	for _, rule := range []optim.Rule{
		optim.SGD{LR: 0.1}, optim.NewAdagrad(0.1), optim.NewRowAdagrad(0.1), optim.NewAdamW(0.1),
	} {
		fresh := func() *optim.Optimizer[float32] {
			table := make([]float32, rows*dim)
			for i := range table {
				table[i] = float32(i % 7)
			}
			words := optim.Param[float32]{Name: "words", Value: table, Shape: []int{rows, dim}, Sparse: true}
			o, err := optim.New(rule, []optim.Param[float32]{words}, optim.ClipNorm(1))
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		step := func(o *optim.Optimizer[float32]) {
			rng := rand.New(rand.NewPCG(5, uint64(o.Steps())))
			g := o.NewGradients()
			room := g.Rows[0].Add(rng.Perm(rows)[:9]...)
			for i := range room {
				room[i] = float32(rng.NormFloat64())
			}
			if _, err := o.StepGradients(g); err != nil {
				t.Fatal(err)
			}
		}
		whole, part := fresh(), fresh()
		path := filepath.Join(t.TempDir(), "run.safetensors")
		for range last {
			step(whole)
			step(part)
			if err := Save(path, part); err != nil {
				t.Fatal(err)
			}
			part = fresh()
			if err := Load(path, part); err != nil {
				t.Fatal(err)
			}
		}
		a, err := whole.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		b, err := part.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(a, b) {
			t.Errorf("%s: the resumed run differs", rule.Name())
		}
	}
}

// TestMismatch loads files into optimizers that they do not fit.
func TestMismatch(t *testing.T) {
	r := newRun[float32](t, optim.NewAdam(0.01))
	r.steps(t, 2)
	path := r.save(t)

	wide := newRun[float64](t, optim.NewAdam(0.01))
	wantError(t, Load(path, wide.opt), path, `"model.weights"`, "F32", "F64")

	other := newRun[float32](t, optim.NewAdamW(0.01))
	before := other.snapshot(t)
	wantError(t, Load(path, other.opt), path, `"Adam"`, `"AdamW"`)
	if !sameBits(other.snapshot(t), before) {
		t.Error("a failed Load changed the optimizer")
	}

	missing := filepath.Join(t.TempDir(), "none")
	if err := Load(missing, r.opt); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want ErrNotExist", err)
	}
	wantError(t, Load(filepath.Dir(path), r.opt), filepath.Dir(path), "regular")
}
