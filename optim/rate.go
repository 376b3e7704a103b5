package optim

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/schedule"
)

// checkRate returns an error if every rate would be 0: what schedules that lead away from a
// rule's LR make of one that is.
func checkRate[T kernels.Float](rule Rule, s schedule.Schedule) error {
	if !schedule.IsRelative(s) {
		return nil
	}
	return domain.Check[T]("optim: "+rule.Name(), domain.Of("LR", rule.LearningRate(), domain.Where(
		"a finite number > 0 for the schedule "+typeName(s)+" to multiply", domain.Positive.Has)))
}

// nextRates computes the groups' learning rates of the next step, and returns that of
// the optimizer's own rule and schedule.
func (o *Optimizer[T]) nextRates() (float64, error) {
	lr, err := nextRate[T](o.schedule, o.rule, o.steps)
	if err != nil {
		return 0, err
	}
	for i := range o.groups {
		g, rate := &o.groups[i], lr
		if !g.usual {
			if rate, err = nextRate[T](g.schedule, g.rule, o.steps); err != nil {
				return 0, err
			}
		}
		o.rates[i] = rate * g.factor
		if !isRate[T](o.rates[i]) {
			return 0, fmt.Errorf("optim: step %d: learning rate %v times a group's factor %v, want %s", o.steps+1, rate, g.factor, domain.NonNegative.Want)
		}
	}
	return lr, nil
}

func nextRate[T kernels.Float](s schedule.Schedule, rule Rule, steps int) (float64, error) {
	lr := s.Rate(rule.LearningRate(), steps)
	if !isRate[T](lr) {
		return 0, fmt.Errorf("optim: %s gives step %d the learning rate %v, want %s", typeName(s), steps+1, lr, domain.NonNegative.Want)
	}
	return lr, nil
}

// isRate reports whether a step can be taken at the rate.
func isRate[T kernels.Float](rate float64) bool {
	return rate >= 0 && !math.IsInf(float64(T(rate)), 0)
}

// schedules are an optimizer's, its groups' included, as one schedule that nobody asks
// for a rate: what looks for schedules inside of others finds them all.
type schedules []schedule.Schedule

// Rate returns that of the first.
func (s schedules) Rate(base float64, step int) float64 { return s[0].Rate(base, step) }

// Inner returns them.
func (s schedules) Inner() []schedule.Schedule { return s }

// schedules returns the optimizer's schedule and those that GroupSchedule has set, in the
// order of the options.
func (c *config) schedules() schedules {
	all := schedules{c.schedule}
	for _, s := range c.settings {
		if s.schedule.set {
			all = append(all, s.schedule.value)
		}
	}
	return all
}
