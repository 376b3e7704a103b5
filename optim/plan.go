package optim

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// scratchBytes is the size of the pieces in which gradients are changed beforehand:
// small enough to stay in a first-level cache beside the update's streams, and a
// divisor of kernels.BlockBytes.
const scratchBytes = 1 << 12

// A plan cuts the parameters that are not frozen into blocks, and gathers blocks
// to work items of about the same size, so that many small parameters cost what
// a large one does. Blocks do not depend on the number of workers.
type plan struct {
	blocks  []block
	items   []int // item i is blocks[items[i]:items[i+1]]
	workers int   // that the size is worth

	// Results of the blocks, to be added in their order.
	squares []squares // of the gradients
	pp, dd  []squares // of the parameters and their directions
}

// A block is a part of a parameter.
type block struct{ param, lo, hi int }

const (
	itemBlocks   = 2 // blocks' worth of elements in an item
	workerBlocks = 4 // blocks' worth of elements that make waking a worker pay
)

func newPlan[T kernels.Float](params []parameter[T], workers int) plan {
	size := blockLen[T]()
	var pl plan
	total, open := 0, 0
	for i := range params {
		if params[i].frozen {
			continue
		}
		n := len(params[i].Value)
		total += n
		for lo := 0; lo < n; lo += size {
			if open == 0 {
				pl.items = append(pl.items, len(pl.blocks))
			}
			hi := min(n, lo+size)
			pl.blocks = append(pl.blocks, block{i, lo, hi})
			if open += hi - lo; open >= itemBlocks*size {
				open = 0
			}
		}
	}
	pl.workers = max(1, min(workers, total/(workerBlocks*size), len(pl.items)))
	pl.items = append(pl.items, len(pl.blocks))
	pl.squares = make([]squares, len(pl.blocks))
	return pl
}

// A workspace is what one worker needs for itself.
type workspace[T kernels.Float] struct {
	parts   [][]T // a block of each micro-batch's gradient
	views   [][]T // a block of each state vector
	pieces  [][]T // a piece of each view
	scratch []T   // a piece of the gradient, clipped by value or scaled
	_       [64]byte
}

func newWorkspace[T kernels.Float](slots int) workspace[T] {
	return workspace[T]{
		views: make([][]T, slots), pieces: make([][]T, slots),
		scratch: make([]T, scratchBytes/unsafe.Sizeof(T(0))),
	}
}

// cut sets dst to the parts lo to hi of src.
func cut[T any](dst, src [][]T, lo, hi int) [][]T {
	for i, s := range src {
		dst[i] = s[lo:hi]
	}
	return dst
}
