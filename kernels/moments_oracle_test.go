package kernels_test

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// momentOracles returns the oracles of what means, variances and normalisation are made of.
func momentOracles[T kernels.Float]() map[string]oracle[T] {
	// columns expects sums over the rows, of terms that f makes of the elements of g (0 where
	// there is none) and a at a place.
	columns := func(f func(c *call[T], g, a T, r, j int) (s, q T)) func(c *call[T]) {
		return func(c *call[T]) {
			s, q := c.vector("s"), c.vector("q")
			for j := range s.n {
				sum, squares := s.at(j), q.at(j)
				for r := range c.n("rows") {
					g, a := c.pair(r, j)
					ds, dq := f(c, g, a, r, j)
					sum, squares = add(sum, ds), add(squares, dq)
				}
				s.become(j, sum)
				q.become(j, squares)
			}
		}
	}
	// rows expects sums of the elements of each row, in Sum's order.
	rows := func(f func(c *call[T], g, a T, r, j int) T) func(c *call[T]) {
		return func(c *call[T]) {
			dst := c.vector("dst")
			for r := range c.n("rows") {
				dst.become(r, T(inOrder(c.n("n"), blockOf[T](), func(j int) T {
					g, a := c.pair(r, j)
					return f(c, g, a, r, j)
				})))
			}
		}
	}
	// elements expects a matrix of what f makes of the elements at a place.
	elements := func(f func(c *call[T], g, a T, r, j int) T) func(c *call[T]) {
		return func(c *call[T]) {
			dst := c.vector("dst")
			for r := range c.n("rows") {
				for j := range c.n("n") {
					g, a := c.pair(r, j)
					dst.become(r*c.n("dstStride")+j, f(c, g, a, r, j))
				}
			}
		}
	}
	return map[string]oracle[T]{
		"ColumnDeviations": {expect: columns(func(c *call[T], _, a T, _, j int) (s, q T) {
			d := add(a, -c.v("k")[j])
			return d, mul(d, d)
		})},
		"ColumnProducts": {expect: columns(func(c *call[T], g, a T, _, j int) (s, q T) {
			return g, mul(mul(add(a, -c.v("m")[j]), c.v("w")[j]), g)
		})},
		"RowProductSums": {expect: columns(func(c *call[T], g, a T, r, _ int) (s, q T) {
			return g, mul(mul(add(a, -c.v("m")[r]), c.v("w")[r]), g)
		})},
		"MergeMoments": {expect: each(func(e element[T]) {
			t := e.x("s") / e.k("n")
			delta := add(add(add(e.x("k"), -e.x("origin")), t), -e.x("mean"))
			inside := add(e.x("q"), -mul(t, e.x("s")))
			if inside < 0 {
				inside = 0
			}
			between := mul(e.k("c"), mul(delta, delta))
			e.become("mean", add(mul(e.k("w"), delta), e.x("mean")))
			e.become("m2", add(add(between, inside), e.x("m2"))/e.k("div"))
		})},
		"ReciprocalRoot": {
			each(func(e element[T]) { e.become("dst", 1/T(math.Sqrt(float64(add(e.x("x"), e.k("eps")))))) }),
			func(c *call[T]) { kernels.ReciprocalRoot(c.v("dst"), c.v("x"), c.k("eps")) },
		},
		"RowDeviations": {expect: rows(func(c *call[T], _, a T, r, _ int) T { return add(a, -c.v("m")[r]) })},
		"RowSquaredDeviations": {expect: rows(func(c *call[T], _, a T, r, _ int) T {
			d := add(a, -c.v("m")[r])
			return mul(d, d)
		})},
		"RowProducts": {expect: rows(func(c *call[T], g, a T, r, j int) T {
			return mul(g, mul(c.v("c")[j], add(a, -c.v("m")[r])))
		})},
		"StandardizeColumns": {
			elements(func(c *call[T], _, a T, _, j int) T { return mul(c.v("w")[j], add(a, -c.v("m")[j])) }),
			func(c *call[T]) {
				kernels.StandardizeColumns(c.v("dst"), c.n("dstStride"), c.v("a"), c.n("stride"), c.n("rows"), c.v("m"), c.v("w"))
			},
		},
		"UnstandardizeColumns": {
			elements(func(c *call[T], _, a T, _, j int) T { return add(c.v("m")[j], mul(a, c.v("w")[j])) }),
			func(c *call[T]) {
				kernels.UnstandardizeColumns(c.v("dst"), c.n("dstStride"), c.v("a"), c.n("stride"), c.n("rows"), c.v("m"), c.v("w"))
			},
		},
		"NormalizeColumns": {expect: elements(func(c *call[T], _, a T, _, j int) T {
			return add(c.v("c")[j], mul(c.v("w")[j], add(a, -c.v("m")[j])))
		})},
		"NormalizeRows": {expect: elements(func(c *call[T], _, a T, r, j int) T {
			return add(c.v("d")[j], mul(c.v("c")[j], mul(c.v("w")[r], add(a, -c.v("m")[r]))))
		})},
		"ScaleRows": {expect: elements(func(c *call[T], _, a T, r, j int) T { return mul(c.v("c")[j], mul(c.v("w")[r], a)) })},
		"NormalizeRowsGrad": {expect: elements(func(c *call[T], g, a T, r, j int) T {
			return mul(add(add(mul(c.v("c")[j], g), -c.v("s")[r]), -mul(c.v("q")[r], add(a, -c.v("m")[r]))), c.v("w")[r])
		})},
		"NormalizeGrad": {expect: each(func(e element[T]) {
			g := add(e.x("g"), -e.x("s"))
			e.become("dst", mul(add(g, -mul(e.x("q"), add(e.x("a"), -e.x("m")))), e.x("w")))
		})},
	}
}

// pair returns the elements of the matrices g, if there is one, and a at a place.
func (c *call[T]) pair(r, j int) (g, a T) {
	if c.has("g") {
		g = c.v("g")[r*c.n("gStride")+j]
	}
	return g, c.v("a")[r*c.n("stride")+j]
}
