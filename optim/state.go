package optim

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// A Snapshot is a copy of all that an [Optimizer] or an [Embedding] needs to go on
// from here with the same bits: the parameters, the rule's state, the counters,
// gradients accumulated for the next step, and the states of the loss scale and of
// the schedule. It shares no memory with the optimizer, so that a run can be saved,
// or gone back to, while it goes on. Package checkpoint keeps Snapshots in files.
//
// The arguments of [New] are not in it, but for the rule's options that say what
// the state means: who resumes a run makes the optimizer as before.
type Snapshot[T kernels.Float] struct {
	Rule        string             `json:"rule"`              // its name
	Options     map[string]string  `json:"options,omitempty"` // the rule's, without LR and WeightDecay
	Steps       int                `json:"steps"`             // taken, without the skipped ones
	Skipped     int                `json:"skipped,omitempty"`
	SkipsInRow  int                `json:"skips_in_row,omitempty"` // up to now
	Accumulated int                `json:"accumulated,omitempty"`  // batches, for the next step
	LossScale   *LossScaleSnapshot `json:"loss_scale,omitempty"`   // nil if it is fixed
	Schedule    []ScheduleSnapshot `json:"schedule,omitempty"`     // those with a state; most have none
	Params      []ParamSnapshot[T] `json:"params"`
	Run         []RunSnapshot[T]   `json:"run,omitempty"` // of a train.Run, which an Optimizer ignores

	// Extra and ExtraVectors are the caller's: what else the run needs, such as the
	// state of a random source, or the vectors of a train.WeightAverage that no Run knows.
	// Optimizers leave them empty and ignore them.
	Extra        map[string]string  `json:"extra,omitempty"`
	ExtraVectors []StateSnapshot[T] `json:"extra_vectors,omitempty"`
}

// A ParamSnapshot is the part of a Snapshot that belongs to one parameter.
type ParamSnapshot[T kernels.Float] struct {
	Name    string             `json:"name"`
	Shape   []int              `json:"shape,omitempty"` // nil is a vector
	Sparse  bool               `json:"sparse,omitempty"`
	Rule    string             `json:"rule,omitempty"`    // its name, if it is not the optimizer's or has other options
	Options map[string]string  `json:"options,omitempty"` // that rule's
	Steps   int                `json:"steps"`             // taken by this parameter
	Frozen  bool               `json:"frozen,omitempty"`
	Value   []T                `json:"-"`
	State   []StateSnapshot[T] `json:"state,omitempty"`   // in the order of Rule.State
	Numbers map[string]float64 `json:"numbers,omitempty"` // what some rules carry from step to step besides
	Sum     []T                `json:"-"`                 // of the accumulated gradients, if any; nil if frozen

	// Of a parameter that is Sparse, Sum has the rows of these indices alone, in this order.
	SumRows []int `json:"sum_rows,omitempty"`
}

// A StateSnapshot is a vector with a name, such as one of those that the rule keeps
// for a parameter.
type StateSnapshot[T kernels.Float] struct {
	Name  string `json:"name"`
	Value []T    `json:"-"`
}

// A LossScaleSnapshot says where a [LossScaler] has got to.
type LossScaleSnapshot struct {
	Scale float64 `json:"scale"`
	Good  int     `json:"good"` // steps taken since the scale last changed
}

// A RunSnapshot is the state of one part of a training loop: of the loop itself, or of
// what watches it. A train.Run makes and reads them.
type RunSnapshot[T kernels.Float] struct {
	Type    string             `json:"type"`              // its Go type without type arguments
	State   string             `json:"state"`             // what SaveState returns
	Vectors []StateSnapshot[T] `json:"vectors,omitempty"` // under the parameters' names
}

// Snapshot copies the optimizer's state. It is an error if the parameters are
// where [Optimizer.EvalMode] puts them, and if the schedule's state cannot be
// had.
func (o *Optimizer[T]) Snapshot() (*Snapshot[T], error) {
	if err := o.checkMode(); err != nil {
		return nil, err
	}
	o.settle()
	return o.savable().snapshot()
}

// Restore puts the optimizer into the state of a snapshot: its next step is the
// one that followed there. It copies what it needs.
//
// The optimizer must have the snapshot's rule with the same options, and the same
// parameters, by name and length, in the same order; parameters that the run added
// later must be there too. It is an error if not, which names the difference and
// both values, and an error before [Optimizer.TrainMode]. Then nothing has changed.
//
// Learning rate, weight decay and what the optional arguments of [New] set may
// differ: a run may go on with another schedule, other groups or other limits. Only the
// rule of each parameter, its group's if that has one, must be the same too. The
// optimizer's schedules with a state of their own take its saved states if these are as
// many and of the same types, and so do those of each group, whatever the others; a
// [LossScaler] takes a saved scale. Otherwise they stay as they are. An option that is
// deleted from the snapshot's Options is not compared.
func (o *Optimizer[T]) Restore(s *Snapshot[T]) error {
	if err := o.checkMode(); err != nil {
		return err
	}
	if err := o.savable().restore(s); err != nil {
		return err
	}
	o.pending = s.Accumulated
	o.regroup()
	return nil
}

// Snapshot copies the embedding's state, the table included. It is an error if
// the schedule's state cannot be had.
func (e *Embedding[T]) Snapshot() (*Snapshot[T], error) {
	if err := e.checkMade(); err != nil {
		return nil, err
	}
	return e.savable().snapshot()
}

// Restore puts the embedding into the state of a snapshot, under the conditions of
// [Optimizer.Restore]. On error nothing has changed.
func (e *Embedding[T]) Restore(s *Snapshot[T]) error {
	if err := e.checkMade(); err != nil {
		return err
	}
	v := e.savable()
	if err := v.restore(s); err != nil {
		return err
	}
	carry(e.updater, v.params[0].carried)
	return nil
}

// A savable is the part of an Optimizer or an Embedding that snapshots know.
type savable[T kernels.Float] struct {
	*config
	rule    Rule
	steps   *int
	skipped *skipCount
	scaling *lossScale
	pending int
	params  []savableParam[T]
	dense   bool // whether there can be frozen parameters and accumulated gradients
}

// A savableParam is a parameter with what its rule keeps.
type savableParam[T kernels.Float] struct {
	*parameter[T]
	rule    Rule
	setting int      // index of that with its schedule, -1 for none
	numbers []Number // that an updater of the rule carries from step to step
}

func (o *Optimizer[T]) savable() savable[T] {
	v := savable[T]{&o.config, o.rule, &o.steps, &o.skipped, &o.scaling, o.pending, nil, true}
	for i := range o.params {
		p := &o.params[i]
		g := &o.groups[p.group]
		v.params = append(v.params, savableParam[T]{p, g.rule, g.choice.schedule, carriedBy(g.sample)})
	}
	return v
}

// savable takes the table for a parameter that takes all steps.
func (e *Embedding[T]) savable() savable[T] {
	rows := []int{len(e.places), e.dim}
	table := &parameter[T]{Param: e.table, dims: rows, state: e.state, steps: e.steps, carried: valuesCarriedBy(e.updater, nil)}
	params := []savableParam[T]{{table, e.rule, -1, carriedBy(e.updater)}}
	return savable[T]{&e.config, e.rule, &e.steps, &e.skipped, &e.scaling, 0, params, false}
}

func (v savable[T]) snapshot() (*Snapshot[T], error) {
	s := &Snapshot[T]{
		Rule:        v.rule.Name(),
		Options:     savedOptions(v.rule),
		Steps:       *v.steps,
		Skipped:     v.skipped.total,
		SkipsInRow:  v.skipped.inRow,
		Accumulated: v.pending,
	}
	if v.scaler.adapts() {
		s.LossScale = &LossScaleSnapshot{v.scaling.scale, v.scaling.good}
	}
	var err error
	if s.Schedule, err = v.snapshotSchedules(); err != nil {
		return nil, err
	}
	for _, p := range v.params {
		s.Params = append(s.Params, v.snapshotParam(p))
	}
	return s, nil
}

func (v savable[T]) snapshotParam(p savableParam[T]) ParamSnapshot[T] {
	s := ParamSnapshot[T]{Name: p.Name, Shape: slices.Clone(p.Shape), Sparse: p.Sparse, Steps: p.steps, Frozen: p.frozen, Value: slices.Clone(p.Value)}
	if !meansSame(p.rule, v.rule) {
		s.Rule, s.Options = p.rule.Name(), savedOptions(p.rule)
	}
	// Behind the named vectors there may be scratch space.
	for j, name := range p.rule.State() {
		s.State = append(s.State, StateSnapshot[T]{name, slices.Clone(p.state[j])})
	}
	for j, n := range p.numbers {
		if s.Numbers == nil {
			s.Numbers = make(map[string]float64)
		}
		s.Numbers[n.Name] = p.carried[j]
	}
	if v.pending > 0 && !p.frozen {
		s.Sum = slices.Clone(p.sum)
		if t := p.table; t != nil && len(t.rows) > 0 {
			s.Sum, s.SumRows = slices.Clone(t.sums), slices.Clone(t.rows)
		}
	}
	return s
}

// restore copies a snapshot that fits, and nothing of another one.
func (v savable[T]) restore(s *Snapshot[T]) error {
	if err := v.check(s); err != nil {
		return err
	}
	// What can fail comes first.
	if err := v.restoreSchedules(s.Schedule); err != nil {
		return err
	}
	*v.steps, *v.skipped = s.Steps, skipCount{s.Skipped, s.SkipsInRow}
	if s.LossScale != nil && v.scaler.adapts() {
		*v.scaling = lossScale{s.LossScale.Scale, s.LossScale.Good}
	}
	for i, p := range v.params {
		saved := &s.Params[i]
		p.steps, p.frozen = saved.Steps, saved.Frozen
		copy(p.Value, saved.Value)
		for j := range saved.State {
			copy(p.state[j], saved.State[j].Value)
		}
		for j, n := range p.numbers {
			p.carried[j] = saved.Numbers[n.Name]
		}
		if t := p.table; t != nil {
			t.forget()
			t.note(saved.SumRows)
			t.sums = append(t.sums, saved.Sum...)
		} else if saved.Sum != nil {
			p.sum = slices.Clone(saved.Sum)
		}
	}
	return nil
}

// check returns an error unless the snapshot fits.
func (v savable[T]) check(s *Snapshot[T]) error {
	if s == nil {
		return fmt.Errorf("optim: nil Snapshot")
	}
	if err := checkSaved(v.rule, s.Rule, s.Options); err != nil {
		return fmt.Errorf("optim: snapshot of %w", err)
	}
	for _, c := range []struct {
		name  string
		count int
	}{{"steps", s.Steps}, {"skipped", s.Skipped}, {"skips in a row", s.SkipsInRow}, {"accumulated", s.Accumulated}} {
		if c.count < 0 {
			return fmt.Errorf("optim: snapshot with %s = %d, want 0 or more", c.name, c.count)
		}
	}
	if s.SkipsInRow > s.Skipped {
		return fmt.Errorf("optim: snapshot with skips in a row = %d, want at most those skipped, %d", s.SkipsInRow, s.Skipped)
	}
	if l := s.LossScale; l != nil {
		if err := domain.Check[T]("optim: snapshot", domain.Of("loss scale", l.Scale, lossScales)); err != nil {
			return err
		}
		if l.Good < 0 {
			return fmt.Errorf("optim: snapshot with %d good steps of the loss scale, want 0 or more", l.Good)
		}
	}
	for i := range min(len(s.Params), len(v.params)) {
		if err := v.checkParam(i, s); err != nil {
			return err
		}
	}
	if got, want := len(s.Params), len(v.params); got > want {
		return fmt.Errorf("optim: parameter %q of the snapshot is not in the optimizer: %d parameters, want %d", s.Params[want].Name, got, want)
	} else if got < want {
		return fmt.Errorf("optim: parameter %q is not in the snapshot: %d parameters, want %d", v.params[got].Name, got, want)
	}
	return nil
}

// checkParam returns an error unless the i-th parameter fits.
func (v savable[T]) checkParam(i int, all *Snapshot[T]) error {
	p, s := v.params[i], &all.Params[i]
	if s.Name != p.Name {
		return fmt.Errorf("optim: parameter %d is %q in the snapshot, want %q", i, s.Name, p.Name)
	}
	failed := func(format string, args ...any) error {
		return fmt.Errorf("optim: snapshot of parameter %q: %w", p.Name, fmt.Errorf(format, args...))
	}
	if s.Steps < 0 || s.Steps > all.Steps {
		return failed("%d steps, want 0 to %d", s.Steps, all.Steps)
	}
	if len(s.Value) != len(p.Value) {
		return failed("%d elements, want %d", len(s.Value), len(p.Value))
	}
	if len(s.Shape) > 0 && !slices.Equal(s.Shape, p.dims) {
		return failed("the shape %v, want %v", s.Shape, p.dims)
	}
	if err := checkSavedRule(p.rule, s, all); err != nil {
		return failed("%w", err)
	}
	names := p.rule.State()
	if len(s.State) != len(names) {
		return failed("%d state vectors, want %d: %q", len(s.State), len(names), names)
	}
	for j, x := range s.State {
		if x.Name != names[j] {
			return failed("state vector %d is %q, want %q", j, x.Name, names[j])
		}
		if got, want := len(x.Value), len(p.state[j]); got != want {
			return failed("state vector %q has %d elements, want %d", x.Name, got, want)
		}
	}
	for _, n := range p.numbers {
		if x, ok := s.Numbers[n.Name]; !ok {
			return failed("no number %q", n.Name)
		} else if !(x >= n.Min && x <= math.MaxFloat64) {
			return failed("number %s = %v, want a finite number >= %v", n.Name, x, n.Min)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Numbers)) {
		if !slices.ContainsFunc(p.numbers, func(n Number) bool { return n.Name == name }) {
			return failed("number %q, which the rule does not have", name)
		}
	}
	if !v.dense && (s.Frozen || all.Accumulated > 0 || s.Steps != all.Steps) {
		return failed("frozen = %t, accumulated = %d, %d of %d steps: not those of an Embedding", s.Frozen, all.Accumulated, s.Steps, all.Steps)
	}
	return p.checkSum(s, all.Accumulated > 0 && !s.Frozen)
}

// checkSum returns an error unless the accumulated gradients are those of the parameter, or
// of rows of a table, or there are none and should be none.
func (p *parameter[T]) checkSum(s *ParamSnapshot[T], wanted bool) error {
	failed := func(format string, args ...any) error {
		return fmt.Errorf("optim: snapshot of parameter %q: accumulated gradients of %w", p.Name, fmt.Errorf(format, args...))
	}
	sum, rows := 0, 0
	switch {
	case wanted && p.table == nil:
		sum = len(p.Value)
	case wanted:
		rows = len(s.SumRows)
		sum = rows * p.table.dim
	}
	if len(s.SumRows) != rows {
		return failed("%d rows, want %d", len(s.SumRows), rows)
	}
	if len(s.Sum) != sum {
		return failed("%d elements, want %d", len(s.Sum), sum)
	}
	seen := make(map[int]bool, rows)
	for _, row := range s.SumRows {
		if row < 0 || row >= p.dims[0] || seen[row] {
			return failed("the row %d, want 0 to %d and each once", row, p.dims[0]-1)
		}
		seen[row] = true
	}
	return nil
}
