package train

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/state"
)

// Restore puts the run into the state of a snapshot: Fit goes on as it did there.
//
// The optimizer must fit the snapshot as [optim.Optimizer.Restore] says, and the run must
// have the same Batches, MicroBatches, and parts with a state, in the same order; other options
// may differ. It is an error if not, and where Snapshot is one. Then nothing has changed.
//
// All ranks of a Distributed optimizer must call it.
func (r *Run[T]) Restore(s *optim.Snapshot[T]) error {
	return r.restoreBy((*optim.Optimizer[T]).Restore, s)
}

// restoreBy restores the run, and its optimizer in one way or another.
func (r *Run[T]) restoreBy(restore func(*optim.Optimizer[T], *optim.Snapshot[T]) error, s *optim.Snapshot[T]) error {
	if r.opt == nil || r.telling || r.gathering {
		return r.checkWhole()
	}
	parts := r.parts()
	undo, own := r.restoreStates(parts, s)
	err := r.meet(restoring, own)
	if err == nil {
		err = restore(r.opt, s)
	}
	if err != nil {
		if own == nil {
			undo()
		}
		return err
	}
	for i, p := range parts {
		for j, v := range p.vectors {
			copy(v.Value, s.Run[i].Vectors[j].Value)
		}
	}
	return nil
}

// RestoreShard is Restore of a snapshot by SnapshotShard, with the optimizer's
// [optim.Optimizer.RestoreShard]. All ranks must call it.
func (r *Run[T]) RestoreShard(s *optim.Snapshot[T]) error {
	return r.restoreBy((*optim.Optimizer[T]).RestoreShard, s)
}

// restoreStates restores all of the run but the optimizer and vectors. On error nothing is
// changed.
func (r *Run[T]) restoreStates(parts []part[T], s *optim.Snapshot[T]) (undo func(), err error) {
	if err := r.checkWhole(); err != nil {
		return nil, err
	}
	if s == nil {
		return nil, fmt.Errorf("train: nil Snapshot")
	}
	if err := checkVectors(parts); err != nil {
		return nil, err
	}
	if err := checkParts(parts, s.Run); err != nil {
		return nil, err
	}
	var texts []string
	for _, saved := range s.Run {
		texts = append(texts, saved.State)
	}
	if undo, err = state.Restore(states(parts), texts); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return undo, nil
}

// checkParts returns an error unless the saved parts are those of a run.
func checkParts[T kernels.Float](parts []part[T], saved []optim.RunSnapshot[T]) error {
	if len(saved) == 0 {
		return fmt.Errorf("train: snapshot of an optimizer alone, want one of a Run")
	}
	var got, want []string
	for _, s := range saved {
		got = append(got, s.Type)
	}
	for _, p := range parts {
		want = append(want, p.Name)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("train: snapshot of a Run with %q, want %q", got, want)
	}
	for i, p := range parts {
		vectors := saved[i].Vectors
		if len(vectors) != len(p.vectors) {
			return fmt.Errorf("train: snapshot's state of %s: %d vectors, want %d", p.Name, len(vectors), len(p.vectors))
		}
		for j, v := range p.vectors {
			if vectors[j].Name != v.Name || len(vectors[j].Value) != len(v.Value) {
				return fmt.Errorf("train: snapshot's state of %s: vector %d is %q with %d elements, want %q with %d",
					p.Name, j, vectors[j].Name, len(vectors[j].Value), v.Name, len(v.Value))
			}
		}
	}
	return nil
}
