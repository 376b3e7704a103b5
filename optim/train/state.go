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
// swapped with those of Average, and within a StopRule or an Observer.
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
	for i, p := range parts {
		saved := optim.RunSnapshot[T]{Type: p.Name, State: texts[i]}
		for _, v := range p.vectors {
			saved.Vectors = append(saved.Vectors, optim.StateSnapshot[T]{Name: v.Name, Value: slices.Clone(v.Value)})
		}
		s.Run = append(s.Run, saved)
	}
	return s, nil
}

// Restore puts the run into the state of a snapshot: Fit goes on as it did there.
//
// The optimizer must fit the snapshot as [optim.Optimizer.Restore] says, and the run must
// have the same Batches, MicroBatches, and parts with a state, in the same order; other options
// may differ. It is an error if not, and where Snapshot is one. Then nothing has changed.
func (r *Run[T]) Restore(s *optim.Snapshot[T]) error {
	if err := r.checkWhole(); err != nil {
		return err
	}
	parts := r.parts()
	if s == nil {
		return fmt.Errorf("train: nil Snapshot")
	}
	if err := checkVectors(parts); err != nil {
		return err
	}
	if err := checkParts(parts, s.Run); err != nil {
		return err
	}
	var texts []string
	for _, saved := range s.Run {
		texts = append(texts, saved.State)
	}
	undo, err := state.Restore(states(parts), texts)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := r.opt.Restore(s); err != nil {
		undo()
		return err
	}
	for i, p := range parts {
		for j, v := range p.vectors {
			copy(v.Value, s.Run[i].Vectors[j].Value)
		}
	}
	return nil
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

// A progressState is a Progress with numbers that JSON keeps.
type progressState struct {
	Step                          int
	GroupLRs                      []state.Real
	LR, GradNorm, ClipCoef, Scale state.Real
	Skipped                       bool
	Param                         string
	Element                       int
	Value                         state.Real
	Iteration                     int
	Loss, Average, Metric         state.Real
	Validated                     bool
}

func saveProgress(p Progress) progressState {
	var rates []state.Real
	for _, lr := range p.GroupLRs {
		rates = append(rates, state.Real(lr))
	}
	return progressState{
		GroupLRs: rates,
		Step:     p.Step, LR: state.Real(p.LR), GradNorm: state.Real(p.GradNorm), ClipCoef: state.Real(p.ClipCoef), Scale: state.Real(p.LossScale),
		Skipped: p.Skipped, Param: p.Reason.Param, Element: p.Reason.Element, Value: state.Real(p.Reason.Value),
		Iteration: p.Iteration, Loss: state.Real(p.Loss), Average: state.Real(p.Average), Metric: state.Real(p.Metric), Validated: p.Validated,
	}
}

// restore sets all but what follows from the iteration and the options.
func (s progressState) restore(p *Progress) {
	var rates []float64
	for _, lr := range s.GroupLRs {
		rates = append(rates, float64(lr))
	}
	p.Report = optim.Report{
		Step: s.Step, LR: float64(s.LR), GradNorm: float64(s.GradNorm), ClipCoef: float64(s.ClipCoef), LossScale: float64(s.Scale),
		Skipped: s.Skipped, Reason: optim.Reason{Param: s.Param, Element: s.Element, Value: float64(s.Value)}, GroupLRs: rates,
	}
	p.Loss, p.Average, p.Metric, p.Validated = float64(s.Loss), float64(s.Average), float64(s.Metric), s.Validated
}
