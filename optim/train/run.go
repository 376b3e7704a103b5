package train

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A Run is a training loop that can be left at any iteration, saved, and entered
// again as if nothing had happened: the optimizer with its objective, what watches
// the run, and how far it is. Like an [optim.Optimizer] it has Snapshot and Restore, and
// package checkpoint keeps it in files: by FitOptions.Checkpoints, or by its Save and Load.
//
// How far the run is, is one number, [optim.Optimizer.Iterations], from which everything
// is counted: the mini-batch and its samples, epochs, the metrics of ValidateEvery,
// [StepLimit].
type Run[T kernels.Float] struct {
	opt     *optim.Optimizer[T]
	f       Objective[T]
	o       FitOptions[T]
	samples *sampler      // nil without Batches
	average MovingAverage // of the loss
	epoch   epochLoss
	last    Progress  // the last iteration, with Step 0 if it is not known
	open    bool      // whether last's step was taken, and what follows it was not done
	telling bool      // whether some of the rules know the last iteration and others do not
	rates   []float64 // memory for the GroupLRs of the next iterations
	losses  []float64 // of the parts of a batch
	ranks   *ranks    // nil unless the optimizer is Distributed

	begun    bool  // whether what Resume says is done
	resumed  int   // iterations that were in the checkpoint
	fallback error // nil if it was the newest
	stored   int   // iterations that the newest checkpoint has, 0 without one
	saved    int   // iteration whose end need not be saved, or -1

	gathering bool // whether some of a batch's parts are accumulated, and the step is not taken
}

var errNoRun = errors.New("train: a Run that is not from NewRun")

// NewRun returns a run of the optimizer, which may have taken steps before. Bad
// options are errors.
func NewRun[T kernels.Float](opt *optim.Optimizer[T], f Objective[T], o FitOptions[T]) (*Run[T], error) {
	if err := o.takeMicroBatches(opt); err != nil {
		return nil, err
	}
	if err := o.check(opt, f); err != nil {
		return nil, err
	}
	o.fillIn()
	r := &Run[T]{opt: opt, f: f, o: o, average: MovingAverage{Decay: o.Smoothing}, ranks: newRanks(opt)}
	r.o.Stop = slices.Clone(o.Stop)
	if o.Batches != nil {
		r.samples = newSampler(*o.Batches)
	}
	r.last = r.progress(0)
	if o.Epochs > 0 {
		r.o.Stop = append(r.o.Stop, epochLimit{o.Epochs, o.Batches.Steps(o.Epochs)})
	}
	return r, nil
}

// Fit runs the loop until a rule ends it. The Step of the objective's batch is the number of
// iterations before, skipped steps included, so that no mini-batch is taken twice
// and none is left out, whether or not the run was resumed.
//
// An iteration goes on, after the step, with Average, Divergence, Validate, the
// Observers of the schedule, all of Stop, History, Progress, and Checkpoints, in this
// order.
//
// If a rule ends the run, Fit returns no error. If that was an [EarlyStopping], it
// has put back the best parameters, as for evaluation ([optim.Optimizer.EvalMode]): a
// model to use and to save, but with the moments of the last step, no point to go
// on from. However else Fit ends, the parameters are those of the last step;
// [EarlyStopping.Restore] fetches the best.
//
// Fit returns a *[DivergedError] if the loss diverged, the cause if ctx was
// cancelled, and the errors of the callbacks and of the optimizer, wrapped: a
// *[optim.SkippedError] where no step can be taken any more. The result is valid in every
// case.
//
// Fit may be called again, after any of these: it goes on where it was. An
// iteration whose Validate failed is finished first, and one that could not be saved is saved
// if the run ends there. Then the rules are asked about
// the last iteration again, without the metric: a run that has ended does so at
// once, unless its rules have changed.
func (r *Run[T]) Fit(ctx context.Context) (FitResult, error) {
	if r.opt == nil {
		return FitResult{}, errNoRun
	}
	if r.ranks == nil {
		return r.fit(ctx)
	}
	r.ranks.fitting, r.ranks.over = true, nil
	returned := false
	defer r.giveBack()
	defer r.meetPanic(&returned)
	result, err := r.fit(ctx)
	returned = true
	return result, err
}

func (r *Run[T]) fit(ctx context.Context) (FitResult, error) {
	if err := r.meetEntering(r.ready(ctx)); err != nil {
		return r.result(""), err
	}
	reason, best, err := r.loop(ctx)
	r.giveBackParts() // a rank may have begun a shorter batch than others, who save with it
	err = r.meetEnding(reason, best, err)
	if err = r.leave(err); err == nil {
		r.restore(best)
	}
	return r.result(reason), err
}

// ready sees to it that the loop can begin.
func (r *Run[T]) ready(ctx context.Context) error {
	switch {
	case ctx == nil:
		return fmt.Errorf("train: Fit: nil Context")
	case len(r.o.Stop) == 0 && ctx.Done() == nil:
		return fmt.Errorf("train: Fit: no StopRule and a context that is never cancelled: the run would not end")
	}
	if err := r.begin(); err != nil {
		return err
	}
	r.enter()
	return nil
}

// loop iterates until a rule ends the run. It returns the reason, and the rule whose parameters
// are to be put back.
func (r *Run[T]) loop(ctx context.Context) (reason string, best Keeper, err error) {
	c := newCrew(r.opt, r.f, max(1, min(r.o.Workers, r.mostParts())))
	defer c.close()
	if !r.open {
		p := r.last
		p.Validated = false
		reason, best = r.ask(p) // the run may have ended before
	}
	for reason == "" {
		if !r.open {
			if err := r.step(ctx, c); err != nil {
				return "", nil, err
			}
		}
		if reason, best, err = r.follow(); err != nil {
			return reason, nil, err
		}
	}
	return reason, best, nil
}

// enter forgets the last iteration if the optimizer has been elsewhere since.
func (r *Run[T]) enter() {
	if n := r.opt.Iterations(); r.last.Iteration != n {
		r.epoch = epochLoss{}
		r.last, r.open = r.progress(n), false
		r.saved = -1
	}
}

// progress returns what is known of an iteration that others have made.
func (r *Run[T]) progress(iteration int) Progress {
	p := Progress{Iteration: iteration, Epochs: r.o.Epochs, EpochLoss: r.epoch.mean()}
	if r.samples != nil && iteration > 0 {
		p.Epoch = r.samples.Epoch(iteration-1) + 1
	}
	return p
}

func (r *Run[T]) result(reason string) FitResult {
	return FitResult{Progress: r.last, Skips: r.opt.Skipped(), Reason: reason, Resumed: r.resumed, Saved: r.stored, Fallback: r.fallback}
}

func iterationError(iteration int, what string, err error) error {
	return fmt.Errorf("train: Fit: iteration %d: %s%w", iteration, what, err)
}

// step takes the next step, after which nothing is left to do but what depends on
// the metric.
func (r *Run[T]) step(ctx context.Context, c *crew[T]) error {
	n, average := r.opt.Iterations(), r.o.Average
	if ctx.Err() != nil {
		return iterationError(n+1, "", context.Cause(ctx))
	}
	if average != nil && average.swapped {
		return iterationError(n+1, "", errSwapped)
	}
	batch := r.samples.of(n)
	loss, report, failed := r.advance(ctx, c, batch)
	if failed != nil && !report.Skipped {
		return iterationError(n+1, "", failed)
	}
	report.GroupLRs = r.keep(report.GroupLRs)
	if batch.Epoch+1 != r.last.Epoch {
		r.epoch = epochLoss{}
	}
	r.epoch.add(loss, len(batch.Samples))
	metric := r.last.Metric
	r.last = r.progress(n + 1)
	r.last.Report, r.last.Loss, r.last.Average, r.last.Metric = report, loss, r.average.Add(loss), metric
	r.open = true
	if average != nil && !report.Skipped {
		if err := average.Update(); err != nil {
			return iterationError(n+1, "", err)
		}
	}
	if r.o.Divergence != nil {
		if err := r.o.Divergence.Observe(loss); err != nil {
			return iterationError(n+1, "", err)
		}
	}
	if failed != nil {
		return iterationError(n+1, "", failed)
	}
	return nil
}

// keep copies the rates of a step, which its Progress may keep, into memory for many steps.
func (r *Run[T]) keep(rates []float64) []float64 {
	if n := len(rates); cap(r.rates)-len(r.rates) < n {
		r.rates = make([]float64, 0, 64*n)
	}
	n := len(r.rates)
	r.rates = append(r.rates, rates...)
	return slices.Clip(r.rates[n:])
}
