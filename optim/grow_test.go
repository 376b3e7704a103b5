package optim

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestGrow: a table that has grown goes on as one that had all rows from the beginning and
// got no gradients for the last ones.
func TestGrow(t *testing.T) {
	for _, rule := range rowRules {
		t.Run("float32 "+rule.Name(), func(t *testing.T) { testGrow[float32](t, rule) })
		t.Run("float64 "+rule.Name(), func(t *testing.T) { testGrow[float64](t, rule) })
	}
}

func testGrow[T kernels.Float](t *testing.T, rule Rule) {
	const few, many, dim = 5, 9, 3
	rng := rand.New(rand.NewPCG(41, 42))
	all := random[T](rng, many*dim, 4*2)
	whole := clones(all)
	o := mustNew(t, rule, []Param[T]{sparse("t", slices.Clone(all[0][:few*dim]), dim), sparse("u", all[1], 2)}, ClipNorm(1))
	w := mustNew(t, rule, []Param[T]{sparse("t", whole[0], dim), sparse("u", whole[1], 2)}, ClipNorm(1))
	step := func(rows int) {
		t.Helper()
		g := o.NewGradients()
		for i, n := range []int{rows, 4} {
			room := g.Rows[i].Add(rng.IntN(n), n-1, rng.IntN(n))
			copy(room, random[T](rng, len(room))[0])
		}
		if ro, rw := mustStepGradients(t, o, g), mustStepGradients(t, w, g); !reflect.DeepEqual(ro, rw) {
			t.Fatalf("reports %+v and %+v", ro, rw)
		}
	}
	for range 3 {
		step(few)
	}
	grown := append(slices.Clone(o.params[0].Value), all[0][few*dim:]...)
	if err := o.Grow("t", grown); err != nil {
		t.Fatal(err)
	}
	if info := o.Params()[0]; info.Len != many*dim || !slices.Equal(info.Shape, []int{many, dim}) || !info.Sparse || info.Steps != 3 {
		t.Errorf("Params: %+v", info)
	}
	_, err := o.StepGradients(&Gradients[T]{Rows: []RowGradients[T]{{Rows: []int{8}, Values: grown[few*dim:][:dim]}, {}}})
	wantError(t, err, `"t"`, "overlap")
	for range 3 {
		step(many)
	}
	if !slices.Equal(o.bits(), w.bits()) || !slices.Equal(grown, whole[0]) {
		t.Error("the grown table differs from the whole one")
	}
	if err := w.Restore(mustSnapshot(t, o)); err != nil {
		t.Error(err)
	}
}

// TestGrowErrors: and nothing changes.
func TestGrowErrors(t *testing.T) {
	w := make([]float32, 8)
	o := mustNew(t, NewAdam(0.1), []Param[float32]{sparse("t", make([]float32, 6), 2), {Name: "w", Value: w}})
	g := o.NewGradients()
	g.Rows[0].Add(1)[0] = 1
	mustStepGradients(t, o, g)
	before := o.bits()
	wantError(t, o.Grow("x", make([]float32, 8)), "Grow", `"x"`)
	wantError(t, o.Grow("w", make([]float32, 10)), "Grow", `"w"`, "Sparse")
	wantError(t, o.Grow("t", make([]float32, 7)), "Grow", `"t"`, "7 elements", "rows of 2", "3 of them")
	wantError(t, o.Grow("t", make([]float32, 4)), "Grow", `"t"`, "4 elements")
	wantError(t, o.Grow("t", nil), "Grow", `"t"`, "0 elements")
	wantError(t, o.Grow("t", w), `"t"`, `"w"`, "overlap")
	if err := o.AccumulateGradients(g); err != nil {
		t.Fatal(err)
	}
	wantError(t, o.Grow("t", make([]float32, 8)), "Grow", "Discard")
	o.Discard()
	if !slices.Equal(o.bits(), before) {
		t.Error("a refused Grow changed something")
	}
	if err := o.Grow("t", make([]float32, 6)); err != nil {
		t.Error(err)
	}
	_, err := o.StepGradients(&Gradients[float32]{Dense: g.Dense, Rows: []RowGradients[float32]{{Rows: []int{3}, Values: []float32{1, 1}}, {}}})
	wantError(t, err, "index 3", "0 to 2")
	wantError(t, mustNew(t, halving{SGD{LR: 1}}, []Param[float32]{sparse("t", make([]float32, 6), 2)}).Grow("t", make([]float32, 8)), `"t"`, "halving", "[2] elements", "[4 2] [1]")
	wantError(t, mustNew(t, choosing{SGD{LR: 1}}, []Param[float32]{sparse("t", make([]float32, 6), 2)}).Grow("t", make([]float32, 8)), `"t"`, "[3 2]", "[4 2]")
}

// A halving keeps less state for the rows of larger tables.
type halving struct{ SGD }

func (halving) Name() string    { return "halving" }
func (halving) State() []string { return []string{"s"} }
func (halving) StateLens(shape []int) []int {
	if shape[0] > 3 {
		return []int{shape[0]}
	}
	return []int{2 * shape[0]}
}

// A choosing takes another rule for larger tables.
type choosing struct{ SGD }

func (choosing) ForShape(shape []int) (Rule, error) {
	if shape[0] > 3 {
		return NewAdam(1), nil
	}
	return NewAdagrad(1), nil
}
