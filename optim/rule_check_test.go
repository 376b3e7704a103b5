package optim_test

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// A faulty rule is SGD with a name, state and updater of any kind.
type faulty struct {
	optim.SGD
	name    string
	state   []string
	scratch int
	updater optim.Updater[float32]
}

func (r faulty) Name() string                             { return r.name }
func (r faulty) State() []string                          { return r.state }
func (r faulty) Scratch() int                             { return r.scratch }
func (r faulty) Float32() (optim.Updater[float32], error) { return r.updater, nil }

// A carrying updater has any numbers.
type carrying struct {
	counting[float32]
	numbers []optim.Number
}

func (u *carrying) Carried() []optim.Number { return u.numbers }

// A wholeMeter measures and updates whole parameters.
type wholeMeter struct{ metering[float32] }

func (*wholeMeter) Scratch([]int) int                                                   { return 0 }
func (*wholeMeter) UpdateWhole(optim.Param[float32], []float32, [][]float32, []float32) {}

// A wanting updater of whole parameters wants less than no room for large ones.
type wanting[T kernels.Float] struct{ rowing[T] }

func (*wanting[T]) Scratch(shape []int) int { return 2 - shape[0] }

// TestRuleChecks: a rule that does not keep to the interfaces is refused wherever it comes
// from, with its name and the fault.
func TestRuleChecks(t *testing.T) {
	x, fine := 0.0, &counting[float32]{}
	for _, c := range []struct {
		rule faulty
		want []string
	}{
		{faulty{updater: fine}, []string{"faulty", "no name"}},
		{faulty{name: "R"}, []string{"R", "nil Updater", "float32"}},
		{faulty{name: "R", updater: (*counting[float32])(nil)}, []string{"R", "nil Updater", "float32"}},
		{faulty{name: "R", updater: fine, state: []string{"a", ""}}, []string{"R", "state vector 1 has no name"}},
		{faulty{name: "R", updater: fine, state: []string{"a", "b", "a"}}, []string{"R", "two state vectors", `"a"`}},
		{faulty{name: "R", updater: fine, state: []string{"x.s"}}, []string{"R", "state vector", `"x.s"`, "dot"}},
		{faulty{name: "R", updater: fine, scratch: -1}, []string{"R", "Scratch", "-1"}},
		{faulty{name: "R", updater: &carrying{numbers: []optim.Number{{Value: &x}}}}, []string{"R", "carried number 0 has no name"}},
		{faulty{name: "R", updater: &carrying{numbers: []optim.Number{{Name: "n", Value: &x}, {Name: "n", Value: &x}}}}, []string{"R", "two carried numbers", `"n"`}},
		{faulty{name: "R", updater: &carrying{numbers: []optim.Number{{Name: "n"}}}}, []string{"R", "carried number", `"n"`, "nil"}},
		{faulty{name: "R", updater: &wholeMeter{}}, []string{"R", "Measurer", "WholeUpdater"}},
		{faulty{name: "R", updater: &wanting[float32]{}}, []string{`"w"`, "R", "Scratch", "-1"}},
	} {
		c.rule.LR = 1
		params := []optim.Param[float32]{{Name: "w", Value: make([]float32, 3)}}
		_, err := optim.New(c.rule, params)
		opttest.WantError(t, err, c.want...)
		_, err = optim.New(optim.SGD{LR: 1}, params, optim.WithGroup(func(string) bool { return true }, optim.GroupRule(c.rule)))
		opttest.WantError(t, err, c.want...)
		if _, whole := c.rule.updater.(optim.WholeUpdater[float32]); !whole {
			params[0].Shape, params[0].Sparse = []int{1, 3}, true
			_, err = optim.New(c.rule, params)
			opttest.WantError(t, err, c.want...)
		}
	}
	late := faulty{SGD: optim.SGD{LR: 1}, name: "R", updater: &wanting[float32]{}}
	o := must(optim.New(late, []optim.Param[float32]{{Name: "v", Value: make([]float32, 2)}}))
	opttest.WantError(t, o.AddParams(optim.Param[float32]{Name: "w", Value: make([]float32, 3)}), `"w"`, "R", "Scratch")
}
