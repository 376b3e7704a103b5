package schedule

import (
	"cmp"
	"fmt"

	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/portable"
)

// Warmup lets the rate rise along a straight line in the first Steps steps and
// then follows another schedule, whose steps it counts from there:
//
//	(StartFactor + (1-StartFactor)*step/Steps) * Then.Rate(base, 0)    before
//	Then.Rate(base, step-Steps)                                        after
//
// (P. Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour,
// 2017). It is torch's SequentialLR of a LinearLR and another one. Without Then
// the rule's own rate follows.
//
// StartFactor must lie in [0, 1]; torch's is 1/3. At 0 the first step has the
// rate 0. Steps must not be negative.
type Warmup struct {
	Steps       int      // steps before the full rate; 0 for none
	StartFactor float64  // share of the rate in the first step
	Then        Schedule // what follows; nil is Constant{}
}

// Rate returns the formula's value.
func (w Warmup) Rate(base float64, step int) float64 {
	then := w.then()
	if step >= w.Steps {
		return rate(then, base, step-w.Steps)
	}
	return rate(then, base, 0) * portable.Mix(w.StartFactor, 1, float64(max(step, 0))/float64(w.Steps))
}

func (w Warmup) then() Schedule {
	if w.Then == nil {
		return Constant{}
	}
	return w.Then
}

// Inner returns the schedule that follows.
func (w Warmup) Inner() []Schedule { return []Schedule{w.then()} }

// Validate returns an error if an option is out of its domain.
func (w Warmup) Validate() error {
	return cmp.Or(
		domain.Whole("Steps", w.Steps, 0),
		domain.Real("StartFactor", w.StartFactor, domain.ClosedFraction),
	)
}

// Sequence follows one schedule after the other (torch's SequentialLR). The
// first holds before step Milestones[0], the next from there to before
// Milestones[1], and so on. Each counts the steps from its own beginning.
//
// There must be at least one schedule and one milestone less than schedules.
// Milestones must be positive and increase.
type Sequence struct {
	Schedules  []Schedule // one after the other
	Milestones []int      // where the second and all later ones begin
}

// Rate returns the rate of the schedule that holds at the step.
func (s Sequence) Rate(base float64, step int) float64 {
	i, begin := 0, 0
	for i < len(s.Milestones) && s.Milestones[i] <= step {
		begin = s.Milestones[i]
		i++
	}
	if i >= len(s.Schedules) {
		return invalid
	}
	return rate(s.Schedules[i], base, step-begin)
}

// rate returns the rate of a schedule inside another, which may be one that Check
// refuses.
func rate(s Schedule, base float64, step int) float64 {
	if isNil(s) {
		return invalid
	}
	return s.Rate(base, step)
}

// Inner returns the schedules.
func (s Sequence) Inner() []Schedule { return s.Schedules }

// Validate returns an error unless there are schedules, and milestones between them that
// increase.
func (s Sequence) Validate() error {
	if len(s.Schedules) == 0 {
		return fmt.Errorf("no Schedules, want one or more")
	}
	if want := len(s.Schedules) - 1; len(s.Milestones) != want {
		return fmt.Errorf("%d Milestones for %d Schedules, want %d", len(s.Milestones), len(s.Schedules), want)
	}
	before := 0
	for i, m := range s.Milestones {
		if m <= before {
			return fmt.Errorf("Milestones[%d] = %d, want a step after %d", i, m, before)
		}
		before = m
	}
	return nil
}
