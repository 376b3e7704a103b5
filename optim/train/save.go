package train

import (
	"errors"
	"fmt"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// begin goes on with the newest checkpoint, or sees to it that there is none which would be in
// the way, when a run with a directory is entered for the first time.
func (r *Run[T]) begin() error {
	if r.o.Checkpoints == nil || r.begun {
		return nil
	}
	if !r.o.Resume {
		steps, err := r.o.Checkpoints.Steps()
		if err != nil {
			return fmt.Errorf("train: Fit: %w", err)
		}
		if n := len(steps); n > 0 {
			r.stored = steps[n-1]
		}
		if r.stored > r.opt.Iterations() {
			return fmt.Errorf("train: Fit: Checkpoints: %s has iteration %d of a run, and this one begins after %d without Resume",
				r.o.Checkpoints, r.stored, r.opt.Iterations())
		}
		r.begun = true
		return nil
	}
	step, fallback, err := r.load()
	if err != nil {
		return fmt.Errorf("train: Fit: Resume: %w", err)
	}
	r.fallback = fallback
	r.resumed, r.stored, r.begun = step, step, true
	r.mark()
	return nil
}

// isDue reports whether the loop saves the run after its last iteration.
func (r *Run[T]) isDue() bool {
	every := r.o.CheckpointEvery
	return r.o.Checkpoints != nil && every > 0 && r.last.Iteration%every == 0
}

// save writes a checkpoint, unless there is one of this state.
func (r *Run[T]) save() error {
	if r.saved == r.last.Iteration && !r.open {
		return nil
	}
	if err := r.store(); err != nil {
		return iterationError(r.last.Iteration, "", saveError{err})
	}
	r.stored = r.last.Iteration
	r.mark()
	return nil
}

// store writes a checkpoint. Of several ranks the first one does, unless the Store takes all.
func (r *Run[T]) store() error {
	n := r.last.Iteration
	if r.ranks == nil {
		return saveTo(r.o.Checkpoints, n, r)
	}
	if _, ok := r.o.Checkpoints.(ShardStore); ok {
		_, err := r.saveStates(r.parts())
		if err = r.meet(saving, err); err != nil {
			return err
		}
		return r.meetSaved(saveTo(r.o.Checkpoints, n, r))
	}
	s, err := r.Snapshot()
	if err != nil {
		return err
	}
	if r.ranks.rank == 0 {
		err = saveTo(r.o.Checkpoints, n, &taken[T]{s})
	}
	return r.meetSaved(err)
}

// load restores the newest checkpoint. Several ranks must all have found the same.
func (r *Run[T]) load() (step int, fallback, err error) {
	if _, ok := r.o.Checkpoints.(ShardStore); ok || r.ranks == nil {
		return loadFrom(r.o.Checkpoints, r)
	}
	var t taken[T]
	step, fallback, err = loadFrom(r.o.Checkpoints, &t)
	m := r.at(loaded)
	m.Iteration = int64(step)
	if err != nil {
		err = fmt.Errorf("train: Fit: Resume: %w", err)
	}
	if _, err = r.ranks.meet(m, err); err == nil && t.snapshot != nil {
		err = r.Restore(t.snapshot)
	}
	return step, fallback, err
}

// A taken is a Snapshot for a Store to save, or one that it has loaded.
type taken[T kernels.Float] struct{ snapshot *optim.Snapshot[T] }

func (t *taken[T]) Snapshot() (*optim.Snapshot[T], error) { return t.snapshot, nil }

func (t *taken[T]) Restore(s *optim.Snapshot[T]) error {
	t.snapshot = s
	return nil
}

// A saveError is that of a checkpoint, which is not tried again in the same Fit.
type saveError struct{ error }

func (e saveError) Unwrap() error { return e.error }

// mark notes that the present state need not be saved.
func (r *Run[T]) mark() {
	if r.saved = r.last.Iteration; r.open {
		r.saved = -1 // the iteration's end is another state
	}
}

// leave saves the run when the loop ends with an error or without one, and returns its error.
func (r *Run[T]) leave(err error) error {
	if r.o.Checkpoints == nil || !isWorthSaving(err) {
		return err
	}
	if r.ranks != nil && r.ranks.over != nil {
		if !r.ranks.saves {
			return err
		}
		r.ranks.over = nil // they meet to save
	}
	failed := r.save()
	switch {
	case failed == nil:
		return err
	case err == nil:
		return failed
	}
	return fmt.Errorf("%w; %w", err, failed)
}

// isWorthSaving reports whether a run that has ended with an error, or nil, is to be saved.
func isWorthSaving(err error) bool {
	var diverged *DivergedError
	var skipped *optim.SkippedError
	var unsaved saveError
	return !errors.As(err, &diverged) && !errors.As(err, &skipped) && !errors.As(err, &unsaved)
}
