package kernels_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// rowOracles returns the oracles of the reductions of rows: a plain sum down every
// column, rounded, divided for a mean, and added to what was there at the end.
func rowOracles[T kernels.Float]() map[string]oracle[T] {
	all := map[string]oracle[T]{}
	for _, f := range []struct {
		name        string
		mean, add   bool
		rows, lists func(dst []T, c *call[T])
	}{
		{"Sum%s", false, false,
			func(dst []T, c *call[T]) { kernels.SumRows(dst, c.v("a"), c.n("rows"), c.n("stride")) },
			func(dst []T, c *call[T]) { kernels.SumSlices(dst, c.args.List) }},
		{"Sum%sAdd", false, true,
			func(dst []T, c *call[T]) { kernels.SumRowsAdd(dst, c.v("a"), c.n("rows"), c.n("stride")) },
			func(dst []T, c *call[T]) { kernels.SumSlicesAdd(dst, c.args.List) }},
		{"Mean%s", true, false,
			func(dst []T, c *call[T]) { kernels.MeanRows(dst, c.v("a"), c.n("rows"), c.n("stride")) },
			func(dst []T, c *call[T]) { kernels.MeanSlices(dst, c.args.List) }},
		{"Mean%sAdd", true, true,
			func(dst []T, c *call[T]) { kernels.MeanRowsAdd(dst, c.v("a"), c.n("rows"), c.n("stride")) },
			func(dst []T, c *call[T]) { kernels.MeanSlicesAdd(dst, c.args.List) }},
	} {
		all[fmt.Sprintf(f.name, "Rows")] = oracle[T]{
			func(c *call[T]) {
				a, stride := c.v("a"), c.n("stride")
				columns(c, f.mean, f.add, c.n("rows"), func(r, j int) T { return a[r*stride+j] })
			},
			func(c *call[T]) { f.rows(c.v("dst"), c) },
		}
		all[fmt.Sprintf(f.name, "Slices")] = oracle[T]{
			func(c *call[T]) {
				columns(c, f.mean, f.add, len(c.args.List), func(r, j int) T { return c.args.List[r][j] })
			},
			func(c *call[T]) { f.lists(c.v("dst"), c) },
		}
	}
	for name, f := range map[string]func(dst []T, xs [][]T){
		"SumSlicesTree": kernels.SumSlicesTree[T], "MeanSlicesTree": kernels.MeanSlicesTree[T],
	} {
		all[name] = oracle[T]{
			func(c *call[T]) { treeColumns(c, name == "MeanSlicesTree") },
			func(c *call[T]) { f(c.v("dst"), c.args.List) },
		}
	}
	return all
}

// treeColumns expects the sums of columns of slices in the order of the tree.
func treeColumns[T kernels.Float](c *call[T], mean bool) {
	dst, column := c.vector("dst"), make([]T, len(c.args.List))
	for j := range dst.n {
		for i, x := range c.args.List {
			column[i] = x[j]
		}
		v := byLevels(column)
		switch {
		case mean && c.public:
			v = div(v, T(len(column)))
		case mean:
			v = div(v, c.k("div"))
		}
		dst.become(j, v)
	}
}

// columns expects the sums of columns of at least one row. The kernels divide by
// what they are told, the public functions by the number of rows.
func columns[T kernels.Float](c *call[T], mean, accumulate bool, rows int, at func(r, j int) T) {
	dst := c.vector("dst")
	for j := range dst.n {
		v := at(0, j)
		for r := 1; r < rows; r++ {
			v += at(r, j)
		}
		switch {
		case mean && c.public:
			v = div(v, T(rows))
		case mean:
			v = div(v, c.k("div"))
		}
		if accumulate {
			v = add(dst.at(j), v)
		}
		dst.become(j, v)
	}
}

// TestNoRows checks that the sum of nothing is 0, and that adding it changes nothing.
func TestNoRows(t *testing.T) { onEveryLevel(t, noRows[float32], noRows[float64]) }

func noRows[T kernels.Float](t *testing.T) {
	nan, minusZero := T(math.NaN()), T(math.Copysign(0, -1))
	old := []T{1, nan, minusZero, 4, T(math.Inf(-1))}
	for _, c := range []struct {
		name string
		run  func(dst []T)
		want []T
	}{
		{"SumRows", func(dst []T) { kernels.SumRows(dst, nil, 0, len(dst)) }, make([]T, len(old))},
		{"SumSlices", func(dst []T) { kernels.SumSlices(dst, nil) }, make([]T, len(old))},
		{"SumSlicesTree", func(dst []T) { kernels.SumSlicesTree(dst, nil) }, make([]T, len(old))},
		{"SumRowsAdd", func(dst []T) { kernels.SumRowsAdd(dst, nil, 0, len(dst)) }, old},
		{"SumSlicesAdd", func(dst []T) { kernels.SumSlicesAdd(dst, [][]T{}) }, old},
	} {
		dst := slices.Clone(old)
		c.run(dst)
		for j := range dst {
			same(t, dst[j], c.want[j], "%s of no rows: column %d", c.name, j)
		}
	}
}

// TestRowsAtTheLimit has sizes that are legal though they look wrong: a stride
// that is never walked, and more rows of no elements than memory could hold.
func TestRowsAtTheLimit(t *testing.T) {
	onEveryLevel(t, rowsAtTheLimit[float32], rowsAtTheLimit[float64])
}

func rowsAtTheLimit[T kernels.Float](t *testing.T) {
	a, dst := []T{1, 2, 3}, make([]T, 3)
	kernels.SumRows(dst, a, 1, math.MaxInt)
	if !slices.Equal(dst, a) {
		t.Errorf("one row of stride MaxInt gives %v, want %v", dst, a)
	}
	kernels.MeanRowsAdd(dst[:0], a, math.MaxInt, 0)
	kernels.SumRows(dst[:0], nil, math.MaxInt, 0)
}
