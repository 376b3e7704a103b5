package train

import (
	"cmp"
	"fmt"
	"math"

	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/state"
)

// A StopRule ends a run. [Fit] asks its rules after every step, each of them
// every time. When a [Run] is entered again, it asks about the last iteration once
// more, not Validated: a rule that counts can tell by Iteration.
//
// A rule may also be a [Validator], a [Saver], a [MetricRule] and a [Keeper].
type StopRule interface {
	// Stop returns the reason why the run is to end, or "" to go on.
	Stop(p Progress) (reason string)
}

// A StopFunc is a function as a StopRule.
type StopFunc func(p Progress) (reason string)

// Stop calls f.
func (f StopFunc) Stop(p Progress) string { return f(p) }

// A StepLimit ends a run after that many iterations, skipped steps and those before
// it was resumed included: opt.Iterations() + 100 are 100 more. It must be positive.
type StepLimit int

// Stop ends the run at the limit.
func (n StepLimit) Stop(p Progress) string {
	if p.Iteration < int(n) {
		return ""
	}
	return plural(int(n), "iteration")
}

// Validate returns an error if an option is out of its domain.
func (n StepLimit) Validate() error {
	return domain.Whole("limit", int(n), 1)
}

// An epochLimit ends a run after FitOptions.Epochs.
type epochLimit struct{ epochs, steps int }

// Stop ends the run at the limit.
func (l epochLimit) Stop(p Progress) string {
	if p.Iteration < l.steps {
		return ""
	}
	return plural(l.epochs, "epoch")
}

// plural returns a number of things: "1 epoch", "2 epochs".
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// A GradNormLimit ends a run when the Euclidean norm of all gradients together,
// before clipping, is at most the limit: at a stationary point, if the gradients
// are those of the whole data. The limit must be finite and > 0. With [optim.Unchecked]
// there is no norm, and the rule is an error of [NewRun].
type GradNormLimit float64

// Stop ends the run at a small gradient.
func (limit GradNormLimit) Stop(p Progress) string {
	if p.Skipped || !(p.GradNorm <= float64(limit)) {
		return ""
	}
	return fmt.Sprintf("gradient norm %v <= %v", p.GradNorm, float64(limit))
}

// Validate returns an error if an option is out of its domain.
func (limit GradNormLimit) Validate() error {
	return domain.Real("limit", float64(limit), domain.Positive)
}

// A LossChange ends a run when the loss hardly changes: when For times in a row
//
//	|loss - loss before| <= Tol * max(|loss|, |loss before|)
//
// A LossChange is used through a pointer and serves one run. Tol must be finite
// and not negative, For positive.
type LossChange struct {
	Tol     float64 // relative change
	For     int     // number of steps
	Average bool    // look at the moving average of the loss, for noisy losses

	begun     bool
	last      float64
	count     int
	iteration int // the last one that was counted
}

// Stop ends the run when the loss has settled.
func (r *LossChange) Stop(p Progress) string {
	if p.Iteration == 0 || p.Iteration != r.iteration {
		r.observe(p)
	}
	if r.count < r.For {
		return ""
	}
	return fmt.Sprintf("loss changed by no more than %v of itself in %s", r.Tol, plural(r.For, "step"))
}

// observe counts an iteration.
func (r *LossChange) observe(p Progress) {
	loss := p.Loss
	if r.Average {
		loss = p.Average
	}
	// Infinite losses differ by NaN, which is not small either.
	if r.begun && math.Abs(loss-r.last) <= r.Tol*max(math.Abs(loss), math.Abs(r.last)) {
		r.count++
	} else {
		r.count = 0
	}
	r.last, r.begun, r.iteration = loss, !p.Skipped, p.Iteration // a skipped step leaves the loss as it is
}

// Validate returns an error if an option is out of its domain.
func (r *LossChange) Validate() error {
	return cmp.Or(
		domain.Real("Tol", r.Tol, domain.NonNegative),
		domain.Whole("For", r.For, 1),
	)
}

type lossChangeState struct {
	Begun            bool
	Last             state.Real
	Count, Iteration int
}

// SaveState returns what the rule knows of the losses.
func (r *LossChange) SaveState() (string, error) {
	return state.JSON(lossChangeState{r.begun, state.Real(r.last), r.count, r.iteration})
}

// RestoreState goes to a state that SaveState has returned.
func (r *LossChange) RestoreState(text string) error {
	s, err := state.FromJSON[lossChangeState](text)
	if err != nil {
		return err
	}
	if s.Count < 0 || s.Iteration < 0 {
		return fmt.Errorf("%+v, want no negative counts", s)
	}
	r.begun, r.last, r.count, r.iteration = s.Begun, float64(s.Last), s.Count, s.Iteration
	return nil
}
