package schedule

import (
	"cmp"
	"math"

	"github.com/seed63264101/steepest/optim/internal/domain"
)

// A Schedule gives each step its learning rate.
//
// The schedules of this package are structs of options with the names and the
// meaning they have in torch.optim.lr_scheduler. They are pure functions of the
// step, except for [Plateau], an [Observer], and give the same bits on every
// machine. optim.New checks their options with [Check], those of schedules inside
// others included.
type Schedule interface {
	// Rate returns the learning rate of a step, from the rule's own rate and the
	// number of steps taken before: 0 for the first. A rate that is negative or
	// not finite is an error of that Step.
	Rate(base float64, step int) float64
}

// A Func is a function as a Schedule.
type Func func(base float64, step int) float64

// Rate calls f.
func (f Func) Rate(base float64, step int) float64 { return f(base, step) }

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

// Validate returns an error if an option is out of its domain.
func (c Constant) Validate() error {
	factor := domain.NonNegative
	if c.Steps > 0 {
		factor = domain.Where("a finite number > 0 with Steps", domain.Positive.Has)
	}
	return cmp.Or(
		domain.Real("Factor", c.Factor, factor),
		domain.Whole("Steps", c.Steps, 0),
	)
}

// invalid is the rate of a schedule whose options Check refuses.
var invalid = math.NaN()
