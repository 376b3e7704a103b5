package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// at returns a message of this rank, where it has got to.
func (r *Run[T]) at(p point) message {
	saves := r.o.Checkpoints != nil && p != saving && p != saved // which is not tried again
	return message{header: header{Point: p, Iteration: int64(r.opt.Iterations()), Keeper: -1, Saves: saves}}
}

// meet is where ranks meet that have nothing to tell but an error. Of a single process it is
// that.
func (r *Run[T]) meet(p point, err error) error {
	if r.ranks == nil {
		return err
	}
	_, err = r.ranks.meet(r.at(p), err)
	return err
}

// meetEntering compares the ranks' options with each other.
func (r *Run[T]) meetEntering(err error) error {
	if r.ranks == nil {
		return err
	}
	m := r.at(entering)
	m.text = r.alike()
	_, err = r.ranks.meet(m, err)
	return err
}

// meetStepping returns the losses of all parts of a step, in their order, of this rank's.
func (r *Run[T]) meetStepping(own []float64) ([]float64, error) {
	if r.ranks == nil {
		return own, nil
	}
	m := r.at(stepping)
	m.losses = own
	all, err := r.ranks.meet(m, nil)
	if err != nil {
		return nil, err
	}
	var losses []float64
	for _, m := range all {
		losses = append(losses, m.losses...)
	}
	return losses, nil
}

// meetValidated compares the metrics.
func (r *Run[T]) meetValidated(metric float64) error {
	if r.ranks == nil {
		return nil
	}
	m := r.at(validated)
	m.Metric = metric
	_, err := r.ranks.meet(m, nil)
	return err
}

// meetSaved tells the others whether this rank has saved what it had to.
func (r *Run[T]) meetSaved(err error) error {
	if err != nil {
		err = iterationError(r.last.Iteration, "", err)
	}
	return r.meet(saved, err)
}

// meetEnding tells the others how the loop has ended here, unless they all know.
func (r *Run[T]) meetEnding(reason string, best Keeper, err error) error {
	if r.ranks == nil {
		return err
	}
	m := r.at(ending)
	m.text = reason
	if best != nil {
		m.Keeper = int64(slices.IndexFunc(r.o.Stop, func(rule StopRule) bool { return sameRule(rule, best) }))
	}
	_, err = r.ranks.meet(m, err)
	return err
}

// meetPanic, deferred, tells the others what ends this goroutine, if that is not a return.
func (r *Run[T]) meetPanic(returned *bool) {
	if *returned {
		return
	}
	v := recover()
	err := fmt.Errorf("train: Fit: panic: %v", v)
	if v == nil {
		err = fmt.Errorf("train: Fit: the goroutine was ended by runtime.Goexit")
	}
	m := r.at(ending)
	m.Saves = false
	r.ranks.meet(m, err) // whose error is for the others
	if v != nil {
		panic(v)
	}
}

// alike lists what must be alike on all ranks, a line each: what decides when they meet and
// what is computed, and what is saved.
func (r *Run[T]) alike() string {
	var lines []string
	add := func(name string, value any) { lines = append(lines, fmt.Sprintf("%s = %v", name, value)) }
	o := &r.o
	batches := "none"
	if b := r.batches(); b != nil {
		batches = fmt.Sprintf("%+v", *b)
	}
	add("Batches", batches)
	add("Epochs", o.Epochs)
	add("MicroBatches", o.MicroBatches)
	add("Validate", o.Validate != nil)
	add("ValidateEvery", o.ValidateEvery)
	add("Checkpoints", o.Checkpoints != nil)
	add("CheckpointEvery", o.CheckpointEvery)
	add("History", o.History != nil)
	if o.History != nil {
		add("ProgressEvery", o.ProgressEvery)
	}
	var watchers []string
	for _, p := range r.parts() {
		watchers = append(watchers, p.Name)
	}
	add("what is saved with a Run", strings.Join(watchers, ", "))
	add("an iteration to be finished", r.open)
	add("the iteration saved", r.saved)
	return strings.Join(lines, "\n")
}

// takeMicroBatches has the optimizer's number for MicroBatches where that is to be the same.
func (o *FitOptions[T]) takeMicroBatches(opt *optim.Optimizer[T]) error {
	if opt == nil {
		return nil
	}
	_, _, of := opt.Share()
	switch {
	case of == 0 || o.MicroBatches == of:
		return nil
	case o.MicroBatches == 0:
		o.MicroBatches = of
		return nil
	}
	return fmt.Errorf("train: Fit: MicroBatches = %d, and the optimizer is Distributed with %d", o.MicroBatches, of)
}

// share returns which parts of a step are this process's, lo to hi, exclusive.
func (r *Run[T]) share(parts int) (lo, hi int, err error) {
	if r.ranks == nil {
		return 0, parts, nil
	}
	lo, hi, of := r.opt.Share()
	if of == parts {
		return lo, hi, nil
	}
	if err := r.opt.SetMicroBatches(parts); err != nil {
		return 0, 0, err
	}
	lo, hi, _ = r.opt.Share()
	return lo, hi, nil
}

// mostParts returns how many parts of a step a process may have.
func (r *Run[T]) mostParts() int {
	if r.ranks == nil {
		return r.o.MicroBatches
	}
	return (r.o.MicroBatches-1)/r.ranks.size + 1
}

// giveBack leaves the optimizer as NewRun has found it, and the ranks free to meet again.
func (r *Run[T]) giveBack() {
	r.ranks.fitting, r.ranks.over = false, nil
	r.giveBackParts()
}

// giveBackParts has the optimizer's number of micro-batches that of a whole batch.
func (r *Run[T]) giveBackParts() {
	if r.ranks == nil {
		return
	}
	if _, _, of := r.opt.Share(); of != r.o.MicroBatches {
		r.opt.Discard()
		_ = r.opt.SetMicroBatches(r.o.MicroBatches) // which it had before
	}
}

// refuse tells the other ranks, which begin a Fit, that there is none here.
func refuse[T kernels.Float](opt *optim.Optimizer[T], err error) error {
	if opt == nil {
		return err
	}
	if c := newRanks(opt); c != nil {
		_, err = c.meet(message{header: header{Point: entering, Keeper: -1}}, err)
	}
	return err
}
