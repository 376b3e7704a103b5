package kernels_test

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// reduceOracles returns the oracles of the kernels that return a number, and of
// their strided forms.
func reduceOracles[T kernels.Float]() map[string]oracle[T] {
	var (
		dot = func(c *call[T]) {
			x, y := c.vector("x"), c.vector("y")
			c.returns(summed[T, T](x.n, 1, x.at, y.at)...)
		}
		dsdot = func(c *call[T]) {
			x, y := c.vector("x"), c.vector("y")
			// Products of float32 are exact in float64.
			c.returns(summed[T](x.n, size[T]()/8, wide(x), wide(y))...)
		}
		asum = func(c *call[T]) {
			x := c.vector("x")
			c.returns(summed[T, T](x.n, 0, func(i int) T { return T(math.Abs(float64(x.at(i)))) }, nil)...)
		}
		squares = func(c *call[T]) {
			x := c.vector("x")
			c.returns(summed[T](x.n, size[T]()/8, wide(x), wide(x))...)
		}
		squaresScaled = func(c *call[T]) {
			x := c.vector("x")
			scaled := make([]float64, x.n)
			for i := range scaled {
				scaled[i] = mul(c.k64("scale"), float64(x.at(i)))
			}
			at := dense(scaled).at
			c.returns(summed[T](x.n, 1, at, at)...)
		}
		amax       = func(c *call[T]) { c.returns(exact[float64]{largest(c.vector("x"), true)}) }
		amaxNumber = func(c *call[T]) { c.returns(exact[float64]{largest(c.vector("x"), false)}) }
	)
	return map[string]oracle[T]{
		"Dot":   {dot, func(c *call[T]) { c.got = float64(kernels.Dot(c.v("x"), c.v("y"))) }},
		"Dsdot": {dsdot, func(c *call[T]) { c.got = kernels.Dsdot(c.v("x"), c.v("y")) }},
		"Sum": {
			func(c *call[T]) {
				x := c.vector("x")
				c.returns(summed[T](x.n, 0, x.at, nil)...)
			},
			func(c *call[T]) { c.got = float64(kernels.Sum(c.v("x"))) },
		},
		"Asum":             {asum, func(c *call[T]) { c.got = float64(kernels.Asum(c.v("x"))) }},
		"SumSquares":       {squares, func(c *call[T]) { c.got = kernels.SumSquares(c.v("x")) }},
		"SumSquaresScaled": {squaresScaled, nil},
		"Amax":             {amax, func(c *call[T]) { c.got = float64(kernels.Amax(c.v("x"))) }},
		"AmaxNumber":       {amaxNumber, nil},
		"IndexAbs": {func(c *call[T]) {
			x, value := c.vector("x"), c.k("value")
			at := x.n
			for i := x.n - 1; i >= 0; i-- {
				if max(x.at(i), -x.at(i)) == value {
					at = i
				}
			}
			c.returns(exact[float64]{float64(at)})
		}, nil},

		"DotInc": {dot, func(c *call[T]) {
			c.got = float64(kernels.DotInc(c.n("n"), c.v("x"), c.n("incX"), c.v("y"), c.n("incY")))
		}},
		"DsdotInc": {dsdot, func(c *call[T]) {
			c.got = kernels.DsdotInc(c.n("n"), c.v("x"), c.n("incX"), c.v("y"), c.n("incY"))
		}},
		"AsumInc": {asum, func(c *call[T]) {
			c.got = float64(kernels.AsumInc(c.n("n"), c.v("x"), c.n("incX")))
		}},
		"SumSquaresInc":       {squares, nil},
		"SumSquaresScaledInc": {squaresScaled, nil},
		"AmaxInc":             {amax, nil},
		"AmaxNumberInc":       {amaxNumber, nil},
	}
}

// wide returns a vector's elements in float64.
func wide[T kernels.Float](x vector[T]) func(i int) float64 {
	return func(i int) float64 { return float64(x.at(i)) }
}

// summed expects the sum of n products x(i)*y(i), y = nil counting as 1: the bits of
// the contract's order with accumulators of type A, and an error within its bound.
// Few other orders would round to the same bits at every length. products is 1 if
// the products may be inexact.
func summed[T, A kernels.Float](n, products int, x, y func(i int) A) []expectation {
	term := x
	if y != nil {
		term = func(i int) A { return A(x(i) * y(i)) }
	}
	want := []expectation{exact[A]{A(inOrder(n, blockOf[T](), term))}}

	// The bound is for sums that stay in the range.
	var most float64
	for i := range n {
		most = math.Max(most, math.Abs(float64(term(i)))) // infinite or NaN, if a term is
	}
	if !(most*float64(n) <= float64(greatest[A]())/2) {
		return want
	}
	return append(want, exactSum[T, A](n, products, func(i int) (float64, float64) {
		if y == nil {
			return float64(x(i)), 1
		}
		return float64(x(i)), float64(y(i))
	}))
}

// inOrder adds n terms in the order of the contract, with accumulators of type A
// and so many elements to a block.
func inOrder[A kernels.Float](n, block int, term func(i int) A) float64 {
	var total float64
	for start := 0; start < n; start += block {
		lanes := make([]A, lanesOf[A]())
		for i := start; i < min(start+block, n); i++ {
			lanes[i%len(lanes)] += term(i)
		}
		for half := len(lanes) / 2; half > 0; half /= 2 {
			for j := range half {
				lanes[j] += lanes[j+half]
			}
		}
		total += float64(lanes[0])
	}
	return total
}

// largest returns the largest magnitude, 0 if there is none. Magnitudes are in the
// order of their bits, and those of NaN above all others: they count, or are
// passed over.
func largest[T kernels.Float](x vector[T], nan bool) float64 {
	var most uint64
	for i := range x.n {
		b := math.Float64bits(math.Abs(float64(x.at(i))))
		if nan || b <= math.Float64bits(math.Inf(1)) {
			most = max(most, b)
		}
	}
	return math.Float64frombits(most)
}
