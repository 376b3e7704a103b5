package optim

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// An Embedding optimizes a table of rows of which a step touches few: word
// vectors, the factors of users and items. Step takes the indices of the rows and
// their gradients, and reads and writes those rows and their state alone, at a
// cost in proportion to them. It is not safe for concurrent use.
type Embedding[T kernels.Float] struct {
	config
	rule    Rule
	table   Param[T]
	dim     int
	updater updater[T]
	state   [][]T // in the order of Rule.State
	width   []int // elements of each state vector that belong to one row
	steps   int   // taken, without the skipped ones
	skipped skipCount
	scaling lossScale

	slots   []int32 // by row: 1 + its place in distinct, 0 if it is not there
	sums    []T     // gradients of the distinct rows, if there are repetitions
	rows    []int   // distinct rows, in order of appearance
	grads   [1][]T  // the gradients of those
	row     [][]T   // one row's state
	scratch []T     // one row's gradient, clipped by value or scaled
}

// NewEmbedding returns an optimizer for a table of rows of dim elements each, one
// behind the other. The rule is one of
//
//	SGD         rows without a gradient would not move anyway
//	Adagrad     as above
//	RowAdagrad  Adagrad with one sum of squares for each row
//	Adam        lazy, as torch.optim.SparseAdam: moments of other rows stay as they are
//	AdamW       lazy Adam with decoupled weight decay
//
// Weight decay acts on the rows of a step alone. The bias corrections of Adam go
// by the table's steps, not by a row's. With every row in every step, all rules
// but RowAdagrad give the bits that [Optimizer] gives with the table as its
// parameter.
//
// The options are [WithSchedule], [ClipNorm] and [ClipValue], [ZeroGrads],
// [WithLossScale], [WithLossScaler] and [FailAfterSkips].
//
// It is an error if the rule is another one, if the table has no name or no rows,
// if its length is no multiple of dim, and if an option is out of its domain or
// not one of these.
func NewEmbedding[T kernels.Float](rule Rule, table Param[T], dim int, opts ...Option) (*Embedding[T], error) {
	u, err := newRowUpdater[T](rule)
	if err != nil {
		return nil, err
	}
	if err := CheckParams([]Param[T]{table}); err != nil {
		return nil, err
	}
	if dim <= 0 {
		return nil, fmt.Errorf("optim: parameter %q: rows of %d elements, want a positive number", table.Name, dim)
	}
	n := len(table.Value)
	if n%dim != 0 {
		return nil, fmt.Errorf("optim: parameter %q: %d elements are no whole number of rows of %d", table.Name, n, dim)
	}
	if n/dim > math.MaxInt32 {
		return nil, fmt.Errorf("optim: parameter %q: %d rows, want at most %d", table.Name, n/dim, math.MaxInt32)
	}
	c, err := newConfig[T](opts)
	if err != nil {
		return nil, err
	}
	if err := c.checkEmbedding(); err != nil {
		return nil, err
	}
	if err := checkRate[T](rule, c.schedule); err != nil {
		return nil, err
	}
	e := &Embedding[T]{
		config: c, rule: rule, table: table, dim: dim, updater: u,
		scaling: lossScale{scale: c.scaler.Init},
		slots:   make([]int32, n/dim),
		scratch: make([]T, dim),
	}
	for range rule.State() {
		width := dim
		if _, ok := rule.(RowAdagrad); ok {
			width = 1
		}
		e.width = append(e.width, width)
		e.state = append(e.state, make([]T, n/dim*width))
	}
	initState(u, table.Value, e.state)
	e.row = make([][]T, len(e.state))
	return e, nil
}

// newRowUpdater is newUpdater for the rules of embeddings.
func newRowUpdater[T kernels.Float](rule Rule) (updater[T], error) {
	switch r := rule.(type) {
	case SGD, Adagrad, Adam, AdamW:
		return newUpdater[T](rule)
	case RowAdagrad:
		if err := checkOptions[T](r); err != nil {
			return nil, err
		}
		return &rowAdagrad[T]{rule: r}, nil
	}
	return nil, fmt.Errorf("optim: %T is no rule for an embedding, want SGD, Adagrad, RowAdagrad, Adam or AdamW (values, not pointers)", rule)
}

// checkEmbedding returns an error for options that an embedding does not have.
func (c *config) checkEmbedding() error {
	d := defaults()
	for _, o := range []struct {
		name string
		set  bool
	}{
		{"WithReduction", c.reduction != d.reduction},
		{"ClipParamNorm", c.clipParamNorm.set},
		{"Workers", c.workers != d.workers},
		{"WithGroup", len(c.settings) > 0},
	} {
		if o.set {
			return fmt.Errorf("optim: NewEmbedding has no option %s", o.name)
		}
	}
	return nil
}

// Step updates the rows of the given indices. grads holds their gradients in the
// same order, one behind the other. The gradients of a row that appears more than
// once are added up first, in the order of their appearance.
//
// A gradient that is infinite or NaN, or that becomes so in the sum, skips the
// step, as in [Optimizer.Step]. The reason's Element is an index in the table.
//
// It is an error if grads is not dim elements for every index, if it overlaps the
// table in memory, if an index is not that of a row, and if the schedule gives a
// learning rate that is negative or not finite. Then nothing changes.
func (e *Embedding[T]) Step(rows []int, grads []T) (Report, error) {
	if err := e.check(rows, grads); err != nil {
		return Report{}, err
	}
	lr, err := nextRate[T](e.schedule, e.rule, e.steps)
	if err != nil {
		return Report{}, err
	}

	e.sum(rows, grads)
	factor := 1 / e.scaling.scale
	n := squaresOf(e.grads[0]).root().times(wide{frac: factor})
	r := Report{Step: e.steps + 1, LR: lr, GradNorm: n.value(), LossScale: e.scaling.scale}
	if !n.isFinite() || overflows(e.grads[:], n, factor) {
		j, v, _ := blame(e.grads[0], factor)
		r.Skipped, r.Reason = true, Reason{e.table.Name, e.rows[j/e.dim]*e.dim + j%e.dim, v}
	} else {
		coef := one
		if e.clipNorm.set {
			coef = n.clip(e.clipNorm.value)
		}
		r.ClipCoef = coef.value()
		e.update(lr, coef.times(wide{frac: factor}))
		e.steps++
	}
	if e.zeroGrads {
		clear(grads)
	}
	e.scaling.update(e.scaler, r.Skipped)
	e.grads[0] = nil
	return r, e.skipped.update(&e.config, &r)
}

// checkMade returns an error unless NewEmbedding has made the embedding.
func (e *Embedding[T]) checkMade() error {
	if e.rule == nil {
		return fmt.Errorf("optim: an Embedding that is not from NewEmbedding")
	}
	return nil
}

func (e *Embedding[T]) check(rows []int, grads []T) error {
	if err := e.checkMade(); err != nil {
		return err
	}
	if len(grads)/e.dim != len(rows) || len(grads)%e.dim != 0 {
		return fmt.Errorf("optim: parameter %q: %d gradient elements for %d rows of %d", e.table.Name, len(grads), len(rows), e.dim)
	}
	for i, row := range rows {
		if row < 0 || row >= len(e.slots) {
			return fmt.Errorf("optim: parameter %q: index %d at position %d, want 0 to %d", e.table.Name, row, i, len(e.slots)-1)
		}
	}
	if len(grads) > 0 && spanOf(grads, 0, 0).overlaps(spanOf(e.table.Value, 0, 0)) {
		return fmt.Errorf("optim: parameter %q: the gradients overlap the table in memory", e.table.Name)
	}
	return nil
}

// sum finds the distinct rows and adds up the gradients of each. Without
// repetitions the gradients are those of the caller.
func (e *Embedding[T]) sum(rows []int, grads []T) {
	e.rows = e.rows[:0]
	for _, row := range rows {
		if e.slots[row] == 0 {
			e.rows = append(e.rows, row)
			e.slots[row] = int32(len(e.rows))
		}
	}
	e.grads[0] = grads
	if len(e.rows) < len(rows) {
		n := len(e.rows) * e.dim
		if cap(e.sums) < n {
			e.sums = make([]T, n)
		}
		sums, filled := e.sums[:n], 0
		for i, row := range rows {
			g := grads[i*e.dim:][:e.dim]
			slot := int(e.slots[row]) - 1
			dst := sums[slot*e.dim:][:e.dim]
			if slot == filled { // appears for the first time
				copy(dst, g)
				filled++
			} else {
				kernels.Axpy(1, g, dst)
			}
		}
		e.grads[0] = sums
	}
	for _, row := range e.rows {
		e.slots[row] = 0
	}
}

// update takes a step along the gradients, multiplied by scale.
func (e *Embedding[T]) update(lr float64, scale wide) {
	shift, rest := split[T](scale)
	e.updater.prepare(tick{t: e.steps + 1, lr: lr, scale: rest})
	limit, pre := T(wide{frac: e.clipValue.value}.over(scale).value()), T(math.Ldexp(1, -shift))
	for i, row := range e.rows {
		p := e.table.Value[row*e.dim:][:e.dim]
		g := e.grads[0][i*e.dim:][:e.dim]
		for s, width := range e.width {
			e.row[s] = e.state[s][row*width:][:width]
		}
		if e.clipValue.set || pre != 1 {
			copyScaled(e.scratch, g, e.clipValue.set, limit, pre)
			g = e.scratch
		}
		e.updater.update(p, g, e.row)
	}
}

// Steps returns the number of steps taken, not counting skipped ones.
func (e *Embedding[T]) Steps() int { return e.steps }

// Iterations returns the number of steps tried, the skipped ones included.
func (e *Embedding[T]) Iterations() int { return e.Steps() + e.Skipped() }

// Skipped returns the number of steps skipped.
func (e *Embedding[T]) Skipped() int { return e.skipped.total }

// LossScale returns what the next step's loss, and with it the gradients, must be
// multiplied by.
func (e *Embedding[T]) LossScale() float64 { return e.scaling.scale }
