package inspect

import (
	"math"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/formula"
	"github.com/seed63264101/steepest/optim/schedule"
)

// schedules have every schedule with every option in use somewhere.
var schedules = []schedule.Schedule{
	schedule.Constant{}, schedule.Constant{Factor: 0.3, Steps: 5},
	schedule.StepDecay{StepSize: 7, Gamma: 0.5},
	schedule.MultiStep{Milestones: []int{30, 10, 10}, Gamma: 0.1},
	schedule.Exponential{Gamma: 0.97},
	schedule.InverseTime{Decay: 0.05},
	schedule.Polynomial{TotalIters: 40, Power: 1}, schedule.Polynomial{TotalIters: 40, Power: 1.7, EtaMin: 0.01},
	schedule.Cosine{TMax: 40, EtaMin: 0.02}, schedule.Cosine{TMax: 40, Hold: true},
	schedule.CosineWarmRestarts{T0: 10, TMult: 1, EtaMin: 0.01}, schedule.CosineWarmRestarts{T0: 7, TMult: 2},
	schedule.NewOneCycle(50), schedule.OneCycle{TotalSteps: 50, PctStart: 0.4, DivFactor: 10, FinalDivFactor: 100, Linear: true},
	schedule.OneCycle{TotalSteps: 50, PctStart: 0.3, DivFactor: 10, FinalDivFactor: 100, ThreePhase: true},
	&schedule.Plateau{Factor: 0.5, MinLR: 0.02, State: schedule.PlateauState{Reductions: 1}},
	&schedule.Plateau{Factor: 0.5, MinLR: 0.02, State: schedule.PlateauState{Reductions: 9}},
	schedule.WarmupStableDecay{Warmup: 10, Stable: 20, Decay: 15, StartFactor: 0.2, MinFactor: 0.1},
	schedule.WarmupStableDecay{Stable: 20, Decay: 15, Shape: schedule.SqrtDecay},
	schedule.WarmupStableDecay{Warmup: 3, Decay: 30, Shape: schedule.CosineDecay},
	schedule.Warmup{Steps: 8, StartFactor: 0.1}, schedule.Warmup{Steps: 8, Then: schedule.Cosine{TMax: 30}},
	schedule.Sequence{Schedules: []schedule.Schedule{schedule.Constant{}, schedule.Exponential{Gamma: 0.9}}, Milestones: []int{20}},
}

// TestSchedules: the formulas of every schedule give its rates.
func TestSchedules(t *testing.T) {
	const base = 0.1
	for _, s := range schedules {
		f := Schedules(s)
		for k := range 61 {
			v := startOf(s, base, k)
			for _, l := range f.Lines {
				x, err := l.Formula.Eval(v)
				if err != nil {
					t.Fatalf("%+v: %v", s, err)
				}
				v[l.Name] = x
			}
			if got, want := v["gamma"][0], s.Rate(base, k); math.Abs(got-want) > 1e-14 {
				t.Fatalf("%T%+v: rate of step %d by its formula is %v, want %v", s, s, k, got, want)
			}
		}
	}
}

// startOf returns what the formulas of a schedule start from in the step after k others.
func startOf(s schedule.Schedule, base float64, k int) formula.Values {
	v := formula.Values{"gamma_0": {base}, "k": {float64(k)}}
	fields := reflect.Indirect(reflect.ValueOf(s))
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		switch f := fields.Field(i); {
		case f.CanInt():
			v[name] = []float64{float64(f.Int())}
		case f.CanFloat():
			v[name] = []float64{f.Float()}
		}
	}
	switch s := s.(type) {
	case schedule.MultiStep:
		for _, m := range s.Milestones {
			v["Milestones"] = append(v["Milestones"], float64(m))
		}
	case schedule.CosineWarmRestarts:
		done, length := k, s.T0
		for done >= length {
			done, length = done-length, length*s.TMult
		}
		v["s"], v["T_i"] = []float64{float64(done)}, []float64{float64(length)}
	case *schedule.Plateau:
		v["R"] = []float64{float64(s.State.Reductions)}
	case schedule.Warmup:
		v["eta[0]"] = []float64{s.Inner()[0].Rate(base, 0)}
		v["eta[k-Steps]"] = []float64{s.Inner()[0].Rate(base, k-s.Steps)}
	case schedule.Sequence:
		v["eta[k-b]"] = []float64{s.Schedules[0].Rate(base, k)}
		if b := s.Milestones[0]; k >= b {
			v["eta[k-b]"] = []float64{s.Schedules[1].Rate(base, k-b)}
		}
	}
	return v
}

// TestInnerSchedules: those inside of others have their formulas, too.
func TestInnerSchedules(t *testing.T) {
	f := Schedules(schedule.Warmup{Steps: 8, Then: schedule.Sequence{Schedules: []schedule.Schedule{schedule.Constant{}, schedule.NewPlateau()}, Milestones: []int{20}}})
	if len(f.Inner) != 1 || len(f.Inner[0].Inner) != 2 || f.Inner[0].Inner[1].Name != "Plateau" {
		t.Errorf("inner schedules are %+v", f.Inner)
	}
	if Schedules(nil).Name != "Constant" || Schedules(schedule.Func(func(base float64, _ int) float64 { return base })) != nil {
		t.Error("no schedule is a constant rate, and a function has no formula")
	}
}
