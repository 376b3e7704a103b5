package optim

import (
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/schedule"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/parallel"
)

// A Param is a parameter vector, or a matrix stored as one, with a name for
// messages, groups and saved state.
type Param[T kernels.Float] struct {
	Name  string
	Value []T // updated in place
}

// An Optimizer holds a rule's state for a set of parameters. It is not safe for
// concurrent use.
type Optimizer[T kernels.Float] struct {
	config
	rule    Rule
	groups  []group
	params  []parameter[T]
	steps   int // taken, without the skipped ones
	skipped skipCount
	scaling lossScale
	pending int // batches that were accumulated and not yet used

	// What follows from groups and params; see regroup.
	cohorts []cohort[T]
	plan    plan
	trust   bool // whether the rule needs norms of parameters and directions

	// While the parameters are at the evaluation point, their training points.
	evaluating bool
	training   [][]T

	// Working space.
	memory memoryCheck
	flat   [][]T // the gradients of all batches, one batch behind the other
	grads  [][]T // one gradient for each parameter, nil for a frozen one
	spaces []workspace[T]
	now    share
	pool   *parallel.Pool
	closed bool
}

type parameter[T kernels.Float] struct {
	Param[T]
	state  [][]T // in the order of Rule.State
	steps  int   // taken by this parameter
	frozen bool
	group  int // index
	// What its updater carries between steps; see stow.
	carried []float64

	cohort  int // index, -1 for none
	sum     []T // accumulated or reduced gradients
	squares squares
	coef    wide    // by which its own norm is clipped
	pp, dd  squares // of the parameter and its direction
}

// A cohort is a set of parameters that share the coefficients of every step:
// they have the same options and have taken the same number of steps.
type cohort[T kernels.Float] struct {
	updater[T]
	trust   trustUpdater[T] // the same, or nil
	group   int
	members []int // indices of parameters
	limit   T     // of the gradients' elements as they are given
	pre     T     // power of two that multiplies them beforehand, usually 1
}

// New returns an optimizer that updates the parameters by the rule. It keeps the
// slices, not the Params.
//
// It is an error if there are no parameters, if one has no name, no values or
// another one's name, if two of them overlap in memory, or if an option of the
// rule, the schedule or the optimizer is out of its domain; the error names the
// parameter or the option and the value. A rule's LR may be 0 only with a schedule
// of the caller's own, which need not multiply it.
func New[T kernels.Float](rule Rule, params []Param[T], opts ...Option) (*Optimizer[T], error) {
	if _, err := newUpdater[T](rule); err != nil {
		return nil, err
	}
	if err := CheckParams(params); err != nil {
		return nil, err
	}
	c, err := newConfig[T](opts)
	if err != nil {
		return nil, err
	}
	if err := checkRate[T](rule, c.schedule); err != nil {
		return nil, err
	}
	if err := checkMatches(c.settings, params); err != nil {
		return nil, err
	}
	o := &Optimizer[T]{config: c, rule: rule, scaling: lossScale{scale: c.scaler.Init}}
	if err := o.add(params); err != nil {
		return nil, err
	}
	return o, nil
}

// AddParams adds parameters behind those that the optimizer has; steps want their
// gradients in that order. A new parameter's own steps are counted from its first
// one, as in torch, so that moments are corrected for their youth. The schedule
// goes on.
//
// The errors are those of New, and gradients that were accumulated and not yet
// used. Then nothing changes.
func (o *Optimizer[T]) AddParams(params ...Param[T]) error {
	if err := o.checkIdle("AddParams"); err != nil {
		return err
	}
	var all []Param[T]
	for i := range o.params {
		all = append(all, o.params[i].Param)
	}
	if err := CheckParams(append(all, params...)); err != nil {
		return err
	}
	return o.add(params)
}

// add appends parameters that were checked.
func (o *Optimizer[T]) add(params []Param[T]) error {
	groups := slices.Clone(o.groups)
	var added []parameter[T]
	for i, state := range newState(params, slots(o.rule)) {
		p := parameter[T]{Param: params[i], state: state}
		var err error
		if p.group, groups, err = groupOf[T](p.Name, o.rule, o.settings, groups); err != nil {
			return err
		}
		u, err := newUpdater[T](groups[p.group].rule)
		if err != nil {
			return err
		}
		initState(u, p.Value, p.state)
		for _, n := range carriedBy(u) {
			p.carried = append(p.carried, *n.value)
		}
		added = append(added, p)
	}
	o.stow()
	o.groups, o.params = groups, append(o.params, added...)
	o.regroup()
	return nil
}

// checkIdle returns an error if the set of parameters may not change.
func (o *Optimizer[T]) checkIdle(call string) error {
	if err := o.checkMode(); err != nil {
		return err
	}
	if o.pending > 0 {
		return fmt.Errorf("optim: %s with the gradients of %d batches accumulated: take the step, or Discard them", call, o.pending)
	}
	return nil
}

// Freeze leaves parameters out of all steps until Thaw: they keep their values,
// their state and their own step count, and their gradients, which may then be
// nil, are not looked at. It is an error if there is no parameter of a name, or
// if gradients are accumulated and not yet used; then nothing changes.
func (o *Optimizer[T]) Freeze(names ...string) error { return o.setFrozen("Freeze", names, true) }

// Thaw undoes Freeze: the parameters go on from the state they had. Its errors
// are those of Freeze.
func (o *Optimizer[T]) Thaw(names ...string) error { return o.setFrozen("Thaw", names, false) }

func (o *Optimizer[T]) setFrozen(call string, names []string, frozen bool) error {
	if err := o.checkIdle(call); err != nil {
		return err
	}
	var found []int
	for _, name := range names {
		i := slices.IndexFunc(o.params, func(p parameter[T]) bool { return p.Name == name })
		if i < 0 {
			return fmt.Errorf("optim: %s: no parameter %q", call, name)
		}
		found = append(found, i)
	}
	o.stow()
	for _, i := range found {
		o.params[i].frozen = frozen
	}
	o.regroup()
	return nil
}

// stow notes with every parameter what its cohort's updater carries from step to
// step. It comes before regroup, which makes new updaters, and before saving.
func (o *Optimizer[T]) stow() {
	for i := range o.cohorts {
		c := &o.cohorts[i]
		for _, j := range c.members {
			o.params[j].carried = o.params[j].carried[:0]
			for _, n := range carriedBy(c.updater) {
				o.params[j].carried = append(o.params[j].carried, *n.value)
			}
		}
	}
}

// carriedBy returns what an updater carries from step to step, usually nothing.
func carriedBy[T kernels.Float](u updater[T]) []carriedNumber {
	if c, ok := u.(carrier); ok {
		return c.carried()
	}
	return nil
}

// regroup computes what follows from the parameters, their groups, step counts,
// carried numbers and frozenness, whenever one of these changes other than by a
// step.
func (o *Optimizer[T]) regroup() {
	o.cohorts, o.trust = nil, false
	for i := range o.params {
		p := &o.params[i]
		p.cohort, p.coef = -1, one
		if p.frozen {
			continue
		}
		// A parameter that is clipped by its own norm has its own coefficients.
		if !o.clipParamNorm.set {
			p.cohort = slices.IndexFunc(o.cohorts, func(c cohort[T]) bool {
				first := &o.params[c.members[0]]
				return c.group == p.group && first.steps == p.steps && slices.Equal(first.carried, p.carried)
			})
		}
		if p.cohort < 0 {
			u, err := newUpdater[T](o.groups[p.group].rule)
			if err != nil {
				panic(err) // groupOf has checked it
			}
			p.cohort = len(o.cohorts)
			for i, n := range carriedBy(u) {
				if i < len(p.carried) {
					*n.value = p.carried[i]
				}
			}
			d, ok := u.(trustUpdater[T])
			o.cohorts = append(o.cohorts, cohort[T]{updater: u, trust: d, group: p.group})
			o.trust = o.trust || ok
		}
		c := &o.cohorts[p.cohort]
		c.members = append(c.members, i)
	}
	o.plan = newPlan(o.params, o.workers)
	if o.trust {
		o.plan.pp = make([]squares, len(o.plan.blocks))
		o.plan.dd = make([]squares, len(o.plan.blocks))
	}
	o.memory = newMemoryCheck(o.params)
	o.grads = make([][]T, len(o.params))
	o.spaces = make([]workspace[T], o.plan.workers)
	for i := range o.spaces {
		o.spaces[i] = newWorkspace[T](slots(o.rule))
	}
}

// newState returns zeroed state vectors, some slots for each parameter. The
// vectors of one slot lie one behind the other, so that a step over many small
// parameters reads memory as one over a large parameter does. Each begins on a
// cache line of its own.
func newState[T kernels.Float](params []Param[T], slots int) [][][]T {
	line := 64 / int(unsafe.Sizeof(T(0)))
	padded := func(n int) int { return (n + line - 1) / line * line }
	total := 0
	for _, p := range params {
		total += padded(len(p.Value))
	}
	states := make([][][]T, len(params))
	for range slots {
		rest := make([]T, total)
		for i, p := range params {
			n := len(p.Value)
			states[i] = append(states[i], rest[:n:n])
			rest = rest[padded(n):]
		}
	}
	return states
}

// NewGradients returns a gradient of zeros for each parameter, in their order.
func (o *Optimizer[T]) NewGradients() [][]T {
	grads := make([][]T, len(o.params))
	for i := range o.params {
		grads[i] = make([]T, len(o.params[i].Value))
	}
	return grads
}

// Steps returns the number of steps taken, not counting skipped ones.
func (o *Optimizer[T]) Steps() int { return o.steps }

// Iterations returns the number of steps tried, the skipped ones included: how many
// batches were used up, and so which one comes next.
func (o *Optimizer[T]) Iterations() int { return o.Steps() + o.Skipped() }

// Skipped returns the number of steps skipped.
func (o *Optimizer[T]) Skipped() int { return o.skipped.total }

// LossScale returns what the next step's loss, and with it the gradients, must be
// multiplied by: 1 unless [WithLossScale] or [WithLossScaler] says otherwise.
func (o *Optimizer[T]) LossScale() float64 { return o.scaling.scale }

// ParamInfo describes a parameter as the optimizer sees it.
type ParamInfo struct {
	Name        string
	Len         int
	LRFactor    float64 // product of its groups' factors
	WeightDecay float64 // its group's, or the rule's
	Frozen      bool
	Steps       int // taken by this parameter
}

// Params describes the parameters, in the order in which steps want their
// gradients. It shows what the groups' predicates have matched.
func (o *Optimizer[T]) Params() []ParamInfo {
	infos := make([]ParamInfo, len(o.params))
	for i, p := range o.params {
		g := o.groups[p.group]
		infos[i] = ParamInfo{p.Name, len(p.Value), g.factor, decayOf(g.rule), p.frozen, p.steps}
	}
	return infos
}

// nextRate returns the schedule's learning rate of the next step.
func (o *Optimizer[T]) nextRate() (float64, error) {
	lr, err := nextRate[T](o.schedule, o.rule, o.steps)
	if err != nil {
		return 0, err
	}
	for _, g := range o.groups {
		if math.IsInf(float64(T(lr*g.factor)), 0) {
			return 0, fmt.Errorf("optim: step %d: learning rate %v times a group's factor %v, want %s", o.steps+1, lr, g.factor, domain.NonNegative.Want)
		}
	}
	return lr, nil
}

func nextRate[T kernels.Float](s schedule.Schedule, rule Rule, steps int) (float64, error) {
	lr := s.Rate(rule.rate(), steps)
	if !(lr >= 0) || math.IsInf(float64(T(lr)), 0) {
		return 0, fmt.Errorf("optim: %s gives step %d the learning rate %v, want %s", typeName(s), steps+1, lr, domain.NonNegative.Want)
	}
	return lr, nil
}
