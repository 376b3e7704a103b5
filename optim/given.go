package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// takeDense takes the batches of a call, beside so many that there are, if they are good.
// Copying them keeps the callers' lists of slices off the heap.
func (o *Optimizer[T]) takeDense(call string, batches [][][]T, have int) error {
	if err := o.checkCall(call, len(batches)+have); err != nil {
		return err
	}
	for b, grads := range batches {
		if err := o.checkCount(call, b, "gradients", len(grads)); err != nil {
			return err
		}
		o.flat = append(o.flat, grads...)
		for range o.tables {
			o.given = append(o.given, RowGradients[T]{})
		}
	}
	return o.checkGiven(len(batches))
}

// takeGradients is takeDense for gradients of any kind.
func (o *Optimizer[T]) takeGradients(call string, batches []*Gradients[T], have int) error {
	if err := o.checkCall(call, len(batches)+have); err != nil {
		return err
	}
	for b, g := range batches {
		if g == nil {
			return fmt.Errorf("optim: %s: batch %d is nil", call, b)
		}
		o.flat = append(o.flat, g.Dense...)
		if len(g.Dense) == 0 { // good if no parameter has one
			n := len(o.flat)
			o.flat = slices.Grow(o.flat, len(o.params))[:n+len(o.params)]
		} else if err := o.checkCount(call, b, "gradients", len(g.Dense)); err != nil {
			return err
		}
		if len(g.BF16) > 0 {
			if err := o.checkCount(call, b, "bfloat16 gradients", len(g.BF16)); err != nil {
				return err
			}
			o.flat16 = slices.Grow(o.flat16, len(o.flat)-len(o.flat16))[:len(o.flat)-len(o.params)]
			o.flat16 = append(o.flat16, g.BF16...)
		}
		if len(g.Rows) == 0 {
			for range o.tables {
				o.given = append(o.given, RowGradients[T]{})
			}
			continue
		}
		if err := o.checkCount(call, b, "lists of rows", len(g.Rows)); err != nil {
			return err
		}
		for i := range g.Rows {
			if err := o.checkRows(b, i, &g.Rows[i]); err != nil {
				return err
			}
		}
		for _, i := range o.tables {
			o.given = append(o.given, g.Rows[i])
		}
	}
	if len(o.flat16) > 0 {
		o.flat16 = slices.Grow(o.flat16, len(o.flat)-len(o.flat16))[:len(o.flat)]
	}
	return o.checkGiven(len(batches))
}

// checkCall returns an error if there is nothing to take a step with, or it may not be taken.
func (o *Optimizer[T]) checkCall(call string, batches int) error {
	if err := o.checkMode(); err != nil {
		return err
	}
	if o.world != nil {
		if err := o.world.checkCount(o, call, batches); err != nil {
			return err
		}
	} else if batches == 0 {
		return fmt.Errorf("optim: %s without gradients", call)
	}
	if len(o.cohorts) == 0 {
		return fmt.Errorf("optim: %s with every parameter frozen", call)
	}
	return nil
}

func (o *Optimizer[T]) checkCount(call string, batch int, what string, n int) error {
	if n != len(o.params) {
		return fmt.Errorf("optim: %s: batch %d has %d %s for %d parameters", call, batch, n, what, len(o.params))
	}
	return nil
}

// checkRows returns an error unless the rows are those of a table, or none.
func (o *Optimizer[T]) checkRows(batch, param int, g *RowGradients[T]) error {
	p := &o.params[param]
	switch {
	case p.frozen:
		return nil
	case p.table == nil:
		if len(g.Rows) > 0 || len(g.Values) > 0 {
			return fmt.Errorf("optim: parameter %q: batch %d has %d rows, but the parameter is not Sparse", p.Name, batch, len(g.Rows))
		}
		return nil
	}
	dim, rows := p.Shape[1], p.Shape[0]
	if len(g.Values)/dim != len(g.Rows) || len(g.Values)%dim != 0 {
		return fmt.Errorf("optim: parameter %q: batch %d has %d gradient elements for %d rows of %d",
			p.Name, batch, len(g.Values), len(g.Rows), dim)
	}
	for i, row := range g.Rows {
		if row < 0 || row >= rows {
			return fmt.Errorf("optim: parameter %q: batch %d has the index %d at position %d, want 0 to %d",
				p.Name, batch, row, i, rows-1)
		}
	}
	return nil
}

// checkGiven returns an error unless every batch holds a gradient for every dense
// parameter that is not frozen, and none lies where it may not.
func (o *Optimizer[T]) checkGiven(batches int) error {
	m := &o.memory
	same, rows := sameAsSeen(m, o.flat, o.flat16), false
	for _, g := range o.given {
		rows = rows || len(g.Values) > 0
	}
	if same && !rows {
		return nil
	}
	m.given = m.given[:0]
	// Dense gradients that are known to be good are good still beside rows, but that these
	// may lie among them.
	if !same || o.zeroGrads {
		for k, g := range o.flat {
			b, i := k/len(o.params), k%len(o.params)
			g16 := o.given16(k)
			if err := o.checkDense(b, i, g, g16); err != nil {
				return err
			}
			switch {
			case o.params[i].cohort < 0:
				m.given = append(m.given, span{batch: b, param: i})
			case len(g16) > 0:
				m.given = append(m.given, spanOf(g16, b, i))
			default:
				m.given = append(m.given, spanOf(g, b, i))
			}
		}
	}
	for b := range batches {
		for k, i := range o.tables {
			m.given = append(m.given, spanOf(o.given[b*len(o.tables)+k].Values, b, i))
		}
	}
	g, other, isParam, ok := m.check(o.zeroGrads)
	switch {
	case ok:
		if !same {
			m.seen = m.seen[:0]
			for k, g := range o.flat {
				m.seen = append(m.seen, addressOf(g, o.given16(k)))
			}
		}
		return nil
	case isParam:
		return fmt.Errorf("optim: parameter %q: gradient of batch %d overlaps the parameter %q in memory",
			o.params[g.param].Name, g.batch, o.params[other.param].Name)
	}
	return fmt.Errorf("optim: gradients of parameter %q in batch %d and of %q in batch %d overlap in memory, which ZeroGrads forbids",
		o.params[g.param].Name, g.batch, o.params[other.param].Name, other.batch)
}

// checkDense returns an error unless there is one dense gradient, of a type that the optimizer
// takes and as long as it must be.
func (o *Optimizer[T]) checkDense(batch, param int, g []T, g16 []kernels.BFloat16) error {
	p, n := &o.params[param], len(g)+len(g16)
	switch {
	case p.frozen:
	case p.Sparse && n > 0:
		return fmt.Errorf("optim: parameter %q: batch %d has a dense gradient of %d elements for it, but it is Sparse: give its rows to StepGradients",
			p.Name, batch, n)
	case p.Sparse:
	case len(g16) > 0 && len(g) > 0:
		return fmt.Errorf("optim: parameter %q: batch %d has its gradient twice, in Dense and in BF16", p.Name, batch)
	case len(g16) > 0 && !is32[T]():
		return fmt.Errorf("optim: parameter %q: gradient of batch %d is bfloat16, which an optimizer of float32 takes and none of %T", p.Name, batch, T(0))
	case g == nil && n == 0:
		return fmt.Errorf("optim: parameter %q: gradient of batch %d is nil", p.Name, batch)
	case n != p.Len():
		return fmt.Errorf("optim: parameter %q: gradient of batch %d has %d elements, the parameter %d",
			p.Name, batch, n, p.Len())
	}
	return nil
}
