package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/tree"
)

// A ReductionOrder says in which order a step adds up the gradients of its micro-batches.
type ReductionOrder int

// The orders.
const (
	// ReduceInOrder adds one micro-batch after another.
	ReduceInOrder ReductionOrder = iota

	// ReduceTree adds in a fixed binary tree over the numbers of the micro-batches, from 0 in the
	// order in which they are given, element by element:
	//
	//	sum(lo, hi) = g[lo]                             if hi = lo+1
	//	sum(lo, hi) = sum(lo, lo+k) + sum(lo+k, hi)     else, k being the largest power of two < hi-lo
	//
	// So parts of a sum can be made apart, by other processes: it is the order of optimizers that
	// are [Distributed], and gives one that is not the same bits. The mean is the sum divided by
	// the number of micro-batches, element by element, whether they were accumulated or given to
	// one Step. Accumulating n of them keeps at most log2(n)+1 sums. With many it is also more
	// exact: an element goes through log2(n) roundings and not n.
	ReduceTree
)

var orderNames = [...]string{ReduceInOrder: "in order", ReduceTree: "tree"}

// String returns the name of the order: in order, or tree.
func (r ReductionOrder) String() string {
	if r.isValid() {
		return orderNames[r]
	}
	return fmt.Sprintf("ReductionOrder(%d)", int(r))
}

func (r ReductionOrder) isValid() bool { return r >= 0 && int(r) < len(orderNames) }

// MarshalText returns the name.
func (r ReductionOrder) MarshalText() ([]byte, error) {
	if !r.isValid() {
		return nil, fmt.Errorf("optim: %v, want ReduceInOrder or ReduceTree", r)
	}
	return []byte(r.String()), nil
}

// UnmarshalText is the inverse of MarshalText.
func (r *ReductionOrder) UnmarshalText(text []byte) error {
	i := slices.Index(orderNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("optim: the reduction order %q, want %q", text, orderNames)
	}
	*r = ReductionOrder(i)
	return nil
}

// WithReductionOrder sets the order in which the gradients of several micro-batches are added
// up; without it that is [ReduceInOrder]. ReduceTree beside a parameter that is Sparse is an
// error.
func WithReductionOrder(order ReductionOrder) Option { return func(c *config) { c.order = order } }

// checkOrder returns an error for an order that there is not, and checks the transport.
func (c *config) checkOrder() error {
	if !c.order.isValid() {
		return fmt.Errorf("optim: ReductionOrder = %d, want ReduceInOrder or ReduceTree", int(c.order))
	}
	if !ranked && (c.order == ReduceTree || c.distributed) {
		return fmt.Errorf("optim: ReduceTree or Distributed in a build with the tag singleprocess")
	}
	return c.checkTransport()
}

// checkOrder returns an error unless the gradients of a parameter can be added up in the order.
func (o *Optimizer[T]) checkOrder(p Param[T]) error {
	switch {
	case !p.Sparse || o.order == ReduceInOrder:
		return nil
	case o.world != nil:
		return fmt.Errorf("optim: parameter %q is Sparse, which a Distributed optimizer does not have", p.Name)
	}
	return fmt.Errorf("optim: parameter %q is Sparse, whose rows are added up in their order: want ReduceInOrder", p.Name)
}

// accumulateTree adds the batches that were taken to the parameters' nodes.
func (o *Optimizer[T]) accumulateTree(batches int) {
	first := o.firstBatch()
	span := tree.Span{Lo: first, Hi: first + o.pending + batches}
	o.grown = span.Grown(o.grown[:0])
	for i := range o.params {
		p := &o.params[i]
		for p.cohort >= 0 && len(p.nodes) < len(o.grown) {
			p.nodes = append(p.nodes, make([]T, p.Len()))
		}
	}
	if o.world == nil {
		o.run(accumulate)
	} else {
		o.world.accumulate(o)
	}
	o.nodes = append(o.nodes[:0], o.grown...)
	o.pending += batches
}

// firstBatch returns the number of the first micro-batch that is given to this process.
func (o *Optimizer[T]) firstBatch() int {
	if o.world == nil {
		return 0
	}
	mine, _ := o.world.share()
	return mine.Lo
}

// growNodes makes the nodes of a block of a whole parameter those of o.grown. Of these the first ones
// are there already. The next one has all other nodes that are there, and micro-batches, and
// those behind it have micro-batches alone.
func (o *Optimizer[T]) growNodes(w *workspace[T], b block) {
	p := &o.params[b.param]
	have, first := o.nodes, o.firstBatch()+o.pending
	same := 0
	for same < len(have) && have[same] == o.grown[same] {
		same++
	}
	for i := same; i < len(o.grown); i++ {
		node := o.grown[i]
		w.sources = w.sources[:0]
		if i == same {
			w.sources = o.nodesOf(w.sources, have[same:], same, b)
		}
		for k := max(node.Lo, first); k < node.Hi; k++ {
			w.sources = append(w.sources, o.batchIn(k-first, k, b))
		}
		w.adder.Sum(p.nodes[i][b.lo:b.hi], w.sources)
	}
	if o.zeroGrads {
		o.clearGiven(b)
	}
}

// nodesOf appends a block of nodes, of which the first has the index at.
func (o *Optimizer[T]) nodesOf(list []tree.Source[T], nodes []tree.Span, at int, b block) []tree.Source[T] {
	for i, node := range nodes {
		list = append(list, tree.Source[T]{Span: node, Native: o.params[b.param].nodes[at+i][b.lo:b.hi]})
	}
	return list
}

// batchIn returns a block of a batch that was given, the micro-batch of a number.
func (o *Optimizer[T]) batchIn(batch, number int, b block) tree.Source[T] {
	g := o.givenIn(batch, b)
	return tree.Source[T]{Span: tree.Span{Lo: number, Hi: number + 1}, Native: g.native, BF16: g.bf16}
}

// sourcesIn appends a block of all that this process has for the step: nodes, and the batches
// that were given.
func (o *Optimizer[T]) sourcesIn(list []tree.Source[T], b block) []tree.Source[T] {
	list = o.nodesOf(list, o.nodes, 0, b)
	first := o.firstBatch() + o.pending
	for i := range o.batches() {
		list = append(list, o.batchIn(i, first+i, b))
	}
	return list
}

// batches returns how many were given to the present call.
func (o *Optimizer[T]) batches() int { return len(o.flat) / len(o.params) }

// combineTree stores the sum of all batches, or their mean, in the parameter's.
func (o *Optimizer[T]) combineTree(w *workspace[T], b block, mean bool) {
	w.sources = o.sourcesIn(w.sources[:0], b)
	sum := o.params[b.param].sum[b.lo:b.hi]
	w.adder.Sum(sum, w.sources)
	if n := w.sources[len(w.sources)-1].Hi; mean && n > 1 {
		divide(sum, T(n), w.scratch)
	}
	if o.zeroGrads {
		o.clearGiven(b)
	}
}

// clearGiven clears a block of the batches that were given.
func (o *Optimizer[T]) clearGiven(b block) {
	for i := range o.batches() {
		o.givenIn(i, b).clear()
	}
}

// forgetBatches lets go of what a workspace has seen of the callers' gradients.
func (w *workspace[T]) forgetBatches() { clear(w.sources[:cap(w.sources)]) }
