package optim

import "slices"

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
	w := o.world
	if w == nil {
		return [][]byte{mine}, nil
	}
	h := newHeading("AllGather")
	h.Length = uint64(len(mine))
	all := w.gatherLengths(mine, w.headings(h))
	return all, w.err
}
