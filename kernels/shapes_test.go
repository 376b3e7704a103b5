package kernels_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// edgeShape is a shape at an edge of what kernels treat alike.
type edgeShape struct {
	kerneltest.Shape
	blocks bool // several blocks and a rest
}

// edgeShapes lists the shapes around every block edge.
func edgeShapes[T kernels.Float](op kerneltest.Op[T]) []edgeShape {
	var all []edgeShape
	step := rowStep()
	for _, edge := range []int{512, 1024, 2048, 4096, 8192, 16384, 32768} {
		most, around := mostRows(op), []int{-65, -33, -17, -1, 0, 1, 15, 31, 64, 100}
		if op.IsProduct() && edge > 512 {
			break // panels are shorter
		}
		if elementWise(op) && edge > 2048 {
			break // no loop asks for more; if one did, make blocks would miss what it does then
		}
		if op.IsRows() && edge > 4096 {
			if !longRows(op) {
				continue
			}
			most = 5
			if op.IsStrided() { // a short rest has a way of its own
				around = append(around, 2, 4, 8, 16, 32)
			}
		}
		for i, d := range around {
			// Under emulation half of them, but at the edges of the blocks that sums have.
			if testing.Short() && i%2 == 0 && edge > 1024 && edge != 8192 && edge != 16384 {
				continue
			}
			n := edge + d
			for rows := 1; rows <= most; rows += step {
				all = append(all, edgeShape{Shape: kerneltest.Shape{N: n, Rows: rows, Stride: n + rows%4}})
			}
			n = 3*edge + d
			all = append(all, edgeShape{kerneltest.Shape{N: n, Rows: most, Stride: n}, true})
		}
	}
	if op.Family == "rows" {
		all = append(all, farRows(step)...)
	}
	if op.IsProduct() {
		all = append(all, tiles()...)
	}
	if isTree(op) {
		all = append(all, groups()...)
	}
	return all
}

// isTree reports whether a kernel adds the slices of a list as a binary tree.
func isTree[T kernels.Float](op kerneltest.Op[T]) bool {
	return strings.HasSuffix(op.Name, "SlicesTree")
}

// groups lists numbers of slices of which the last ones, from one to four, complete up to three
// sums that wait, or more, with tails of all sorts.
func groups() []edgeShape {
	var all []edgeShape
	step := 1
	if testing.Short() {
		step = 5
	}
	for n := 1; n <= 70; n += step {
		for _, slices := range [][2]int{{1, 32}, {65, 68}, {97, 100}} {
			for rows := slices[0] + n%step; rows <= slices[1]; rows += step {
				all = append(all, edgeShape{Shape: kerneltest.Shape{N: n, Rows: rows, Stride: n}})
			}
		}
	}
	return all
}

// elementWise reports whether all that a kernel does is one thing to each element of vectors,
// in blocks of no more than 256 elements.
func elementWise[T kernels.Float](op kerneltest.Op[T]) bool {
	writes := func(p kerneltest.Param) bool { return p.Kind.Writes() }
	return slices.Contains([]string{"activation", "format", "function", "level1", "loss", "random", "update"}, op.Family) &&
		slices.ContainsFunc(op.Params, writes)
}

// longRows reports whether rows may be longer than a sum's blocks.
func longRows[T kernels.Float](op kerneltest.Op[T]) bool {
	return op.Family == "level2" || op.Family == "rowwise"
}

// tiles lists products of as many rows as the tile of any level has, and one more, and
// of up to as many vectors: a tile for every number of rows and of vectors, with a last
// vector that is whole and one that is not. Sums of many terms ask for c ahead.
func tiles() []edgeShape {
	var all []edgeShape
	for i, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 19, 23, 24, 28, 31, 32, 33, 35, 40, 48, 50, 63, 64, 65, 80, 95, 96} {
		for rows := 1; rows <= 32; rows++ {
			s := kerneltest.Shape{N: n, Rows: rows, Stride: n + rows%3}
			if (i+rows)%3 == 0 {
				s.Depth = 64
			}
			all = append(all, edgeShape{Shape: s})
		}
	}
	return all
}

// farRows lists rows that have more elements together than the first-level cache may
// hold, or the second-level cache where there are three rows and more: sums over rows
// may take other ways through those. Blocks of columns have tails of all sorts, and
// groups of rows, too. Every step-th tail is listed.
func farRows(step int) []edgeShape {
	const block, near, middle = 1024, 8192, 131072 // elements: of a block at most, and of those caches
	var all []edgeShape
	tails := []int{0, 1, 8, 15, 20, 36, 64, 555}
	for i := 0; i < len(tails); i += step {
		for _, rows := range []int{1, 2, 3, 4, 5, 6, 12} {
			n := (near/block+1)*block + tails[i]
			if rows > 2 {
				n = (middle/rows/block+1)*block + tails[i]
			}
			all = append(all, edgeShape{Shape: kerneltest.Shape{N: n, Rows: rows, Stride: n + rows%3}})
		}
	}
	return all
}

// mostRows returns how many rows are enough for all that kernels do with groups of rows.
func mostRows[T kernels.Float](op kerneltest.Op[T]) int {
	if op.IsRows() {
		return 11
	}
	return 1
}

// rowStep is 1, or under emulation a step that leaves a quarter of the pairs.
func rowStep() int {
	if testing.Short() {
		return 4
	}
	return 1
}
