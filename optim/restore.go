package optim

import "github.com/seed63264101/steepest/optim/internal/tree"

// Restore puts the optimizer into the state of a snapshot: its next step is the
// one that followed there. It copies what it needs.
//
// The optimizer must have the snapshot's rule with the same options, and the same
// parameters, by name and length, in the same order; parameters that the run added
// later must be there too. Values and state must be in the same formats. It is an error if
// not, which names the difference and both values, and an error before
// [Optimizer.TrainMode]. Then nothing has changed. The seed of the random bits is the
// snapshot's from then on.
//
// Learning rate, weight decay and what else the optional arguments of [New] set may
// differ: a run may go on with another schedule, other groups or other limits. Only the
// rule of each parameter, its group's if that has one, must be the same too. The
// optimizer's schedules with a state of their own take its saved states if these are as
// many and of the same types, and so do those of each group, whatever the others; a
// [LossScaler] takes a saved scale. Otherwise they stay as they are. An option that is
// deleted from the snapshot's Options is not compared.
//
// Gradients that are accumulated in it must be so in the optimizer's [ReductionOrder]. Of an
// optimizer that is [Distributed], which takes none, all ranks must restore the same snapshot;
// an error on one of them is one on all.
func (o *Optimizer[T]) Restore(s *Snapshot[T]) error { return o.restore(s, false) }

// restore copies a snapshot that fits, of the whole or of this process's part, and nothing of
// another one.
func (o *Optimizer[T]) restore(s *Snapshot[T], shard bool) error {
	if !ranked || o.world == nil {
		return o.tryRestore("", s, shard)
	}
	call := "Restore"
	if shard {
		call = "RestoreShard"
	}
	return o.world.within(call, func() error { return o.tryRestore(call, s, shard) })
}

func (o *Optimizer[T]) tryRestore(call string, s *Snapshot[T], shard bool) error {
	undo, err := o.restoreFallible(s, shard)
	if ranked && o.world != nil {
		all := o.world.agree(nil, call, s.eachNumber, err)
		if err == nil && all != nil {
			undo()
		}
		err = all
	}
	if err != nil {
		return err
	}
	o.steps, o.skipped = s.Steps, skipCount{s.Skipped, s.SkipsInRow}
	if o.rounds() {
		o.roundingSeed = s.RoundingSeed
	}
	if s.LossScale != nil && o.scaler.adapts() {
		o.scaling = lossScale{s.LossScale.Scale, s.LossScale.Good}
	}
	for i := range o.params {
		p, saved := &o.params[i], s.Params[i]
		p.steps, p.frozen = saved.Steps, saved.Frozen
		o.restoreValues(p, &saved, shard)
		if o.world != nil && !shard {
			saved = p.cut(saved)
		}
		copy(p.mine.Rest, saved.Rest)
		for j := range saved.State {
			p.restoreState(j, &saved.State[j])
		}
		for j, n := range carriedBy(o.groups[p.group].sample) {
			p.carried[j] = saved.Numbers[n.Name]
		}
		p.restoreSums(&saved, o.order)
	}
	o.pending, o.nodes = s.Accumulated, o.nodes[:0]
	if o.order == ReduceTree {
		o.nodes = tree.Span{Hi: o.pending}.Grown(o.nodes)
	}
	o.regroup()
	return o.failed()
}

// restoreFallible does what can fail of restore, and returns what undoes it.
func (o *Optimizer[T]) restoreFallible(s *Snapshot[T], shard bool) (undo func(), err error) {
	if err := o.checkMode(); err != nil {
		return nil, err
	}
	if err := o.check(s, shard); err != nil {
		return nil, err
	}
	return o.restoreSchedules(s.Schedule)
}
