package optim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A Reduction says how a step combines the gradients of several micro-batches.
type Reduction int

// The reductions.
const (
	ReduceMean Reduction = iota // the mean, for losses averaged over a micro-batch
	ReduceSum                   // the sum, for parts of one loss
)

// An Option configures an [Optimizer].
type Option func(*config)

type config struct {
	schedule      schedule.Schedule
	reduction     Reduction
	clipNorm      optional[float64]
	clipParamNorm optional[float64]
	clipValue     optional[float64]
	unchecked     bool
	zeroGrads     bool
	scaler        LossScaler
	workers       int
	failAfter     optional[float64]
	settings      []setting
	format        Format
	split         bool
	roundingSeed  uint64
	order         ReductionOrder
	distributed   bool
	transport     Transport // nil in a single process
	microBatches  int       // of a step, over all ranks
}

func defaults() config {
	return config{schedule: schedule.Constant{}, scaler: fixedScale(1), workers: 1}
}

// An optional is what an option has set, or not.
type optional[V any] struct {
	set   bool
	value V
}

// WithSchedule sets the learning-rate schedule. Without it the rule's own rate
// holds throughout.
func WithSchedule(s schedule.Schedule) Option { return func(c *config) { c.schedule = s } }

// WithReduction sets how the gradients of several micro-batches are combined.
// Without it they are averaged.
func WithReduction(r Reduction) Option { return func(c *config) { c.reduction = r } }

// Reduction returns how a step combines the gradients of several micro-batches.
func (o *Optimizer[T]) Reduction() Reduction { return o.reduction }

// ClipNorm limits the Euclidean norm of all gradients together (R. Pascanu et
// al., On the difficulty of training recurrent neural networks, 2013), as
// torch.nn.utils.clip_grad_norm_ does: every gradient is multiplied by
//
//	min(1, limit / (norm + 1e-6))
//
// whatever the norm, be it larger than any float64, and however small that makes the
// factor. The limit must be a finite number > 0.
func ClipNorm(max float64) Option {
	return func(c *config) { c.clipNorm = optional[float64]{true, max} }
}

// ClipParamNorm limits the Euclidean norm of each parameter's gradient by
// itself: what [ClipNorm] does, parameter by parameter. Where both are set, this
// comes first. The limit must be a finite number > 0.
func ClipParamNorm(max float64) Option {
	return func(c *config) { c.clipParamNorm = optional[float64]{true, max} }
}

// ClipValue limits each element of the gradients to [-limit, limit], as
// torch.nn.utils.clip_grad_value_ does. Where a norm is limited too, that comes
// first. The limit must be a finite number > 0.
func ClipValue(max float64) Option {
	return func(c *config) { c.clipValue = optional[float64]{true, max} }
}

// ZeroGrads lets a step, and [Optimizer.Accumulate], set the gradients to zero
// once they are used, for callers that add to them. The gradients of a skipped
// step are used as well: what is not finite would stay so. With it no two
// gradients may overlap in memory. Gradients of frozen parameters stay as they
// are.
func ZeroGrads() Option { return func(c *config) { c.zeroGrads = true } }

// Workers sets how many goroutines share a step, the caller's included; 1 without
// it. The results are the same bits for any number. Steps over less than a few
// blocks of 64 KiB of parameters stay on the caller's goroutine. n must be
// positive; runtime.GOMAXPROCS(0) is a good choice.
//
// The other goroutines start with the first step that is worth them. They end
// with [Optimizer.Close], or after the optimizer has become unreachable.
func Workers(n int) Option { return func(c *config) { c.workers = n } }

// newConfig applies the options to the defaults and checks the result.
func newConfig[T kernels.Float](opts []Option) (config, error) {
	c, hasNil := defaults(), false
	for _, opt := range opts {
		if opt == nil {
			hasNil = true
			continue // one behind it says who waits to hear of it
		}
		opt(&c)
	}
	if hasNil {
		return c, fmt.Errorf("optim: nil Option")
	}
	if !c.failAfter.set && !c.scaler.adapts() {
		c.failAfter.value = failAfterSkips
	}
	return c, checkConfig[T](&c)
}

func checkConfig[T kernels.Float](c *config) error {
	if err := schedule.Check(c.schedule); err != nil {
		return fmt.Errorf("optim: %w", err)
	}
	if c.reduction != ReduceMean && c.reduction != ReduceSum {
		return fmt.Errorf("optim: Reduction = %d, want ReduceMean or ReduceSum", c.reduction)
	}
	if err := c.checkOrder(); err != nil {
		return err
	}
	for _, l := range []struct {
		name string
		optional[float64]
	}{{"ClipNorm", c.clipNorm}, {"ClipParamNorm", c.clipParamNorm}} {
		if l.set {
			if err := domain.Check[float64]("optim: "+l.name, domain.Of("limit", l.value, domain.Positive)); err != nil {
				return err
			}
		}
	}
	if c.clipValue.set {
		if err := domain.Check[T]("optim: ClipValue", domain.Of("limit", c.clipValue.value, domain.Positive)); err != nil {
			return err
		}
	}
	if err := domain.Check[float64]("optim: Workers", domain.Of("n", float64(c.workers), domain.Count("goroutines"))); err != nil {
		return err
	}
	if err := domain.Check[float64]("optim: FailAfterSkips", domain.Of("n", c.failAfter.value, domain.Steps)); err != nil {
		return err
	}
	if err := checkOptions[T](c.scaler); err != nil {
		return err
	}
	c.settings = slices.Clone(c.settings)
	for i := range c.settings {
		if err := checkSetting[T](&c.settings[i]); err != nil {
			return err
		}
	}
	if err := checkFormats[T](c); err != nil {
		return err
	}
	return c.checkUnchecked()
}

// typeName returns the type's name for messages, which begin with optim anyway.
func typeName(v any) string { return strings.TrimPrefix(fmt.Sprintf("%T", v), "optim.") }
