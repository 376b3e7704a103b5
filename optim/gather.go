package optim

import "slices"

// AllGather brings what each rank has to all of them, in the order of the ranks; lengths may
// differ. It is for what a program of an optimizer that is [Distributed] adds up or compares
// between steps: a metric of which each rank knows a part, or one that a rank computes for all.
// All ranks must call it, and each as often. Without Distributed there is mine alone. An error
// is that of the transport, after which the optimizer takes no steps, or that [New] has not made
// the optimizer.
func (o *Optimizer[T]) AllGather(mine []byte) ([][]byte, error) {
	if o.rule == nil {
		return nil, o.checkMode()
	}
	if o.world == nil {
		return [][]byte{slices.Clone(mine)}, nil
	}
	all := o.world.gatherTexts(mine)
	return all, o.world.err
}
