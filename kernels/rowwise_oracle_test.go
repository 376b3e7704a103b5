package kernels_test

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// rowwiseOracles returns the oracles of what is done to each row of a matrix.
func rowwiseOracles[T kernels.Float]() map[string]oracle[T] {
	// reduction expects a number for each row, which f makes of its elements.
	reduction := func(f func(row []T) T) func(c *call[T]) {
		return func(c *call[T]) {
			dst, a := c.vector("dst"), c.v("a")
			for r := range c.n("rows") {
				dst.become(r, f(a[r*c.n("stride"):][:c.n("n")]))
			}
		}
	}
	// elements expects what f makes of an element and of its row's number.
	elements := func(f func(a, p T) T) func(c *call[T]) {
		return func(c *call[T]) {
			dst, a, p := c.vector("dst"), c.v("a"), c.v("p")
			for r := range c.n("rows") {
				for j := range c.n("n") {
					dst.become(r*c.n("dstStride")+j, f(a[r*c.n("stride")+j], p[r]))
				}
			}
		}
	}
	sum := func(row []T) T { return T(inOrder(len(row), blockOf[T](), func(j int) T { return row[j] })) }
	most := func(row []T) T {
		most := math.Inf(-1)
		for _, v := range row {
			if v == v {
				most = math.Max(most, float64(v))
			}
		}
		if most == 0 {
			most = 0 // of either sign
		}
		return T(most)
	}
	return map[string]oracle[T]{
		"RowSubtractMax": {expect: func(c *call[T]) {
			to, dst, a := c.vector("most"), c.vector("dst"), c.v("a")
			for r := range c.n("rows") {
				row := a[r*c.n("stride"):][:c.n("n")]
				m := most(row)
				to.become(r, m)
				for j, v := range row {
					dst.become(r*c.n("dstStride")+j, add(v, -m))
				}
			}
		}},
		"RowShares": {expect: func(c *call[T]) {
			sums, p, dst, a := c.vector("sums"), c.v("p"), c.vector("dst"), c.v("a")
			for r := range c.n("rows") {
				row := a[r*c.n("stride"):][:c.n("n")]
				s := sum(row)
				q := div(p[r], s)
				sums.become(r, s)
				for j, v := range row {
					dst.become(r*c.n("dstStride")+j, mul(v, q))
				}
			}
		}},
		"RowSums": {
			reduction(sum),
			func(c *call[T]) { kernels.RowSums(c.v("dst"), c.v("a"), c.n("stride"), c.n("n")) },
		},
		"RowMax": {
			reduction(most),
			func(c *call[T]) { kernels.RowMax(c.v("dst"), c.v("a"), c.n("stride"), c.n("n")) },
		},
		"RowDots": {
			func(c *call[T]) {
				dst, a, b := c.vector("dst"), c.v("a"), c.v("b")
				for r := range c.n("rows") {
					dst.become(r, T(inOrder(c.n("n"), blockOf[T](), func(j int) T {
						return mul(a[r*c.n("stride")+j], b[r*c.n("bStride")+j])
					})))
				}
			},
			func(c *call[T]) {
				kernels.RowDots(c.v("dst"), c.v("a"), c.n("stride"), c.v("b"), c.n("bStride"), c.n("n"))
			},
		},
		"RowSubtract": {
			elements(func(a, p T) T { return add(a, -p) }),
			func(c *call[T]) {
				kernels.RowSubtract(c.v("dst"), c.n("dstStride"), c.v("a"), c.n("stride"), c.n("n"), c.v("p"))
			},
		},
		"AdafactorDirection": {
			func(c *call[T]) {
				dst, g, row, column := c.vector("dst"), c.v("g"), c.v("row"), c.v("column")
				for r := range c.n("rows") {
					for j := range c.n("n") {
						v := mul(column[j], row[r])
						if v < c.k("least") {
							v = c.k("least")
						}
						dst.become(r*c.n("dstStride")+j, div(g[r*c.n("gStride")+j], T(math.Sqrt(float64(v)))))
					}
				}
			},
			func(c *call[T]) {
				kernels.AdafactorDirection(c.v("dst"), c.n("dstStride"), c.v("g"), c.n("gStride"), c.v("row"), c.v("column"), c.k("least"))
			},
		},
		"RowScale": {
			elements(func(a, p T) T { return mul(a, p) }),
			func(c *call[T]) {
				kernels.RowScale(c.v("dst"), c.n("dstStride"), c.v("a"), c.n("stride"), c.n("n"), c.v("p"))
			},
		},
	}
}

// TestRowMaxEdges has the rows for which the documentation of RowMax says more than that
// it finds the largest element.
func TestRowMaxEdges(t *testing.T) { onEveryLevel(t, rowMaxEdges[float32], rowMaxEdges[float64]) }

func rowMaxEdges[T kernels.Float](t *testing.T) {
	nan, inf, minusZero := T(math.NaN()), T(math.Inf(1)), T(math.Copysign(0, -1))
	for _, n := range []int{1, 2, 3, 5, 10, 16, 33, 64, 65, 100} {
		for _, c := range []struct{ all, one, want T }{
			{nan, nan, -inf}, {-inf, nan, -inf}, {-inf, -inf, -inf}, {minusZero, minusZero, 0},
			{nan, minusZero, 0}, {nan, -5, -5}, {-inf, -greatest[T](), -greatest[T]()}, {nan, inf, inf}, {-1, minusZero, 0},
		} {
			for at := range n {
				row, got := make([]T, n), []T{nan}
				for j := range row {
					row[j] = c.all
				}
				row[at] = c.one
				kernels.RowMax(got, row, n, n)
				same(t, got[0], c.want, "the largest of %d elements %v with %v at %d", n, c.all, c.one, at)
			}
		}
	}
	got := []T{1, 1}
	kernels.RowMax(got, nil, 0, 0)
	same(t, got[1], -inf, "the largest of no elements")
	kernels.RowSums(got, nil, 0, 0)
	same(t, got[1], 0, "the sum of no elements")
}

// TestAdafactorDirectionMisuse has one matrix that does not fit beside one that does.
func TestAdafactorDirectionMisuse(t *testing.T) {
	long, short, row, column := make([]float32, 40), make([]float32, 39), make([]float32, 4), make([]float32, 10)
	all := [][]float32{long, short, row, column}
	expectPanic(t, "AdafactorDirection", []int{4, 10, 39}, all, func() {
		kernels.AdafactorDirection(long, 10, short, 10, row, column, 1)
	})
	expectPanic(t, "AdafactorDirection", []int{4, 10, 39}, all, func() {
		kernels.AdafactorDirection(short, 10, long, 10, row, column, 1)
	})
}
