package train

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/state"
)

// Patience says when a metric on validation data has stopped improving. A metric is
// an improvement if it is better by more than MinDelta than the last one that was.
type Patience struct {
	Checks   int     // metrics in a row without improvement that end a run, > 0
	MinDelta float64 // least improvement that counts, finite and >= 0
	Maximize bool    // larger metrics are better
}

// Validate returns an error if an option is out of its domain.
func (p Patience) Validate() error {
	return cmp.Or(
		domain.Whole("Checks", p.Checks, 1),
		domain.Real("MinDelta", p.MinDelta, domain.NonNegative),
	)
}

// EarlyStopping ends a run when a metric on validation data has stopped
// improving, and keeps the parameters that had the best one, by however little (L.
// Prechelt, Early stopping - but when?, 1998). It is a [StopRule], a [MetricRule] and a
// [Keeper], and can be used without Fit. It serves one run, and a new one is wanted where
// [optim.Optimizer.Grow] has replaced a table. Of parameters that are BF16 it keeps the lower
// halves where Param.Rest has them, and those that are the optimizer's own stay as they are.
type EarlyStopping[T kernels.Float] struct {
	patience Patience
	params   []optim.Param[T]
	best     []optim.Param[T] // copies of the parameters
	metric   float64          // that they had
	mark     float64          // last improvement
	seen     bool             // whether there are these
	bad      int              // metrics since the last improvement
}

// NewEarlyStopping returns an EarlyStopping that keeps the best values of the
// parameters, usually those of the optimizer. Where Validate swaps them with their averages,
// give it [WeightAverage.Params]: the metric is that of the averages, and so are the best
// values, which a Swap after the run puts into the model. It is an error if an option is out
// of its domain or the parameters are not as in [optim.New].
func NewEarlyStopping[T kernels.Float](params []optim.Param[T], p Patience) (*EarlyStopping[T], error) {
	if err := validate(p); err != nil {
		return nil, err
	}
	if err := optim.CheckParams(params); err != nil {
		return nil, err
	}
	return &EarlyStopping[T]{patience: p, params: slices.Clone(params), best: copiesOf(params)}, nil
}

// Observe takes the metric of the parameters' present values and copies them if
// it is the best so far. It reports whether the run is to end. A metric that is
// NaN is no improvement.
func (e *EarlyStopping[T]) Observe(metric float64) (stop bool) {
	if e.better(metric, e.metric, 0) {
		for i, p := range e.params {
			loadValues(e.best[i].Value, p)
		}
		e.metric = metric
	}
	if e.better(metric, e.mark, e.patience.MinDelta) {
		e.mark, e.bad = metric, 0
	} else {
		e.bad++
	}
	e.seen = e.seen || metric == metric
	return e.ended()
}

// better reports whether a metric is better than another by more than delta. The
// first one is.
func (e *EarlyStopping[T]) better(metric, than, delta float64) bool {
	switch {
	case !e.seen:
		return metric == metric
	case e.patience.Maximize:
		return metric > than+delta
	}
	return metric < than-delta
}

func (e *EarlyStopping[T]) ended() bool { return e.bad >= e.patience.Checks }

// Stop observes the metric of a step that has one.
func (e *EarlyStopping[T]) Stop(p Progress) string {
	if p.Validated {
		e.Observe(p.Metric)
	}
	switch {
	case !e.ended():
		return ""
	case !e.seen:
		return fmt.Sprintf("no metric but NaN in %s", plural(e.bad, "check"))
	case e.patience.MinDelta > 0:
		return fmt.Sprintf("no metric better than %v by more than %v in %s", e.mark, e.patience.MinDelta, plural(e.bad, "check"))
	}
	return fmt.Sprintf("no metric better than %v in %s", e.mark, plural(e.bad, "check"))
}

// Validate returns an error if a Patience is out of its domain, as that of an EarlyStopping
// is which NewEarlyStopping has not made.
func (e *EarlyStopping[T]) Validate() error { return e.patience.Validate() }

// Best returns the best metric so far. There is none before the first.
func (e *EarlyStopping[T]) Best() (metric float64, ok bool) { return e.metric, e.seen }

// Restore sets the parameters to the values that had the best metric. It reports
// false, and leaves them, if there was none. [Fit] calls it where this rule has ended
// the run; elsewhere, say after a divergence, it is the caller's to call, behind
// [optim.Optimizer.EvalMode]. The optimizer's moments stay those of the last step: to go on
// from the best point, save one there, or restore an earlier one.
func (e *EarlyStopping[T]) Restore() bool {
	if e.seen {
		for i, p := range e.params {
			storeValues(p, e.best[i].Value)
		}
	}
	return e.seen
}

type earlyState struct {
	Metric, Mark state.Real
	Seen         bool
	Bad          int
}

// SaveState returns what the rule knows of the metrics.
func (e *EarlyStopping[T]) SaveState() (string, error) {
	return state.JSON(earlyState{state.Real(e.metric), state.Real(e.mark), e.seen, e.bad})
}

// RestoreState goes to a state that SaveState has returned.
func (e *EarlyStopping[T]) RestoreState(text string) error {
	s, err := state.FromJSON[earlyState](text)
	if err != nil {
		return err
	}
	if s.Bad < 0 {
		return fmt.Errorf("%d bad metrics, want no negative count", s.Bad)
	}
	e.metric, e.mark, e.seen, e.bad = float64(s.Metric), float64(s.Mark), s.Seen, s.Bad
	return nil
}

// Params returns the best values under the parameters' names, those of bfloat16 as float32. The
// slices are those of e.
func (e *EarlyStopping[T]) Params() []optim.Param[T] { return slices.Clone(e.best) }
