package train

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/seed63264101/steepest/optim"
)

// A runStart is what all runs of a sweep must begin with.
type runStart struct {
	iteration int
	batches   *Batches
	params    []startParam
}

type startParam struct {
	name   string
	digest [128 / 8]byte
}

// compare returns an error for a run that does not start as the first one, or that shares
// something with the one before.
func (s *sweepers[T]) compare(run *Run[T]) error {
	if run.ranks != nil {
		return errors.New("its optimizer is Distributed, and a Sweep trains runs of one process: ranks may share the cells")
	}
	if run.o.Resume {
		return errors.New("it has Resume, and may start elsewhere than the others")
	}
	if s.last != nil {
		if own, other := run.o.Checkpoints, s.last.o.Checkpoints; own != nil && other != nil && own.String() == other.String() {
			return fmt.Errorf("it has the directory %s of the cell before for Checkpoints, want another", own)
		}
		for _, thing := range run.things() {
			if slices.Contains(s.last.things(), thing) {
				return fmt.Errorf("it has the %s of the cell before, want everything anew", typeName(thing))
			}
		}
	}
	s.last = run
	saved, err := run.opt.Snapshot()
	if err != nil {
		return err
	}
	start := &runStart{iteration: run.opt.Iterations(), batches: run.batches()}
	for _, p := range saved.Params {
		values := p.Value
		if p.BF16 != nil { // the same numbers may be in another format
			values = make([]T, len(p.BF16))
			loadValues(values, optim.Param[T]{BF16: p.BF16, Rest: p.Rest})
		}
		hash := fnv.New128a()
		if err := binary.Write(hash, binary.LittleEndian, values); err != nil {
			return err
		}
		start.params = append(start.params, startParam{p.Name, [128 / 8]byte(hash.Sum(nil))})
	}
	if s.start == nil {
		s.start = start
	}
	return start.sameAs(s.start)
}

func (s *runStart) sameAs(first *runStart) error {
	if err := sameBatches(s.batches, first.batches); err != nil {
		return err
	}
	if s.iteration != first.iteration {
		return fmt.Errorf("it starts after iteration %d, the first run after %d", s.iteration, first.iteration)
	}
	if len(s.params) != len(first.params) {
		return fmt.Errorf("%d parameters, the first run has %d", len(s.params), len(first.params))
	}
	for i, p := range s.params {
		if p != first.params[i] {
			return fmt.Errorf("parameter %q does not start with the values of the first run's %q", p.name, first.params[i].name)
		}
	}
	return nil
}

// things lists what no other run may have.
func (r *Run[T]) things() []any {
	list := []any{r, r.opt}
	for _, w := range r.o.watchers() {
		if sameRule(w, w) {
			list = append(list, w)
		}
	}
	return list
}
