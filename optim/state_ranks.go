package optim

import (
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// Saved state of several ranks. Each has the values of all parameters, and the state of its own
// shard.

// SnapshotShard is [Optimizer.Snapshot] for what this process keeps the state of: of each
// parameter the part that it updates. It asks no other rank, but is an error after one of the
// transport. Of an optimizer that is not [Distributed] the part is the whole.
func (o *Optimizer[T]) SnapshotShard() (*Snapshot[T], error) {
	s, err := o.snapshot()
	if err != nil {
		return nil, err
	}
	for i := range s.Params {
		s.Params[i].First, s.Params[i].WholeLen = o.params[i].shard.first, o.params[i].Len()
	}
	return s, nil
}

// RestoreShard is [Optimizer.Restore] for parts as [Optimizer.SnapshotShard] of this rank has
// them, with as many ranks. All ranks must call it. They bring each other the values of the
// parameters, which all of them need.
func (o *Optimizer[T]) RestoreShard(s *Snapshot[T]) error { return o.restore(s, true) }

// snapshotWhole makes the whole of this rank's parts, if all ranks have theirs.
func (w *world[T]) snapshotWhole(o *Optimizer[T], s *Snapshot[T], err error) (*Snapshot[T], error) {
	if err := w.agree(o, "Snapshot", o.eachNumber, err); err != nil {
		return nil, err
	}
	for i := range o.params {
		p, saved := &o.params[i], &s.Params[i]
		saved.Value, saved.BF16 = slices.Clone(p.Value), slices.Clone(p.BF16)
		if p.Rest != nil {
			saved.Rest = slices.Clone(p.Rest)
		} else { // the optimizer's own
			saved.Rest = gatherParts(w, saved.Rest, w.partLens(p, p.Len()))
		}
		lens := o.wholeLens(p)
		for j := range saved.State {
			v, parts := &saved.State[j], w.partLens(p, lens[j])
			v.Value = gatherParts(w, v.Value, parts)
			v.BF16 = gatherParts(w, v.BF16, parts)
			if v.Format == Int8 {
				v.Int8.Codes = gatherParts(w, v.Int8.Codes, parts)
				for r, n := range parts { // a part ends where a block of codes does, or with them all
					parts[r] = kernels.Exponents8(n)
				}
				v.Int8.Exponents = gatherParts(w, v.Int8.Exponents, parts)
			}
		}
	}
	if w.err != nil {
		return nil, w.err
	}
	return s, nil
}

// wholeLens returns the lengths of the state vectors of a whole parameter.
func (o *Optimizer[T]) wholeLens(p *parameter[T]) []int {
	lens, err := stateLens(o.groups[p.group].rule, p.Param)
	if err != nil {
		panic(err) // New has had them
	}
	return lens
}

// partLens returns how many elements each rank has of a vector, whose whole is so long.
func (w *world[T]) partLens(p *parameter[T], whole int) []int {
	lens := make([]int, w.size)
	for r := range lens {
		lo, hi := p.partOf(whole, p.shard.cuts[r], p.shard.cuts[r+1])
		lens[r] = hi - lo
	}
	return lens
}

// partOf returns which elements of a state vector belong to the elements first to end of the
// parameter. Only of a rule that needs whole parameters it has another length, and there is one
// part.
func (p *parameter[T]) partOf(whole, first, end int) (lo, hi int) {
	switch n := end - first; {
	case n == 0:
		return 0, 0
	case n == p.Len():
		return 0, whole
	}
	return first, end
}

// cut returns the part of a saved whole that is this process's, in the same memory.
func (p *parameter[T]) cut(s ParamSnapshot[T]) ParamSnapshot[T] {
	first := p.shard.first
	end := first + p.mine.Len()
	if s.Rest != nil {
		s.Rest = s.Rest[first:end]
	}
	state := make([]StateSnapshot[T], len(s.State))
	for j, v := range s.State {
		lo, hi := p.partOf(v.Len(), first, end)
		switch v.Format {
		case Native:
			v.Value = v.Value[lo:hi]
		case BFloat16:
			v.BF16 = v.BF16[lo:hi]
		case Int8:
			v.Int8 = v.Int8.Slice(lo, hi)
		}
		state[j] = v
	}
	s.State = state
	return s
}

// restoreValues copies saved values, of the whole parameter or of this process's part. Then it
// brings those of the other ranks.
func (o *Optimizer[T]) restoreValues(p *parameter[T], s *ParamSnapshot[T], shard bool) {
	if o.world == nil || !shard {
		copy(p.Value, s.Value)
		copy(p.BF16, s.BF16)
		copy(p.Rest, s.Rest)
		return
	}
	o.world.bringValues(p, s)
}

// bringValues brings the values of a parameter to all ranks, given those of this one's part.
func (w *world[T]) bringValues(p *parameter[T], mine *ParamSnapshot[T]) {
	lens := w.partLens(p, p.Len())
	switch {
	case p.Value != nil:
		gatherInto(w, mine.Value, p.Value, lens)
	case p.Rest != nil:
		gatherInto(w, mine.Rest, p.Rest, lens)
		fallthrough
	default:
		gatherInto(w, mine.BF16, p.BF16, lens)
	}
}
