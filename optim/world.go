package optim

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/tree"
)

// A world is what an optimizer has that is one of several ranks': all blocks of the dense
// parameters, and which rank updates which. Each rank knows this of all ranks, and so what it
// sends to whom without asking.
type world[T kernels.Float] struct {
	Transport
	rank, size   int
	microBatches int
	mine         tree.Span     // the micro-batches of this rank
	nodes        [][]tree.Span // which nodes of the tree each rank's micro-batches make up
	err          error         // of the transport, or why the ranks are not at one: nothing goes on after it
	changed      bool          // whether what all must have alike was not compared yet

	blocks  []block // of whole parameters, in the order of the parameters
	ranks   []part  // which of them are each rank's
	pieces  int     // of the longest part
	results struct {
		squares  []Sum
		measured [][2]Sum
	}

	sends   []transfer // this rank's sums for others, piece by piece
	gets    []transfer // the values of others, piece by piece
	puts    []transfer // this rank's values for others, one for each block of the plan
	offsets []int      // of the plan's blocks in their pieces
	// Of piece i sends and gets are those from the i-th of these on.
	sendsAt, getsAt []int
	widths          []int // bytes that travel for an element of each parameter

	rooms   [2]room  // of the piece that is computed, and of the one on its way
	out, in [][]byte // to and from each rank, for a call of the transport
	piece   int      // of the present pass
}

// A part has the blocks that are one rank's.
type part struct {
	blocks []int   // indices in the world's blocks
	pieces []int   // piece i is blocks[pieces[i]:pieces[i+1]]
	lens   []int   // elements of each piece
	sizes  []int   // bytes of each piece's values
	long   bool    // whether the last block is one of a long part of a parameter
	runs   []block // where each piece lies if it is a part of one parameter; of none else
}

// A transfer is what goes to another rank or comes from it for a block of a whole parameter, at
// an offset of a room.
type transfer struct {
	block
	rank int // the other one
	at   int // in elements for gradients, in bytes for values
	step int // elements from one node's sums to the next's
}

// A room is the memory for a piece on its way.
type room struct {
	send, recv []byte
}

// pieceBlocks is how many blocks' worth of elements travel between two ranks at a time: what is
// on its way and what is computed stay in the second-level cache together, and messages are
// long. Of more ranks each has fewer, so that what is on its way to all stays as much. Tests have
// pieces of few elements.
var pieceBlocks = 16

// pieceLen returns how many elements a piece has at most.
func (w *world[T]) pieceLen(blockLen int) int { return max(1, 2*pieceBlocks/w.size) * blockLen }

// runBlocks is how many blocks' worth of elements a part of a parameter has to have for pieces of
// its own.
const runBlocks = 4

func newWorld[T kernels.Float](t Transport) *world[T] {
	w := &world[T]{Transport: t, rank: t.Rank(), size: t.Size()}
	w.out, w.in = make([][]byte, w.size), make([][]byte, w.size)
	return w
}

// setMicroBatches deals the micro-batches of a step out to the ranks.
func (w *world[T]) setMicroBatches(n int) {
	w.microBatches = n
	w.nodes = make([][]tree.Span, w.size)
	for r := range w.nodes {
		w.nodes[r] = tree.Share(n, r, w.size).Cover(n)
	}
	w.mine = tree.Share(n, w.rank, w.size)
	w.route()
}

// regroup computes what follows from the parameters, whenever that of an optimizer changes.
func (w *world[T]) regroup(params []parameter[T], pl *plan) {
	w.changed = true
	w.blocks = w.blocks[:0]
	w.ranks = make([]part, w.size)
	w.widths = make([]int, len(params))
	for i := range params {
		p := &params[i]
		if p.frozen {
			continue
		}
		switch w.widths[i] = int(unsafe.Sizeof(T(0))); {
		case p.Rest != nil:
			w.widths[i] = 4
		case p.BF16 != nil:
			w.widths[i] = 2
		}
		rank := 0
		for lo := 0; lo < p.Len(); lo += pl.size {
			for lo >= p.shard.cuts[rank+1] {
				rank++
			}
			hi := min(p.Len(), lo+pl.size)
			long := p.shard.cuts[rank+1]-p.shard.cuts[rank] >= runBlocks*pl.size
			b := block{i, lo, hi}
			w.ranks[rank].add(len(w.blocks), b, w.widths[i], w.pieceLen(pl.size), long)
			w.blocks = append(w.blocks, b)
		}
	}
	w.pieces = 0
	for r := range w.ranks {
		p := &w.ranks[r]
		w.pieces = max(w.pieces, len(p.pieces))
		p.pieces = append(p.pieces, len(p.blocks))
	}
	for r := range w.ranks { // those that have fewer have empty ones
		p := &w.ranks[r]
		for len(p.pieces) <= w.pieces {
			p.pieces = append(p.pieces, len(p.blocks))
		}
		p.lens = append(p.lens, make([]int, w.pieces-len(p.lens))...)
		p.sizes = append(p.sizes, make([]int, w.pieces-len(p.sizes))...)
		p.runs = append(p.runs, make([]block, w.pieces-len(p.runs))...)
	}
	w.results.squares = make([]Sum, len(w.blocks))
	w.results.measured = make([][2]Sum, len(w.blocks))
	w.route()
}

// add appends a block, whose elements have as many bytes, to the last piece or begins another.
// A long part of a parameter has pieces of its own, which need not be copied on their way.
func (p *part) add(index int, b block, width, pieceLen int, long bool) {
	last, n := len(p.lens)-1, b.hi-b.lo
	if last < 0 || p.lens[last]+n > pieceLen || b.param != p.runs[last].param && (long || p.long) {
		last++
		p.pieces, p.lens, p.sizes = append(p.pieces, len(p.blocks)), append(p.lens, 0), append(p.sizes, 0)
		p.runs = append(p.runs, b)
	}
	if run := &p.runs[last]; run.param == b.param {
		run.hi = b.hi
	} else {
		*run = block{param: -1}
	}
	p.blocks = append(p.blocks, index)
	p.lens[last] += n
	p.sizes[last] += n * width
	p.long = long
}

// in returns the blocks of a piece.
func (p *part) in(piece int) []int { return p.blocks[p.pieces[piece]:p.pieces[piece+1]] }

// route computes where in a room each block goes.
func (w *world[T]) route() {
	w.sends, w.gets, w.puts, w.offsets = w.sends[:0], w.gets[:0], w.puts[:0], w.offsets[:0]
	w.sendsAt, w.getsAt = w.sendsAt[:0], w.getsAt[:0]
	if len(w.ranks) == 0 {
		return // no parameters yet
	}
	most := 0 // bytes of a room
	elem := int(unsafe.Sizeof(T(0)))
	for i := range w.pieces {
		w.sendsAt, w.getsAt = append(w.sendsAt, len(w.sends)), append(w.getsAt, len(w.gets))
		send, recv, get := 0, 0, 0
		for r := range w.ranks {
			p := &w.ranks[r]
			at, own := send, get
			if r == w.rank {
				at = 0
			}
			for _, k := range p.in(i) {
				b := w.blocks[k]
				value := transfer{block: b, rank: r, at: get}
				get += (b.hi - b.lo) * w.widths[b.param]
				if r == w.rank {
					value.at -= own
					w.puts, w.offsets = append(w.puts, value), append(w.offsets, at)
				} else {
					w.gets, w.sends = append(w.gets, value), append(w.sends, transfer{b, r, at, p.lens[i]})
				}
				at += b.hi - b.lo
			}
			if r != w.rank {
				send += p.lens[i] * len(w.nodes[w.rank])
				recv += w.ranks[w.rank].lens[i] * len(w.nodes[r])
			}
		}
		most = max(most, send*elem, recv*elem, get)
	}
	w.sendsAt, w.getsAt = append(w.sendsAt, len(w.sends)), append(w.getsAt, len(w.gets))
	for i := range w.rooms {
		if w.size > 1 && len(w.rooms[i].send) < most {
			w.rooms[i] = room{newBytes(most), newBytes(most)}
		}
	}
}

// newBytes returns memory that begins as that of float64 does.
func newBytes(n int) []byte {
	words := make([]float64, (n+7)/8)
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), 8*len(words))[:n]
}

// view returns n elements of bytes, from the element at on.
func view[E any](bytes []byte, at, n int) []E {
	var e E
	size := int(unsafe.Sizeof(e))
	part := bytes[at*size:][:n*size]
	return unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(part))), n)
}

// bytesOf returns the memory of a vector.
func bytesOf[E any](x []E) []byte {
	var e E
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(e)))
}
