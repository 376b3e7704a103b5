package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// A Snapshot is a copy of all that an [Optimizer] needs to go on from here
// with the same bits: the parameters, the rule's state, the counters,
// gradients accumulated for the next step, and the states of the loss scale and of
// the schedule. It shares no memory with the optimizer, so that a run can be saved,
// or gone back to, while it goes on. Package checkpoint keeps Snapshots in files.
//
// The arguments of [New] are not in it, but for the rule's options that say what
// the state means, its format and the seed of [WithRoundingSeed]: who resumes a run makes the
// optimizer as before.
type Snapshot[T kernels.Float] struct {
	Rule        string             `json:"rule"`              // its name
	Options     map[string]string  `json:"options,omitempty"` // the rule's, without LR and WeightDecay
	Steps       int                `json:"steps"`             // taken, without the skipped ones
	Skipped     int                `json:"skipped,omitempty"`
	SkipsInRow  int                `json:"skips_in_row,omitempty"` // up to now
	Accumulated int                `json:"accumulated,omitempty"`  // batches, for the next step
	Order       ReductionOrder     `json:"order,omitempty"`        // in which those are added up
	LossScale   *LossScaleSnapshot `json:"loss_scale,omitempty"`   // nil if it is fixed
	Schedule    []ScheduleSnapshot `json:"schedule,omitempty"`     // those with a state; most have none
	Params      []ParamSnapshot[T] `json:"params"`

	// RoundingSeed is the seed of the random bits, by which Restore goes on; 0 where nothing
	// is rounded.
	RoundingSeed uint64 `json:"rounding_seed,omitempty"`

	Run []RunSnapshot[T] `json:"run,omitempty"` // of a train.Run, which an Optimizer ignores

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
	BF16    []kernels.BFloat16 `json:"-"`                 // the values instead of Value, if the parameter is BF16
	Rest    []int16            `json:"-"`                 // the lower halves of one that is split
	State   []StateSnapshot[T] `json:"state,omitempty"`   // in the order of Rule.State
	Numbers map[string]float64 `json:"numbers,omitempty"` // what some rules carry from step to step besides

	// Sums has the sum of the accumulated gradients, if there are any and the parameter is not
	// frozen. With [ReduceTree] these are several sums, of as many batches as the powers of two
	// that the count of the batches is made of, the greatest first: of 7 batches 4, 2 and 1.
	Sums [][]T `json:"-"`

	// Of a parameter that is Sparse, the sum has the rows of these indices alone, in this order.
	SumRows []int `json:"sum_rows,omitempty"`

	// Of [Optimizer.SnapshotShard], Value, BF16, Rest and State have a part of the parameter: First
	// is the index of its first element, and WholeLen the length of the whole. WholeLen is 0 in
	// other snapshots.
	First    int `json:"first,omitempty"`
	WholeLen int `json:"whole_len,omitempty"`
}

// A StateSnapshot is a vector with a name, such as one of those that the rule keeps
// for a parameter. It is in Value, BF16 or Int8, as the format says.
type StateSnapshot[T kernels.Float] struct {
	Name   string             `json:"name"`
	Format Format             `json:"format,omitempty"` // that of the vector
	Value  []T                `json:"-"`
	BF16   []kernels.BFloat16 `json:"-"`
	Int8   kernels.Vector8    `json:"-"`
	Signed bool               `json:"signed,omitempty"` // whether Int8 has the codes of kernels.QuantizeSigned
}

// Len returns the number of elements.
func (s StateSnapshot[T]) Len() int {
	switch s.Format {
	case BFloat16:
		return len(s.BF16)
	case Int8:
		return s.Int8.Len()
	}
	return len(s.Value)
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
//
// Of an optimizer that is [Distributed] all ranks must call it, and every rank gets the whole
// state, which a single process and any number of ranks can restore; an error on one of them is
// one on all. There gradients accumulated for the next step are an error: they are on many
// ranks, and their number may change. [Optimizer.SnapshotShard] is without the other ranks' state.
func (o *Optimizer[T]) Snapshot() (*Snapshot[T], error) {
	if !ranked || o.world == nil {
		return o.snapshot()
	}
	var s *Snapshot[T]
	err := o.world.within("Snapshot", func() (err error) {
		s, err = o.snapshot()
		s, err = o.world.snapshotWhole(o, s, err)
		return err
	})
	return s, err
}

// snapshot copies what this process has: of its own part of the parameters.
func (o *Optimizer[T]) snapshot() (*Snapshot[T], error) {
	if err := o.checkMode(); err != nil {
		return nil, err
	}
	if err := o.failed(); err != nil { // or a step may be half done
		return nil, err
	}
	if o.world != nil && o.pending > 0 {
		return nil, fmt.Errorf("optim: Snapshot of a Distributed optimizer with the gradients of %d batches accumulated: take the step, or Discard them", o.pending)
	}
	o.settle()
	s := &Snapshot[T]{
		Rule:        o.rule.Name(),
		Options:     savedOptions(o.rule),
		Steps:       o.steps,
		Skipped:     o.skipped.total,
		SkipsInRow:  o.skipped.inRow,
		Accumulated: o.pending,
	}
	if o.pending > 0 {
		s.Order = o.order
	}
	if o.scaler.adapts() {
		s.LossScale = &LossScaleSnapshot{o.scaling.scale, o.scaling.good}
	}
	var err error
	if s.Schedule, err = o.snapshotSchedules(); err != nil {
		return nil, err
	}
	for i := range o.params {
		s.Params = append(s.Params, o.snapshotParam(&o.params[i]))
	}
	if o.rounds() {
		s.RoundingSeed = o.roundingSeed
	}
	return s, nil
}

func (o *Optimizer[T]) snapshotParam(p *parameter[T]) ParamSnapshot[T] {
	g := &o.groups[p.group]
	s := ParamSnapshot[T]{Name: p.Name, Shape: slices.Clone(p.Shape), Sparse: p.Sparse, Steps: p.steps, Frozen: p.frozen,
		Value: slices.Clone(p.mine.Value), BF16: slices.Clone(p.mine.BF16), Rest: slices.Clone(p.mine.Rest)}
	if !meansSame(g.rule, o.rule) {
		s.Rule, s.Options = g.rule.Name(), savedOptions(g.rule)
	}
	// Behind the named vectors there may be scratch space.
	for j, name := range g.rule.State() {
		s.State = append(s.State, p.snapshotState(name, j))
	}
	for j, n := range carriedBy(g.sample) {
		if s.Numbers == nil {
			s.Numbers = make(map[string]float64)
		}
		s.Numbers[n.Name] = p.carried[j]
	}
	if o.pending > 0 && !p.frozen {
		switch t := p.table; {
		case o.order == ReduceTree:
			for i := range o.nodes {
				s.Sums = append(s.Sums, slices.Clone(p.nodes[i]))
			}
		case t != nil:
			s.Sums = [][]T{slices.Clone(t.sums)}
			if len(t.rows) > 0 {
				s.SumRows = slices.Clone(t.rows)
			}
		default:
			s.Sums = [][]T{slices.Clone(p.sum)}
		}
	}
	return s
}
