package schedule

import (
	"cmp"
	"math"

	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/state"
)

// Plateau lowers the rate when a metric, say the loss on validation data, has
// stopped improving (torch's ReduceLROnPlateau). It is an [Observer]: it is told
// the metric by Observe, once per epoch or whenever it is known; train.Fit does that. A
// metric is an improvement if it is below
//
//	Best - Threshold*|Best|    or, with Absolute,    Best - Threshold
//
// or, with Maximize, above Best + Threshold*|Best| or Best + Threshold; the first
// metric is one in any case. Metrics may have any sign: torch has Best instead of
// its magnitude, and with metrics below zero takes worse ones for improvements.
// After more than Patience metrics in a row without an improvement the rate becomes
//
//	max(rate*Factor, MinLR)
//
// unless that lowers it by no more than Eps, and for the next Cooldown metrics
// none counts as bad.
//
// A Plateau is used through a pointer, by one optimizer. Its options must not
// change once it is in use: Factor lies in (0, 1); Threshold, MinLR and Eps are
// finite and not negative; Patience and Cooldown are not negative. [NewPlateau]
// fills in the usual values.
type Plateau struct {
	Factor    float64 // multiplies the rate
	Patience  int     // number of bad metrics in a row that change nothing yet
	Threshold float64 // least improvement that counts
	Absolute  bool    // the threshold is a difference, not a share of the best
	Maximize  bool    // larger metrics are better
	Cooldown  int     // metrics after a change during which none is bad
	MinLR     float64 // lower bound of the rate
	Eps       float64 // least change of the rate that is made

	State PlateauState // what it has observed
}

// A PlateauState is what a [Plateau] remembers of the metrics. Together with the
// options it determines the rate, so a run is resumed by setting it.
type PlateauState struct {
	Observed   bool    // whether there was a metric that was an improvement
	Best       float64 // the last one that was, 0 if none
	Bad        int     // metrics in a row that were not
	Cooling    int     // metrics left of the cooldown
	Reductions int     // times that the rate was to be lowered
}

// NewPlateau returns a Plateau with torch's defaults: Factor 0.1, Patience 10,
// Threshold 1e-4, Eps 1e-8, and the others 0.
func NewPlateau() *Plateau {
	return &Plateau{Factor: 0.1, Patience: 10, Threshold: 1e-4, Eps: 1e-8}
}

// Observe takes the next metric. One that is not finite is no improvement.
func (p *Plateau) Observe(metric float64) {
	s := &p.State
	if p.improves(metric) {
		s.Observed, s.Best, s.Bad = true, metric, 0
	} else {
		s.Bad++
	}
	if s.Cooling > 0 {
		s.Cooling--
		s.Bad = 0
	}
	if s.Bad > p.Patience {
		s.Reductions++
		s.Cooling, s.Bad = p.Cooldown, 0
	}
}

func (p *Plateau) improves(metric float64) bool {
	best := p.State.Best
	switch {
	case metric-metric != 0:
		return false
	case !p.State.Observed:
		return true
	}
	if p.Maximize { // is to minimize the negative
		metric, best = -metric, -best
	}
	if p.Absolute {
		return metric < best-p.Threshold
	}
	// A product rather than a difference: torch's bits where Best is positive.
	return metric < best*(1-math.Copysign(p.Threshold, best))
}

// Rate returns base, lowered as often as the metrics asked for. It does not
// depend on the step.
func (p *Plateau) Rate(base float64, step int) float64 {
	rate := base
	for range p.State.Reductions {
		lower := max(rate*p.Factor, p.MinLR)
		if !(rate-lower > max(p.Eps, 0)) {
			break // and so it will stay
		}
		rate = lower
	}
	return rate
}

// Validate returns an error if an option is out of its domain.
func (p *Plateau) Validate() error {
	return cmp.Or(
		domain.Real("Factor", p.Factor, domain.OpenFraction),
		domain.Whole("Patience", p.Patience, 0),
		domain.Real("Threshold", p.Threshold, domain.NonNegative),
		domain.Whole("Cooldown", p.Cooldown, 0),
		domain.Real("MinLR", p.MinLR, domain.NonNegative),
		domain.Real("Eps", p.Eps, domain.NonNegative),
		domain.Real("State.Best", p.State.Best, domain.Finite),
		domain.Whole("State.Bad", p.State.Bad, 0),
		domain.Whole("State.Cooling", p.State.Cooling, 0),
		domain.Whole("State.Reductions", p.State.Reductions, 0),
	)
}

// SaveState returns the State as JSON.
func (p *Plateau) SaveState() (string, error) { return state.JSON(p.State) }

// RestoreState sets the State to one that SaveState has returned.
func (p *Plateau) RestoreState(text string) error {
	s, err := state.FromJSON[PlateauState](text)
	if err != nil {
		return err
	}
	restored := *p
	restored.State = s
	if err := restored.Validate(); err != nil {
		return err
	}
	p.State = s
	return nil
}
