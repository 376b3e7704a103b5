package optim

import (
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// AllGather brings what each rank has to all of them, in the order of the ranks; lengths may
// differ. It is for what a program of an optimizer that is [Distributed] adds up or compares
// between steps: a metric of which each rank knows a part, or one that a rank computes for all.
// All ranks must call it, and each as often. Without Distributed there is mine alone. An error
// is that of the transport or of ranks that call other things, after which the optimizer takes no
// steps, or that [New] has not made the optimizer.
func (o *Optimizer[T]) AllGather(mine []byte) ([][]byte, error) {
	if o.rule == nil {
		return nil, o.checkMode()
	}
	mine = slices.Clone(mine)
	if !ranked || o.world == nil {
		return [][]byte{mine}, nil
	}
	return o.world.allGather(mine)
}

// allGather is AllGather of several ranks.
func (w *world[T]) allGather(mine []byte) ([][]byte, error) {
	h := newHeading("AllGather")
	h.Length = uint64(len(mine))
	all := w.gatherLengths(mine, w.headings(h))
	return all, w.err
}

// gather is AllGather but for a single rank, and notes an error, after which it does nothing.
func (w *world[T]) gather(send []byte, recv [][]byte) error {
	if w.size > 1 && w.err == nil {
		w.fail(w.AllGather(send, recv))
	}
	return w.err
}

// gatherInto brings the parts of a vector on all ranks together in whole, of so many elements each.
// mine may lie in its place there.
func gatherInto[T kernels.Float, E any](w *world[T], mine, whole []E, lens []int) {
	if w.err != nil {
		return
	}
	for r, n := range lens {
		if r == w.rank {
			copy(whole[:n], mine)
		}
		w.in[r], whole = bytesOf(whole[:n]), whole[n:]
	}
	w.gather(w.in[w.rank], w.in)
	clear(w.in) // which may be a snapshot's
}

// gatherParts is gatherInto a vector of its own. What is nil is so on all ranks.
func gatherParts[T kernels.Float, E any](w *world[T], mine []E, lens []int) []E {
	if mine == nil {
		return nil
	}
	total := 0
	for _, n := range lens {
		total += n
	}
	whole := make([]E, total)
	gatherInto(w, mine, whole, lens)
	return whole
}

// gatherEach brings what each rank has one of together.
func gatherEach[T kernels.Float, E any](w *world[T], mine E) []E {
	all := make([]E, w.size)
	gatherInto(w, []E{mine}, all, slices.Repeat([]int{1}, w.size))
	return all
}

// gatherBlocks brings the results of each rank's blocks together, in the order of the blocks.
func gatherBlocks[T kernels.Float, E any](w *world[T], mine, all []E) {
	lens := make([]int, w.size)
	for r := range lens {
		lens[r] = len(w.ranks[r].blocks)
	}
	got := make([]E, len(all))
	if gatherInto(w, mine, got, lens); w.err != nil {
		return
	}
	at := 0
	for r := range w.ranks {
		for _, k := range w.ranks[r].blocks {
			all[k] = got[at]
			at++
		}
	}
}

// gatherLengths brings together what the headings have announced.
func (w *world[T]) gatherLengths(mine []byte, all []heading) [][]byte {
	counts := make([]int, w.size)
	for r, h := range all {
		counts[r] = int(h.Length)
	}
	return w.gatherBytes(mine, counts)
}

// gatherBytes brings the bytes of all ranks together, of which there are so many for each. There
// are none after an error.
func (w *world[T]) gatherBytes(mine []byte, counts []int) [][]byte {
	all := make([][]byte, w.size)
	for r, n := range counts {
		if all[r] = mine; r != w.rank {
			all[r] = make([]byte, n)
		}
	}
	if w.gather(mine, all) != nil {
		return nil
	}
	return all
}

// gatherTexts is gatherBytes for texts whose lengths the others do not know.
func (w *world[T]) gatherTexts(mine []byte) [][]byte {
	counts := make([]int, w.size)
	for r, n := range gatherEach(w, uint64(len(mine))) {
		counts[r] = int(n)
	}
	return w.gatherBytes(mine, counts)
}
