package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/parallel"
	"github.com/seed63264101/steepest/optim/internal/tree"
)

// An Optimizer holds a rule's state for a set of parameters. It is not safe for
// concurrent use.
type Optimizer[T kernels.Float] struct {
	config
	rule    Rule
	groups  []group[T]
	params  []parameter[T]
	steps   int // taken, without the skipped ones
	skipped skipCount
	scaling lossScale
	pending int         // batches that were accumulated and not yet used
	nodes   []tree.Span // what of them the parameters' nodes have the sums of, with ReduceTree
	grown   []tree.Span // what the nodes are to become

	first    []string // states of the schedules in New
	firstErr error    // why they could not be had

	// What follows from groups and params; see regroup.
	cohorts  []cohort[T]
	plan     plan
	targets  []target[T] // of the plan's blocks
	measures bool        // whether a rule needs sums over whole parameters
	needsOwn bool        // whether clipping needs each parameter's norm

	// While the parameters are at the evaluation point, their training points.
	evaluating bool
	training   [][]T

	// Working space.
	memory memoryCheck
	tables []int             // indices of the sparse parameters that are not frozen
	flat   [][]T             // the dense gradients of all batches, one batch behind the other
	given  []RowGradients[T] // those of the tables in the same way
	own    [][]T             // buffers for the sums of batches, nil where there is none
	grads  [][]T             // one gradient for each parameter, nil for a frozen one

	// The same of bfloat16, in whose place flat and grads have nil. Empty without any.
	flat16, grads16 [][]kernels.BFloat16
	rates           []float64
	spaces          []workspace[T]
	pass            pass
	pool            *parallel.Pool
	world           ranks[T] // nil in a single process
	closed          bool
}

// New returns an optimizer that updates the parameters by the rule. It keeps the
// slices, not the Params.
//
// It is an error if there are no parameters, if one has no name, no values, a shape of
// another size or another one's name, if two of them overlap in memory, or if an option
// of the rule, the schedule or the optimizer is out of its domain, or a rule does not have
// the format of a parameter or of its state; the error names the parameter or the option and
// the value. A rule's LR may be 0 only with a schedule of the caller's own, which need not
// multiply it, for the same parameters.
func New[T kernels.Float](rule Rule, params []Param[T], opts ...Option) (*Optimizer[T], error) {
	c, err := newConfig[T](opts)
	o := &Optimizer[T]{config: c}
	if ranked && c.hasTransport() {
		o.world = newRanks[T](c.transport)
		err = o.world.within("New", func() error {
			return o.world.agree(o, "New", o.eachNumber, o.build(rule, params, err))
		})
	} else {
		err = o.build(rule, params, err)
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

// build completes an optimizer that has its config, unless there was an error in that.
func (o *Optimizer[T]) build(rule Rule, params []Param[T], wrong error) error {
	rule, err := plain(rule)
	if err != nil {
		return err
	}
	if _, err := newUpdater[T](rule); err != nil {
		return err
	}
	if err := CheckParams(params); err != nil {
		return err
	}
	if wrong != nil {
		return wrong
	}
	if err := checkMatches(o.settings, params); err != nil {
		return err
	}
	o.rule, o.scaling = rule, lossScale{scale: o.scaler.Init}
	if o.world != nil {
		o.world.setMicroBatches(o.microBatches)
	}
	if err := o.add(params); err != nil {
		return err
	}
	o.noteSchedules()
	return nil
}

// AddParams adds parameters behind those that the optimizer has; steps want their
// gradients in that order. A new parameter's own steps are counted from its first
// one, as in torch, so that moments are corrected for their youth. The schedule
// goes on. An optimizer that is [Distributed] shares the parameters of a call out among
// the ranks by themselves, so that many small ones are better added by one call.
//
// The errors are those of New, and gradients that were accumulated and not yet
// used. Then nothing changes.
func (o *Optimizer[T]) AddParams(params ...Param[T]) error {
	if err := o.checkIdle("AddParams"); err != nil {
		return err
	}
	var all []Param[T]
	for i := range o.params {
		all = append(all, o.params[i].Param)
	}
	if err := CheckParams(append(all, params...)); err != nil {
		return err
	}
	return o.add(params)
}

// checkIdle returns an error if the set of parameters may not change.
func (o *Optimizer[T]) checkIdle(call string) error {
	if err := o.checkMode(); err != nil {
		return err
	}
	if o.pending > 0 {
		return fmt.Errorf("optim: %s with the gradients of %d batches accumulated: take the step, or Discard them", call, o.pending)
	}
	return nil
}

// Freeze leaves parameters out of all steps until Thaw: they keep their values,
// their state and their own step count, and their gradients, which may then be
// nil, are not looked at. It is an error if there is no parameter of a name, or
// if gradients are accumulated and not yet used; then nothing changes.
func (o *Optimizer[T]) Freeze(names ...string) error { return o.setFrozen("Freeze", names, true) }

// Thaw undoes Freeze: the parameters go on from the state they had. Its errors
// are those of Freeze.
func (o *Optimizer[T]) Thaw(names ...string) error { return o.setFrozen("Thaw", names, false) }

func (o *Optimizer[T]) setFrozen(call string, names []string, frozen bool) error {
	if err := o.checkIdle(call); err != nil {
		return err
	}
	var found []int
	for _, name := range names {
		i, err := o.find(call, name)
		if err != nil {
			return err
		}
		found = append(found, i)
	}
	o.settle()
	for _, i := range found {
		o.params[i].frozen = frozen
	}
	o.regroup()
	return nil
}

// Steps returns the number of steps taken, not counting skipped ones.
func (o *Optimizer[T]) Steps() int { return o.steps }

// Iterations returns the number of steps tried, the skipped ones included: how many
// batches were used up, and so which one comes next.
func (o *Optimizer[T]) Iterations() int { return o.Steps() + o.Skipped() }

// Skipped returns the number of steps skipped.
func (o *Optimizer[T]) Skipped() int { return o.skipped.total }

// LossScale returns what the next step's loss, and with it the gradients, must be
// multiplied by: 1 unless [WithLossScale] or [WithLossScaler] says otherwise.
func (o *Optimizer[T]) LossScale() float64 { return o.scaling.scale }
