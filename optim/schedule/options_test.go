package schedule

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim/internal/opttest"
)

func TestBadSchedules(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	plateau := func(f func(*Plateau)) *Plateau { p := NewPlateau(); f(p); return p }
	cycle := func(f func(*OneCycle)) OneCycle { return opttest.With(NewOneCycle(10), f) }
	for _, c := range []struct {
		schedule Schedule
		want     []string
	}{
		{Constant{Factor: -1}, []string{"Constant", "Factor", "-1"}},
		{Constant{Steps: -2}, []string{"Constant", "Steps", "-2"}},
		{Constant{Steps: 3}, []string{"Constant", "Factor", "0", "Steps"}},
		{&Plateau{}, []string{"Plateau", "Factor", "0"}},
		{StepDecay{Gamma: 0.1}, []string{"StepDecay", "StepSize", "0"}},
		{StepDecay{StepSize: 3}, []string{"StepDecay", "Gamma", "0"}},
		{StepDecay{StepSize: 3, Gamma: inf}, []string{"StepDecay", "Gamma", "+Inf"}},
		{MultiStep{Milestones: []int{3, 0}, Gamma: 0.1}, []string{"MultiStep", "Milestones[1]", "0"}},
		{MultiStep{Milestones: []int{3}, Gamma: nan}, []string{"MultiStep", "Gamma", "NaN"}},
		{Exponential{}, []string{"Exponential", "Gamma", "0"}},
		{Exponential{-0.5}, []string{"Exponential", "Gamma", "-0.5"}},
		{InverseTime{-3}, []string{"InverseTime", "Decay", "-3"}},
		{InverseTime{nan}, []string{"InverseTime", "Decay", "NaN"}},
		{Polynomial{Power: 1}, []string{"Polynomial", "TotalIters", "0"}},
		{Polynomial{TotalIters: 5}, []string{"Polynomial", "Power", "0"}},
		{Polynomial{TotalIters: 5, Power: 1, EtaMin: -1}, []string{"Polynomial", "EtaMin", "-1"}},
		{CosineWarmRestarts{TMult: 1}, []string{"CosineWarmRestarts", "T0", "0"}},
		{CosineWarmRestarts{T0: 1}, []string{"CosineWarmRestarts", "TMult", "0"}},
		{CosineWarmRestarts{T0: 1, TMult: 1, EtaMin: nan}, []string{"CosineWarmRestarts", "EtaMin", "NaN"}},
		{NewOneCycle(0), []string{"OneCycle", "TotalSteps", "0"}},
		{cycle(func(c *OneCycle) { c.PctStart = 1.1 }), []string{"OneCycle", "PctStart", "1.1"}},
		{cycle(func(c *OneCycle) { c.PctStart = nan }), []string{"OneCycle", "PctStart", "NaN"}},
		{cycle(func(c *OneCycle) { c.DivFactor = 0 }), []string{"OneCycle", "DivFactor", "0"}},
		{cycle(func(c *OneCycle) { c.FinalDivFactor = -1 }), []string{"OneCycle", "FinalDivFactor", "-1"}},
		{WarmupStableDecay{}, []string{"WarmupStableDecay", "Decay", "0"}},
		{WarmupStableDecay{Warmup: -3, Decay: 1}, []string{"WarmupStableDecay", "Warmup", "-3"}},
		{WarmupStableDecay{Stable: -4, Decay: 1}, []string{"WarmupStableDecay", "Stable", "-4"}},
		{WarmupStableDecay{Decay: 1, StartFactor: 1.5}, []string{"WarmupStableDecay", "StartFactor", "1.5"}},
		{WarmupStableDecay{Decay: 1, MinFactor: nan}, []string{"WarmupStableDecay", "MinFactor", "NaN"}},
		{WarmupStableDecay{Decay: 1, Shape: 3}, []string{"WarmupStableDecay", "Shape", "3", "LinearDecay"}},
		{Warmup{Steps: -1}, []string{"Warmup", "Steps", "-1"}},
		{Warmup{StartFactor: 2}, []string{"Warmup", "StartFactor", "2"}},
		{Sequence{}, []string{"Sequence", "no Schedules"}},
		{Sequence{Schedules: []Schedule{Constant{}, Constant{}}}, []string{"Sequence", "0 Milestones for 2", "want 1"}},
		{Sequence{[]Schedule{Constant{}, Constant{}}, []int{0}}, []string{"Sequence", "Milestones[0]", "0"}},
		{Sequence{[]Schedule{Constant{}, Constant{}, Constant{}}, []int{4, 4}}, []string{"Sequence", "Milestones[1]", "4"}},
		{Sequence{[]Schedule{Constant{}, nil}, []int{4}}, []string{"Sequence", "nil"}},
		{plateau(func(p *Plateau) { p.Factor = 1 }), []string{"Plateau", "Factor", "1"}},
		{plateau(func(p *Plateau) { p.Patience = -1 }), []string{"Plateau", "Patience", "-1"}},
		{plateau(func(p *Plateau) { p.Threshold = nan }), []string{"Plateau", "Threshold", "NaN"}},
		{plateau(func(p *Plateau) { p.Cooldown = -1 }), []string{"Plateau", "Cooldown", "-1"}},
		{plateau(func(p *Plateau) { p.MinLR = inf }), []string{"Plateau", "MinLR", "+Inf"}},
		{plateau(func(p *Plateau) { p.Eps = -1 }), []string{"Plateau", "Eps", "-1"}},
		{plateau(func(p *Plateau) { p.State.Bad = -5 }), []string{"Plateau", "State.Bad", "-5"}},
		{plateau(func(p *Plateau) { p.State.Cooling = -5 }), []string{"Plateau", "State.Cooling", "-5"}},
		{plateau(func(p *Plateau) { p.State.Reductions = -5 }), []string{"Plateau", "State.Reductions", "-5"}},
		// Schedules inside of others.
		{Warmup{Steps: 5, Then: Cosine{}}, []string{"Warmup", "Cosine", "TMax", "0"}},
		{Warmup{Steps: 5, Then: (*Plateau)(nil)}, []string{"Warmup", "nil"}},
		{&Warmup{Steps: 5, Then: Func(nil)}, []string{"Warmup", "nil"}},
		{Sequence{[]Schedule{Constant{}, Warmup{Then: Exponential{-2}}}, []int{9}}, []string{"Sequence", "Warmup", "Exponential", "Gamma", "-2"}},
		{inItself(), []string{"*schedule.Warmup", "more than 1000 schedules", "itself"}},
	} {
		opttest.WantError(t, Check(c.schedule), c.want...)
	}
	for _, s := range []Schedule{
		Constant{Factor: 0, Steps: 0}, Exponential{1.1}, MultiStep{Gamma: 1}, Warmup{}, Warmup{Steps: 3, Then: NewPlateau()},
		Sequence{Schedules: []Schedule{Constant{}}}, NewOneCycle(1), Sequence{[]Schedule{Warmup{}, InverseTime{}}, []int{1}},
	} {
		if err := Check(s); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
	// Options that Check refuses do no harm to a direct call.
	for _, s := range []Schedule{
		StepDecay{}, Polynomial{}, CosineWarmRestarts{}, CosineWarmRestarts{T0: 1}, OneCycle{}, Sequence{},
		Sequence{Schedules: []Schedule{nil}}, Warmup{Then: (*Plateau)(nil)}, Warmup{Steps: 9, Then: Func(nil)},
		WarmupStableDecay{}, WarmupStableDecay{Decay: 9, Shape: -1},
	} {
		if got := s.Rate(1, 5); !math.IsNaN(got) {
			t.Errorf("%#v gives %v, want NaN", s, got)
		}
	}
}

// inItself returns a schedule without an end.
func inItself() Schedule {
	w := &Warmup{}
	w.Then = Sequence{Schedules: []Schedule{w}}
	return w
}

// TestNested: a warm-up leads to the following schedule's first rate, and
// schedules count from their own beginning.
func TestNested(t *testing.T) {
	w := Warmup{Steps: 4, Then: Cosine{TMax: 10, EtaMin: 0.1}}
	for step, want := range []float64{0, 0.25, 0.5, 0.75, 1} {
		if got := w.Rate(1, step); got != want {
			t.Errorf("step %d of the warm-up has rate %v, want %v", step, got, want)
		}
	}
	if got := w.Rate(1, 14); got != 0.1 {
		t.Errorf("the cosine after the warm-up ends at %v", got)
	}
	if got := (Warmup{Steps: 2, Then: OneCycle{10, 0.3, 4, 10, true, false}}).Rate(1, 1); got != 0.125 {
		t.Errorf("half way to a rate of 0.25: %v", got)
	}
}

// TestPlateauState: the state goes through JSON, and a plateau goes on from it.
func TestPlateauState(t *testing.T) {
	metrics := []float64{math.NaN(), math.Inf(1), 3, 2, 2, 2, math.NaN(), 2, 1, 1, math.Inf(-1), 1, 1, 1, 1, 1, 1, 1}
	whole := &Plateau{Factor: 0.5, Patience: 1, Cooldown: 2, Threshold: 1e-3}
	for i, m := range metrics {
		whole.Observe(m)
		text, err := json.Marshal(whole.State)
		if err != nil {
			t.Fatal(err)
		}
		resumed := &Plateau{Factor: 0.5, Patience: 1, Cooldown: 2, Threshold: 1e-3}
		if err := json.Unmarshal(text, &resumed.State); err != nil || resumed.State != whole.State {
			t.Fatalf("%s became %+v, error %v", text, resumed.State, err)
		}
		clone := *whole
		for _, m := range metrics[i+1:] {
			clone.Observe(m)
			resumed.Observe(m)
		}
		if a, b := clone.Rate(1, 0), resumed.Rate(1, 0); a != b {
			t.Fatalf("resumed after %d metrics: rate %v, want %v", i+1, b, a)
		}
	}
	// Lowered at +Inf, at the third 2, at -Inf and at the sixth 1.
	if got := whole.Rate(1, 0); got != 1./16 {
		t.Errorf("rate %v, want it lowered 4 times", got)
	}
	// Many reductions end early at the bound.
	stuck := &Plateau{Factor: 0.5, MinLR: 1e-3, State: PlateauState{Reductions: math.MaxInt}}
	if got := stuck.Rate(1, 0); got != 1e-3 {
		t.Errorf("rate %v, want MinLR", got)
	}
}

// scheduleBits has every schedule of the package, with a hash of its rates.
var scheduleBits = []struct {
	schedule Schedule
	want     uint64
}{
	{StepDecay{7, 0.3}, 0x21d1e150d98f7a7e},
	{MultiStep{[]int{30, 100, 250}, 0.3}, 0x2dfe63f841df1b80},
	{Exponential{0.977}, 0xa9796aeafd349a1d},
	{InverseTime{0.013}, 0x262d4d22af2f927d},
	{Polynomial{250, 0.9, 1e-3}, 0xb558f81d99be0aec},
	{Constant{0.3, 100}, 0x8ed04b0df44a6300},
	{Cosine{101, 1e-3, false}, 0x165f0577932f8785},
	{Cosine{101, 1e-3, true}, 0x6c4897e0be7b9631},
	{CosineWarmRestarts{7, 2, 1e-3}, 0x756446d9c3d0dfbc},
	{OneCycle{290, 0.37, 23, 1e3, false, false}, 0xee83a160b9448362},
	{OneCycle{290, 0.37, 23, 1e3, true, true}, 0x789f2b2acd2317ec},
	{Warmup{100, 1. / 3, Exponential{0.99}}, 0x54347ed481eeb51},
	{Sequence{[]Schedule{Exponential{0.99}, InverseTime{0.1}}, []int{123}}, 0xda09ae0921d0cd1f},
	{NewPlateau(), 0x7316abc2b1ff5780},
	{WarmupStableDecay{30, 100, 150, 0.1, 0.01, LinearDecay}, 0xa977543bc139586b},
	{WarmupStableDecay{30, 100, 150, 0.1, 0.01, SqrtDecay}, 0x2532df6e20d0d804},
	{WarmupStableDecay{30, 100, 150, 0.1, 0.01, CosineDecay}, 0x96567c2ca59fd5da},
}

// TestScheduleBits: the same bits on every machine.
func TestScheduleBits(t *testing.T) {
	for _, c := range scheduleBits {
		var sum uint64
		for step := range 300 {
			sum = sum*31 + math.Float64bits(c.schedule.Rate(0.1, step))
		}
		if sum != c.want {
			t.Errorf("%+v: bits %#x, want %#x", c.schedule, sum, c.want)
		}
	}
}

// TestEveryScheduleIsTested fails by name for a schedule that is not in the list
// above, and for a number of one that may be NaN, infinite, or less than 0.
func TestEveryScheduleIsTested(t *testing.T) {
	tested := map[string]bool{"Func": true} // which is the user's
	for _, c := range scheduleBits {
		v := reflect.Indirect(reflect.ValueOf(c.schedule))
		tested[v.Type().Name()] = true
		for i := range v.NumField() {
			bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -math.SmallestNonzeroFloat64}
			switch v.Field(i).Kind() {
			case reflect.Int:
				bad = []float64{-1}
			case reflect.Float64:
			default:
				continue
			}
			for _, x := range bad {
				changed := reflect.New(v.Type())
				changed.Elem().Set(v)
				if field := changed.Elem().Field(i); field.Kind() == reflect.Int {
					field.SetInt(int64(x))
				} else {
					field.SetFloat(x)
				}
				err := Check(changed.Interface().(Schedule))
				opttest.WantError(t, err, v.Type().Name(), fmt.Sprintf("%s = %v", v.Type().Field(i).Name, x))
			}
		}
	}
	for name, methods := range opttest.Methods(t) {
		if slices.Contains(methods, "Rate") && !tested[name] {
			t.Errorf("%s is a schedule that no test knows: add it to scheduleBits", name)
		}
	}
}
