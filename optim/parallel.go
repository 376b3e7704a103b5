package optim

import (
	"runtime"
	"sync/atomic"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/parallel"
)

// A phase is one pass over the blocks of the plan.
type phase int

const (
	accumulate  phase = iota // add the batches to the sums
	square                   // add up the gradients' squares
	squareAgain              // the same where they have overflowed or underflowed
	measure                  // add up what updaters measure
	apply                    // update
	zero                     // clear the gradients

	// Of an optimizer on several ranks; see exchange.go.
	pack    // add up what others are sent of this rank's batches
	collect // add up what this rank has got, and its squares
	fetch   // copy this rank's values for the others
	unpack  // store the values of others
)

// A pass is what the workers have in common while they go over the blocks.
type pass struct {
	phase   phase
	reduces bool // whether it combines the batches first
	clears  bool // whether apply clears the gradients

	items []int // item i is the blocks items[i] to items[i+1], or if nil block i alone
	next  atomic.Int64
	last  int
}

// run makes a pass over all blocks of the plan, with helpers if they are worth it.
func (o *Optimizer[T]) run(ph phase) {
	o.runOver(ph, o.plan.items, 0, len(o.plan.items)-1, o.plan.workers)
}

// runOver makes a pass over some items.
func (o *Optimizer[T]) runOver(ph phase, items []int, first, last, workers int) {
	o.pass.phase, o.pass.items, o.pass.last = ph, items, last
	o.pass.next.Store(int64(first))
	if workers == 1 || o.closed {
		for i := first; i < last; i++ {
			o.doItem(&o.spaces[0], i)
		}
		return
	}
	if most := o.plan.most; o.pool == nil || o.pool.Workers() < most {
		if o.pool != nil {
			o.pool.Close()
		}
		o.pool = parallel.New(most)
		runtime.AddCleanup(o, (*parallel.Pool).Close, o.pool)
	}
	o.pool.Run((*crew[T])(o), workers)
}

// A crew is an optimizer as the job of a pool.
type crew[T kernels.Float] Optimizer[T]

// Work implements [parallel.Job].
func (c *crew[T]) Work(number int) { (*Optimizer[T])(c).work(number) }

// Close ends the goroutines that [Workers] asked for. Later steps run on the
// caller's goroutine. It need not be called: an optimizer that has become
// unreachable is closed by the garbage collector.
func (o *Optimizer[T]) Close() {
	o.closed = true
	if o.pool != nil {
		o.pool.Close()
		o.pool = nil
	}
}

// work takes items until none is left.
func (o *Optimizer[T]) work(number int) {
	w := &o.spaces[number]
	for {
		i := int(o.pass.next.Add(1)) - 1
		if i >= o.pass.last {
			return
		}
		o.doItem(w, i)
	}
}

// doItem does the present pass's work on item i.
func (o *Optimizer[T]) doItem(w *workspace[T], i int) {
	items := o.pass.items
	if items == nil {
		o.do(w, i)
		return
	}
	for k := items[i]; k < items[i+1]; k++ {
		o.do(w, k)
	}
}

// do does the present pass's work on block k.
func (o *Optimizer[T]) do(w *workspace[T], k int) {
	if ranked && o.world != nil && o.world.do(o, w, k) {
		return
	}
	b := o.plan.blocks[k]
	switch o.pass.phase {
	case accumulate:
		if ranked && o.order == ReduceTree {
			o.growNodes(w, b)
		} else {
			o.combine(w, b, false)
		}
	case square:
		o.reduce(w, b)
		o.plan.squares[k] = Sum{Value: o.gradientIn(b).plainSquares()}
	case squareAgain:
		o.plan.squares[k] = sumSquares(o.grads[b.param][b.lo:b.hi])
	case measure, apply:
		if k < o.plan.dense.blocks {
			o.updateBlock(w, k)
		} else if o.pass.phase == apply {
			o.updateRows(w, b)
		}
	case zero:
		o.gradientIn(b).clear()
	}
}

// reduce combines a part of the batches if the pass is to do it. Rows are combined before.
func (o *Optimizer[T]) reduce(w *workspace[T], b block) {
	if o.pass.reduces && o.params[b.param].table == nil {
		o.combine(w, b, o.reduction == ReduceMean)
	}
}

// updateBlock measures or updates block k. The first block of a parameter that is
// updated as a whole stands for all of it.
func (o *Optimizer[T]) updateBlock(w *workspace[T], k int) {
	b, t := o.plan.blocks[k], &o.targets[k]
	c := t.cohort
	if o.pass.phase == measure {
		o.reduce(w, b)
		if c.measurer == nil {
			return
		}
		o.plan.measured[k] = [2]Sum{}
	} else if c.whole != nil {
		if b.lo == 0 {
			o.updateWhole(w, b.param, c)
		}
		return
	} else {
		o.reduce(w, b)
	}
	g := o.gradientIn(b)
	if t.packed != nil {
		o.updatePacked(w, k, g)
	} else if !o.clipValue.set && c.pre == 1 && g.bf16 == nil {
		o.updatePiece(k, t.value, g.native, t.state)
	} else {
		for lo := 0; lo < g.len(); lo += len(w.scratch) {
			hi := min(g.len(), lo+len(w.scratch))
			changed := w.scratch[:hi-lo]
			g.part(lo, hi).copyScaled(changed, o.clipValue.set, c.clip, c.pre)
			o.updatePiece(k, t.value[lo:hi], changed, cut(w.pieces, t.state, lo, hi))
		}
	}
	if o.pass.phase == apply && o.pass.clears {
		g.clear()
	}
}

// updatePiece measures or updates a piece of block k.
func (o *Optimizer[T]) updatePiece(k int, x, g []T, state [][]T) {
	c := o.targets[k].cohort
	switch {
	case c.measurer == nil:
		c.Update(x, g, state)
	case o.pass.phase == measure:
		o.plan.measured[k] = plus2(o.plan.measured[k], c.measurer.Measure(x, g, state))
		return
	default:
		c.measurer.Apply(x, g, state, o.params[o.plan.blocks[k].param].own)
	}
	if c.constrains {
		o.groups[c.group].constrain(x, c.rate, false)
	}
}

// updateWhole updates a whole parameter.
func (o *Optimizer[T]) updateWhole(w *workspace[T], param int, c *cohort[T]) {
	p, g := &o.params[param], o.gradientOf(param)
	o.reduce(w, block{param, 0, g.len()})
	scratch := w.whole[g.len():][:c.whole.Scratch(p.dims)]
	seen := g.native
	if o.clipValue.set || c.pre != 1 || g.bf16 != nil {
		seen = w.whole[:g.len()]
		g.copyScaled(seen, o.clipValue.set, c.clip, c.pre)
	}
	c.whole.UpdateWhole(Param[T]{Name: p.Name, Value: p.mine.Value, Shape: p.dims}, seen, p.state, scratch)
	if c.constrains {
		o.groups[c.group].constrain(p.mine.Value, c.rate, false)
	}
	if o.pass.clears {
		g.clear()
	}
}
