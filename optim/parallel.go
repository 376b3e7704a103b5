package optim

import (
	"runtime"
	"sync/atomic"

	"github.com/seed63264101/steepest/kernels"
)

// A phase is one pass over the blocks of the plan.
type phase int

const (
	accumulate  phase = iota // add the batches to the sums
	reduce                   // combine the batches, then square the sums
	square                   // add up the gradients' squares
	squareAgain              // the same where they have overflowed or underflowed
	direct                   // compute directions and their norms
	apply                    // update, along the directions if there are any
	zero                     // clear the gradients
)

// A share is what the workers of one pass have in common.
type share struct {
	phase  phase
	clears bool // whether apply clears the gradients
	next   atomic.Int64
}

// run makes a pass over all blocks, with helpers if they are worth it.
func (o *Optimizer[T]) run(ph phase) {
	o.now.phase = ph
	o.now.next.Store(0)
	helpers := o.plan.workers - 1
	if helpers == 0 || o.closed {
		o.work(0)
		return
	}
	if o.pool == nil || len(o.pool.wake) < helpers {
		if o.pool != nil {
			o.pool.close()
		}
		o.pool = newPool(helpers)
		runtime.AddCleanup(o, (*pool).close, o.pool)
	}
	o.pool.run(o, helpers)
}

// Close ends the goroutines that [Workers] asked for. Later steps run on the
// caller's goroutine. It need not be called: an optimizer that has become
// unreachable is closed by the garbage collector.
func (o *Optimizer[T]) Close() {
	o.closed = true
	if o.pool != nil {
		o.pool.close()
		o.pool = nil
	}
}

// work takes items until none is left.
func (o *Optimizer[T]) work(number int) {
	w := &o.spaces[number]
	for n := len(o.plan.items) - 1; ; {
		i := int(o.now.next.Add(1)) - 1
		if i >= n {
			return
		}
		for k := o.plan.items[i]; k < o.plan.items[i+1]; k++ {
			o.do(w, k)
		}
	}
}

// do does the current phase's work on block k.
func (o *Optimizer[T]) do(w *workspace[T], k int) {
	b := o.plan.blocks[k]
	switch o.now.phase {
	case accumulate:
		o.combine(w, b, false)
	case reduce:
		o.combine(w, b, o.reduction == Mean)
		fallthrough
	case square:
		o.plan.squares[k] = squares{sum: kernels.SumSquares(o.grads[b.param][b.lo:b.hi])}
	case squareAgain:
		o.plan.squares[k] = squaresOf(o.grads[b.param][b.lo:b.hi])
	case direct, apply:
		o.updateBlock(w, k)
	case zero:
		clear(o.grads[b.param][b.lo:b.hi])
	}
}

// updateBlock updates block k, or computes its direction.
func (o *Optimizer[T]) updateBlock(w *workspace[T], k int) {
	b := o.plan.blocks[k]
	p := &o.params[b.param]
	x, g, state := p.Value, o.grads[b.param], p.state
	if b.hi-b.lo < len(x) {
		x, g, state = x[b.lo:b.hi], g[b.lo:b.hi], cut(w.views, state, b.lo, b.hi)
	}
	if o.now.phase == direct {
		if o.cohorts[p.cohort].trust == nil {
			return
		}
		o.plan.pp[k], o.plan.dd[k] = squares{}, squares{}
	}
	if c := &o.cohorts[p.cohort]; !o.clipValue.set && c.pre == 1 {
		o.updatePiece(k, x, g, state)
	} else {
		for lo := 0; lo < len(x); lo += len(w.scratch) {
			hi := min(len(x), lo+len(w.scratch))
			changed := w.scratch[:hi-lo]
			copyScaled(changed, g[lo:hi], o.clipValue.set, c.limit, c.pre)
			o.updatePiece(k, x[lo:hi], changed, cut(w.pieces, state, lo, hi))
		}
	}
	if o.now.phase == apply && o.now.clears {
		clear(g)
	}
}

// copyScaled stores the gradients, clipped to the limit if clips is set, times pre.
func copyScaled[T kernels.Float](dst, g []T, clips bool, limit, pre T) {
	if clips {
		kernels.Clamp(dst, g, -limit, limit)
	} else {
		copy(dst, g)
	}
	if pre != 1 {
		kernels.Scal(pre, dst)
	}
}

// updatePiece updates a piece of block k, or computes its direction.
func (o *Optimizer[T]) updatePiece(k int, x, g []T, state [][]T) {
	p := &o.params[o.plan.blocks[k].param]
	c := &o.cohorts[p.cohort]
	switch {
	case c.trust == nil:
		c.update(x, g, state)
	case o.now.phase == direct:
		pp, dd := c.trust.direct(x, g, state)
		o.plan.pp[k], o.plan.dd[k] = o.plan.pp[k].plus(pp), o.plan.dd[k].plus(dd)
	default:
		c.trust.apply(x, g, state, p.pp, p.dd)
	}
}
