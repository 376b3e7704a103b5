package optim

import (
	"runtime"
	"unsafe"

	"github.com/seed63264101/steepest/optim/internal/tree"
)

// What the ranks send each other in a step. Gradients and values go piece by piece: the transport
// has one on its way while the workers make the next and take in the one before.

// exchange makes every piece by before, sends it, and takes in what has come by after.
func (w *world[T]) exchange(before func(), send func(piece int, r *room) error, after func()) {
	if w.err != nil || w.pieces == 0 {
		return
	}
	// A thread that waits for others by turns would take a single core from the one that computes.
	overlaps := runtime.GOMAXPROCS(0) > 1
	done := make(chan error, 1)
	start := func(i int) {
		if overlaps {
			go func() { done <- send(i, &w.rooms[i%2]) }()
		} else {
			done <- send(i, &w.rooms[i%2])
		}
	}
	w.piece = 0
	before()
	start(0)
	for i := range w.pieces {
		if w.piece = i + 1; overlaps && w.piece < w.pieces {
			before()
		}
		if err := <-done; err != nil {
			w.fail(err)
			return
		}
		if overlaps && i+1 < w.pieces {
			start(i + 1)
		}
		w.piece = i
		after()
		if w.piece = i + 1; !overlaps && w.piece < w.pieces {
			before()
			start(w.piece)
		}
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
			elem := int(unsafe.Sizeof(T(0)))
			send, recv := r.send, r.recv
			for q := range w.ranks {
				if q == w.rank {
					continue
				}
				n, m := w.ranks[q].lens[piece]*len(w.nodes[w.rank])*elem, w.own().lens[piece]*len(w.nodes[q])*elem
				w.out[q], w.in[q] = send[:n], recv[:m]
				send, recv = send[n:], recv[m:]
				if g := w.direct(o, q, piece); g != nil {
					w.out[q] = bytesOf(g)
				}
			}
			return w.AllToAll(w.out, w.in)
		},
		func() { w.runOver(o, collect, w.own().pieces[w.piece], w.own().pieces[w.piece+1]) },
	)
	clear(w.out) // which may be the caller's
}

// direct returns the gradients of a piece for a rank if they are one vector that lies somewhere
// already: of the only micro-batch of this rank, or of those that were accumulated to one node.
// Copying it would cost more than the bytes: what another core has read is slow to write to.
func (w *world[T]) direct(o *Optimizer[T], rank, piece int) []T {
	run := w.ranks[rank].runs[piece]
	if run.param < 0 || run.lo == run.hi || o.zeroGrads || len(o.nodes)+o.batches() != 1 {
		return nil
	}
	if len(o.nodes) == 1 {
		return o.params[run.param].nodes[0][run.lo:run.hi]
	}
	return o.givenIn(0, run).native
}

// pack stores the sums that another rank is sent for a block: one for each node of the tree that
// this rank's micro-batches make up.
func (w *world[T]) pack(o *Optimizer[T], s *workspace[T], t transfer) {
	if w.direct(o, t.rank, w.piece) != nil {
		return
	}
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

// apply takes the prepared step for this rank's blocks, and brings the values of all to all.
func (w *world[T]) apply(o *Optimizer[T]) {
	if w.size == 1 {
		o.run(apply)
		return
	}
	w.exchange(
		func() {
			first, last := w.own().pieces[w.piece], w.own().pieces[w.piece+1]
			w.runOver(o, apply, first, last)
			if w.lies(o, w.rank, w.piece) == nil {
				w.runOver(o, fetch, first, last)
			}
		},
		func(piece int, r *room) error {
			send, recv := r.send[:w.own().sizes[piece]], r.recv
			if x := w.lies(o, w.rank, piece); x != nil {
				send = x
			}
			for q := range w.ranks {
				n := w.ranks[q].sizes[piece]
				w.in[q] = recv[:n]
				if recv = recv[n:]; q == w.rank {
					w.in[q] = send
				} else if x := w.lies(o, q, piece); x != nil {
					w.in[q] = x
				}
			}
			return w.AllGather(send, w.in)
		},
		func() { w.runOver(o, unpack, w.getsAt[w.piece], w.getsAt[w.piece+1]) },
	)
}

// lies returns the memory of a piece's values if it is one vector.
func (w *world[T]) lies(o *Optimizer[T], rank, piece int) []byte {
	run := w.ranks[rank].runs[piece]
	if run.param < 0 || run.lo == run.hi {
		return nil
	}
	switch p := &o.params[run.param]; {
	case p.BF16 == nil:
		return bytesOf(p.Value[run.lo:run.hi])
	case p.Rest == nil:
		return bytesOf(p.BF16[run.lo:run.hi])
	}
	return nil
}

// move copies the values of a block to the room, or from it.
func (w *world[T]) move(o *Optimizer[T], t transfer, out bool) {
	if w.lies(o, t.rank, w.piece) != nil {
		return
	}
	p, room := &o.params[t.param], &w.rooms[w.piece%2]
	at := room.recv[t.at:]
	if out {
		at = room.send[t.at:]
	}
	each := func(bytes []byte) {
		if out {
			copy(at, bytes)
		} else {
			copy(bytes, at)
		}
		at = at[len(bytes):]
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

// first returns the first of the elements that ranks have found, of which one with the parameter
// -1 is none.
func (w *world[T]) first(param, element int, value float64) (int, int, float64) {
	type found struct {
		Param, Element int64
		Value          float64
	}
	best := found{Param: -1}
	for _, f := range gatherEach(w, found{int64(param), int64(element), value}) {
		if f.Param >= 0 && (best.Param < 0 || f.Param < best.Param || f.Param == best.Param && f.Element < best.Element) {
			best = f
		}
	}
	return int(best.Param), int(best.Element), best.Value
}
