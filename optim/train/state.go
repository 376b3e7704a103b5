package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/state"
)

// A part is a part of a run with a state.
type part[T kernels.Float] struct {
	state.Part
	vectors []optim.Param[T]
}

// parts lists the parts that have a state, the run first.
func (r *Run[T]) parts() []part[T] {
	list := []part[T]{{Part: state.Part{Name: "Run", Saver: (*loop[T])(r)}}}
	for _, v := range r.o.watchers() {
		saver, ok := v.(Saver)
		if !ok {
			continue
		}
		// Without type arguments: a run may go on in the other float type.
		name, _, _ := strings.Cut(fmt.Sprintf("%T", v), "[")
		p := part[T]{Part: state.Part{Name: name, Saver: saver}}
		if v, ok := v.(VectorSaver[T]); ok {
			p.vectors = v.Params()
		}
		list = append(list, p)
	}
	return list
}

// watchers lists what watches a run, in the order in which its states are saved.
func (o *FitOptions[T]) watchers() (list []any) {
	if o.Divergence != nil {
		list = append(list, o.Divergence)
	}
	if o.Average != nil {
		list = append(list, o.Average)
	}
	if o.History != nil {
		list = append(list, o.History)
	}
	for _, rule := range o.Stop {
		list = append(list, rule)
	}
	return list
}

// saveStates returns the parts' states, if a snapshot can hold them.
func (r *Run[T]) saveStates(parts []part[T]) ([]string, error) {
	if err := r.checkWhole(); err != nil {
		return nil, err
	}
	if err := checkVectors(parts); err != nil {
		return nil, err
	}
	texts, err := state.Save(states(parts))
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return texts, nil
}

// states returns the parts without their vectors.
func states[T kernels.Float](parts []part[T]) (list []state.Part) {
	for _, p := range parts {
		list = append(list, p.Part)
	}
	return list
}

// Snapshot copies the state of the run: that of its optimizer, and of all that
// watches it. The place for it is Progress, or where Fit has returned. What is not
// in it are the arguments of [NewRun], and what callbacks remember.
//
// It is an error where [optim.Optimizer.Snapshot] is one, while the parameters are
// swapped with those of Average, and within a StopRule or an Observer. All ranks of a Distributed
// optimizer must call it, and each gets the whole.
func (r *Run[T]) Snapshot() (*optim.Snapshot[T], error) {
	if r.opt == nil || r.telling || r.gathering {
		return nil, r.checkWhole()
	}
	parts := r.parts()
	texts, err := r.saveStates(parts)
	if err = r.meet(saving, err); err != nil {
		return nil, err
	}
	s, err := r.opt.Snapshot()
	if err != nil {
		return nil, err
	}
	appendParts(s, parts, texts)
	return s, nil
}

// SnapshotShard is Snapshot with the optimizer's [optim.Optimizer.SnapshotShard]. What else the
// run has, all ranks have whole.
func (r *Run[T]) SnapshotShard() (*optim.Snapshot[T], error) {
	if err := r.checkWhole(); err != nil {
		return nil, err
	}
	parts := r.parts()
	texts, err := r.saveStates(parts)
	if err != nil {
		return nil, err
	}
	s, err := r.opt.SnapshotShard()
	if err != nil {
		return nil, err
	}
	appendParts(s, parts, texts)
	return s, nil
}

// appendParts puts the parts of a run into a snapshot.
func appendParts[T kernels.Float](s *optim.Snapshot[T], parts []part[T], texts []string) {
	for i, p := range parts {
		saved := optim.RunSnapshot[T]{Type: p.Name, State: texts[i]}
		for _, v := range p.vectors {
			saved.Vectors = append(saved.Vectors, optim.StateSnapshot[T]{Name: v.Name, Value: slices.Clone(v.Value)})
		}
		s.Run = append(s.Run, saved)
	}
}

// Rank returns the number of this process and how many there are, as the optimizer does.
func (r *Run[T]) Rank() (rank, size int) {
	if r.opt == nil {
		return 0, 1
	}
	return r.opt.Rank()
}

// checkWhole returns an error where the run is not in one piece.
func (r *Run[T]) checkWhole() error {
	switch {
	case r.opt == nil:
		return errNoRun
	case r.telling:
		return fmt.Errorf("train: Run: iteration %d: in the middle of telling the rules", r.last.Iteration)
	case r.gathering:
		return fmt.Errorf("train: Run: iteration %d: in the middle of its batch", r.last.Iteration+1)
	case r.o.Average != nil && r.o.Average.swapped:
		return fmt.Errorf("train: Run: Average: %w", errSwapped)
	}
	return nil
}

// checkVectors returns an error if a part has vectors that a snapshot cannot hold.
func checkVectors[T kernels.Float](parts []part[T]) error {
	for _, p := range parts {
		for _, v := range p.vectors {
			if len(v.BF16) > 0 {
				return fmt.Errorf("train: state of %s: the vector %q is BF16, want one in Value", p.Name, v.Name)
			}
		}
	}
	return nil
}

// A runState is what a Run itself remembers.
type runState struct {
	Average      averageState
	Epoch        epochLossState
	Last         progressState
	Open         bool
	Batches      *Batches `json:",omitempty"`
	MicroBatches int      `json:",omitempty"` // 0 if a batch is one part
}

// batches returns the numbers of the run's Batches, nil if it has none.
func (r *Run[T]) batches() *Batches {
	if r.samples == nil {
		return nil
	}
	return &r.samples.Batches
}

// sameBatches returns an error for batches that are cut, or follow each other, in another way.
func sameBatches(saved, own *Batches) error {
	switch {
	case saved == nil && own == nil, saved != nil && own != nil && *saved == *own:
		return nil
	case saved == nil:
		return fmt.Errorf("no Batches, want %+v", *own)
	case own == nil:
		return fmt.Errorf("Batches %+v, want a run without Batches", *saved)
	}
	return fmt.Errorf("Batches %+v, want %+v", *saved, *own)
}

// cuts returns MicroBatches, or 0 if they leave batches whole.
func (o *FitOptions[T]) cuts() int {
	if o.MicroBatches == 1 {
		return 0
	}
	return o.MicroBatches
}

// A loop is a Run as a Saver of what it remembers itself.
type loop[T kernels.Float] Run[T]

func (r *loop[T]) SaveState() (string, error) {
	return state.JSON(runState{saveAverage(r.average), r.epoch.save(), saveProgress(r.last), r.open, (*Run[T])(r).batches(), r.o.cuts()})
}

func (r *loop[T]) RestoreState(text string) error {
	s, err := state.FromJSON[runState](text)
	if err != nil {
		return err
	}
	if s.Last.Iteration < 0 || s.Last.Step < 0 {
		return fmt.Errorf("iteration %d, step %d, want no negative counts", s.Last.Iteration, s.Last.Step)
	}
	if err := sameBatches(s.Batches, (*Run[T])(r).batches()); err != nil {
		return err
	}
	if own := r.o.cuts(); s.MicroBatches != own {
		return fmt.Errorf("MicroBatches = %d, want %d", s.MicroBatches, own)
	}
	if s.Epoch.Samples < 0 {
		return fmt.Errorf("losses of %d samples, want no negative count", s.Epoch.Samples)
	}
	if err := s.Average.restore(&r.average); err != nil {
		return err
	}
	r.epoch = epochLoss{float64(s.Epoch.Sum), s.Epoch.Samples}
	last := (*Run[T])(r).progress(s.Last.Iteration)
	s.Last.restore(&last)
	r.last, r.open = last, s.Open
	r.saved = -1 // a checkpoint of this iteration may have another state
	return nil
}
