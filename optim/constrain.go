package optim

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// Bounds keeps the elements of a group's parameters in the interval from lo to hi:
// after a step those beyond it are set to the nearer end, or in float32 to the last number
// within. Either end may be infinite, lo must not be above hi, neither may be NaN, and
// there must be a finite number of the parameters' type between them. NaN in a parameter
// stays. The values before the first step are the caller's.
//
// A parameter that is BF16 is kept between the first and the last bfloat16 of the interval, so
// that rounding leads to none beyond. Of one that is split the joined numbers are within, and
// BF16 has the nearest to these.
//
// The rule's state knows nothing of it. Rules that take gradients at another point than
// the one to evaluate, as [ScheduleFreeAdamW], have no bounds.
func Bounds(lo, hi float64) GroupOption {
	return func(s *setting) { s.bounds = optional[interval]{true, interval{lo, hi}} }
}

// L1 adds an L1 penalty, lambda times the sum of magnitudes, to the loss of a group's
// parameters by a proximal step: after each step every element moves towards 0 by
// lambda times the learning rate of the group, and those nearer than that become 0 (P. L.
// Combettes and V. R. Wajs, Signal recovery by proximal forward-backward splitting,
// 2005). It comes before [Bounds]. lambda must be finite and not negative.
//
// Like decoupled weight decay it goes by the rate alone, that of Report.GroupLRs, also
// where the rule scales its own step further, as [LARS], [LAMB], [Muon], [Adafactor] and
// those of Adam's family do: the penalty then weighs more or less than lambda beside the
// loss. With [Momentum], whose steps add up to 1/(1-Momentum) times the gradient's, it
// weighs 1-Momentum times as much.
//
// Rules that take gradients at another point than the one to evaluate, as
// [ScheduleFreeAdamW], have no L1 penalty, nor have those that refuse it, see
// [L1Checker]: [FTRL], which has one of its own, and [Prodigy], whose step is not its rate.
func L1(lambda float64) GroupOption {
	return func(s *setting) { s.l1 = optional[float64]{true, lambda} }
}

// An interval is what Bounds has set.
type interval struct{ lo, hi float64 }

// ends returns the first and the last number of type T in the interval. Where there is
// none, the first one is above the last.
func ends[T kernels.Float](b interval) (lo, hi T) {
	lo, hi = T(b.lo), T(b.hi)
	// Only float32 rounds.
	if float64(lo) < b.lo {
		lo = T(math.Nextafter32(float32(lo), float32(math.Inf(1))))
	}
	if float64(hi) > b.hi {
		hi = T(math.Nextafter32(float32(hi), float32(math.Inf(-1))))
	}
	return lo, hi
}

// ends16 returns the first and the last bfloat16 in the interval in the same way.
func ends16[T kernels.Float](b interval) (lo, hi T) {
	first, last := ends[float32](b)
	return T(ceil16(first)), T(-ceil16(-last))
}

// ceil16 returns the least bfloat16 that is not below x.
func ceil16(x float32) float32 {
	const lower = 1<<16 - 1
	b := math.Float32bits(x)
	if x > 0 {
		b += lower
	}
	return math.Float32frombits(b &^ lower)
}

// checkBounds returns an error unless there are finite numbers of type T in the interval.
func checkBounds[T kernels.Float](b interval) error {
	if !(b.lo <= b.hi) || isEmpty(ends[T](b)) {
		return fmt.Errorf("optim: WithGroup: Bounds = %v to %v, want the ends of an interval in which there is a %T", b.lo, b.hi, T(0))
	}
	return nil
}

// isEmpty reports whether there is no finite number between two, both included.
func isEmpty[T kernels.Float](lo, hi T) bool {
	return !(lo <= hi) || math.IsInf(float64(lo), 1) || math.IsInf(float64(hi), -1)
}

// constrains reports whether the group changes parameters after a step.
func (g *group[T]) constrains() bool { return g.l1 != 0 || g.bounds.set }

// constrain takes the proximal step for a part of a parameter that was updated at the
// rate, and brings it back within the bounds. rounds says that it will be rounded to bfloat16.
func (g *group[T]) constrain(p []T, rate float64, rounds bool) {
	if g.l1 != 0 {
		kernels.SoftThreshold(p, p, generic.Bounded[T](float64(rate*g.l1)))
	}
	switch {
	case !g.bounds.set:
	case rounds:
		kernels.Clamp(p, p, g.lo16, g.hi16)
	default:
		kernels.Clamp(p, p, g.lo, g.hi)
	}
}
