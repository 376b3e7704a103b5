package schedule

import (
	"cmp"
	"math"

	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/portable"
)

// Cosine lets the rate fall along half a cosine, from the rule's own to EtaMin
// after TMax steps (I. Loshchilov and F. Hutter, SGDR: stochastic gradient
// descent with warm restarts, ICLR 2017, without the restarts):
//
//	EtaMin + (base-EtaMin) * (1+cos(π·step/TMax)) / 2
//
// This is the closed form of torch.optim.lr_scheduler.CosineAnnealingLR. As
// there, the rate rises again after TMax steps, back to base after 2*TMax. With
// Hold it stays at EtaMin from there on, so that a run may be longer than the
// cosine.
//
// TMax must be positive and EtaMin finite and not negative; optim.New says so
// otherwise.
type Cosine struct {
	TMax   int     // steps from the highest to the lowest rate
	EtaMin float64 // lowest rate
	Hold   bool    // after TMax steps the rate is EtaMin; torch's rises again
}

// Rate returns the formula's value. It is exactly base and exactly EtaMin at the
// ends. A Cosine without a positive TMax gives NaN.
func (c Cosine) Rate(base float64, step int) float64 {
	if c.TMax <= 0 {
		return invalid
	}
	if c.Hold {
		step = min(step, c.TMax)
	}
	return anneal(base, c.EtaMin, portable.CosPi(step, c.TMax))
}

// anneal goes from a to b as the cosine goes from 1 to -1.
func anneal(a, b, cos float64) float64 {
	return float64(a*(1+cos)/2) + float64(b*(1-cos)/2)
}

// Validate returns an error if an option is out of its domain.
func (c Cosine) Validate() error {
	return cmp.Or(
		domain.Whole("TMax", c.TMax, 1),
		domain.Real("EtaMin", c.EtaMin, domain.NonNegative),
	)
}

// CosineWarmRestarts lets the rate fall along half a cosine again and again
// (Loshchilov and Hutter, SGDR, 2017; torch's CosineAnnealingWarmRestarts). The
// i-th fall, from 0, takes Ti = T0 * TMult^i steps; with s the steps since it
// began the rate is
//
//	EtaMin + (base-EtaMin) * (1+cos(π·s/Ti)) / 2
//
// T0 must be positive, TMult at least 1 (torch's default), and EtaMin finite and
// not negative.
type CosineWarmRestarts struct {
	T0     int     // steps of the first fall
	TMult  int     // each fall is longer than the one before by this factor
	EtaMin float64 // lower bound of the rate
}

// Rate returns the formula's value.
func (c CosineWarmRestarts) Rate(base float64, step int) float64 {
	if c.T0 <= 0 || c.TMult <= 0 {
		return invalid
	}
	s, n := max(step, 0), c.T0
	if c.TMult == 1 {
		s %= n
	}
	for s >= n {
		s -= n
		if n > math.MaxInt/c.TMult {
			n = math.MaxInt // longer than any run
			break
		}
		n *= c.TMult
	}
	return anneal(base, c.EtaMin, portable.CosPi(s, n))
}

// Validate returns an error if an option is out of its domain.
func (c CosineWarmRestarts) Validate() error {
	return cmp.Or(
		domain.Whole("T0", c.T0, 1),
		domain.Whole("TMult", c.TMult, 1),
		domain.Real("EtaMin", c.EtaMin, domain.NonNegative),
	)
}

// OneCycle lets the rate rise and then fall to almost nothing, once in a run (L.
// N. Smith and N. Topin, Super-convergence: very fast training of neural
// networks using large learning rates, 2018), as torch's OneCycleLR does without
// its cycle of the momentum. The rule's own rate is the highest one, torch's
// max_lr:
//
//	from base/DivFactor to base                                  in PctStart*TotalSteps steps
//	from base to base/DivFactor/FinalDivFactor                   in the rest
//
// along half a cosine each, or along straight lines with Linear. With ThreePhase
// the fall goes to base/DivFactor first, in as many steps as the rise took, and
// from there to base/DivFactor/FinalDivFactor in the rest. After TotalSteps the
// rate stays as it is.
//
// TotalSteps must be positive, PctStart lie in [0, 1], and the two factors be
// finite and > 0. [NewOneCycle] fills in the usual values.
type OneCycle struct {
	TotalSteps     int     // length of the cycle
	PctStart       float64 // share of the steps in which the rate rises; 0 for a fall alone
	DivFactor      float64 // highest rate over the first
	FinalDivFactor float64 // first rate over the last
	Linear         bool    // straight lines: torch's anneal_strategy "linear"
	ThreePhase     bool    // as in the paper
}

// NewOneCycle returns a OneCycle with torch's defaults: PctStart 0.3, DivFactor
// 25, FinalDivFactor 1e4, two phases of half a cosine.
func NewOneCycle(totalSteps int) OneCycle {
	return OneCycle{TotalSteps: totalSteps, PctStart: 0.3, DivFactor: 25, FinalDivFactor: 1e4}
}

// Rate returns the cycle's rate. It is exactly the named ones at the ends of the
// phases where these fall on a step.
func (c OneCycle) Rate(base float64, step int) float64 {
	if c.TotalSteps <= 0 {
		return invalid
	}
	first := base / c.DivFactor
	last := first / c.FinalDivFactor
	end := float64(c.TotalSteps - 1)
	s := min(float64(max(step, 0)), end)
	// As in torch, a phase ends at a step that need not be whole.
	rise := float64(c.PctStart*float64(c.TotalSteps)) - 1
	fall := float64(2*c.PctStart*float64(c.TotalSteps)) - 2
	switch {
	case s <= rise:
		return c.phase(first, base, s, 0, rise)
	case !c.ThreePhase:
		return c.phase(base, last, s, rise, end)
	case s <= fall:
		return c.phase(base, first, s, rise, fall)
	}
	return c.phase(first, last, s, fall, end)
}

// phase goes from rate a at step from to rate b at step to.
func (c OneCycle) phase(a, b, s, from, to float64) float64 {
	if from >= to {
		return b // a phase of no length, at which torch divides by zero
	}
	x := (s - from) / (to - from)
	if c.Linear {
		return portable.Mix(a, b, x)
	}
	return anneal(a, b, portable.CosPiFrac(x))
}

// Validate returns an error if an option is out of its domain.
func (c OneCycle) Validate() error {
	return cmp.Or(
		domain.Whole("TotalSteps", c.TotalSteps, 1),
		domain.Real("PctStart", c.PctStart, domain.ClosedFraction),
		domain.Real("DivFactor", c.DivFactor, domain.Positive),
		domain.Real("FinalDivFactor", c.FinalDivFactor, domain.Positive),
	)
}
