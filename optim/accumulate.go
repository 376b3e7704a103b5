package optim

import "github.com/seed63264101/steepest/kernels"

// Accumulate adds the gradients of micro-batches to buffers of the optimizer's
// own, for a later Step. The callers' slices are free for the next micro-batch
// when it returns; with [ZeroGrads] they are set to zero.
//
// In the order [ReduceTree], and with [ReduceSum], the step gets the same bits as if it had been
// given all batches at once. With [ReduceInOrder] and [ReduceMean] the division by the number of
// batches is part of the update and may round differently, unless that number is a power of two.
//
// Of an optimizer that is [Distributed] each rank gives its own share of the micro-batches, at most
// as many as it has. What one rank does wrong here no other is told.
//
// The errors are Step's, and change nothing. Gradients that are not finite skip
// the step they go into.
func (o *Optimizer[T]) Accumulate(batches ...[][]T) error {
	defer o.release()
	if err := o.takeDense("Accumulate", batches, 0); err != nil {
		return err
	}
	o.accumulate(len(batches))
	return nil
}

// accumulate adds the batches that were taken to the sums.
func (o *Optimizer[T]) accumulate(batches int) {
	if ranked && o.order == ReduceTree {
		o.accumulateTree(batches)
		return
	}
	o.ready(batches)
	if len(o.tables) > 0 {
		o.addRows(batches)
		o.plan.begin()
		o.plan.end()
	}
	o.run(accumulate)
	o.pending += batches
}

// Accumulated returns the number of batches accumulated for the next step.
func (o *Optimizer[T]) Accumulated() int { return o.pending }

// Discard drops the gradients accumulated for the next step.
func (o *Optimizer[T]) Discard() {
	o.pending, o.nodes = 0, o.nodes[:0]
	o.release()
}

// ready readies the buffers for the sum of so many batches.
func (o *Optimizer[T]) ready(batches int) {
	for i := range o.params {
		p := &o.params[i]
		if p.cohort < 0 || p.table != nil {
			continue
		}
		if p.sum == nil && o.world == nil && len(p.nodes) > 0 {
			p.sum = p.nodes[0] // the first of what is added to it
		}
		if p.sum == nil {
			p.sum = make([]T, p.mine.Len())
		}
		o.own[i] = p.sum
	}
	for i := range o.spaces {
		if w := &o.spaces[i]; cap(w.parts) < batches {
			w.parts = make([][]T, batches)
		} else {
			w.parts = w.parts[:batches]
		}
	}
}

// gather brings the gradients of a step together in o.grads. They are still to be
// multiplied by the factor, and combined first by a pass that reduces.
func (o *Optimizer[T]) gather(batches int) (factor float64) {
	if o.world != nil {
		o.ready(batches)
		o.grads = o.own
		o.world.reduce(o)
		return 1
	}
	o.pass.reduces = o.pending > 0 || batches != 1
	if !o.pass.reduces {
		o.pass.clears = o.zeroGrads
		o.grads, o.grads16 = o.flat, o.flat16
		for i, n := range o.memory.lens {
			if n < 0 {
				o.grads[i] = nil
				if len(o.grads16) > 0 {
					o.grads16[i] = nil
				}
			}
		}
		o.gatherRows(batches)
		return 1
	}
	o.ready(batches)
	o.pass.clears = false // combine does
	o.grads = o.own
	o.gatherRows(batches)
	if o.order == ReduceInOrder && o.pending > 0 && o.reduction == ReduceMean {
		return 1 / float64(o.pending+batches)
	}
	return 1
}

// release forgets the callers' gradients, so as not to keep them alive, and the rows of
// tables that no later step needs.
func (o *Optimizer[T]) release() {
	clear(o.flat)
	clear(o.given)
	o.flat, o.given, o.grads = o.flat[:0], o.given[:0], nil
	clear(o.flat16)
	o.flat16, o.grads16 = o.flat16[:0], nil
	for i := range o.spaces {
		clear(o.spaces[i].parts)
		o.spaces[i].forgetBatches()
	}
	if o.pending == 0 {
		for _, i := range o.tables {
			o.params[i].table.forget()
		}
	}
}

// combine adds a part of every batch to the parameter's sum, or begins it with them.
func (o *Optimizer[T]) combine(w *workspace[T], b block, mean bool) {
	if ranked && o.order == ReduceTree {
		o.combineTree(w, b, mean)
		return
	}
	widens := false
	for i := range w.parts {
		part := o.givenIn(i, b)
		w.parts[i], widens = part.native, widens || part.bf16 != nil
	}
	sum := o.params[b.param].sum[b.lo:b.hi]
	switch {
	case o.pending > 0 || widens: // one by one, in the order in which one call would add them
		for i := range w.parts {
			if part := o.givenIn(i, b); o.pending == 0 && i == 0 {
				part.copyTo(sum)
			} else {
				part.addTo(sum, w.scratch)
			}
		}
		if mean && o.pending == 0 {
			divide(sum, T(len(w.parts)), w.scratch)
		}
	case mean:
		kernels.MeanSlices(sum, w.parts)
	default:
		kernels.SumSlices(sum, w.parts)
	}
	if o.zeroGrads {
		for i := range w.parts {
			o.givenIn(i, b).clear()
		}
	}
}
