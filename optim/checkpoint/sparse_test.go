package checkpoint

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A sparseRun has a table beside a vector; its gradients depend on the step alone.
type sparseRun[T kernels.Float] struct{ opt *optim.Optimizer[T] }

const sparseRows, sparseDim = 50, 6

func newSparseRun[T kernels.Float](t testing.TB, rule optim.Rule) sparseRun[T] {
	t.Helper()
	table := make([]T, sparseRows*sparseDim)
	for i := range table {
		table[i] = T(i % 7)
	}
	opt, err := optim.New(rule, []optim.Param[T]{
		{Name: "words", Value: table, Shape: []int{sparseRows, sparseDim}, Sparse: true}, {Name: "bias", Value: make([]T, 4)},
	}, optim.ClipNorm(1), optim.WithGroup(func(name string) bool { return name == "bias" }, optim.GroupRule(optim.NewAdam(0.1))))
	if err != nil {
		t.Fatal(err)
	}
	return sparseRun[T]{opt}
}

// gradients are those of the next step's batch of a number.
func (r sparseRun[T]) gradients(batch uint64) *optim.Gradients[T] {
	rng := rand.New(rand.NewPCG(batch, uint64(r.opt.Steps())))
	g := r.opt.NewGradients()
	for _, v := range [][]T{g.Rows[0].Add(rng.Perm(sparseRows)[:9]...), g.Dense[1]} {
		for i := range v {
			v[i] = T(float32(rng.NormFloat64()))
		}
	}
	return g
}

// accumulate takes the first batch of the next step.
func (r sparseRun[T]) accumulate(t testing.TB) {
	t.Helper()
	if err := r.opt.AccumulateGradients(r.gradients(1)); err != nil {
		t.Fatal(err)
	}
}

// step takes the second, and the step.
func (r sparseRun[T]) step(t testing.TB) {
	t.Helper()
	if _, err := r.opt.StepGradients(r.gradients(2)); err != nil {
		t.Fatal(err)
	}
}

// TestSparse resumes a run with a table in the middle of every step.
func TestSparse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	for _, rule := range []optim.Rule{
		optim.SGD{LR: 0.1}, optim.NewAdagrad(0.1), optim.NewRowAdagrad(0.1), optim.NewAdamW(0.1), optim.NewFTRL(0.1),
	} {
		whole, part := newSparseRun[float32](t, rule), newSparseRun[float32](t, rule)
		for range 5 {
			whole.accumulate(t)
			part.accumulate(t)
			if err := Save(path, part.opt); err != nil {
				t.Fatal(err)
			}
			part = newSparseRun[float32](t, rule)
			if err := Load(path, part.opt); err != nil {
				t.Fatal(err)
			}
			whole.step(t)
			part.step(t)
		}
		if err := Save(path, part.opt); err != nil {
			t.Fatal(err)
		}
		got := readBytes(t, path)
		if err := Save(path, whole.opt); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, readBytes(t, path)) {
			t.Errorf("%s: the resumed run differs", rule.Name())
		}
	}
}

// TestSparseShapes: a table and what is as long have its shape, and gradients that of their
// rows. They go into the other float type as all does.
func TestSparseShapes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	r := newSparseRun[float32](t, optim.NewRowAdagrad(0.1))
	r.accumulate(t)
	s, err := r.opt.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	h, _, err := layout(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []tensor{
		{name: "model.words", shape: []int64{sparseRows, sparseDim}}, {name: "state.words.sum", shape: []int64{sparseRows}},
		{name: "grad.words", shape: []int64{9, sparseDim}}, {name: "grad.bias", shape: []int64{4}},
	} {
		if !slices.ContainsFunc(h.tensors, func(x tensor) bool { return x.name == want.name && slices.Equal(x.shape, want.shape) }) {
			t.Errorf("got the tensors %+v, want %s with %d", h.tensors, want.name, want.shape)
		}
	}

	if err := Write(path, s); err != nil {
		t.Fatal(err)
	}
	wide := newSparseRun[float64](t, optim.NewRowAdagrad(0.1))
	if err := Load(path, wide.opt, Convert()); err != nil {
		t.Fatal(err)
	}
	converted, err := wide.opt.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range vectorsOf(s) {
		for j, x := range floats[float32](v) {
			if got := floats[float64](vectorsOf(converted)[i])[j]; got != float64(x) {
				t.Fatalf("%s: element %d is %v, want %v", v.name, j, got, x)
			}
		}
	}
	wide.step(t)
}
