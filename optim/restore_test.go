package optim

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim/schedule"
)

// TestRestoreErrors edits snapshots: errors must name what differs, and leave the
// optimizer as it was.
func TestRestoreErrors(t *testing.T) {
	rule := NewScheduleFreeAdamW(0.01)
	saved := newEventful[float32](t, rule, true)
	for i := range 19 {
		saved.do(t, i)
	}
	other := newEventful[float32](t, rule, true)
	other.do(t, 0)
	before := mustSnapshot(t, other.Optimizer)
	for i, c := range []struct {
		edit func(s *Snapshot[float32])
		want []string
	}{
		{func(s *Snapshot[float32]) { s.Rule = "Adam" }, []string{`"Adam"`, `"ScheduleFreeAdamW"`}},
		{func(s *Snapshot[float32]) { s.Options["Beta2"] = "0.98" }, []string{"Beta2 = 0.98", "0.999"}},
		{func(s *Snapshot[float32]) { s.Options["Maximize"] = "true" }, []string{"Maximize = true", "false"}},
		{func(s *Snapshot[float32]) { s.Options["WarmupSteps"] = "7" }, []string{"WarmupSteps = 7", "0"}},
		{func(s *Snapshot[float32]) { s.Options["Gamma"] = "2" }, []string{"Gamma = 2", "does not have"}},
		{func(s *Snapshot[float32]) { s.Steps = -1 }, []string{"steps = -1"}},
		{func(s *Snapshot[float32]) { s.Skipped = -2 }, []string{"skipped = -2"}},
		{func(s *Snapshot[float32]) { s.Accumulated = -3 }, []string{"accumulated = -3"}},
		{func(s *Snapshot[float32]) { s.Accumulated = 0 }, []string{`"p1"`, "accumulated", "1 sums, want 0"}},
		{func(s *Snapshot[float32]) { s.Params[1].Sums = nil }, []string{`"p1"`, "accumulated", "0 sums, want 1"}},
		{func(s *Snapshot[float32]) { s.Params[0].Frozen = false }, []string{`"p0"`, "accumulated", "0 sums, want 1"}},
		{func(s *Snapshot[float32]) { s.LossScale.Scale = math.NaN() }, []string{"loss scale", "NaN"}},
		{func(s *Snapshot[float32]) { s.LossScale.Scale = 0 }, []string{"loss scale", "0"}},
		{func(s *Snapshot[float32]) { s.LossScale.Scale = 1e39 }, []string{"loss scale", "1e+39"}},
		{func(s *Snapshot[float32]) { s.LossScale.Good = -1 }, []string{"-1 good steps"}},
		{func(s *Snapshot[float32]) { s.Schedule[0].State = "{" }, []string{"Plateau", "JSON"}},
		{func(s *Snapshot[float32]) { s.Schedule[0].State = `{"Bad":-1}` }, []string{"Plateau", "State.Bad = -1"}},
		{func(s *Snapshot[float32]) { s.Params = s.Params[:3] }, []string{`"p3"`, "3", "4"}},
		{func(s *Snapshot[float32]) { s.Params = append(s.Params, ParamSnapshot[float32]{Name: "p4"}) }, []string{`"p4"`, "5", "4"}},
		{func(s *Snapshot[float32]) { s.Params[3].Name = "q3" }, []string{"parameter 3", `"q3"`, `"p3"`}},
		{func(s *Snapshot[float32]) { s.Params[1], s.Params[2] = s.Params[2], s.Params[1] }, []string{"parameter 1", `"p2"`, `"p1"`}},
		{func(s *Snapshot[float32]) { s.Params[2].Steps = -1 }, []string{`"p2"`, "-1 steps"}},
		{func(s *Snapshot[float32]) { s.Params[2].Steps = s.Steps + 1 }, []string{`"p2"`, fmt.Sprint(saved.Steps() + 1), fmt.Sprint(saved.Steps())}},
		{func(s *Snapshot[float32]) { s.Params[3].Value = s.Params[3].Value[:89] }, []string{`"p3"`, "89", "90"}},
		{func(s *Snapshot[float32]) { s.Params[3].State = s.Params[3].State[:1] }, []string{`"p3"`, "1 state", "2", `"exp_avg_sq"`}},
		{func(s *Snapshot[float32]) { s.Params[3].State[1].Name = "v" }, []string{`"p3"`, `"v"`, `"exp_avg_sq"`}},
		{func(s *Snapshot[float32]) { s.Params[3].State[1].Value = nil }, []string{`"p3"`, `"exp_avg_sq"`, "0", "90"}},
		{func(s *Snapshot[float32]) { delete(s.Params[3].Numbers, "lr_max") }, []string{`"p3"`, `"lr_max"`}},
		{func(s *Snapshot[float32]) { s.Params[3].Numbers["weights"] = math.Inf(1) }, []string{`"p3"`, "weights = +Inf"}},
		{func(s *Snapshot[float32]) { s.Params[3].Numbers["lr_max"] = -1 }, []string{`"p3"`, "lr_max = -1"}},
		{func(s *Snapshot[float32]) { s.Params[3].Numbers["lr_min"] = 1 }, []string{`"p3"`, `"lr_min"`, "does not have"}},
	} {
		s := mustSnapshot(t, saved.Optimizer)
		c.edit(s)
		if t.Run(fmt.Sprint(i), func(t *testing.T) { wantError(t, other.Restore(s), c.want...) }); t.Failed() {
			t.Log(c.want)
		}
		if after := mustSnapshot(t, other.Optimizer); !reflect.DeepEqual(after, before) {
			t.Fatalf("%d: a failed Restore changed the optimizer", i)
		}
	}
	wantError(t, other.Restore(nil), "nil Snapshot")
	if err := other.Restore(mustSnapshot(t, saved.Optimizer)); err != nil {
		t.Error(err)
	}
}

// TestRestoreElsewhere: what may differ.
func TestRestoreElsewhere(t *testing.T) {
	r := newEventful[float32](t, NewAdamW(0.01), true)
	for i := range 17 {
		r.do(t, i)
	}
	s := mustSnapshot(t, r.Optimizer)
	if s.LossScale == nil || len(s.Schedule) != 1 {
		t.Fatalf("got the states %v and %v of loss scale and schedule", s.LossScale, s.Schedule)
	}
	restore := func(rule Rule, opts ...Option) *Optimizer[float32] {
		t.Helper()
		values := random[float32](rand.New(rand.NewPCG(8, 9)), eventfulLengths...)
		o := mustNew(t, rule, (&eventful[float32]{values: values}).params(), opts...)
		if err := o.Restore(s); err != nil {
			t.Fatal(err)
		}
		if got := mustSnapshot(t, o); !reflect.DeepEqual(got.Params, s.Params) || got.Steps != s.Steps {
			t.Errorf("got %+v, want %+v", got, s)
		}
		return o
	}
	// Other rates and decays, no plateau, a fixed scale.
	o := restore(AdamW{LR: 1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.5},
		WithSchedule(schedule.Exponential{Gamma: 0.9}), WithLossScale(64), WithoutDecay(func(name string) bool { return name == "p1" }), Workers(2))
	if o.LossScale() != 64 {
		t.Errorf("got the loss scale %v, want the fixed one", o.LossScale())
	}
	// Other plateaus.
	p := []*schedule.Plateau{schedule.NewPlateau(), schedule.NewPlateau()}
	restore(NewAdamW(1), WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{p[0], p[1]}, Milestones: []int{9}}))
	if want := (schedule.PlateauState{}); p[0].State != want || p[1].State != want {
		t.Errorf("one saved plateau for two: got %+v and %+v", p[0].State, p[1].State)
	}
	// The same plateau elsewhere.
	restore(NewAdamW(1), WithSchedule(p[0]))
	if p[0].State != r.plateau.State {
		t.Errorf("got %+v, want %+v", p[0].State, r.plateau.State)
	}
	// A fixed scale's snapshot leaves an adaptive one.
	s.LossScale = nil
	if o := restore(NewAdamW(1), WithLossScaler(NewLossScaler())); o.LossScale() != 65536 {
		t.Errorf("got the loss scale %v, want the first one", o.LossScale())
	}
	// An option that is not compared.
	delete(s.Options, "Beta1")
	restore(AdamW{LR: 1, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8})
}

// TestTableRestoreErrors: a table's state belongs to its rows.
func TestTableRestoreErrors(t *testing.T) {
	fresh := func(dim int) *Optimizer[float32] {
		return mustNew(t, NewRowAdagrad(0.1), []Param[float32]{sparse("words", make([]float32, 24), dim)})
	}
	o := fresh(4)
	mustStepGradients(t, o, rowsOnly([]int{2}, []float32{1, 2, 3, 4}))
	s := mustSnapshot(t, o)
	other := fresh(3)
	wantError(t, other.Restore(s), `"words"`, "[6 4]", "[8 3]")
	// As of a table that knew neither its shape nor that it is one.
	s.Params[0].Shape, s.Params[0].Sparse = nil, false
	wantError(t, other.Restore(s), `"words"`, `"sum"`, "6", "8")
	if other.Steps() != 0 || other.params[0].state[0][2] != 0 {
		t.Error("a failed Restore changed the table")
	}
	same := fresh(4)
	if err := same.Restore(s); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(same.bits(), o.bits()) {
		t.Error("a table goes elsewhere from a snapshot without a shape")
	}
}

// TestSavedOptions: every option of every rule is saved, but for the free ones.
func TestSavedOptions(t *testing.T) {
	for _, rule := range variants {
		saved := savedOptions(rule)
		for _, o := range optionsOf(rule) {
			_, ok := saved[o.Name]
			if free := o.Name == "LR" || o.Name == "WeightDecay"; ok == free {
				t.Errorf("%s: %s is saved: %v", rule.Name(), o.Name, ok)
			}
		}
	}
	want := map[string]string{"Beta1": "0.1", "Beta2": "0.9999999999999999", "Eps": "1e-300", "AMSGrad": "true", "Maximize": "false"}
	if got := savedOptions(Adam{LR: 7, Beta1: 0.1, Beta2: 1 - 0x1p-53, Eps: 1e-300, AMSGrad: true}); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
