package optim_test

import (
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// A counter is a rule for rows whose updater carries a number: how many steps it has taken,
// which is how many times its rate the next one goes.
type counter struct{ optim.SGD }

func (counter) Name() string                             { return "counter" }
func (counter) Float32() (optim.Updater[float32], error) { return &counting[float32]{}, nil }
func (counter) Float64() (optim.Updater[float64], error) { return &counting[float64]{}, nil }

type counting[T kernels.Float] struct {
	steps float64
	rate  T
}

func (u *counting[T]) Carried() []optim.Number {
	return []optim.Number{{Name: "steps", Value: &u.steps}}
}

func (u *counting[T]) Prepare(s optim.StepInfo) {
	u.steps++
	u.rate = T(s.LR * u.steps)
}

func (u *counting[T]) Update(p, g []T, _ [][]T) { kernels.Axpy(-u.rate, g, p) }

// TestEmbeddingCarries: an embedding goes on with the numbers that its updater carried, and
// with its own where the snapshot is refused.
func TestEmbeddingCarries(t *testing.T) {
	made := func() *optim.Embedding[float64] {
		return must(optim.NewEmbedding(counter{optim.SGD{LR: 1}}, optim.Param[float64]{Name: "t", Value: make([]float64, 3)}, 1))
	}
	a, b := made(), made()
	for range 3 {
		must(a.Step([]int{0, 2}, []float64{1, 2}))
	}
	s := must(a.Snapshot())
	s.Params[0].Name = "other"
	if b.Restore(s) == nil {
		t.Error("another table's snapshot is taken")
	}
	if n := must(b.Snapshot()).Params[0].Numbers["steps"]; n != 0 {
		t.Errorf("a refused snapshot leaves %v steps", n)
	}
	s.Params[0].Name = "t"
	if err := b.Restore(s); err != nil {
		t.Fatal(err)
	}
	must(a.Step([]int{1}, []float64{1}))
	must(b.Step([]int{1}, []float64{1}))
	if got, want := must(b.Snapshot()), must(a.Snapshot()); !reflect.DeepEqual(got, want) {
		t.Errorf("goes on with %+v, want %+v", got.Params[0], want.Params[0])
	}
}

// A rowChooser is lazy and leaves rows to other rules.
type rowChooser struct{ optim.SGD }

func (rowChooser) Name() string                             { return "rowChooser" }
func (rowChooser) ForShape(shape []int) (optim.Rule, error) { return optim.NewAdam(0.1), nil }

// A rowEvaluator is lazy and is evaluated elsewhere.
type rowEvaluator struct{ counter }

func (rowEvaluator) Name() string { return "rowEvaluator" }
func (rowEvaluator) Float64() (optim.Updater[float64], error) {
	return &struct {
		counting[float64]
		noPoint
	}{}, nil
}

type noPoint struct{}

func (noPoint) Evaluate(p []float64, state [][]float64) {}

// TestEmbeddingRefusesRules: what an embedding has no place for is an error, though the rule
// is lazy.
func TestEmbeddingRefusesRules(t *testing.T) {
	table := optim.Param[float64]{Name: "t", Value: make([]float64, 4)}
	_, err := optim.NewEmbedding(rowChooser{optim.SGD{LR: 1}}, table, 2)
	opttest.WantError(t, err, "rowChooser", "ShapeChooser")
	_, err = optim.NewEmbedding(rowEvaluator{counter{optim.SGD{LR: 1}}}, table, 2)
	opttest.WantError(t, err, "rowEvaluator", "Evaluator")
}
