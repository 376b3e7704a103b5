package optim

import (
	"math"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/domain"

	"github.com/seed63264101/steepest/kernels"
)

// A Schedule gives each step its learning rate.
//
// The schedules of this package are structs of options with the names and the
// meaning they have in torch.optim.lr_scheduler. They are pure functions of the
// step, except for [Plateau], an [Observer], and give the same bits on every
// machine. [New] checks their options, those of schedules inside others included.
type Schedule interface {
	// Rate returns the learning rate of a step, from the rule's own rate and the
	// number of steps taken before: 0 for the first. A rate that is negative or
	// not finite is an error of that Step.
	Rate(base float64, step int) float64
}

// A ScheduleFunc is a function as a Schedule.
type ScheduleFunc func(base float64, step int) float64

// Rate calls f.
func (f ScheduleFunc) Rate(base float64, step int) float64 { return f(base, step) }

// Constant keeps the rule's own rate; Constant{} is the default schedule. In the
// first Steps steps the rate is multiplied by Factor (torch's ConstantLR, whose
// total_iters is Steps).
//
// Factor must be finite and not negative, and above 0 if there are Steps. Steps must
// not be negative.
type Constant struct {
	Factor float64 // multiplies the rate at first
	Steps  int     // number of steps with the factor; 0 for none
}

// Rate returns base, or Factor*base in the first Steps steps.
func (c Constant) Rate(base float64, step int) float64 {
	if step < c.Steps {
		return base * c.Factor
	}
	return base
}

func (c Constant) options() []domain.Number {
	factor := domain.NonNegative
	if c.Steps > 0 {
		factor = domain.Where("a finite number > 0 with Steps", domain.Positive.Has)
	}
	return []domain.Number{
		domain.Of("Factor", c.Factor, factor),
		domain.Of("Steps", float64(c.Steps), domain.Steps),
	}
}

// none is the domain of a number of mistakes.
var none = domain.Where("none", func(v float64, _ func(float64) float64) bool { return v == 0 })

// nestedOptions returns the options of a schedule inside another, with the
// schedule's name before theirs. A schedule that cannot be called is one too.
func nestedOptions(s Schedule) []domain.Number {
	if isNil(s) {
		return []domain.Number{domain.Of("nil Schedules", 1, none)}
	}
	checked, ok := s.(interface{ options() []domain.Number })
	if !ok {
		return nil
	}
	var all []domain.Number
	for _, o := range checked.options() {
		o.Name = typeName(s) + ": " + o.Name
		all = append(all, o)
	}
	return all
}

// checkRate returns an error if every rate would be 0: what this package's schedules
// make of a rule's LR that is.
func checkRate[T kernels.Float](rule Rule, s Schedule) error {
	if isForeign(s) {
		return nil
	}
	return domain.Check[T]("optim: "+rule.Name(), domain.Of("LR", rule.rate(), domain.Where(
		"a finite number > 0 for the schedule "+typeName(s)+" to multiply", domain.Positive.Has)))
}

// isForeign reports whether a schedule, or one inside of it, is not of this package.
func isForeign(s Schedule) bool {
	if _, ok := s.(interface{ options() []domain.Number }); !ok {
		return true
	}
	outer, ok := s.(interface{ nested() []Schedule })
	return ok && slices.ContainsFunc(outer.nested(), isForeign)
}

// mix returns a*(1-x) + b*x: exactly a and exactly b at the ends.
func mix(a, b, x float64) float64 {
	return float64(a*(1-x)) + float64(b*x)
}

// invalid is the rate of a schedule whose options New would refuse.
var invalid = math.NaN()
