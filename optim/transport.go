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
	// AllToAll sends send[r] to each other rank r, and receives what it sends in recv[r], which
	// is as long. Those of the rank's own number are left alone.
	AllToAll(send, recv [][]byte) error
	// AllGather sends the same to all other ranks, and receives what each other rank r sends in
	// recv[r], which is as long; recv[Rank()] is as long as send, and left alone.
	AllGather(send []byte, recv [][]byte) error
	// Barrier returns when all ranks have called it.
	Barrier() error
	// Abort ends the training of all ranks, as far as the transport can: their calls fail,
	// or their processes end. It is for errors that the others would wait for in vain, and
	// may be called while another call of this rank is under way.
	Abort(reason error)
}
