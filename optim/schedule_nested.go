package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/optim/internal/domain"
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
	return rate(then, base, 0) * mix(w.StartFactor, 1, float64(max(step, 0))/float64(w.Steps))
}

func (w Warmup) then() Schedule {
	if w.Then == nil {
		return Constant{}
	}
	return w.Then
}

func (w Warmup) nested() []Schedule { return []Schedule{w.then()} }

func (w Warmup) options() []domain.Number {
	own := []domain.Number{
		domain.Of("Steps", float64(w.Steps), domain.Steps),
		domain.Of("StartFactor", w.StartFactor, domain.Where("a number in [0, 1]", func(v float64, _ func(float64) float64) bool {
			return v >= 0 && v <= 1
		})),
	}
	return append(own, nestedOptions(w.then())...)
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

// rate returns the rate of a schedule inside another, which may be one that New
// would refuse.
func rate(s Schedule, base float64, step int) float64 {
	if isNil(s) {
		return invalid
	}
	return s.Rate(base, step)
}

func (s Sequence) nested() []Schedule { return s.Schedules }

func (s Sequence) options() []domain.Number {
	all := []domain.Number{
		domain.Of("number of Schedules", float64(len(s.Schedules)), domain.Where("at least 1", func(v float64, _ func(float64) float64) bool {
			return v > 0
		})),
		domain.Of("number of Milestones", float64(len(s.Milestones)), domain.Where(
			fmt.Sprintf("%d, one less than Schedules", len(s.Schedules)-1), func(v float64, _ func(float64) float64) bool {
				return v == float64(len(s.Schedules)-1)
			})),
	}
	for i, m := range s.Milestones {
		before := 0
		if i > 0 {
			before = s.Milestones[i-1]
		}
		all = append(all, domain.Of(fmt.Sprintf("Milestones[%d]", i), float64(m), domain.Where(
			fmt.Sprintf("a step after %d", before), func(float64, func(float64) float64) bool {
				return m > before
			})))
	}
	for _, inner := range s.Schedules {
		all = append(all, nestedOptions(inner)...)
	}
	return all
}
