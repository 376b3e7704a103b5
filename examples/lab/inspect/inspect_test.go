package inspect

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// rules has every rule with every option in use somewhere, as texts of runs.
var rules = []string{
	"SGD(LR=0.002)", "SGD(LR=0.001,WeightDecay=0.3,Maximize=1)",
	"Momentum(LR=0.0005)", "Momentum(LR=0.001,Momentum=0.8,Dampening=0.3,WeightDecay=0.1)",
	"Momentum(LR=0.0005,Nesterov=1,WeightDecay=0.1)", "Momentum(LR=0.0001,Dampening=0.5,Maximize=1)",
	"Adagrad", "Adagrad(LR=0.1,LRDecay=0.1,InitialAccumulatorValue=0.2,Eps=1e-4,WeightDecay=0.2,Maximize=1)",
	"RowAdagrad", "RowAdagrad(Eps=1e-3,Maximize=1)",
	"RMSprop", "RMSprop(Alpha=0.9,Momentum=0.8,WeightDecay=0.2,Maximize=1)", "RMSprop(Centered=1,Eps=0.01)",
	"RMSprop(Alpha=0.8,Momentum=0.5,Centered=1,Eps=0.01,WeightDecay=0.1)",
	"Adadelta", "Adadelta(LR=0.5,Rho=0.8,Eps=1e-4,WeightDecay=0.2,Maximize=1)",
	"Adam", "Adam(Beta1=0.8,Beta2=0.99,Eps=1e-4,WeightDecay=0.3,Maximize=1)", "Adam(AMSGrad=1,Beta2=0.5)", "Adam(Beta1=0,Beta2=0.5)", "Adam(Beta2=0)",
	"AdamW", "AdamW(Beta1=0.8,Beta2=0.99,Eps=1e-4,WeightDecay=0.3,AMSGrad=1,Maximize=1)",
	"Adamax", "Adamax(Beta1=0.8,Beta2=0.9,Eps=1e-3,WeightDecay=0.2,Maximize=1)",
	"NAdam", "NAdam(Beta1=0.8,Beta2=0.99,Eps=1e-4,MomentumDecay=0.5,WeightDecay=0.2,Maximize=1)", "NAdam(MomentumDecay=0,WeightDecay=0.3,DecoupledWeightDecay=1)",
	"RAdam", "RAdam(Beta1=0.8,Beta2=0.9,Eps=1e-4,WeightDecay=0.2,Maximize=1)", "RAdam(Beta2=0.95,WeightDecay=0.3,DecoupledWeightDecay=1)", "RAdam(Beta2=0.6)",
	"AdaBelief", "AdaBelief(Beta1=0.8,Eps=1e-4,DecoupledWeightDecay=0,WeightDecay=0.2,Maximize=1)", "AdaBelief(Beta2=0.95,WeightDecay=0.3)",
	"Lion", "Lion(Beta1=0.8,Beta2=0.9,WeightDecay=0.3,Maximize=1)", "Lion(LR=0.3,Beta1=0.95,Beta2=0.5)",
	"FTRL", "FTRL(Beta=0.5,L1=0.3,L2=0.2,Maximize=1)", "FTRL(LR=0.05,Beta=0,L1=0.1)", "FTRL(LR=0.1,L2=0.5)",
	"LARS", "LARS(LR=0.5,Momentum=0.8,TrustCoefficient=0.1,WeightDecay=0.2,Maximize=1)",
	"LAMB", "LAMB(Beta1=0.8,Beta2=0.99,Eps=1e-4,WeightDecay=0,Maximize=1)",
	"Prodigy", "Prodigy(Beta1=0.8,Beta2=0.99,Eps=1e-4,D0=1e-3,DCoef=2,GrowthRate=1.5,BiasCorrection=1,WeightDecay=0.2,Maximize=1)",
	"Prodigy(LR=0.5,Beta1=0,D0=0.01,DCoef=0.5,SafeguardWarmup=1)",
	"ScheduleFreeAdamW", "ScheduleFreeAdamW(Beta1=0.8,Beta2=0.9,Eps=1e-4,WeightDecay=0.1,WarmupSteps=5,Maximize=1)",
	"Muon", "Muon(Momentum=0.8,Nesterov=0,MatchRMS=1,WeightDecay=0.5,Maximize=1)",
	"Adafactor", "Adafactor(LR=0.5,Beta2Decay=-0.6,Eps1=1e-3,Eps2=0.1,D=2,WeightDecay=0.1,Maximize=1)",
	"Adam(ClipNorm=0.5,ClipValue=0.4)", "SGD(LR=0.1,ClipValue=0.5,L1=0.3,Lower=-0.5,Upper=0.5,Schedule=Warmup(Steps=5,Then=Cosine(TMax=100)))",
	"LARS(ClipNorm=1,ClipValue=0.1,Lower=-1)", "LAMB(ClipValue=0.1,Upper=1)", "Prodigy(ClipNorm=1)", "RowAdagrad(ClipNorm=0.3,L1=0.01)",
	"Muon(ClipValue=0.3,L1=0.1)", "Adafactor(ClipNorm=0.1,Schedule=StepDecay(StepSize=3,Gamma=0.5))",
	"ScheduleFreeAdamW(ClipNorm=0.5,Schedule=Cosine(TMax=60))", "FTRL(ClipValue=0.2,Schedule=InverseTime(Decay=0.1))",
	"Prodigy(WeightDecay=0.1,Schedule=Warmup(Steps=2,StartFactor=0))",
}

// steps are those that are taken apart. The first one begins the state.
var steps = []int{1, 2, 7, 50}

// experiment returns one of a run.
func experiment(t testing.TB, objective, run string, double bool) *spec.State {
	t.Helper()
	kind := "f32"
	if double {
		kind = "f64"
	}
	s, problems := spec.Parse("f=" + objective + "&type=" + kind + "&run=" + run)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

// TestRules: for every rule, with every option, the last line of a step is what the optimizer
// has for parameters, and the lines of its state are its state.
func TestRules(t *testing.T) {
	objectives := []string{"rosenbrock", "quadratic(Condition=20,Angle=30)&at=-3,2", "parabola", "regression&batch=8"}
	if testing.Short() {
		objectives = objectives[:2]
	}
	for _, run := range rules {
		for _, objective := range objectives {
			testRule[float32](t, experiment(t, objective, run, false), run+" on "+objective+" in float32", 1e-6)
			testRule[float64](t, experiment(t, objective, run, true), run+" on "+objective+" in float64", 1e-14)
		}
	}
}

func testRule[T kernels.Float](t *testing.T, s *spec.State, name string, tol float64) {
	t.Helper()
	r, err := race.Start(s, s.Runs[0])
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, step := range steps {
		for r.Steps() < step-1 && r.Step() {
		}
		before, err := race.Optimizer[T](r).Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if !r.Step() {
			if step < 7 {
				t.Errorf("%s ends after step %d: %s", name, r.Steps(), r.Note())
			}
			return // it goes up, and has gone too far
		}
		after, err := race.Optimizer[T](r).Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		took, err := Take(s, s.Runs[0], step)
		if err != nil {
			t.Fatalf("%s, step %d: %v", name, step, err)
		}
		if last := took.Lines[len(took.Lines)-1]; last.Name != "p[t]" || !(took.Check <= 3) {
			t.Errorf("%s, step %d: %s is %v, %v ulps from %v", name, step, last.Name, last.Values, took.Check, took.After)
		}
		if took.Note == "" || s.Runs[0].Method == "ScheduleFreeAdamW" {
			compareState(t, fmt.Sprintf("%s, step %d", name, step), took, before.Params[0], after.Params[0], tol)
		}
	}
}

// compareState holds the lines of the state against what the optimizer has kept: for each vector
// or number that the step starts from as name[t-1], the line name[t].
func compareState[T kernels.Float](t *testing.T, name string, took *Step, before, after optim.ParamSnapshot[T], tol float64) {
	t.Helper()
	kept := map[string][]float64{}
	for _, s := range after.State {
		kept[s.Name] = wide(s.Value)
	}
	for n, v := range after.Numbers {
		kept[n] = []float64{v}
	}
	lines := map[string][]float64{}
	for _, l := range took.Lines {
		lines[l.Name] = l.Values
	}
	compared := 0
	for _, g := range took.Given {
		want, known := kept[g.Source]
		if !known || len(want) == 0 {
			continue
		}
		compared++
		got := lines[strings.TrimSuffix(g.Name, "[t-1]")+"[t]"]
		if g.Source == "p0" { // which stays
			got = g.Values
		}
		if len(got) != len(want) {
			t.Errorf("%s: %s is %v, want %v", name, g.Source, got, want)
			continue
		}
		for i := range want {
			if !(math.Abs(got[i]-want[i]) <= tol*max(math.Abs(want[i]), math.Abs(g.Values[i]))) {
				t.Errorf("%s: %s is %v, want %v from %v", name, g.Source, got, want, g.Values)
			}
		}
	}
	if states := len(before.Numbers) + len(before.State); compared < states && before.Shape == nil {
		t.Errorf("%s: %d of %d parts of the state have a line", name, compared, states)
	}
}

// TestCheckScale: where a small number is the difference of large ones, these are what rounding is
// measured by.
func TestCheckScale(t *testing.T) {
	s := experiment(t, "quadratic", "Adamax(LR=1e6,Beta2=0.5,ClipValue=0.02,L1=1)", false)
	took, err := Take(s, s.Runs[0], 1)
	if err != nil || !(took.Check <= 3) || took.Check == 0 {
		t.Errorf("%v ulps off: %v", took.Check, err)
	}
}

// TestVariants: each option of each rule has another value than the usual one in some of rules.
func TestVariants(t *testing.T) {
	used := map[string]bool{}
	for _, run := range rules {
		s := experiment(t, "rosenbrock", run, true)
		usual := experiment(t, "rosenbrock", s.Runs[0].Method, true)
		rule, other := reflect.ValueOf(s.Runs[0].Rule), reflect.ValueOf(usual.Runs[0].Rule)
		used[s.Runs[0].Method] = true
		for i := range rule.NumField() {
			if !reflect.DeepEqual(rule.Field(i).Interface(), other.Field(i).Interface()) {
				used[s.Runs[0].Method+"."+rule.Type().Field(i).Name] = true
			}
		}
	}
	for _, m := range spec.Methods() {
		if !m.Rule {
			continue
		}
		rule := reflect.TypeOf(experiment(t, "rosenbrock", m.Name, true).Runs[0].Rule)
		for i := range rule.NumField() {
			if name := m.Name + "." + rule.Field(i).Name; !used[name] && rule.Field(i).Name != "LR" && name != "Muon.Rest" {
				t.Errorf("%s never differs", name)
			}
		}
		if !used[m.Name] {
			t.Errorf("%s is not tested", m.Name)
		}
	}
}
