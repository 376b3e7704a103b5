package optim

import (
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// A parameter is a Param with what the optimizer knows of it.
type parameter[T kernels.Float] struct {
	Param[T]
	mine    Param[T]     // the part that this process updates: all of it, or its shard
	shard   shard        // where that is
	dims    []int        // its shape, a vector's too
	state   [][]T        // in the order of Rule.State, then scratch vectors
	packing *packing     // what is in a format of fewer bits instead, nil if nothing is
	table   *rowTable[T] // nil for a dense one
	frozen  bool
	group   int // index

	// Noted by settle.
	steps   int       // taken by this parameter
	carried []float64 // by its updater between steps

	cohort  int    // index, -1 for none
	sum     []T    // accumulated or reduced gradients of mine
	nodes   [][]T  // accumulated gradients of the whole parameter by nodes of the tree, see Optimizer.nodes
	squares Sum    // of its gradient
	coef    wide   // by which its own norm and its group's are clipped
	own     [2]Sum // that its updater has measured
}

// A cohort is a set of parameters that share the coefficients of every step:
// they have the same options and have taken the same number of steps.
type cohort[T kernels.Float] struct {
	Updater[T]
	measurer Measurer[T]     // the same, or nil
	whole    WholeUpdater[T] // the same, or nil
	fused    fused[T]        // the same, or nil
	scratch  int             // vectors that the rule needs besides its state
	group    int
	members  []int // indices of parameters
	steps    int   // taken by each of them
	leader   int   // index of the first cohort with the same sums, itself perhaps

	constrains bool // whether the group does

	// Of the present step.
	rate  float64
	clip  T      // limit of the gradients' elements as they are given
	pre   T      // power of two that multiplies them beforehand, usually 1
	total [2]Sum // that a leader and those that it leads have measured
}

// add appends parameters that were checked.
func (o *Optimizer[T]) add(params []Param[T]) error {
	groups := slices.Clone(o.groups)
	added := make([]parameter[T], len(params))
	lens := make([][]int, len(params))
	for i, p := range params {
		var err error
		p = p.normal()
		added[i] = parameter[T]{Param: p, mine: p, dims: p.shape()}
		if added[i].group, groups, err = o.groupOf(p, groups); err != nil {
			return err
		}
		g := &groups[added[i].group]
		if err := g.checkSparse(p); err != nil {
			return err
		}
		if err := g.checkFormat(p); err != nil {
			return err
		}
		if err := o.checkOrder(p); err != nil {
			return err
		}
		if lens[i], err = stateLens(g.rule, p); err != nil {
			return err
		}
		if err := checkScratch(g.rule, g.sample, p); err != nil {
			return err
		}
		if p.Sparse {
			added[i].table = newRowTable(p, g.rule, lens[i])
		}
	}
	if o.world != nil {
		o.world.shard(added, groups, lens)
	}
	o.allocate(added, groups, lens)
	for i := range added {
		p := &added[i]
		sample := groups[p.group].sample
		o.initialize(p, sample, len(o.params)+i, 0)
		p.carried = valuesCarriedBy(sample, nil)
	}
	o.settle()
	o.groups, o.params = groups, append(o.params, added...)
	o.regroup()
	return nil
}

// settle notes with every parameter how many steps its cohort has taken, and what the
// updater carries from one to the next. It comes before regroup, which makes new
// cohorts, and before anyone is told.
func (o *Optimizer[T]) settle() {
	for i := range o.cohorts {
		c := &o.cohorts[i]
		for _, j := range c.members {
			p := &o.params[j]
			p.steps = c.steps
			p.carried = valuesCarriedBy(c.Updater, p.carried[:0])
		}
	}
}

// regroup computes what follows from the parameters, their groups, step counts,
// carried numbers and frozenness, whenever one of these changes other than by a
// step.
func (o *Optimizer[T]) regroup() {
	o.cohorts, o.tables, o.measures, o.needsOwn = nil, nil, false, o.clipParamNorm.set
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
			p.cohort = len(o.cohorts)
			c := o.newCohort(p)
			c.leader = o.leaderOf(&c, p)
			o.cohorts = append(o.cohorts, c)
		}
		c := &o.cohorts[p.cohort]
		c.members = append(c.members, i)
		if p.table != nil {
			o.tables = append(o.tables, i)
		}
		o.measures = o.measures || c.measurer != nil
		o.needsOwn = o.needsOwn || o.groups[p.group].clipNorm.set
	}
	o.plan = newPlan(o.params, o.workers)
	if o.world != nil {
		o.world.regroup(o.params, &o.plan)
	}
	if o.measures {
		o.plan.measured = make([][2]Sum, o.plan.dense.blocks)
	}
	o.targets = o.newTargets()
	o.memory = newMemoryCheck(o.params)
	o.own = make([][]T, len(o.params))
	for i := range o.params {
		if p := &o.params[i]; p.cohort >= 0 {
			o.own[i] = p.sum
		}
	}
	o.rates = make([]float64, len(o.groups))
	o.spaces = make([]workspace[T], o.plan.most)
	for i := range o.spaces {
		o.spaces[i] = o.newWorkspace()
	}
}

// newCohort returns the cohort that begins with a parameter.
func (o *Optimizer[T]) newCohort(p *parameter[T]) cohort[T] {
	u, err := newUpdater[T](o.groups[p.group].rule)
	if err != nil {
		panic(err) // groupOf has had one from the same options
	}
	carry(u, p.carried)
	measurer, _ := u.(Measurer[T])
	whole, _ := u.(WholeUpdater[T])
	fused, _ := u.(fused[T])
	return cohort[T]{
		Updater: u, measurer: measurer, whole: whole, fused: fused, scratch: scratchOf(o.groups[p.group].rule), group: p.group, steps: p.steps,
		constrains: o.groups[p.group].constrains(),
	}
}

// leaderOf returns the index of the cohort whose sums a new one, which begins with p, shares.
// It may be its own, or that of the first with the same rule, but for the weight decay, and
// the same past: as many steps, and the same numbers carried from them. Numbers of different
// sums would jump at sums over both.
func (o *Optimizer[T]) leaderOf(c *cohort[T], p *parameter[T]) int {
	if c.measurer == nil {
		return len(o.cohorts)
	}
	for i := range o.cohorts {
		have := &o.cohorts[i]
		first := &o.params[have.members[0]]
		if have.steps == c.steps && slices.Equal(first.carried, p.carried) && o.groups[have.group].hasRuleOf(&o.groups[c.group]) {
			return i
		}
	}
	return len(o.cohorts)
}

// newState returns zeroed vectors of the given lengths for each parameter. The
// first vectors of all lie one behind the other, and so do the second ones, so that a
// step over many small parameters reads memory as one over a large parameter does. Each
// begins on a cache line of its own.
func newState[E any](lens [][]int) [][][]E {
	var e E
	line := 64 / int(unsafe.Sizeof(e))
	padded := func(n int) int { return (n + line - 1) / line * line }
	states := make([][][]E, len(lens))
	for k, more := 0, true; more; k++ {
		total := 0
		more = false
		for _, l := range lens {
			if k < len(l) {
				total += padded(l[k])
				more = true
			}
		}
		rest := make([]E, total)
		for i, l := range lens {
			if k < len(l) {
				states[i] = append(states[i], rest[:l[k]:l[k]])
				rest = rest[padded(l[k]):]
			}
		}
	}
	return states
}
