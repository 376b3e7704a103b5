package optim

import (
	"fmt"
	"slices"
)

// EvalMode puts the point for evaluation into the parameters. For
// [ScheduleFreeAdamW] that is the average of its iterates, and no step can be
// taken before [Optimizer.TrainMode]. For all other rules of this package the
// parameters are that point already, and both methods do nothing; a rule of the
// user's has one if its updater is an [Evaluator]. Calling either twice does no more
// than calling it once. Of an optimizer that is [Distributed] all ranks must call it. Where they
// are not at one, the parameters stay as they are, and the next step returns the error.
func (o *Optimizer[T]) EvalMode() {
	if o.evaluating || !slices.ContainsFunc(o.params, o.evaluates) {
		return
	}
	if !ranked || o.world == nil {
		o.evaluate()
		return
	}
	err := o.world.within("EvalMode", func() error {
		if err := o.world.agree(o, "EvalMode", o.eachNumber, nil); err != nil {
			return err
		}
		o.evaluate()
		return nil
	})
	o.world.giveUp(err)
}

// evaluates reports whether a parameter has another point to evaluate at.
func (o *Optimizer[T]) evaluates(p parameter[T]) bool {
	_, ok := o.groups[p.group].sample.(Evaluator[T])
	return ok
}

// evaluate puts the point for evaluation into the parameters.
func (o *Optimizer[T]) evaluate() {
	o.evaluating = true
	o.training = slices.Grow(o.training, len(o.params))[:len(o.params)]
	for i := range o.params {
		p := &o.params[i]
		e, ok := o.groups[p.group].sample.(Evaluator[T])
		if !ok {
			continue
		}
		o.training[i] = append(o.training[i][:0], p.Value...)
		if p.mine.Len() > 0 {
			e.Evaluate(p.mine.Value, p.state)
		}
		if ranked && o.world != nil {
			o.world.bringValues(p, &ParamSnapshot[T]{Value: p.mine.Value})
		}
	}
}

// TrainMode puts the point where gradients are taken back into the parameters,
// the same bits that [Optimizer.EvalMode] found there.
func (o *Optimizer[T]) TrainMode() {
	if !o.evaluating {
		return
	}
	o.evaluating = false
	for i, p := range o.params {
		if o.evaluates(p) {
			copy(p.Value, o.training[i])
		}
	}
}

// checkMode returns an error if the parameters are not where gradients are taken, or
// if there are none because New has not made the optimizer.
func (o *Optimizer[T]) checkMode() error {
	if o.rule == nil {
		return fmt.Errorf("optim: an Optimizer that is not from New")
	}
	if !o.evaluating {
		return nil
	}
	i := slices.IndexFunc(o.params, o.evaluates)
	return fmt.Errorf("optim: %s: the parameters are at the evaluation point; call TrainMode before the next step",
		o.groups[o.params[i].group].rule.Name())
}
