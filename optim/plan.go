package optim

import (
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
	"github.com/seed63264101/steepest/optim/internal/tree"
)

// scratchBytes is the size of the pieces in which gradients are changed beforehand:
// small enough to stay in a first-level cache beside the update's streams, and a
// divisor of kernels.BlockBytes.
const scratchBytes = 1 << 12

// A plan cuts the parameters that are not frozen into blocks, and gathers blocks
// to work items of about the same size, so that many small parameters cost what
// a large one does. Blocks do not depend on the number of workers.
//
// Behind the parameters' blocks are those of the rows of tables in the present step: parts
// of their gradients, one behind the other.
type plan struct {
	blocks  []block
	items   []int // item i is blocks[items[i]:items[i+1]]
	workers int   // that the size is worth
	most    int   // workers that the plan may use

	size  int                                      // elements of a block
	total int                                      // elements of all blocks
	open  int                                      // elements of the last item, 0 if it is full
	dense struct{ blocks, items, total, open int } // without rows

	// Results of the blocks, to be added in their order.
	squares  []Sum    // of the gradients
	measured [][2]Sum // by the updaters that measure
}

// A block is a part of a parameter.
type block struct{ param, lo, hi int }

const (
	itemBlocks   = 2 // blocks' worth of elements in an item
	workerBlocks = 4 // blocks' worth of elements that make waking a worker pay
)

func newPlan[T kernels.Float](params []parameter[T], workers int) plan {
	pl := plan{size: blockLen[T]()}
	rows, whole := 0, 0 // elements of tables, and of others with what other ranks update
	for i := range params {
		switch p := &params[i]; {
		case p.frozen:
		case p.Sparse:
			rows += p.Len()
		default:
			pl.add(i, p.mine.Len())
			whole += p.Len()
		}
	}
	pl.most = max(1, min(workers, (whole+rows)/(workerBlocks*pl.size)))
	pl.dense.blocks, pl.dense.items, pl.dense.total, pl.dense.open = len(pl.blocks), len(pl.items), pl.total, pl.open
	pl.end()
	return pl
}

// begin leaves the rows of the last step out of the plan.
func (pl *plan) begin() {
	pl.blocks, pl.items, pl.total, pl.open = pl.blocks[:pl.dense.blocks], pl.items[:pl.dense.items], pl.dense.total, pl.dense.open
}

// add cuts n elements of a parameter into blocks.
func (pl *plan) add(param, n int) {
	pl.total += n
	for lo := 0; lo < n; lo += pl.size {
		if pl.open == 0 {
			pl.items = append(pl.items, len(pl.blocks))
		}
		hi := min(n, lo+pl.size)
		pl.blocks = append(pl.blocks, block{param, lo, hi})
		if pl.open += hi - lo; pl.open >= itemBlocks*pl.size {
			pl.open = 0
		}
	}
}

// end makes the plan ready after the last add.
func (pl *plan) end() {
	pl.workers = max(1, min(pl.most, pl.total/(workerBlocks*pl.size), len(pl.items)))
	pl.items = append(pl.items, len(pl.blocks))
	pl.squares = slices.Grow(pl.squares[:0], len(pl.blocks))[:len(pl.blocks)]
}

// A target is what a block updates. Targets lie one behind the other, so that many
// small parameters cost few cache lines.
type target[T kernels.Float] struct {
	cohort *cohort[T]
	value  []T
	state  [][]T
	packed *packing // nil if nothing is
}

// newTargets returns the targets of the plan's blocks.
func (o *Optimizer[T]) newTargets() []target[T] {
	targets := make([]target[T], len(o.plan.blocks))
	total := 0
	for _, b := range o.plan.blocks {
		total += len(o.params[b.param].state)
	}
	views := make([][]T, total)
	for k, b := range o.plan.blocks {
		p := &o.params[b.param]
		targets[k] = target[T]{cohort: &o.cohorts[p.cohort]}
		if p.Value != nil {
			targets[k].value = p.mine.Value[b.lo:b.hi]
		}
		if p.packing != nil {
			part := p.packing.part(b.lo, b.hi, make([]packed.Vector, len(p.packing.state)))
			targets[k].packed = &part
		}
		if targets[k].cohort.whole == nil { // or its state cannot be cut
			targets[k].state = cut(views, p.state, b.lo, b.hi)
			views = views[len(p.state):]
		}
	}
	return targets
}

// A workspace is what one worker needs for itself.
type workspace[T kernels.Float] struct {
	parts   [][]T // a block of each micro-batch's gradient
	pieces  [][]T // a piece of a block of each state vector
	scratch []T   // a piece of the gradient, clipped by value or scaled
	adder   tree.Adder[T]
	sources []tree.Source[T] // for it, of a block
	whole   []T              // the gradient of a whole parameter or row like that, and an updater's own scratch

	packed packedSpace[T]
	_      [64]byte
}

// newWorkspace returns a workspace for all that the cohorts need.
func (o *Optimizer[T]) newWorkspace() workspace[T] {
	vectors, whole := 0, 0
	for i := range o.params {
		p := &o.params[i]
		rule := o.groups[p.group].rule
		vectors = max(vectors, len(rule.State())+scratchOf(rule))
		if t := p.table; t != nil {
			whole = max(whole, (1+t.scratch)*t.dim)
		} else if p.cohort >= 0 && p.mine.Len() > 0 {
			if u := o.cohorts[p.cohort].whole; u != nil {
				whole = max(whole, p.Len()+u.Scratch(p.dims))
			}
		}
	}
	return workspace[T]{
		pieces:  make([][]T, vectors),
		scratch: make([]T, scratchBytes/unsafe.Sizeof(T(0))),
		whole:   make([]T, whole),
		packed:  newPackedSpace(o.params, vectors),
	}
}

// cut sets as many of dst to the parts lo to hi of src, and returns them.
func cut[T any](dst, src [][]T, lo, hi int) [][]T {
	dst = dst[:len(src)]
	for i, s := range src {
		dst[i] = s[lo:hi]
	}
	return dst
}
