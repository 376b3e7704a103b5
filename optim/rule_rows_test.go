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

// rowsOf returns gradients of rows for an optimizer of one table.
func rowsOf[T kernels.Float](rows []int, values []T) *optim.Gradients[T] {
	return &optim.Gradients[T]{Rows: []optim.RowGradients[T]{{Rows: rows, Values: values}}}
}

// TestSparseCarries: a table goes on with the numbers that its updater carried, and with its
// own where the snapshot is refused.
func TestSparseCarries(t *testing.T) {
	made := func() *optim.Optimizer[float64] {
		return must(optim.New(counter{optim.SGD{LR: 1}}, []optim.Param[float64]{{Name: "t", Value: make([]float64, 3), Shape: []int{3, 1}, Sparse: true}}))
	}
	a, b := made(), made()
	for range 3 {
		must(a.StepGradients(rowsOf([]int{0, 2}, []float64{1, 2})))
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
	must(a.StepGradients(rowsOf([]int{1}, []float64{1})))
	must(b.StepGradients(rowsOf([]int{1}, []float64{1})))
	if got, want := must(b.Snapshot()), must(a.Snapshot()); !reflect.DeepEqual(got, want) {
		t.Errorf("goes on with %+v, want %+v", got.Params[0], want.Params[0])
	}
}

// A rowChooser leaves tables to another rule, which is lazy or not.
type rowChooser struct {
	optim.SGD
	chosen optim.Rule
}

func (rowChooser) Name() string                               { return "rowChooser" }
func (r rowChooser) ForShape(shape []int) (optim.Rule, error) { return r.chosen, nil }

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

// A rowMeasurer is lazy and needs sums over the whole table.
type rowMeasurer struct{ counter }

func (rowMeasurer) Name() string { return "rowMeasurer" }
func (rowMeasurer) Float64() (optim.Updater[float64], error) {
	return &struct {
		counting[float64]
		noSums
	}{}, nil
}

type noSums struct{}

func (noSums) Measure(p, g []float64, state [][]float64) (sums [2]optim.Sum) { return sums }
func (noSums) Conclude([2]optim.Sum)                                         {}
func (noSums) Apply(p, g []float64, state [][]float64, own [2]optim.Sum)     {}

// TestTablesRefuseRules: what a table has no place for is an error, though the rule is lazy;
// of a rule that chooses by the shape the choice counts.
func TestTablesRefuseRules(t *testing.T) {
	made := func(rule optim.Rule) error {
		_, err := optim.New(rule, []optim.Param[float64]{{Name: "t", Value: make([]float64, 4), Shape: []int{2, 2}, Sparse: true}})
		return err
	}
	sgd := optim.SGD{LR: 1}
	opttest.WantError(t, made(rowEvaluator{counter{sgd}}), `"t"`, "rowEvaluator", "Evaluator")
	opttest.WantError(t, made(rowMeasurer{counter{sgd}}), `"t"`, "rowMeasurer", "whole")
	opttest.WantError(t, made(rowChooser{sgd, optim.NewLion(0.1)}), `"t"`, "Lion", "Lazy")
	if err := made(rowChooser{sgd, optim.NewAdam(0.1)}); err != nil {
		t.Error(err)
	}
}
