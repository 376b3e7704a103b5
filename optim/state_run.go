package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// A RunSnapshot is the state of one part of a [Run]: of the loop itself, its
// [Divergence] or [WeightAverage], or of a rule that remembers something.
type RunSnapshot[T kernels.Float] struct {
	Type    string             `json:"type"`              // its Go type
	State   string             `json:"state"`             // JSON, or what MarshalText returns
	Vectors []StateSnapshot[T] `json:"vectors,omitempty"` // under the parameters' names
}

// A runPart is a part of a run with a state.
type runPart[T kernels.Float] struct {
	name    string
	state   textState
	vectors []Param[T]
}

// parts lists the parts that have a state, the run first.
func (r *Run[T]) parts() []runPart[T] {
	list := []runPart[T]{{"Run", r.text(), nil}}
	add := func(v any) {
		p := runPart[T]{name: typeName(v)}
		switch v := v.(type) {
		case interface{ text() textState }:
			p.state = v.text()
		case textState:
			p.state = v
		default:
			return
		}
		if v, ok := v.(interface{ vectors() []Param[T] }); ok {
			p.vectors = v.vectors()
		}
		list = append(list, p)
	}
	if r.o.Divergence != nil {
		add(r.o.Divergence)
	}
	if r.o.Average != nil {
		add(r.o.Average)
	}
	for _, rule := range r.o.Stop {
		add(rule)
	}
	return list
}

// namesAndStates returns the parts' names and states.
func namesAndStates[T kernels.Float](parts []runPart[T]) (names []string, states []textState) {
	for _, p := range parts {
		names, states = append(names, p.name), append(states, p.state)
	}
	return names, states
}

// Snapshot copies the state of the run: that of its optimizer, and of all that
// watches it. The place for it is Progress, or where Fit has returned. What is not
// in it are the arguments of [NewRun], and what callbacks remember.
//
// It is an error where [Optimizer.Snapshot] is one, while the parameters are
// swapped with those of Average, and within a StopRule or an Observer.
func (r *Run[T]) Snapshot() (*Snapshot[T], error) {
	if err := r.checkWhole(); err != nil {
		return nil, err
	}
	parts := r.parts()
	texts, err := saveTexts(namesAndStates(parts))
	if err != nil {
		return nil, err
	}
	s, err := r.opt.Snapshot()
	if err != nil {
		return nil, err
	}
	for i, p := range parts {
		saved := RunSnapshot[T]{Type: p.name, State: texts[i]}
		for _, v := range p.vectors {
			saved.Vectors = append(saved.Vectors, StateSnapshot[T]{v.Name, slices.Clone(v.Value)})
		}
		s.Run = append(s.Run, saved)
	}
	return s, nil
}

// Restore puts the run into the state of a snapshot: Fit goes on as it did there.
//
// The optimizer must fit the snapshot as [Optimizer.Restore] says, and the run must
// have the same parts with a state, in the same order; their options may differ.
// It is an error if not, and where Snapshot is one. Then nothing has changed.
func (r *Run[T]) Restore(s *Snapshot[T]) error {
	if err := r.checkWhole(); err != nil {
		return err
	}
	parts := r.parts()
	if s == nil {
		return fmt.Errorf("optim: nil Snapshot")
	}
	if err := checkParts(parts, s.Run); err != nil {
		return err
	}
	names, states := namesAndStates(parts)
	var texts []string
	for _, saved := range s.Run {
		texts = append(texts, saved.State)
	}
	undo, err := restoreTexts(names, states, texts)
	if err != nil {
		return err
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
		return fmt.Errorf("optim: Run: iteration %d: in the middle of telling the rules", r.last.Iteration)
	case r.o.Average != nil && r.o.Average.swapped:
		return fmt.Errorf("optim: Run: Average: %w", errSwapped)
	}
	return nil
}

// checkParts returns an error unless the saved parts are those of a run.
func checkParts[T kernels.Float](parts []runPart[T], saved []RunSnapshot[T]) error {
	if len(saved) == 0 {
		return fmt.Errorf("optim: snapshot of an optimizer alone, want one of a Run")
	}
	var got []string
	for _, s := range saved {
		got = append(got, s.Type)
	}
	if names, _ := namesAndStates(parts); !slices.Equal(got, names) {
		return fmt.Errorf("optim: snapshot of a Run with %q, want %q", got, names)
	}
	for i, p := range parts {
		vectors := saved[i].Vectors
		if len(vectors) != len(p.vectors) {
			return fmt.Errorf("optim: snapshot's state of %s: %d vectors, want %d", p.name, len(vectors), len(p.vectors))
		}
		for j, v := range p.vectors {
			if vectors[j].Name != v.Name || len(vectors[j].Value) != len(v.Value) {
				return fmt.Errorf("optim: snapshot's state of %s: vector %d is %q with %d elements, want %q with %d",
					p.name, j, vectors[j].Name, len(vectors[j].Value), v.Name, len(v.Value))
			}
		}
	}
	return nil
}

// A runState is what a Run itself remembers.
type runState struct {
	Average averageState
	Last    progressState
	Open    bool
}

func (r *Run[T]) text() textState {
	return jsonText[runState]{
		func() runState { return runState{saveAverage(r.average), saveProgress(r.last), r.open} },
		func(s runState) error {
			if s.Last.Iteration < 0 || s.Last.Step < 0 {
				return fmt.Errorf("iteration %d, step %d, want no negative counts", s.Last.Iteration, s.Last.Step)
			}
			if err := s.Average.restore(&r.average); err != nil {
				return err
			}
			r.last, r.open = s.Last.progress(), s.Open
			return nil
		},
	}
}

// A progressState is a Progress with numbers that JSON keeps.
type progressState struct {
	Step                          int
	LR, GradNorm, ClipCoef, Scale real
	Skipped                       bool
	Param                         string
	Element                       int
	Value                         real
	Iteration                     int
	Loss, Average, Metric         real
	Validated                     bool
}

func saveProgress(p Progress) progressState {
	return progressState{
		Step: p.Step, LR: real(p.LR), GradNorm: real(p.GradNorm), ClipCoef: real(p.ClipCoef), Scale: real(p.LossScale),
		Skipped: p.Skipped, Param: p.Reason.Param, Element: p.Reason.Element, Value: real(p.Reason.Value),
		Iteration: p.Iteration, Loss: real(p.Loss), Average: real(p.Average), Metric: real(p.Metric), Validated: p.Validated,
	}
}

func (s progressState) progress() Progress {
	return Progress{
		Report: Report{
			Step: s.Step, LR: float64(s.LR), GradNorm: float64(s.GradNorm), ClipCoef: float64(s.ClipCoef), LossScale: float64(s.Scale),
			Skipped: s.Skipped, Reason: Reason{s.Param, s.Element, float64(s.Value)},
		},
		Iteration: s.Iteration, Loss: float64(s.Loss), Average: float64(s.Average), Metric: float64(s.Metric), Validated: s.Validated,
	}
}

// An averageState is what a MovingAverage remembers.
type averageState struct {
	Sum, Weight real
	Count       int
}

func saveAverage(a MovingAverage) averageState {
	return averageState{real(a.Sum), real(a.Weight), a.Count}
}

// restore leaves the decay, an option.
func (s averageState) restore(a *MovingAverage) error {
	if s.Count < 0 {
		return fmt.Errorf("an average of %d values, want no negative count", s.Count)
	}
	a.Sum, a.Weight, a.Count = float64(s.Sum), float64(s.Weight), s.Count
	return nil
}

type divergenceState struct {
	Average averageState
	Bad     int
}

func (d *Divergence) text() textState {
	return jsonText[divergenceState]{
		func() divergenceState { return divergenceState{saveAverage(d.average), d.bad} },
		func(s divergenceState) error {
			if s.Bad < 0 {
				return fmt.Errorf("%d bad losses, want no negative count", s.Bad)
			}
			if err := s.Average.restore(&d.average); err != nil {
				return err
			}
			d.bad = s.Bad
			return nil
		},
	}
}

type lossChangeState struct {
	Begun            bool
	Last             real
	Count, Iteration int
}

func (r *LossChange) text() textState {
	return jsonText[lossChangeState]{
		func() lossChangeState { return lossChangeState{r.begun, real(r.last), r.count, r.iteration} },
		func(s lossChangeState) error {
			if s.Count < 0 || s.Iteration < 0 {
				return fmt.Errorf("%+v, want no negative counts", s)
			}
			r.begun, r.last, r.count, r.iteration = s.Begun, float64(s.Last), s.Count, s.Iteration
			return nil
		},
	}
}

type earlyState struct {
	Metric, Mark real
	Seen         bool
	Bad          int
}

func (e *EarlyStopping[T]) text() textState {
	return jsonText[earlyState]{
		func() earlyState { return earlyState{real(e.metric), real(e.mark), e.seen, e.bad} },
		func(s earlyState) error {
			if s.Bad < 0 {
				return fmt.Errorf("%d bad metrics, want no negative count", s.Bad)
			}
			e.metric, e.mark, e.seen, e.bad = float64(s.Metric), float64(s.Mark), s.Seen, s.Bad
			return nil
		},
	}
}

func (e *EarlyStopping[T]) vectors() []Param[T] {
	list := slices.Clone(e.params)
	for i := range list {
		list[i].Value = e.best[i]
	}
	return list
}

type weightAverageState struct{ Count int }

func (a *WeightAverage[T]) text() textState {
	return jsonText[weightAverageState]{
		func() weightAverageState { return weightAverageState{a.count} },
		func(s weightAverageState) error { return a.Resume(s.Count) },
	}
}

func (a *WeightAverage[T]) vectors() []Param[T] { return a.average }
