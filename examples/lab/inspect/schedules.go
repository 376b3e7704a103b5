package inspect

import (
	"reflect"

	"github.com/seed63264101/steepest/optim/schedule"
)

// A Schedule is the formulas of a schedule. They give the rate gamma of the step after k others,
// where the rule's own rate is gamma_0, from the options, which have their names in Go.
type Schedule struct {
	Name  string
	Lines []Line // without values
	Inner []Schedule
}

// Schedules returns the formulas of a schedule and of those inside of it, or nil for one that is
// not of package schedule.
func Schedules(s schedule.Schedule) *Schedule {
	if s == nil {
		s = schedule.Constant{}
	}
	texts := scheduleTexts(s)
	if texts == nil {
		return nil
	}
	w := &writer{}
	for _, t := range texts {
		w.write(t.text + " | " + t.about)
	}
	f := &Schedule{Name: reflect.Indirect(reflect.ValueOf(s)).Type().Name(), Lines: w.lines}
	if outer, ok := s.(schedule.Outer); ok {
		for _, in := range outer.Inner() {
			if inner := Schedules(in); inner != nil {
				f.Inner = append(f.Inner, *inner)
			}
		}
	}
	return f
}

// falling goes from one rate to the other along half a cosine.
func falling(from, to, share string) string {
	return to + " + (" + from + " - " + to + ")*(1 + cos(pi*" + share + "))/2"
}

// straight is a straight line from one rate to the other.
func straight(from, to, share string) string {
	return from + " + (" + to + " - " + from + ")*" + share
}

// scheduleTexts returns the equations of a schedule, the last of which is the rate's.
func scheduleTexts(s schedule.Schedule) []stage {
	switch s := s.(type) {
	case schedule.Constant:
		if s.Steps == 0 {
			return []stage{{"the rule's own rate", "gamma = gamma_0"}}
		}
		return []stage{{"a factor of the rule's rate at first", "gamma = if(k < Steps, Factor*gamma_0, gamma_0)"}}
	case schedule.StepDecay:
		return []stage{{"lower by a factor every so many steps", "gamma = gamma_0*Gamma^floor(k/StepSize)"}}
	case schedule.MultiStep:
		return []stage{{"lower by a factor at each milestone", "gamma = gamma_0*Gamma^sum(Milestones <= k)"}}
	case schedule.Exponential:
		return []stage{{"lower by a factor in every step", "gamma = gamma_0*Gamma^k"}}
	case schedule.InverseTime:
		return []stage{{"as 1/t", "gamma = gamma_0/(1 + Decay*k)"}}
	case schedule.Polynomial:
		return []stage{{"along a power", "gamma = EtaMin + (gamma_0 - EtaMin)*(1 - min(k, TotalIters)/TotalIters)^Power"}}
	case schedule.Cosine:
		share := "k/TMax"
		if s.Hold {
			share = "min(k, TMax)/TMax"
		}
		return []stage{{"along half a cosine", "gamma = " + falling("gamma_0", "EtaMin", share)}}
	case schedule.CosineWarmRestarts:
		return []stage{{"along half a cosine of T_i steps, of which s are done", "gamma = " + falling("gamma_0", "EtaMin", "s/T_i")}}
	case schedule.OneCycle:
		return oneCycle(s)
	case *schedule.Plateau:
		return []stage{{"lower by a factor after each of R plateaus", "gamma = max(gamma_0*Factor^R, MinLR)"}}
	case schedule.WarmupStableDecay:
		return warmupStableDecay(s)
	case schedule.Warmup:
		return []stage{{"a straight line, and then the rates eta of the schedule inside",
			"gamma = if(k < Steps, (StartFactor + (1 - StartFactor)*k/Steps)*eta[0], eta[k-Steps])"}}
	case schedule.Sequence:
		return []stage{{"the rate of the schedule that has begun last, after b others", "gamma = eta[k-b]"}}
	}
	return nil
}

func oneCycle(s schedule.OneCycle) []stage {
	line := falling
	if s.Linear {
		line = straight
	}
	texts := []stage{
		{"the first rate", "gamma_a = gamma_0/DivFactor"},
		{"the last one", "gamma_b = gamma_a/FinalDivFactor"},
		{"the rise ends here", "r = PctStart*TotalSteps - 1"},
		{"and all here", "n = TotalSteps - 1"},
	}
	rise := line("gamma_a", "gamma_0", "k/r")
	if !s.ThreePhase {
		return append(texts, stage{"up, and down to almost nothing",
			"gamma = if(k <= r, " + rise + ", " + line("gamma_0", "gamma_b", "(min(k, n) - r)/(n - r)") + ")"})
	}
	return append(texts,
		stage{"the last phase", "gamma_c = " + line("gamma_a", "gamma_b", "(min(k, n) - 2*r)/(n - 2*r)")},
		stage{"up, down, and on to almost nothing", "gamma = if(k <= r, " + rise + ", if(k <= 2*r, " + line("gamma_0", "gamma_a", "(k - r)/r") + ", gamma_c))"})
}

func warmupStableDecay(s schedule.WarmupStableDecay) []stage {
	fall := map[schedule.DecayShape]string{
		schedule.LinearDecay: "1 - x", schedule.SqrtDecay: "1 - sqrt(x)", schedule.CosineDecay: "(1 + cos(pi*x))/2",
	}[s.Shape]
	rate := "gamma_0*(MinFactor + (1 - MinFactor)*f)"
	if s.Warmup > 0 {
		rate = "if(k < Warmup, gamma_0*(StartFactor + (1 - StartFactor)*k/Warmup), " + rate + ")"
	}
	return []stage{
		{"the share of the fall that is done", "x = min(max(k - Warmup - Stable, 0), Decay)/Decay"},
		{"its shape", "f = " + fall},
		{"up, on, and down", "gamma = " + rate},
	}
}
