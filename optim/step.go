package optim

import (
	"fmt"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// A Report says what a Step did.
type Report struct {
	Step     int     // number of the step, from 1; a skipped step's is taken again
	LR       float64 // learning rate
	GradNorm float64 // Euclidean norm of all gradients together, before clipping
	ClipCoef float64 // what the gradients were multiplied by: 1 if not clipped, 0 if skipped
	Skipped  bool    // whether the step was left out, and nothing changed
	Reason   Reason  // why it was
}

// A Reason says why a step was skipped: the first gradient that is infinite or
// NaN. It is the zero Reason for a step that was taken.
type Reason struct {
	Param   string  // name of the parameter
	Element int     // index in its gradient, reduced over the micro-batches
	Value   float64 // the gradient there
}

// String returns the reason in words, or "" for a step that was taken.
func (r Reason) String() string {
	if r.Param == "" {
		return ""
	}
	return fmt.Sprintf("gradient of parameter %q is %v at element %d", r.Param, r.Value, r.Element)
}

// Step takes one training step. A batch holds one gradient for each parameter,
// in the order of the parameters. Several batches are the gradients of
// micro-batches; their mean is taken, or what [WithReduction] says. Step reads
// the gradients and leaves them as they are.
//
// A gradient that is infinite or NaN, or that becomes so in the reduction, skips
// the step: nothing changes, and the report says why. That is not an error.
//
// It is an error if there is no batch, if a gradient is missing, nil, of another
// length than its parameter or in the same memory, and if the schedule gives a
// learning rate that is negative or not finite. Then nothing changes either.
func (o *Optimizer[T]) Step(batches ...[][]T) (Report, error) {
	if err := o.checkBatches(batches); err != nil {
		return Report{}, err
	}
	lr, err := o.nextRate()
	if err != nil {
		return Report{}, err
	}

	var grads [][]T
	var sum float64 // of the squares
	if len(batches) == 1 {
		grads = batches[0]
		for _, g := range grads {
			sum += kernels.SumSquares(g)
		}
	} else {
		grads, sum = o.reduce(batches)
	}
	n := newNorm(grads, sum)

	r := Report{Step: o.steps + 1, LR: lr, GradNorm: n.value()}
	if !n.isFinite() {
		r.Skipped, r.Reason = true, o.blame(grads)
		return r, nil
	}
	r.ClipCoef = 1
	if o.clips {
		r.ClipCoef = n.clip(o.clipNorm)
	}

	for i := range o.cohorts {
		c := &o.cohorts[i]
		c.steps++
		c.prepare(tick{t: c.steps, lr: lr, scale: r.ClipCoef})
		for _, j := range c.members {
			p := &o.params[j]
			c.update(p.Value, grads[j], p.state)
		}
	}
	o.steps++
	return r, nil
}

// blockBytes is the size of a block of the kernels' reductions. Their sum over a
// vector is the sum over its blocks, in order.
const blockBytes = 1 << 16

// reduce combines the batches into o.reduced and returns that and its sum of
// squares. It goes by blocks: a block's squares are added up while the block is
// in the cache, so that memory is read once.
func (o *Optimizer[T]) reduce(batches [][][]T) (grads [][]T, sum float64) {
	if o.reduced == nil {
		for _, p := range o.params {
			o.reduced = append(o.reduced, make([]T, len(p.Value)))
		}
	}
	if cap(o.parts) < len(batches) {
		o.parts = make([][]T, len(batches))
	}
	parts := o.parts[:len(batches)]
	block := blockBytes / int(unsafe.Sizeof(T(0)))
	for i, g := range o.reduced {
		var own float64
		for lo := 0; lo < len(g); lo += block {
			hi := min(len(g), lo+block)
			for b := range parts {
				parts[b] = batches[b][i][lo:hi]
			}
			if o.reduction == Sum {
				kernels.SumSlices(g[lo:hi], parts)
			} else {
				kernels.MeanSlices(g[lo:hi], parts)
			}
			own += kernels.SumSquares(g[lo:hi])
		}
		sum += own
	}
	clear(parts) // keep no caller's memory alive
	return o.reduced, sum
}

// blame finds the first gradient that is not finite.
func (o *Optimizer[T]) blame(grads [][]T) Reason {
	for i, g := range grads {
		for j, x := range g {
			if x-x != 0 {
				return Reason{o.params[i].Name, j, float64(x)}
			}
		}
	}
	return Reason{}
}
