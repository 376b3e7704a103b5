package optim

// A Transport joins the processes that train one model together, as MPI does. Each process, a
// rank, has one; all make the same calls in the same order, and a call returns when it has
// what it needs of the others. Calls of one rank come one after another, from any goroutine.
// Slices are free when the call returns.
//
// An error means that the ranks no longer agree on where they are: training cannot go on.
//
// Package distributed, a module of its own, has one over MPI and one in memory.
type Transport interface {
	// Rank returns the number of this process, from 0.
	Rank() int
	// Size returns the number of processes.
	Size() int
	// AllToAll sends sendCounts[r] bytes of send to rank r, which lie behind those for lower
	// ranks, and receives recvCounts[r] bytes from rank r in the same order in recv. What
	// rank r sends to rank q is as long as q receives from r.
	AllToAll(send []byte, sendCounts []int, recv []byte, recvCounts []int) error
	// AllGather sends counts[Rank()] bytes to all ranks, and receives counts[r] bytes from
	// each rank r, its own included, behind those of lower ranks. counts are the same for all.
	AllGather(send, recv []byte, counts []int) error
	// Barrier returns when all ranks have called it.
	Barrier() error
	// Abort ends the training of all ranks, as far as the transport can: their calls fail,
	// or their processes end. It is for errors that the others would wait for in vain.
	Abort(reason error)
}
