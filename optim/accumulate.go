package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
)

// Accumulate adds the gradients of micro-batches to buffers of the optimizer's
// own, for a later Step. The callers' slices are free for the next micro-batch
// when it returns; with [ZeroGrads] they are set to zero.
//
// With [ReduceSum] the step gets the same bits as if it had been given all batches at
// once. With [ReduceMean] the division by the number of batches is part of the update
// and may round differently, unless that number is a power of two.
//
// The errors are Step's, and change nothing. Gradients that are not finite skip
// the step they go into.
func (o *Optimizer[T]) Accumulate(batches ...[][]T) error {
	if len(batches) == 0 {
		return fmt.Errorf("optim: Accumulate without gradients")
	}
	if len(o.cohorts) == 0 {
		return fmt.Errorf("optim: Accumulate with every parameter frozen")
	}
	if err := o.checkMode(); err != nil {
		return err
	}
	if err := o.checkBatches("Accumulate", batches); err != nil {
		return err
	}
	o.take(batches)
	o.run(accumulate)
	o.pending += len(batches)
	o.release()
	return nil
}

// Accumulated returns the number of batches accumulated for the next step.
func (o *Optimizer[T]) Accumulated() int { return o.pending }

// Discard drops the gradients accumulated for the next step.
func (o *Optimizer[T]) Discard() { o.pending = 0 }

// take notes the batches' slices and readies the buffers for their sum. Copying
// them keeps the callers' lists of slices off the heap.
func (o *Optimizer[T]) take(batches [][][]T) {
	o.flat = o.flat[:0]
	for _, b := range batches {
		o.flat = append(o.flat, b...)
	}
	for i := range o.params {
		if p := &o.params[i]; p.sum == nil && p.cohort >= 0 {
			p.sum = make([]T, len(p.Value))
		}
	}
	for i := range o.spaces {
		if w := &o.spaces[i]; cap(w.parts) < len(batches) {
			w.parts = make([][]T, len(batches))
		} else {
			w.parts = w.parts[:len(batches)]
		}
	}
}

// gather brings the gradients of a step together in o.grads. They are still to be
// multiplied by the factor, and combined first by a pass that reduces.
func (o *Optimizer[T]) gather(batches [][][]T) (factor float64) {
	o.pass.reduces = o.pending > 0 || len(batches) != 1
	if !o.pass.reduces {
		o.pass.clears = o.zeroGrads
		copy(o.grads, batches[0])
		for i, n := range o.memory.lens {
			if n < 0 {
				o.grads[i] = nil
			}
		}
		return 1
	}
	o.take(batches)
	o.pass.clears = false // combine does
	for i := range o.params {
		if p := &o.params[i]; p.cohort >= 0 {
			o.grads[i] = p.sum
		}
	}
	if o.pending > 0 && o.reduction == ReduceMean {
		return 1 / float64(o.pending+len(batches))
	}
	return 1
}

// release forgets the callers' gradients, so as not to keep them alive.
func (o *Optimizer[T]) release() {
	clear(o.grads)
	clear(o.flat)
	for i := range o.spaces {
		clear(o.spaces[i].parts)
	}
}

// combine adds a part of every batch to the parameter's sum, or begins it with them.
func (o *Optimizer[T]) combine(w *workspace[T], b block, mean bool) {
	for i := range w.parts {
		w.parts[i] = o.flat[i*len(o.params)+b.param][b.lo:b.hi]
	}
	sum := o.params[b.param].sum[b.lo:b.hi]
	switch {
	case o.pending > 0: // one by one, in the order in which one call would add them
		for _, part := range w.parts {
			kernels.Axpy(1, part, sum)
		}
	case mean:
		kernels.MeanSlices(sum, w.parts)
	default:
		kernels.SumSlices(sum, w.parts)
	}
	if o.zeroGrads {
		for _, part := range w.parts {
			clear(part)
		}
	}
}
