package optim

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/domain"
)

// Distributed makes the optimizer that of one of several processes, which train one model
// together and are joined by a transport: each is a rank with all parameters, computes the
// gradients of some micro-batches, and keeps the state of a part of the parameters, its shard
// (ZeRO-1: S. Rajbhandari et al., ZeRO: Memory optimizations toward training trillion parameter
// models, 2020). A step gives the bits that a single process gets of the same micro-batches in
// the order [ReduceTree], for any number of ranks: trajectories, reports and snapshots are the
// same.
//
// microBatches is how many micro-batches a step has, over all ranks. They are numbered from 0,
// and [Optimizer.Share] says which of them are this rank's: to each step it gives those
// gradients, by Accumulate and Step together, in their order.
//
// All ranks make the same optimizer, of parameters with the same values, and take the same steps
// at the same rates. New, Step, StepGradients, EvalMode, Snapshot, Restore, RestoreShard and
// AllGather are calls that all ranks make together. They begin by telling each other where they
// are, so that what is wrong on one rank is an error on all, which names the rank, and nothing
// changes: ranks that call different things, an error of one, as a gradient that is missing, and
// parameters, options, rates and steps that are not the same. Parameters, with their values, and
// options are compared in New, and again with the next such call after AddParams, Freeze, Thaw,
// Reset and Restore. Of rules and schedules those are their types and exported fields of plain
// data, other rules and other schedules, and their saved states; functions cannot be compared,
// but rates are at each step. [Workers] and [ZeroGrads] may differ, and so may the instruction
// sets. All are to have the same version of this module, and one order of bytes.
//
// After an error of the transport, and where ranks call different things, nothing goes on: all
// such calls and SnapshotShard return it. A rank whose transport fails, or that panics within such
// a call, aborts the others; one that gives up in between must do so by itself, see [Transport].
//
// What a rank sends for a step, with R ranks, P parameters of float32, and k as many nodes of the
// tree as [Optimizer.Share] makes up (1 where R is a power of two that divides the micro-batches):
// 4 P k (R-1)/R bytes of gradients, 4 P/R to each of the other ranks of new parameters, and 8 bytes
// for each block of kernels.BlockBytes.
//
// Parameters that are Sparse are an error. A parameter of a rule that needs whole ones, as Muon
// and Adafactor do, is the shard of one rank.
func Distributed(t Transport, microBatches int) Option {
	return func(c *config) { c.distributed, c.transport, c.microBatches = true, t, microBatches }
}

// checkTransport returns an error unless the ranks can take steps together.
func (c *config) checkTransport() error {
	if !ranked || !c.distributed { // the first has been refused
		return nil
	}
	if !c.hasTransport() {
		if isNil(c.transport) {
			return fmt.Errorf("optim: Distributed with a nil Transport")
		}
		return fmt.Errorf("optim: Distributed: a Transport of rank %d of %d", c.transport.Rank(), c.transport.Size())
	}
	if err := domain.Check[float64]("optim: Distributed", domain.Of("microBatches", float64(c.microBatches), domain.Count("micro-batches"))); err != nil {
		return err
	}
	c.order = ReduceTree
	return nil
}

// hasTransport reports whether there are other ranks to talk to, whatever else may be wrong.
func (c *config) hasTransport() bool {
	if !c.distributed || isNil(c.transport) {
		return false
	}
	rank, size := c.transport.Rank(), c.transport.Size()
	return rank >= 0 && rank < size
}

// isNil reports whether there is nothing to call methods of.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil()
}

// Share returns the numbers of the micro-batches of a step that are this process's, lo to hi,
// exclusive, and how many there are over all ranks: as even as can be, the first ranks having
// one more. Without [Distributed] there is no number of them: it returns 0, 0, 0.
func (o *Optimizer[T]) Share() (lo, hi, of int) {
	if o.world == nil {
		return 0, 0, 0
	}
	mine, of := o.world.share()
	return mine.Lo, mine.Hi, of
}

// Rank returns the number of this process and how many there are: 0 and 1 without [Distributed].
func (o *Optimizer[T]) Rank() (rank, size int) {
	if o.world == nil {
		return 0, 1
	}
	return o.world.place()
}

// SetMicroBatches changes how many micro-batches a step has, as for the last batch of an epoch.
// All ranks must do so. It is an error if n is not positive, without [Distributed], and with
// gradients that are accumulated and not yet used; then nothing changes.
func (o *Optimizer[T]) SetMicroBatches(n int) error {
	switch {
	case o.rule == nil:
		return o.checkMode()
	case o.world == nil:
		return fmt.Errorf("optim: SetMicroBatches of an optimizer that is not Distributed")
	case o.pending > 0:
		return fmt.Errorf("optim: SetMicroBatches with the gradients of %d batches accumulated: take the step, or Discard them", o.pending)
	}
	if err := domain.Check[float64]("optim: SetMicroBatches", domain.Of("n", float64(n), domain.Count("micro-batches"))); err != nil {
		return err
	}
	o.world.setMicroBatches(n)
	return nil
}

// checkCount returns an error unless a call may have so many batches: a step with those that were
// accumulated, and Accumulate beside them.
func (w *world[T]) checkCount(o *Optimizer[T], call string, batches int) error {
	switch n := w.mine.Len(); {
	case isStep(call) && batches != n && n == 0:
		return fmt.Errorf("optim: %s: rank %d has the gradients of %d micro-batches, want none: there are %d", call, w.rank, batches, w.microBatches)
	case isStep(call) && batches != n:
		return fmt.Errorf("optim: %s: rank %d has the gradients of %d micro-batches, want %d, of the numbers %d to %d of %d",
			call, w.rank, batches, n, w.mine.Lo, w.mine.Hi-1, w.microBatches)
	case !isStep(call) && batches+o.pending > n:
		return fmt.Errorf("optim: %s: rank %d has the gradients of %d micro-batches, want at most %d of %d", call, w.rank, batches+o.pending, n, w.microBatches)
	}
	return nil
}

func isStep(call string) bool { return call == "Step" || call == "StepGradients" }

// A shard says which part of a parameter this process updates, and which part each rank does.
type shard struct {
	first int   // index of the first element
	cuts  []int // where each rank's part begins, and the end; nil in a single process
}

// shard cuts parameters that are added between the ranks, in their order and in whole blocks, or
// whole parameters where the rule needs them, so that each rank has about as many elements. lens
// are the lengths of the state vectors, which become those of this rank's part.
func (w *world[T]) shard(added []parameter[T], groups []group[T], lens [][]int) {
	total, before := 0, 0
	for i := range added {
		total += added[i].Len()
	}
	for i := range added {
		p := &added[i]
		_, whole := groups[p.group].sample.(WholeUpdater[T])
		size := blockLen[T]()
		if whole {
			size = p.Len()
		}
		cuts := slices.Repeat([]int{p.Len()}, w.size+1)
		for lo := 0; lo < p.Len(); lo += size {
			n := min(size, p.Len()-lo)
			// The rank in whose even share of the elements the middle of this piece lies.
			owner := int((2*uint64(before) + uint64(n)) * uint64(w.size) / (2 * uint64(total)))
			for r := range cuts[:owner+1] {
				cuts[r] = min(cuts[r], lo)
			}
			before += n
		}
		p.takeShard(cuts, w.rank)
		for k := range lens[i] {
			switch {
			case !whole:
				lens[i][k] = p.mine.Len()
			case p.mine.Len() == 0:
				lens[i][k] = 0
			}
		}
	}
}

// takeShard notes the part of a parameter that is a rank's.
func (p *parameter[T]) takeShard(cuts []int, rank int) {
	lo, hi := cuts[rank], cuts[rank+1]
	p.shard = shard{lo, cuts}
	if p.Value != nil {
		p.mine.Value = p.Value[lo:hi:hi]
	}
	if p.BF16 != nil {
		p.mine.BF16 = p.BF16[lo:hi:hi]
	}
	if p.Rest != nil {
		p.mine.Rest = p.Rest[lo:hi:hi]
	}
}
