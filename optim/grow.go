package optim

import (
	"fmt"
	"slices"
)

// Grow puts a longer table in the place of a parameter that is Sparse. Its first rows are
// those of before, as in append(table, rows...): they keep their state and go on. The others
// begin with the state of a new table, but their bias corrections go by the table's steps.
// The optimizer updates value from now on, which needs whole rows, at least as many as
// before, and may have the memory of the old table.
//
// It is an error if there is no parameter of the name or it is not Sparse, if value has
// another length or overlaps another parameter in memory, if a rule makes a difference
// between tables of both lengths, and if gradients are accumulated and not yet used. Then
// nothing changes.
func (o *Optimizer[T]) Grow(name string, value []T) error {
	if err := o.checkIdle("Grow"); err != nil {
		return err
	}
	i, err := o.find("Grow", name)
	if err != nil {
		return err
	}
	p := &o.params[i]
	if !p.Sparse {
		return fmt.Errorf("optim: Grow: parameter %q is not Sparse", name)
	}
	dim := p.table.dim
	if len(value)%dim != 0 || len(value) < p.Len() {
		return fmt.Errorf("optim: Grow: parameter %q: %d elements, want rows of %d, at least %d of them", name, len(value), dim, p.Shape[0])
	}
	grown := Param[T]{Name: name, Value: value, Shape: []int{len(value) / dim, dim}, Sparse: true}
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
		return fmt.Errorf("optim: Grow: parameter %q: the rule of the shape %v is not that of %v", name, grown.Shape, p.Shape)
	}
	g := &o.groups[p.group]
	lens, err := stateLens(g.rule, grown)
	if err != nil {
		return err
	}
	table := newRowTable(grown, g.rule, lens)
	if !slices.Equal(table.widths, p.table.widths) {
		return fmt.Errorf("optim: Grow: parameter %q: %s keeps %d elements of its state for a row, with the shape %v %d",
			name, g.rule.Name(), p.table.widths, grown.Shape, table.widths)
	}

	o.settle()
	state := newState[T]([][]int{lens})[0]
	fresh := make([][]T, len(state))
	for k, s := range state {
		fresh[k] = s[copy(s, p.state[k]):]
	}
	if more := value[p.Len():]; len(more) > 0 {
		initialize(g.sample, more, fresh)
	}
	p.Param, p.dims, p.state, p.table = grown, grown.Shape, state, table
	o.regroup()
	return nil
}

// find returns the index of a parameter.
func (o *Optimizer[T]) find(call, name string) (int, error) {
	i := slices.IndexFunc(o.params, func(p parameter[T]) bool { return p.Name == name })
	if i < 0 {
		return 0, fmt.Errorf("optim: %s: no parameter %q", call, name)
	}
	return i, nil
}
