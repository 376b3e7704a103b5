package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
)

// A rowTable is what steps need of a sparse parameter.
type rowTable[T kernels.Float] struct {
	dim     int     // elements of a row
	widths  []int   // elements of each state vector that belong to one row
	scratch int     // vectors that the rule needs besides, each as long as a row
	places  []int32 // by row: 1 + its place in rows, 0 if it is not there
	rows    []int   // distinct rows with gradients, in the order of their appearance
	sums    []T     // the gradients of the first of them, one behind the other
}

// newRowTable returns the table of a parameter whose state has the given lengths.
func newRowTable[T kernels.Float](p Param[T], rule Rule, lens []int) *rowTable[T] {
	t := &rowTable[T]{dim: p.Shape[1], scratch: scratchOf(rule), places: make([]int32, p.Shape[0])}
	for _, n := range lens {
		t.widths = append(t.widths, n/p.Shape[0])
	}
	return t
}

// note appends those of the rows that are not in the list yet.
func (t *rowTable[T]) note(rows []int) {
	places, list := t.places, t.rows
	for _, row := range rows {
		if places[row] == 0 {
			list = append(list, row)
			places[row] = int32(len(list))
		}
	}
	t.rows = list
}

// add adds gradients of rows in the list to the sums. A row that has none yet is the next
// one in the list.
func (t *rowTable[T]) add(g RowGradients[T]) {
	for i, row := range g.Rows {
		part := g.Values[i*t.dim:][:t.dim]
		if at := (int(t.places[row]) - 1) * t.dim; at < len(t.sums) {
			kernels.Axpy(1, part, t.sums[at:][:t.dim])
		} else {
			t.sums = append(t.sums, part...)
		}
	}
}

// forget empties the list.
func (t *rowTable[T]) forget() {
	for _, row := range t.rows {
		t.places[row] = 0
	}
	t.rows, t.sums = t.rows[:0], t.sums[:0]
}

// element returns the index in the parameter of an element of the rows' gradients.
func (t *rowTable[T]) element(j int) int { return t.rows[j/t.dim]*t.dim + j%t.dim }

// rowsOf returns the first and the last of the rows, exclusive, that end in a block of their
// gradients: it updates whole ones.
func (t *rowTable[T]) rowsOf(b block) (first, last int) {
	return b.lo / t.dim, b.hi / t.dim
}

// addRows adds the batches' rows to those of the tables.
func (o *Optimizer[T]) addRows(batches int) {
	for k, i := range o.tables {
		t := o.params[i].table
		for b := range batches {
			t.addGiven(o.given[b*len(o.tables)+k], o.zeroGrads)
		}
	}
}

func (t *rowTable[T]) addGiven(g RowGradients[T], clears bool) {
	t.note(g.Rows)
	t.add(g)
	if clears {
		clear(g.Values)
	}
}

// gatherRows brings the gradients of a step's rows together in o.grads, and takes them into
// the plan. Those of a single batch in which no row appears twice are the caller's.
func (o *Optimizer[T]) gatherRows(batches int) {
	if len(o.tables) == 0 {
		return
	}
	o.plan.begin()
	for k, i := range o.tables {
		t := o.params[i].table
		if g := o.given; !o.pass.reduces {
			t.note(g[k].Rows)
			if len(t.rows) == len(g[k].Rows) {
				o.grads[i] = g[k].Values
			} else {
				t.addGiven(g[k], o.zeroGrads)
				o.grads[i] = t.sums
			}
		} else {
			for b := range batches {
				t.addGiven(g[b*len(o.tables)+k], o.zeroGrads)
			}
			if o.pending == 0 && o.reduction == ReduceMean {
				divide(t.sums, T(batches), o.spaces[0].scratch)
			}
			o.grads[i] = t.sums
		}
		o.plan.add(i, len(o.grads[i]))
	}
	o.plan.end()
}

// divide divides by a number, as kernels.MeanSlices does.
func divide[T kernels.Float](x []T, by T, scratch []T) {
	divisor := scratch[:min(len(scratch), len(x))]
	for i := range divisor {
		divisor[i] = by
	}
	for len(x) > 0 {
		n := min(len(x), len(divisor))
		kernels.Div(x[:n], x[:n], divisor[:n])
		x = x[n:]
	}
}

// rowState returns room for the parts of the state vectors that belong to a row of a table, and
// behind them the updater's scratch.
func (w *workspace[T]) rowState(t *rowTable[T]) [][]T {
	state := w.pieces[:len(t.widths)+t.scratch]
	for i := range t.scratch {
		state[len(t.widths)+i] = w.whole[(1+i)*t.dim:][:t.dim]
	}
	return state
}

// cut sets the parts to those of a row.
func (t *rowTable[T]) cut(parts, state [][]T, row int) {
	for s, width := range t.widths {
		parts[s] = state[s][row*width:][:width]
	}
}

// updateRows updates the rows that end in a block.
func (o *Optimizer[T]) updateRows(w *workspace[T], b block) {
	p, g := &o.params[b.param], o.grads[b.param]
	if p.packing != nil {
		o.updatePackedRows(w, b)
		return
	}
	t, c := p.table, &o.cohorts[p.cohort]
	changes := o.clipValue.set || c.pre != 1
	first, last := t.rowsOf(b)
	value, dim, updater, state := p.Value, t.dim, c.Updater, w.rowState(t)
	for i, row := range t.rows[first:last] {
		x, seen := value[row*dim:][:dim], g[(first+i)*dim:][:dim]
		t.cut(state, p.state, row)
		if changes {
			gradient[T]{native: seen}.copyScaled(w.whole[:dim], o.clipValue.set, c.clip, c.pre)
			seen = w.whole[:dim]
		}
		updater.Update(x, seen, state)
		if c.constrains {
			o.groups[c.group].constrain(x, c.rate, false)
		}
	}
	if o.pass.clears {
		clear(g[first*t.dim : last*t.dim])
	}
}

// checkSparse returns an error unless the group's rule is one for the parameter, which is a
// table or not.
func (g *group[T]) checkSparse(p Param[T]) error {
	_, measures := g.sample.(Measurer[T])
	_, whole := g.sample.(WholeUpdater[T])
	_, evaluates := g.sample.(Evaluator[T])
	if !p.Sparse {
		if _, ok := g.rule.(StateShaper); ok && !whole {
			return fmt.Errorf("optim: parameter %q: %s keeps state of other lengths than the parameter's, and updates no whole parameters: it is a rule for Sparse ones", p.Name, g.rule.Name())
		}
		return nil
	}
	switch r, ok := g.rule.(Lazy); {
	case !ok || !r.Lazy():
		return fmt.Errorf("optim: parameter %q is Sparse, and %s is no rule for it: want SGD, Adagrad, RowAdagrad, FTRL, Adam, AdamW or a rule of your own that is Lazy", p.Name, g.rule.Name())
	case measures || whole:
		return fmt.Errorf("optim: parameter %q is Sparse, and the rule %s is Lazy, but its updater needs whole parameters", p.Name, g.rule.Name())
	case evaluates:
		return fmt.Errorf("optim: parameter %q is Sparse, and the rule %s is Lazy, but its updater is an Evaluator: a table has one point", p.Name, g.rule.Name())
	}
	return nil
}
