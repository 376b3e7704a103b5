package optim

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/memory"
	"github.com/seed63264101/steepest/optim/schedule"
)

func TestBadOptions(t *testing.T) {
	for _, c := range []struct {
		opt  Option
		want []string
	}{
		{nil, []string{"nil Option"}},
		{WithSchedule(nil), []string{"nil Schedule"}},
		{WithSchedule(schedule.Func(nil)), []string{"nil Schedule"}},
		{WithSchedule((*schedule.Cosine)(nil)), []string{"nil Schedule"}},
		{WithSchedule(schedule.Cosine{}), []string{"Cosine", "TMax", "0"}},
		{WithSchedule(&schedule.Cosine{TMax: -4}), []string{"Cosine", "TMax", "-4"}},
		{WithSchedule(schedule.Cosine{TMax: 1, EtaMin: -1}), []string{"Cosine", "EtaMin", "-1"}},
		{WithSchedule(schedule.Cosine{TMax: 1, EtaMin: math.NaN()}), []string{"Cosine", "EtaMin", "NaN"}},
		{WithReduction(7), []string{"Reduction", "7"}},
		{ClipNorm(0), []string{"ClipNorm", "0"}},
		{ClipNorm(-1), []string{"ClipNorm", "-1"}},
		{ClipNorm(math.NaN()), []string{"ClipNorm", "NaN"}},
		{ClipNorm(math.Inf(1)), []string{"ClipNorm", "+Inf"}},
	} {
		_, err := New(SGD{LR: 1}, []Param[float64]{{Name: "w", Value: []float64{1}}}, c.opt)
		wantError(t, err, c.want...)
	}
}

// TestForgotten: options that were left out and would spoil a run without a word.
func TestForgotten(t *testing.T) {
	params := []Param[float64]{{Name: "w", Value: []float64{1}}}
	own := schedule.Func(func(_ float64, step int) float64 { return 0.1 })
	for _, c := range []struct {
		rule Rule
		opts []Option
		want string // parts, separated by commas; "" for none
	}{
		// Both averages of the gradient.
		{Adam{LR: 1, Eps: 1e-8}, nil, "Adam: Beta2 = 0, where Beta1 is 0"},
		{AdamW{LR: 1, Eps: 1e-8}, nil, "AdamW: Beta2 = 0"},
		{Adamax{LR: 1, Eps: 1e-8}, nil, "Adamax: Beta2 = 0"},
		{NAdam{LR: 1, Eps: 1e-8}, nil, "NAdam: Beta2 = 0"},
		{RAdam{LR: 1, Eps: 1e-8}, nil, "RAdam: Beta2 = 0"},
		{LAMB{LR: 1, Eps: 1e-8}, nil, "LAMB: Beta2 = 0"},
		{Lion{LR: 1}, nil, "Lion: Beta2 = 0"},
		{RMSprop{LR: 1, Eps: 1e-8}, nil, "RMSprop: Alpha = 0"},
		{Adadelta{LR: 1, Eps: 1e-8}, nil, "Adadelta: Rho = 0"},
		{ScheduleFreeAdamW{LR: 1, Eps: 1e-8}, nil, "ScheduleFreeAdamW: Beta1 = 0"},
		{Adam{LR: 1, Beta1: 0.9, Eps: 1e-8}, nil, ""},
		{Adam{LR: 1, Beta2: 0.9, Eps: 1e-8}, nil, ""},
		{Adam{LR: 1, Beta2: 1.5, Eps: 1e-8}, nil, "Beta2 = 1.5"},
		{Lion{LR: 1, Beta2: 0.9}, nil, ""},
		{Lion{LR: 1, Beta1: 0.9}, nil, ""},
		// The rate.
		{SGD{}, nil, "SGD: LR = 0, Constant"},
		{NewAdam(0), []Option{WithSchedule(schedule.Cosine{TMax: 5})}, "Adam: LR = 0, Cosine"},
		{NewAdam(0), []Option{WithSchedule(schedule.Warmup{Steps: 5})}, "Adam: LR = 0, Warmup"},
		{NewAdam(0), []Option{WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{schedule.Constant{}, schedule.NewPlateau()}, Milestones: []int{4}})}, "Adam: LR = 0, Sequence"},
		{SGD{}, []Option{WithSchedule(own)}, ""},
		{SGD{}, []Option{WithSchedule(schedule.Warmup{Steps: 5, Then: own})}, ""},
		{SGD{}, []Option{WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{schedule.Constant{}, own}, Milestones: []int{4}})}, ""},
		{SGD{LR: 1}, []Option{WithSchedule(schedule.Constant{Steps: 3})}, "Constant: Factor = 0"},
		{SGD{LR: 1}, []Option{WithSchedule(schedule.Warmup{Then: schedule.Constant{Steps: 3}})}, "Constant: Factor = 0"},
		{SGD{LR: 1}, []Option{WithSchedule(&schedule.Plateau{})}, "Plateau: Factor = 0"},
		{SGD{LR: 1}, []Option{WithSchedule(schedule.Constant{})}, ""},
	} {
		_, err := New(c.rule, params, c.opts...)
		if c.want == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantError(t, err, strings.Split(c.want, ", ")...)
	}
	_, err := New(SGD{LR: 1e-60}, []Param[float32]{{Name: "w", Value: []float32{1}}})
	wantError(t, err, "SGD: LR = 1e-60", "float32")
}

// TestNeutral: options that were left out and change nothing, or what is said of
// them.
func TestNeutral(t *testing.T) {
	for _, c := range []struct {
		schedule schedule.Schedule
		want     float64 // at every step
	}{
		{schedule.Constant{Factor: 0.1}, 1}, {schedule.MultiStep{Gamma: 0.1}, 1}, {schedule.InverseTime{}, 1}, {schedule.Warmup{}, 1},
		{schedule.Warmup{Then: schedule.StepDecay{StepSize: 1000, Gamma: 0.1}}, 1}, {schedule.NewPlateau(), 1},
	} {
		for _, step := range []int{0, 1, 7, 900} {
			if got := c.schedule.Rate(1, step); got != c.want {
				t.Errorf("%+v gives step %d the rate %v, want %v", c.schedule, step, got, c.want)
			}
		}
	}
	cycle := schedule.OneCycle{TotalSteps: 100, DivFactor: 25, FinalDivFactor: 1e4}
	for step, last := 0, 1.0; step < 100; step++ {
		rate := cycle.Rate(1, step)
		if !(rate < last) || step == 0 && rate < 0.999 {
			t.Errorf("a cycle without a rise has the rate %v at step %d, after %v", rate, step, last)
		}
		last = rate
	}

	same := func(a, b Rule) {
		t.Helper()
		p, q := []float64{1, -2}, []float64{1, -2}
		x, y := mustNew(t, a, named([][]float64{p})), mustNew(t, b, named([][]float64{q}))
		for i := range 5 {
			g := [][]float64{{math.Sin(float64(i)), 3}}
			mustStep(t, x, g)
			mustStep(t, y, g)
		}
		if p[0] != q[0] || p[1] != q[1] {
			t.Errorf("%+v leads to %v, %+v to %v", a, p, b, q)
		}
	}
	same(Momentum{LR: 0.1}, SGD{LR: 0.1})
	same(NewAdam(0.1), Adam{LR: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8})

	for step := 1; step < 3000; step += 7 {
		o := kernels.NAdamOptions{AdamOptions: kernels.AdamOptions{Beta1: 0.9, Beta2: 0.99}}
		if got := o.Momentum(step); got != 0.45 {
			t.Errorf("NAdam without MomentumDecay has the momentum %v in step %d, want 0.45", got, step)
		}
		for _, beta2 := range []float64{0, 0.5, 0.66, 0.67} {
			_, rectified := kernels.RAdamCoefs[float64](kernels.AdamOptions{LR: 1, Beta1: 0.9, Beta2: beta2, Eps: 1e-8}, step, 1)
			if want := beta2 == 0.67 && step > 100; rectified != want && step > 100 {
				t.Errorf("RAdam with Beta2 = %v, step %d: rectified %v", beta2, step, rectified)
			}
		}
	}
}

// optionsOfNew are the functions that return options with a number, by name.
var optionsOfNew = map[string]func(x float64) Option{
	"ClipNorm":       func(x float64) Option { return ClipNorm(x) },
	"ClipParamNorm":  func(x float64) Option { return ClipParamNorm(x) },
	"ClipValue":      func(x float64) Option { return ClipValue(x) },
	"WithLossScale":  func(x float64) Option { return WithLossScale(x) },
	"WithReduction":  func(x float64) Option { return WithReduction(Reduction(x)) },
	"Workers":        func(x float64) Option { return Workers(int(x)) },
	"Distributed":    func(x float64) Option { return Distributed(memory.New(1)[0], int(x)) },
	"FailAfterSkips": func(x float64) Option { return FailAfterSkips(int(x)) },
	"LRFactor":       func(x float64) Option { return WithGroup(anyName, LRFactor(x)) },
	"WeightDecay":    func(x float64) Option { return WithGroup(anyName, WeightDecay(x)) },
	"GroupClipNorm":  func(x float64) Option { return WithGroup(anyName, GroupClipNorm(x)) },
	"Bounds":         func(x float64) Option { return WithGroup(anyName, Bounds(-x, x)) },
	"L1":             func(x float64) Option { return WithGroup(anyName, L1(x)) },
	"Unchecked":      func(float64) Option { return Unchecked() },
	"MayBeEmpty":     func(x float64) Option { return WithGroup(func(string) bool { return x > 1 }, MayBeEmpty()) },
	"ZeroGrads":      func(float64) Option { return ZeroGrads() },
	"WithoutDecay":   func(float64) Option { return WithoutDecay(anyName) },

	"WithReductionOrder": func(x float64) Option { return WithReductionOrder(ReductionOrder(x)) },

	"WithStateFormat":  func(x float64) Option { return WithStateFormat(Format(x)) },
	"WithRoundingSeed": func(x float64) Option { return WithRoundingSeed(uint64(max(x, 0))) },
	"WithSplitParams":  func(float64) Option { return WithSplitParams() },
	"GroupStateFormat": func(x float64) Option { return WithGroup(anyName, GroupStateFormat(Format(x))) },
	"GroupSplitParams": func(float64) Option { return WithGroup(anyName, GroupSplitParams()) },
	// Ranged over by themselves.
	"WithSchedule": nil, "WithLossScaler": nil, "WithGroup": nil, "GroupRule": nil, "GroupSchedule": nil,
}

func anyName(string) bool { return true }

// TestEveryOption: the list above is all of them.
func TestEveryOption(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			result, _ := f.Type.Results.List[0].Type.(*ast.Ident)
			if result == nil || result.Name != "Option" && result.Name != "GroupOption" {
				continue
			}
			found++
			if _, ok := optionsOfNew[f.Name.Name]; !ok {
				t.Errorf("no test ranges over the values of %s", f.Name.Name)
			}
		}
	}
	if len(files) > 0 && found != len(optionsOfNew) {
		t.Errorf("%d functions return options, want %d", found, len(optionsOfNew))
	}
}
