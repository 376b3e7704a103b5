package optim

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// Bounds keeps the elements of a group's parameters in the interval from lo to hi:
// after a step those beyond it are set to the nearer end. Either end may be infinite, lo
// must not be above hi, and neither may be NaN. NaN in a parameter stays. The values
// before the first step are the caller's.
//
// The rule's state knows nothing of it. Rules that take gradients at another point than
// the one to evaluate, as [ScheduleFreeAdamW], have no bounds.
func Bounds(lo, hi float64) GroupOption {
	return func(s *setting) { s.bounds = &interval{lo, hi} }
}

// L1 adds an L1 penalty, lambda times the sum of magnitudes, to the loss of a group's
// parameters by a proximal step: after each step every element moves towards 0 by
// lambda times the learning rate of the group, and those nearer than that become 0 (P. L.
// Combettes and V. R. Wajs, Signal recovery by proximal forward-backward splitting,
// 2005). It comes before [Bounds]. lambda must be finite and not negative.
//
// Rules that take gradients at another point than the one to evaluate, as
// [ScheduleFreeAdamW], have no L1 penalty.
func L1(lambda float64) GroupOption {
	return func(s *setting) { s.l1 = optional{true, lambda} }
}

// An interval is what Bounds has set.
type interval struct{ lo, hi float64 }

// checkBounds returns an error unless there are numbers of type T in the interval.
func checkBounds[T kernels.Float](b interval) error {
	lo, hi := float64(T(b.lo)), float64(T(b.hi))
	if !(b.lo <= b.hi) || math.IsInf(lo, 1) || math.IsInf(hi, -1) {
		return fmt.Errorf("optim: WithGroup: Bounds = %v to %v, want the ends of an interval of %T", b.lo, b.hi, T(0))
	}
	return nil
}

// constrains reports whether the group changes parameters after a step.
func (g *group[T]) constrains() bool { return g.l1 != 0 || g.bounds != nil }

// constrain takes the proximal step for a part of a parameter that was updated at the
// rate, and brings it back within the bounds.
func (g *group[T]) constrain(p []T, rate float64) {
	if g.l1 != 0 {
		kernels.SoftThreshold(p, p, bounded[T](float64(rate*g.l1)))
	}
	if g.bounds != nil {
		kernels.Clamp(p, p, T(g.bounds.lo), T(g.bounds.hi))
	}
}
