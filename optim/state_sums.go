package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/tree"
)

// Saved gradients that were accumulated for the next step.

// restoreSums copies accumulated gradients that fit.
func (p *parameter[T]) restoreSums(s *ParamSnapshot[T], order ReductionOrder) {
	if t := p.table; t != nil {
		t.forget()
	}
	switch t := p.table; {
	case len(s.Sums) == 0:
	case order == ReduceTree:
		p.nodes, p.sum = p.nodes[:0], nil
		for _, sum := range s.Sums {
			p.nodes = append(p.nodes, slices.Clone(sum))
		}
	case t != nil:
		t.note(s.SumRows)
		t.sums = append(t.sums, s.Sums[0]...)
	default:
		p.sum = slices.Clone(s.Sums[0])
	}
}

// sumsOf returns how many sums of so many batches there are.
func sumsOf(batches int, order ReductionOrder) int {
	if order == ReduceInOrder {
		return min(batches, 1)
	}
	return len(tree.Span{Hi: batches}.Grown(nil))
}

// checkSums returns an error unless there are so many sums of accumulated gradients, and they
// are those of the parameter, or of rows of a table.
func (p *parameter[T]) checkSums(s *ParamSnapshot[T], sums int) error {
	failed := func(format string, args ...any) error {
		return fmt.Errorf("optim: snapshot of parameter %q: accumulated gradients of %w", p.Name, fmt.Errorf(format, args...))
	}
	n, rows := p.Len(), 0
	if p.table != nil && sums > 0 {
		rows = len(s.SumRows)
		n = rows * p.table.dim
	}
	if len(s.SumRows) != rows {
		return failed("%d rows, want %d", len(s.SumRows), rows)
	}
	if len(s.Sums) != sums {
		return failed("%d sums, want %d", len(s.Sums), sums)
	}
	for _, sum := range s.Sums {
		if len(sum) != n {
			return failed("%d elements, want %d", len(sum), n)
		}
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
