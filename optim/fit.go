package optim

import (
	"context"
	"fmt"
	"reflect"

	"github.com/seed63264101/steepest/kernels"
)

// An Objective is what a run minimises. It returns the loss at the parameters'
// present values and adds its gradients to grads, which has one slice for each
// parameter of the optimizer, in order, all zero. The step says which mini-batch
// to take. An error ends the run.
//
// With a loss scale the gradients, but not the loss, are multiplied by
// [Optimizer.LossScale]. [FindRate] should be given no loss scale.
type Objective[T kernels.Float] func(step int, grads [][]T) (loss float64, err error)

// FitOptions are the options of [Fit]. All but Stop may be left out.
type FitOptions[T kernels.Float] struct {
	// Stop holds the rules that end the run, at the first that says so. There
	// must be one, unless the context can be cancelled.
	Stop []StopRule

	// Smoothing is the decay of the moving average of the loss, in [0, 1).
	Smoothing float64

	// Divergence watches the loss.
	Divergence *Divergence

	// Validate returns a metric on validation data, after every ValidateEvery-th
	// iteration. The metric goes to Stop, to Progress and to the optimizer's
	// Observers, such as Plateau, all of which find the parameters as
	// [Optimizer.EvalMode] puts them.
	Validate      func() (metric float64, err error)
	ValidateEvery int

	// Average takes in the parameters after every step that was not skipped.
	Average *WeightAverage[T]

	// Progress is called after every iteration. An error ends the run.
	Progress func(Progress) error
}

// A FitResult says how a run went.
type FitResult struct {
	Progress        // the last iteration
	Skips    int    // steps that were skipped
	Reason   string // the stopping rule's reason
}

// Fit runs the plain training loop: compute the gradients, take a step, look at
// how it went. The objective's step counts from opt.Steps() at the beginning, so
// that it goes on when a run is resumed, and counts skipped steps, so that their
// mini-batches are not taken again.
//
// An iteration goes on, after the step, with Divergence, Average, Validate, the
// Observers, Progress and all of Stop, in this order.
//
// If a rule ends the run, Fit returns no error. It returns a *[DivergedError] if
// the loss diverged, the cause if ctx was cancelled, and the errors of the
// callbacks and of the optimizer, wrapped. Bad options are errors before anything
// happens. In the first two cases an [EarlyStopping] in Stop has restored the
// best parameters, as for evaluation ([Optimizer.EvalMode]); in the others they are
// those of the last step, so that the run can go on. The result is valid in every case.
func Fit[T kernels.Float](ctx context.Context, opt *Optimizer[T], f Objective[T], o FitOptions[T]) (FitResult, error) {
	var r FitResult
	if err := o.check(ctx, opt, f); err != nil {
		return r, err
	}
	average := MovingAverage{Decay: o.Smoothing}
	grads := opt.newGradients()
	start := opt.Steps()
	for i := 0; r.Reason == ""; i++ {
		fail := func(what string, err error) (FitResult, error) {
			if r.Validated {
				opt.TrainMode()
			}
			return r, fmt.Errorf("optim: Fit: iteration %d: %s%w", i+1, what, err)
		}
		if ctx.Err() != nil {
			return fail("", context.Cause(ctx))
		}
		for i, g := range grads {
			if !opt.zeroGrads || opt.params[i].frozen {
				clear(g)
			}
		}
		loss, err := f(start+i, grads)
		if err != nil {
			return fail("objective: ", err)
		}
		report, err := opt.Step(grads)
		if err != nil {
			return fail("", err)
		}
		r.Progress = Progress{Report: report, Iteration: i + 1, Loss: loss, Average: average.Add(loss), Metric: r.Metric}
		if report.Skipped {
			r.Skips++
		}
		if o.Divergence != nil {
			if err := o.Divergence.Observe(loss); err != nil {
				o.restore(opt)
				return fail("", err)
			}
		}
		if o.Average != nil && !report.Skipped {
			if err := o.Average.Update(); err != nil {
				return fail("", err)
			}
		}
		if o.Validate != nil && (i+1)%o.ValidateEvery == 0 {
			r.Validated = true
			opt.EvalMode()
			if r.Metric, err = o.Validate(); err != nil {
				return fail("Validate: ", err)
			}
			opt.Observe(r.Metric)
		}
		if o.Progress != nil {
			if err := o.Progress(r.Progress); err != nil {
				return fail("Progress: ", err)
			}
		}
		for _, rule := range o.Stop {
			if reason := rule.Stop(r.Progress); r.Reason == "" {
				r.Reason = reason
			}
		}
		if r.Validated {
			opt.TrainMode()
		}
	}
	o.restore(opt)
	return r, nil
}

// restore sets the parameters to the best that a rule has kept, which were good
// in the mode for evaluation.
func (o *FitOptions[T]) restore(opt *Optimizer[T]) {
	for _, rule := range o.Stop {
		if r, ok := rule.(interface{ Restore() bool }); ok {
			opt.EvalMode()
			if !r.Restore() {
				opt.TrainMode()
			}
		}
	}
}

func (o *FitOptions[T]) check(ctx context.Context, opt *Optimizer[T], f Objective[T]) error {
	switch {
	case ctx == nil:
		return fmt.Errorf("optim: Fit: nil Context")
	case opt == nil:
		return fmt.Errorf("optim: Fit: nil Optimizer")
	case f == nil:
		return fmt.Errorf("optim: Fit: nil Objective")
	case len(o.Stop) == 0 && ctx.Done() == nil:
		return fmt.Errorf("optim: Fit: no StopRule and a context that is never cancelled: the run would not end")
	case o.Validate == nil && o.ValidateEvery != 0:
		return fmt.Errorf("optim: Fit: ValidateEvery = %d without Validate", o.ValidateEvery)
	case o.Validate != nil && o.ValidateEvery <= 0:
		return fmt.Errorf("optim: Fit: ValidateEvery = %d, want %s", o.ValidateEvery, countFrom1.want)
	}
	if s := opt.Observers(); len(s) > 0 && o.Validate == nil {
		return fmt.Errorf("optim: Fit: the schedule %s needs Validate", typeName(s[0]))
	}
	for i, rule := range o.Stop {
		if isNilRule(rule) {
			return fmt.Errorf("optim: Fit: Stop[%d] is nil", i)
		}
		if _, ok := rule.(interface{ validates() }); ok && o.Validate == nil {
			return fmt.Errorf("optim: Fit: Stop[%d], %s, needs Validate", i, typeName(rule))
		}
		if err := checkOptions(rule); err != nil {
			return err
		}
	}
	if o.Divergence != nil {
		if err := checkOptions(o.Divergence); err != nil {
			return err
		}
	}
	return checkOption[float64]("Fit", option{"Smoothing", o.Smoothing, fraction})
}

// isNilRule reports whether a rule would panic when called.
func isNilRule(r StopRule) bool {
	if r == nil {
		return true
	}
	v := reflect.ValueOf(r)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}

// newGradients returns a zero gradient for each parameter.
func (o *Optimizer[T]) newGradients() [][]T {
	grads := make([][]T, len(o.params))
	for i := range o.params {
		grads[i] = make([]T, len(o.params[i].Value))
	}
	return grads
}
