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
	updater Updater[T]
	state   [][]T // in the order of Rule.State
	width   []int // elements of each state vector that belong to one row
	steps   int   // taken, without the skipped ones
	skipped skipCount
	scaling lossScale

	places  []int32 // by row: 1 + its place in rows, 0 if it is not there
	sums    []T     // gradients of the distinct rows, if there are repetitions
	rows    []int   // distinct rows, in order of appearance
	grads   [1][]T  // the gradients of those
	rate    [1]float64
	row     [][]T // one row's state, then scratch vectors
	scratch []T   // one row's gradient, clipped by value or scaled
}

// NewEmbedding returns an optimizer for a table of rows of dim elements each, one
// behind the other. The rule is one of
//
//	SGD         rows without a gradient would not move anyway
//	Adagrad     as above
//	RowAdagrad  Adagrad with one sum of squares for each row
//	FTRL        as above
//	Adam        lazy, as torch.optim.SparseAdam: moments of other rows stay as they are
//	AdamW       lazy Adam with decoupled weight decay
//
// or one of the user's own that is [Lazy], and no [ShapeChooser].
//
// Weight decay acts on the rows of a step alone. The bias corrections of Adam go
// by the table's steps, not by a row's. With every row in every step, all rules
// but RowAdagrad give the bits that [Optimizer] gives with the table as its
// parameter.
//
// The options are [WithSchedule], [ClipNorm] and [ClipValue], [ZeroGrads],
// [WithLossScale], [WithLossScaler], [FailAfterSkips] and [Unchecked].
//
// It is an error if the rule is another one, if the table has no name or no rows,
// if its length is no multiple of dim, and if an option is out of its domain or
// not one of these.
func NewEmbedding[T kernels.Float](rule Rule, table Param[T], dim int, opts ...Option) (*Embedding[T], error) {
	rule, err := plain(rule)
	if err != nil {
		return nil, err
	}
	u, err := newRowUpdater[T](rule)
	if err != nil {
		return nil, err
	}
	if err := CheckParams([]Param[T]{table}); err != nil {
		return nil, err
	}
	if table.Shape != nil && (len(table.Shape) != 2 || table.Shape[1] != dim) {
		return nil, fmt.Errorf("optim: parameter %q: the shape %v is not that of rows of %d elements", table.Name, table.Shape, dim)
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
		places:  make([]int32, n/dim),
		scratch: make([]T, dim),
	}
	table.Shape = []int{n / dim, dim}
	lens, err := stateLens(rule, table)
	if err != nil {
		return nil, err
	}
	for _, size := range lens[:len(rule.State())] {
		if size%(n/dim) != 0 {
			return nil, fmt.Errorf("optim: parameter %q: %s keeps %d elements of state for %d rows, want as many for each", table.Name, rule.Name(), size, n/dim)
		}
		e.width = append(e.width, size/(n/dim))
		e.state = append(e.state, make([]T, size))
	}
	initialize(u, table.Value, e.state)
	e.row = make([][]T, len(e.state))
	for range scratchOf(rule) {
		e.row = append(e.row, make([]T, dim))
	}
	return e, nil
}

// newRowUpdater is newUpdater for the rules of embeddings.
func newRowUpdater[T kernels.Float](rule Rule) (Updater[T], error) {
	if r, ok := rule.(Lazy); !ok || !r.Lazy() {
		return nil, fmt.Errorf("optim: %T is no rule for an embedding, want SGD, Adagrad, RowAdagrad, FTRL, Adam, AdamW or a rule of your own that is Lazy", rule)
	}
	u, err := newUpdater[T](rule)
	if err != nil {
		return nil, err
	}
	_, measures := u.(Measurer[T])
	_, whole := u.(WholeUpdater[T])
	if measures || whole {
		return nil, fmt.Errorf("optim: the rule %s is Lazy, but its updater needs whole parameters", rule.Name())
	}
	if _, ok := rule.(ShapeChooser); ok {
		return nil, fmt.Errorf("optim: the rule %s is Lazy, but a ShapeChooser: a table has no choice of rules", rule.Name())
	}
	if _, ok := u.(Evaluator[T]); ok {
		return nil, fmt.Errorf("optim: the rule %s is Lazy, but its updater is an Evaluator: an Embedding has no EvalMode", rule.Name())
	}
	return u, nil
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

	e.rate[0] = lr
	e.sum(rows, grads)
	factor := 1 / e.scaling.scale
	n := wide{frac: math.NaN()}
	if !e.unchecked {
		n = sumSquares(e.grads[0]).root().times(wide{frac: factor})
	}
	r := Report{Step: e.steps + 1, LR: lr, GradNorm: n.value(), LossScale: e.scaling.scale, GroupLRs: e.rate[:]}
	if !e.unchecked && (!n.isFinite() || overflows(e.grads[:], n, factor)) {
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
		if row < 0 || row >= len(e.places) {
			return fmt.Errorf("optim: parameter %q: index %d at position %d, want 0 to %d", e.table.Name, row, i, len(e.places)-1)
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
		if e.places[row] == 0 {
			e.rows = append(e.rows, row)
			e.places[row] = int32(len(e.rows))
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
			place := int(e.places[row]) - 1
			dst := sums[place*e.dim:][:e.dim]
			if place == filled { // appears for the first time
				copy(dst, g)
				filled++
			} else {
				kernels.Axpy(1, g, dst)
			}
		}
		e.grads[0] = sums
	}
	for _, row := range e.rows {
		e.places[row] = 0
	}
}

// update takes a step along the gradients, multiplied by scale.
func (e *Embedding[T]) update(lr float64, scale wide) {
	shift, rest := split[T](scale)
	e.updater.Prepare(StepInfo{Step: e.steps + 1, LR: lr, Scale: rest})
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
		e.updater.Update(p, g, e.row)
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
