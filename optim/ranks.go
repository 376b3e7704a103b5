package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/tree"
)

// ranks is what an optimizer asks of the processes of which it is one. A world is it; behind an
// interface a program whose New cannot make one is linked without.
type ranks[T kernels.Float] interface {
	place() (rank, size int)
	share() (mine tree.Span, of int) // of the micro-batches
	setMicroBatches(n int)

	// within runs what all ranks do in a call, which begins with agree. failed returns the error
	// after which nothing goes on, which giveUp notes.
	within(call string, f func() error) error
	agree(o *Optimizer[T], call string, position numbers, err error) error
	failed() error
	giveUp(err error)
	allGather(mine []byte) ([][]byte, error)

	// Parameters: what each rank has of them, and the plan of this one.
	shard(added []parameter[T], groups []group[T], lens [][]int)
	regroup(params []parameter[T], pl *plan)
	snapshotWhole(o *Optimizer[T], s *Snapshot[T], err error) (*Snapshot[T], error)
	bringValues(p *parameter[T], mine *ParamSnapshot[T])

	// The step, in its order.
	checkCount(o *Optimizer[T], call string, batches int) error
	accumulate(o *Optimizer[T])
	reduce(o *Optimizer[T])
	squares(o *Optimizer[T], again bool) ([]block, []Sum)
	first(param, element int, value float64) (int, int, float64)
	measured(o *Optimizer[T]) ([]block, [][2]Sum)
	apply(o *Optimizer[T])
	do(o *Optimizer[T], s *workspace[T], k int) bool // a block of the present pass
}

func (w *world[T]) place() (rank, size int)         { return w.rank, w.size }
func (w *world[T]) share() (mine tree.Span, of int) { return w.mine, w.microBatches }
func (w *world[T]) failed() error                   { return w.err }

func (w *world[T]) giveUp(err error) {
	if w.err == nil {
		w.err = err
	}
}
