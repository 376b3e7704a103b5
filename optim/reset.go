package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/optim/internal/state"
)

// Reset begins anew from the present values: the rule's state, the counts of steps and
// skipped steps, the loss scale and the schedules are as [New] made and found them, and
// accumulated gradients are dropped. Parameters that are frozen stay so. Of an optimizer that is
// [Distributed] all ranks must call it.
//
// It is an error if the parameters are where [Optimizer.EvalMode] puts them, or if the state
// of a schedule cannot be had. Then nothing changes.
func (o *Optimizer[T]) Reset() error {
	if err := o.checkMode(); err != nil {
		return err
	}
	if o.firstErr != nil {
		return o.firstErr
	}
	parts, _, err := o.scheduleParts()
	if err == nil && len(parts) != len(o.first) {
		err = fmt.Errorf("optim: Reset: %d schedules have a state, and had %d in New", len(parts), len(o.first))
	}
	if err != nil {
		return err
	}
	if _, err := state.Restore(parts, o.first); err != nil {
		return fmt.Errorf("optim: %w", err)
	}
	o.Discard()
	o.steps, o.skipped, o.scaling = 0, skipCount{}, lossScale{scale: o.scaler.Init}
	for i := range o.params {
		p := &o.params[i]
		sample := o.groups[p.group].sample
		for _, s := range p.state {
			clear(s)
		}
		if p.packing != nil {
			for _, s := range p.packing.state {
				s.Clear()
			}
		}
		o.initialize(p, sample, i, 0)
		p.steps, p.carried = 0, valuesCarriedBy(sample, p.carried[:0])
	}
	o.regroup()
	return nil
}

// noteSchedules keeps the states that the schedules have at first.
func (o *Optimizer[T]) noteSchedules() {
	parts, _, err := o.scheduleParts()
	if err == nil {
		if o.first, err = state.Save(parts); err != nil {
			err = fmt.Errorf("optim: %w", err)
		}
	}
	o.firstErr = err
}
