package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// Grow puts a longer table in the place of a parameter that is Sparse. Its first rows are
// those of before, as in append(table, rows...): they keep their state and go on. The others
// begin with the state of a new table, but their bias corrections go by the table's steps.
// The optimizer updates value from now on, which needs whole rows, at least as many as
// before, and may have the memory of the old table.
//
// It is an error if there is no parameter of the name, it is not Sparse or it is BF16, if
// value has another length or overlaps another parameter in memory, if a rule makes a
// difference between tables of both lengths, and if gradients are accumulated and not yet used.
// Then nothing changes.
func (o *Optimizer[T]) Grow(name string, value []T) error {
	return o.grow("Grow", Param[T]{Name: name, Value: value})
}

// GrowBF16 is [Optimizer.Grow] for a table that is BF16. rest has the lower halves of one that
// is split, those of before first; if it is nil the optimizer goes on with vectors of its own,
// in which those of the further rows are zero.
func (o *Optimizer[T]) GrowBF16(name string, value []kernels.BFloat16, rest []int16) error {
	return o.grow("GrowBF16", Param[T]{Name: name, BF16: value, Rest: rest})
}

// grow puts a longer table in the place of the one of its name.
func (o *Optimizer[T]) grow(call string, grown Param[T]) error {
	if err := o.checkIdle(call); err != nil {
		return err
	}
	name := grown.Name
	i, err := o.find(call, name)
	if err != nil {
		return err
	}
	p := &o.params[i]
	failed := func(format string, args ...any) error {
		return fmt.Errorf("optim: %s: parameter %q%w", call, name, fmt.Errorf(format, args...))
	}
	switch {
	case !p.Sparse:
		return failed(" is not Sparse")
	case (p.BF16 != nil) != (call == "GrowBF16"):
		return failed(" has its values in another format: BF16 is for GrowBF16, and all else for Grow")
	case p.mine.Rest == nil && grown.Rest != nil:
		return failed(": %d lower halves, but it is not split", len(grown.Rest))
	}
	dim, n := p.table.dim, grown.Len()
	if n%dim != 0 || n < p.Len() {
		return failed(": %d elements, want rows of %d, at least %d of them", n, dim, p.Shape[0])
	}
	rows := p.Shape[0]
	grown = grown.normal()
	grown.Shape, grown.Sparse = []int{n / dim, dim}, true
	if p.mine.Rest != nil && grown.Rest == nil {
		grown.Rest = append(make([]int16, 0, n), p.mine.Rest...)[:n]
	}
	all := make([]Param[T], len(o.params))
	for j := range o.params {
		all[j] = o.params[j].Param
	}
	all[i] = grown
	if err := CheckParams(all); err != nil {
		return err
	}
	if group, _, err := o.groupOf(grown, slices.Clone(o.groups)); err != nil {
		return err
	} else if group != p.group {
		return failed(": the rule of the shape %v is not that of %v", grown.Shape, p.Shape)
	}
	g := &o.groups[p.group]
	lens, err := stateLens(g.rule, grown)
	if err != nil {
		return err
	}
	table := newRowTable(grown, g.rule, lens)
	if !slices.Equal(table.widths, p.table.widths) {
		return failed(": %s keeps %d elements of its state for a row, with the shape %v %d", g.rule.Name(), p.table.widths, grown.Shape, table.widths)
	}

	o.settle()
	longer := []parameter[T]{*p}
	longer[0].Param, longer[0].mine, longer[0].dims, longer[0].table = grown, grown, grown.Shape, table
	o.allocate(longer, o.groups, [][]int{lens})
	longer[0].copyState(p)
	*p = longer[0]
	o.initialize(p, g.sample, i, rows)
	o.regroup()
	return nil
}

// copyState copies the state of a parameter that is no longer.
func (p *parameter[T]) copyState(from *parameter[T]) {
	for k, s := range from.state {
		copy(p.state[k], s)
	}
	if from.packing != nil {
		for k, s := range from.packing.state {
			p.packing.state[k].CopyFrom(s)
		}
	}
}

// find returns the index of a parameter.
func (o *Optimizer[T]) find(call, name string) (int, error) {
	i := slices.IndexFunc(o.params, func(p parameter[T]) bool { return p.Name == name })
	if i < 0 {
		return 0, fmt.Errorf("optim: %s: no parameter %q", call, name)
	}
	return i, nil
}
