package kernels_test

import "github.com/seed63264101/steepest/kernels"

// indexedOracles returns the oracles of what is done to rows that a list of indices names.
func indexedOracles[T kernels.Float]() map[string]oracle[T] {
	// copies expects what f makes of an element and of the number of its copy.
	copies := func(f func(c *call[T], v T, i int) T) func(c *call[T]) {
		return func(c *call[T]) {
			dst, a := c.vector("dst"), c.v("a")
			for i, r := range c.rows("index") {
				for j := range c.n("n") {
					dst.become(i*c.n("dstStride")+j, f(c, a[r*c.n("stride")+j], i))
				}
			}
		}
	}
	// bags expects sums of what f makes of an element and of the number of its entry.
	bags := func(f func(c *call[T], v T, i int) T) func(c *call[T]) {
		return func(c *call[T]) {
			dst, a, offsets := c.vector("dst"), c.v("a"), c.rows("offsets")
			for b := range c.n("rows") {
				for j := range c.n("n") {
					sum := T(0)
					for i := offsets[b]; i < offsets[b+1]; i++ {
						sum = add(sum, f(c, a[c.rows("index")[i]*c.n("stride")+j], i))
					}
					dst.become(b*c.n("dstStride")+j, sum)
				}
			}
		}
	}
	same := func(_ *call[T], v T, _ int) T { return v }
	times := func(c *call[T], v T, i int) T { return mul(v, c.v("p")[i]) }
	return map[string]oracle[T]{
		"Gather": {
			copies(same),
			func(c *call[T]) {
				kernels.Gather(c.v("dst"), c.n("dstStride"), c.v("a"), c.n("stride"), c.n("n"), c.rows("index"))
			},
		},
		"GatherScale": {expect: copies(times)},
		"ScatterAdd": {
			func(c *call[T]) {
				dst, a := c.vector("dst"), c.v("a")
				sums := append([]T(nil), dst.x...)
				for i, r := range c.rows("index") {
					for j := range c.n("n") {
						at := r*c.n("dstStride") + j
						sums[at] = add(sums[at], a[i*c.n("stride")+j])
						dst.become(at, sums[at])
					}
				}
			},
			func(c *call[T]) {
				kernels.ScatterAdd(c.v("dst"), c.n("dstStride"), c.v("a"), c.n("stride"), c.n("n"), c.rows("index"))
			},
		},
		"SumBags":         {expect: bags(same)},
		"SumWeightedBags": {expect: bags(times)},
	}
}
