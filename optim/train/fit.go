package train

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// FitOptions are the options of [Fit] and of a [Run]. All but Stop may be left out, and Stop
// beside Epochs.
type FitOptions[T kernels.Float] struct {
	// Stop holds the rules that end the run, at the first that says so. There
	// must be one, unless there are Epochs or the context can be cancelled. None may be
	// there twice.
	Stop []StopRule

	// Batches says which samples the objective is called for. Without it that is the
	// objective's own business, which can tell by the step.
	Batches *Batches

	// Epochs ends the run after so many passes over the samples of Batches, those before it
	// was resumed included. So are all iterations of an optimizer that other runs have used:
	// [optim.Optimizer.Reset] begins anew. 0 sets no limit.
	Epochs int

	// MicroBatches cuts a step's batch into so many parts of nearly equal length, or, without
	// Batches, calls the objective so often: for batches whose computation does not fit the
	// memory at once, and for Workers. 0 and 1 leave batches whole, and one with fewer samples
	// has as many parts as samples.
	//
	// The gradients of the parts are accumulated in their order, each weighed by its share of
	// the samples, and the loss likewise: that of the step is the mean over the batch. Beside
	// optim.ReduceSum the parts' are added as they are, for an objective that returns parts of
	// one sum. Rounding depends on MicroBatches, and on Workers it does not. So a run is resumed
	// with the same MicroBatches, and any Workers.
	//
	// With an optimizer that is Distributed they are those of all ranks together: its own number,
	// which 0 takes.
	MicroBatches int

	// Workers is the number of goroutines that call the objective at the same time, each for
	// another part, at most MicroBatches. 0 and 1 are the caller's alone. Each holds gradients
	// for all parameters. A panic of the objective is one of Fit.
	Workers int

	// Smoothing is the decay of the moving average of the loss, in [0, 1).
	Smoothing float64

	// Divergence watches the loss.
	Divergence *Divergence

	// Validate returns a metric on validation data, after every ValidateEvery-th
	// iteration of the run; 0 is an epoch of Batches, without which it must be positive.
	// The metric goes to the optimizer's Observers, such as
	// Plateau, and to Stop, all of which find the parameters as
	// [optim.Optimizer.EvalMode] puts them, and to Progress. On several ranks all must return
	// the same metric.
	Validate      func() (metric float64, err error)
	ValidateEvery int

	// Average takes in the parameters after every step that was not skipped.
	Average *WeightAverage[T]

	// Progress is called at the end of iterations, where a Run can be saved: of every
	// ProgressEvery-th of the run and of those with a new metric. 0 is an epoch of Batches,
	// and every iteration without. An error ends the run.
	Progress      func(Progress) error
	ProgressEvery int

	// History records the iterations of which Progress is told, or would be.
	History *History

	// Checkpoints is where the run saves itself: as the last thing of every CheckpointEvery-th
	// iteration of the run, of every epoch if that is 0 and there are Batches, and when Fit
	// ends, also where the context was cancelled, but not because the loss has diverged or no
	// step can be taken. The steps of the files are iterations. It is an error if there are
	// later ones than where the run begins. A checkpoint that cannot be written ends the run
	// with an error; where it has ended anyway, the error is added to that of the end, and
	// FitResult.Saved tells how much of the run is kept. Of several ranks all have the same
	// Checkpoints: rank 0 writes for all, and all read the same files, unless it is a
	// [ShardStore].
	Checkpoints     Store // a *checkpoint.Dir, nil for none
	CheckpointEvery int

	// Resume has the first Fit go on with the newest checkpoint, if there is one. So a program
	// that was cancelled, or killed, goes on when it is started again.
	Resume bool
}

// Fit runs the plain training loop: compute the gradients, take a step, look at
// how it went. It is a [Run] and its Fit: they say what happens in which order,
// and what a run that is entered again goes on with. With Fit, and without Resume, that
// is what the optimizer and the options remember, which is all but the averages of the loss
// and the last metric.
//
// Bad options are errors before anything happens. The result is valid in every
// case.
func Fit[T kernels.Float](ctx context.Context, opt *optim.Optimizer[T], f Objective[T], o FitOptions[T]) (FitResult, error) {
	r, err := NewRun(opt, f, o)
	if err != nil {
		return FitResult{}, refuse(opt, err)
	}
	return r.Fit(ctx)
}

func (o *FitOptions[T]) check(opt *optim.Optimizer[T], f Objective[T]) error {
	switch {
	case opt == nil:
		return fmt.Errorf("train: Fit: nil Optimizer")
	case len(opt.Params()) == 0:
		return fmt.Errorf("train: Fit: an Optimizer that is not from New")
	case f == nil:
		return fmt.Errorf("train: Fit: nil Objective")
	case o.Epochs != 0 && o.Batches == nil:
		return fmt.Errorf("train: Fit: Epochs = %d without Batches", o.Epochs)
	case o.Workers > 1 && o.MicroBatches == 0:
		return fmt.Errorf("train: Fit: Workers = %d without MicroBatches, which they would share", o.Workers)
	case o.Progress == nil && o.History == nil && o.ProgressEvery != 0:
		return fmt.Errorf("train: Fit: ProgressEvery = %d without Progress and History", o.ProgressEvery)
	case o.Checkpoints == nil && o.CheckpointEvery != 0:
		return fmt.Errorf("train: Fit: CheckpointEvery = %d without Checkpoints", o.CheckpointEvery)
	case o.Checkpoints == nil && o.Resume:
		return fmt.Errorf("train: Fit: Resume without Checkpoints")
	case o.Validate == nil && o.ValidateEvery != 0:
		return fmt.Errorf("train: Fit: ValidateEvery = %d without Validate", o.ValidateEvery)
	}
	if err := cmp.Or(
		domain.Whole("Epochs", o.Epochs, 0),
		domain.Whole("MicroBatches", o.MicroBatches, 0),
		domain.Whole("Workers", o.Workers, 0),
		domain.Whole("ProgressEvery", o.ProgressEvery, 0),
		domain.Whole("CheckpointEvery", o.CheckpointEvery, 0),
	); err != nil {
		return fmt.Errorf("train: Fit: %w", err)
	}
	if o.Batches != nil {
		if err := validate(*o.Batches); err != nil {
			return err
		}
	}
	if o.Checkpoints != nil {
		if err := checkStore(o.Checkpoints); err != nil {
			return fmt.Errorf("train: Fit: %w", err)
		}
	}
	if o.Validate != nil {
		least := 1
		if o.Batches != nil {
			least = 0
		}
		if err := domain.Whole("ValidateEvery", o.ValidateEvery, least); err != nil {
			return fmt.Errorf("train: Fit: %w", err)
		}
	}
	if s := opt.Observers(); len(s) > 0 && o.Validate == nil {
		return fmt.Errorf("train: Fit: the schedule %s needs Validate", typeName(s[0]))
	}
	for i, rule := range o.Stop {
		if isNilRule(rule) {
			return fmt.Errorf("train: Fit: Stop[%d] is nil", i)
		}
		if first := slices.IndexFunc(o.Stop[:i], func(r StopRule) bool { return sameRule(r, rule) }); first >= 0 {
			return fmt.Errorf("train: Fit: Stop[%d] and Stop[%d] are the same %s", first, i, typeName(rule))
		}
		if _, ok := rule.(MetricRule); ok && o.Validate == nil {
			return fmt.Errorf("train: Fit: Stop[%d], %s, needs Validate", i, typeName(rule))
		}
		switch rule.(type) {
		case GradNormLimit, *GradNormLimit:
			if !opt.Checked() {
				return fmt.Errorf("train: Fit: Stop[%d], GradNormLimit, beside optim.Unchecked, which computes no gradient norm: the rule would never end the run", i)
			}
		}
		if err := validate(rule); err != nil {
			return err
		}
	}
	if o.Divergence != nil {
		if err := validate(o.Divergence); err != nil {
			return err
		}
	}
	if o.Average != nil && o.Average.weight == nil {
		return fmt.Errorf("train: Fit: Average: %w", errNotMade)
	}
	return domain.Check[float64]("train: Fit", domain.Of("Smoothing", o.Smoothing, domain.Fraction))
}

// isNilRule reports whether a rule would panic when called.
func isNilRule(r StopRule) bool {
	if r == nil {
		return true
	}
	v := reflect.ValueOf(r)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}

// sameRule reports whether two rules, or others that watch a run, are one, with one state.
func sameRule(a, b any) bool {
	v := reflect.ValueOf(a)
	return v.Kind() == reflect.Pointer && v.Type().Elem().Size() > 0 && a == b
}

// fillIn sets the intervals that are 0 to an epoch.
func (o *FitOptions[T]) fillIn() {
	epoch := 0
	if o.Batches != nil {
		epoch = o.Batches.PerEpoch()
	}
	o.ValidateEvery = cmp.Or(o.ValidateEvery, epoch)
	o.ProgressEvery = cmp.Or(o.ProgressEvery, epoch, 1)
	o.CheckpointEvery = cmp.Or(o.CheckpointEvery, epoch)
}
