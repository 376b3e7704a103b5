package optim

import "github.com/seed63264101/steepest/kernels"

// A Stateful has a state that can be saved: an [Optimizer], or a train.Run. Package checkpoint
// keeps it in files.
type Stateful[T kernels.Float] interface {
	Snapshot() (*Snapshot[T], error)
	Restore(*Snapshot[T]) error
}

// A ShardStateful is a Stateful whose state each of several ranks can save and restore a part
// of: an [Optimizer], or a train.Run.
type ShardStateful[T kernels.Float] interface {
	Stateful[T]
	Rank() (rank, size int)
	SnapshotShard() (*Snapshot[T], error)
	RestoreShard(*Snapshot[T]) error
}
