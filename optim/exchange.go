package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/tree"
)

// What the ranks send each other in a step. Gradients and values go piece by piece: the transport
// has one on its way while the workers make the next and take in the one before.

// exchange makes every piece by before, sends it, and takes in what has come by after.
func (w *world[T]) exchange(before func(), send func(piece int, r *room) error, after func()) {
	if w.err != nil || w.pieces == 0 {
		return
	}
	done := make(chan error, 1)
	start := func(i int) { go func() { done <- send(i, &w.rooms[i%2]) }() }
	w.piece = 0
	before()
	start(0)
	for i := range w.pieces {
		if w.piece = i + 1; w.piece < w.pieces {
			before()
		}
		if err := <-done; err != nil {
			w.fail(err)
			return
		}
		if i+1 < w.pieces {
			start(i + 1)
		}
		w.piece = i
		after()
	}
}

// fail notes an error of the transport.
func (w *world[T]) fail(err error) {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("optim: rank %d of %d: %w", w.rank, w.size, err)
	}
}

// own is the part of this rank.
func (w *world[T]) own() *part { return &w.ranks[w.rank] }

// runOver makes a pass over some indices, of so many blocks.
func (w *world[T]) runOver(o *Optimizer[T], ph phase, first, last int) {
	workers := max(1, min(o.plan.most, (last-first)/workerBlocks))
	o.runOver(ph, nil, first, last, workers)
}

// do does a pass's work that only ranks have, or have otherwise than a single process.
func (w *world[T]) do(o *Optimizer[T], s *workspace[T], k int) bool {
	switch o.pass.phase {
	case accumulate:
		o.growNodes(s, w.blocks[k])
	case pack:
		w.pack(o, s, w.sends[k])
	case collect:
		w.collect(o, s, k)
	case fetch:
		w.move(o, w.puts[k], true)
	case unpack:
		w.move(o, w.gets[k], false)
	default:
		return false
	}
	return true
}

// accumulate adds the batches of a call to the nodes of whole parameters.
func (w *world[T]) accumulate(o *Optimizer[T]) { w.runOver(o, accumulate, 0, len(w.blocks)) }

// reduce adds up the gradients of all ranks, of this rank's blocks, and their squares.
func (w *world[T]) reduce(o *Optimizer[T]) {
	if w.size == 1 {
		w.runOver(o, collect, 0, len(w.own().blocks))
		return
	}
	w.exchange(
		func() { w.runOver(o, pack, w.sendsAt[w.piece], w.sendsAt[w.piece+1]) },
		func(piece int, r *room) error {
			elem := len(bytesOf([]T{0}))
			send, recv := make([]int, w.size), make([]int, w.size)
			sent, got := 0, 0
			for q := range w.ranks {
				if q != w.rank {
					send[q] = w.ranks[q].lens[piece] * len(w.nodes[w.rank]) * elem
					recv[q] = w.own().lens[piece] * len(w.nodes[q]) * elem
				}
				sent, got = sent+send[q], got+recv[q]
			}
			return w.AllToAll(r.send[:sent], send, r.recv[:got], recv)
		},
		func() { w.runOver(o, collect, w.own().pieces[w.piece], w.own().pieces[w.piece+1]) },
	)
}

// pack stores the sums that another rank is sent for a block: one for each node of the tree that
// this rank's micro-batches make up.
func (w *world[T]) pack(o *Optimizer[T], s *workspace[T], t transfer) {
	s.sources = o.sourcesIn(s.sources[:0], t.block)
	from := 0
	for i, node := range w.nodes[w.rank] {
		to := from
		for to < len(s.sources) && s.sources[to].Hi <= node.Hi {
			to++
		}
		s.adder.Sum(view[T](w.rooms[w.piece%2].send, t.at+i*t.step, t.hi-t.lo), s.sources[from:to])
		from = to
	}
	if o.zeroGrads {
		o.clearGiven(t.block)
	}
}

// collect adds up the gradients of all ranks for block k of the plan, and their squares.
func (w *world[T]) collect(o *Optimizer[T], s *workspace[T], k int) {
	mine := w.own()
	whole, b := w.blocks[mine.blocks[k]], o.plan.blocks[k]
	n := b.hi - b.lo
	at := 0 // of the block's elements among those of a rank's node
	if w.size > 1 {
		at = w.offsets[k]
	}
	s.sources = s.sources[:0]
	for r := range w.ranks {
		if r == w.rank {
			s.sources = o.sourcesIn(s.sources, whole)
			continue
		}
		for _, node := range w.nodes[r] {
			s.sources = append(s.sources, tree.Source[T]{Span: node, Native: view[T](w.rooms[w.piece%2].recv, at, n)})
			at += mine.lens[w.piece]
		}
	}
	sum := o.params[b.param].sum[b.lo:b.hi]
	s.adder.Sum(sum, s.sources)
	if o.reduction == ReduceMean && w.microBatches > 1 {
		divide(sum, T(w.microBatches), s.scratch)
	}
	if o.zeroGrads {
		o.clearGiven(whole)
	}
	if !o.unchecked {
		o.plan.squares[k] = Sum{Value: gradient[T]{native: sum}.plainSquares()}
	}
}

// apply takes the prepared step for this rank's blocks, and brings the others' values.
func (w *world[T]) apply(o *Optimizer[T]) {
	if w.size == 1 {
		o.run(apply)
		return
	}
	w.publish(o, true)
}

// publish brings the values of all ranks' blocks to all, and takes the prepared step before if
// that is to be done.
func (w *world[T]) publish(o *Optimizer[T], step bool) {
	if w.size == 1 {
		return
	}
	w.exchange(
		func() {
			first, last := w.own().pieces[w.piece], w.own().pieces[w.piece+1]
			if step {
				w.runOver(o, apply, first, last)
			}
			w.runOver(o, fetch, first, last)
		},
		func(piece int, r *room) error {
			counts := make([]int, w.size)
			before, all := 0, 0
			for q := range w.ranks {
				if counts[q] = w.ranks[q].sizes[piece]; q < w.rank {
					before += counts[q]
				}
				all += counts[q]
			}
			return w.AllGather(r.recv[before:][:counts[w.rank]], r.recv[:all], counts)
		},
		func() { w.runOver(o, unpack, w.getsAt[w.piece], w.getsAt[w.piece+1]) },
	)
}

// move copies the values of a block to the room, or from it.
func (w *world[T]) move(o *Optimizer[T], t transfer, out bool) {
	p, room := &o.params[t.param], w.rooms[w.piece%2].recv[t.at:]
	each := func(bytes []byte) {
		if out {
			copy(room, bytes)
		} else {
			copy(bytes, room)
		}
		room = room[len(bytes):]
	}
	switch {
	case p.BF16 == nil:
		each(bytesOf(p.Value[t.lo:t.hi]))
	case p.Rest == nil:
		each(bytesOf(p.BF16[t.lo:t.hi]))
	default:
		each(bytesOf(p.BF16[t.lo:t.hi]))
		each(bytesOf(p.Rest[t.lo:t.hi]))
	}
}

// squares returns all blocks with the sums of their gradients' squares, of all ranks. Those of
// the second pass have exponents.
func (w *world[T]) squares(o *Optimizer[T], again bool) ([]block, []Sum) {
	results := o.plan.squares[:len(w.own().blocks)]
	if again {
		gatherBlocks(w, results, w.results.squares)
		return w.blocks, w.results.squares
	}
	values := make([]float64, len(w.blocks))
	mine := make([]float64, len(results))
	for k, s := range results {
		mine[k] = s.Value
	}
	gatherBlocks(w, mine, values)
	for k, v := range values {
		w.results.squares[k] = Sum{Value: v}
	}
	return w.blocks, w.results.squares
}

// measured returns all blocks with what their updaters have measured, on all ranks.
func (w *world[T]) measured(o *Optimizer[T]) ([]block, [][2]Sum) {
	gatherBlocks(w, o.plan.measured, w.results.measured)
	return w.blocks, w.results.measured
}

// gatherBlocks brings the results of each rank's blocks together, in the order of the blocks.
func gatherBlocks[T kernels.Float, E any](w *world[T], mine, all []E) {
	if w.err != nil {
		return
	}
	got, counts := make([]E, len(all)), make([]int, w.size)
	for r := range w.ranks {
		counts[r] = len(bytesOf(got[:len(w.ranks[r].blocks)]))
	}
	if w.size == 1 {
		copy(got, mine)
	} else if err := w.AllGather(bytesOf(mine), bytesOf(got), counts); err != nil {
		w.fail(err)
		return
	}
	for r := range w.ranks {
		for i, k := range w.ranks[r].blocks {
			all[k] = got[i]
		}
		got = got[len(w.ranks[r].blocks):]
	}
}

// first returns the first of the elements that ranks have found, of which one with the parameter
// -1 is none.
func (w *world[T]) first(param, element int, value float64) (int, int, float64) {
	type found struct {
		Param, Element int64
		Value          float64
	}
	all := make([]found, w.size)
	gatherAll(w, found{int64(param), int64(element), value}, all)
	best := found{Param: -1}
	for _, f := range all {
		if f.Param >= 0 && (best.Param < 0 || f.Param < best.Param || f.Param == best.Param && f.Element < best.Element) {
			best = f
		}
	}
	return int(best.Param), int(best.Element), best.Value
}

// gatherAll brings what each rank has to all.
func gatherAll[T kernels.Float, E any](w *world[T], mine E, all []E) {
	if w.err != nil {
		return
	}
	one := bytesOf([]E{mine})
	if err := w.AllGather(one, bytesOf(all), slices.Repeat([]int{len(one)}, w.size)); err != nil {
		w.fail(err)
	}
}
