package spec

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

func TestGoLiteral(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{optim.NewAdam(0.1), "optim.Adam{LR: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}"},
		{optim.Muon{LR: 1, Nesterov: true, Rest: optim.SGD{LR: 2}}, "optim.Muon{LR: 1, Nesterov: true, Rest: optim.SGD{LR: 2}}"},
		{schedule.Warmup{Steps: 5, Then: &schedule.Plateau{Factor: 0.5}}, "schedule.Warmup{Steps: 5, Then: &schedule.Plateau{Factor: 0.5}}"},
		{schedule.WarmupStableDecay{Shape: schedule.CosineDecay}, "schedule.WarmupStableDecay{Shape: schedule.CosineDecay}"},
		{schedule.Sequence{Schedules: []schedule.Schedule{schedule.Constant{}}, Milestones: []int{1, 2}},
			"schedule.Sequence{Schedules: []schedule.Schedule{schedule.Constant{}}, Milestones: []int{1, 2}}"},
	} {
		if got := GoLiteral(c.v); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// TestEveryMethod: each can be made as it is offered, in both types, and the list has no name
// twice.
func TestEveryMethod(t *testing.T) {
	var names []string
	for _, m := range methods {
		if slices.Contains(names, m.Name) {
			t.Errorf("%s is there twice", m.Name)
		}
		names = append(names, m.Name)
		for _, double := range []bool{false, true} {
			r, err := ParseRun(m.Name, double)
			if err != nil {
				t.Error(err)
			}
			if got := m.run(m.options()); !reflect.DeepEqual(r, got) || r.String() != m.Name {
				t.Errorf("%+v of %s, want %+v", r, m.Name, got)
			}
			if m.Rule && r.LR != r.Rule.LearningRate() {
				t.Errorf("%s: LR %v, want that of %v", m.Name, r.LR, r.Rule)
			}
		}
	}
	for _, s := range schedules {
		if err := schedule.Check(s); err != nil {
			t.Error(err)
		}
	}
	for i, name := range shapeNames {
		s, problems := Parse("run=SGD(Schedule=WarmupStableDecay(Shape=" + name + "))")
		if got := s.Runs[0].Schedule.(schedule.WarmupStableDecay).Shape; int(got) != i || problems != nil {
			t.Errorf("%s is %d", name, got)
		}
	}
}

func TestWith(t *testing.T) {
	r, err := ParseRun("FTRL(LR=2,Upper=3)", false)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.With(false, "LR=0.25", "L1=1", "ClipNorm=4")
	if want := "FTRL(LR=0.25,L1=1,ClipNorm=4,Upper=3)"; err != nil || got.String() != want || got.LR != 0.25 || got.L1 != 0 {
		t.Errorf("%s %v, want %s", got, err, want)
	}
	if r.String() != "FTRL(LR=2,Upper=3)" {
		t.Errorf("%s has changed", r)
	}
	for _, bad := range []string{"LR=0", "Beta9=1", "LR=1e999", "LR=1)", "LR"} {
		if got, err := r.With(false, bad); err == nil {
			t.Errorf("%s: %s", bad, got)
		}
	}
	if _, err := ParseRun("SGD(LR=NaN)", false); err == nil || err.Error() != `SGD: LR: "NaN" is no decimal number` {
		t.Errorf("error %v", err)
	}
}

// TestTwin: it has no format, and all else.
func TestTwin(t *testing.T) {
	r, err := ParseRun("Adam(LR=2,Upper=3,State=bfloat16,Params=split,RoundingSeed=4)", false)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Twin().String(); got != "Adam(LR=2,Upper=3)" || !r.Coded() || r.Twin().Coded() {
		t.Errorf("%s of %s", got, r)
	}
}

func TestLabels(t *testing.T) {
	s, _ := Parse("run=SGD&run=Adam(LR=1)&run=Adam(Beta1=0.5)&run=Adam(LR=1,Schedule=Cosine)&run=LBFGS&run=LBFGS")
	want := "SGD; Adam LR 1 Beta1 0.9 no Schedule; Adam LR 0.01 Beta1 0.5 no Schedule; Adam LR 1 Beta1 0.9 Schedule Cosine; LBFGS; LBFGS"
	if got := strings.Join(s.Labels(), "; "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestFresh: optimizers of one run share no Plateau, however deep.
func TestFresh(t *testing.T) {
	s, _ := Parse("run=SGD(Schedule=Warmup(Then=Sequence(Schedules=(Constant,Plateau),Milestones=(7))))")
	inside := func(s schedule.Schedule) schedule.Observer { return schedule.Observers(s)[0] }
	shared := s.Runs[0].Schedule
	inside(shared).Observe(1)
	a, b := fresh(shared), fresh(shared)
	if inside(a) == inside(b) || inside(a) == inside(shared) || inside(a).(*schedule.Plateau).State.Observed {
		t.Error("shared")
	}
	if inside(fresh(schedule.NewPlateau())).(*schedule.Plateau).Factor != 0.1 {
		t.Error("options are lost")
	}
}
