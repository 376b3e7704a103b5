package kernels_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// level2Oracles returns the oracles of the products of a matrix with vectors and
// of their strided forms.
func level2Oracles[T kernels.Float]() map[string]oracle[T] {
	// The inner products of the rows, each in the order of the contract.
	gemv := func(c *call[T]) {
		a, stride, x, y := c.v("a"), c.n("stride"), c.vector("x"), c.vector("y")
		for r := range y.n {
			dot := T(inOrder(x.n, blockOf[T](), func(j int) T { return T(a[r*stride+j] * x.at(j)) }))
			y.become(r, T(c.k("alpha")*dot)+c.scaled(y.at(r)))
		}
	}
	// The rows added one after the other, each with a coefficient that was rounded
	// before.
	gemvT := func(c *call[T]) {
		a, stride, x, y := c.v("a"), c.n("stride"), c.vector("x"), c.vector("y")
		for j := range y.n {
			v := c.scaled(y.at(j))
			for r := range x.n {
				coef := T(c.k("alpha") * x.at(r))
				v += T(a[r*stride+j] * coef)
			}
			y.become(j, v)
		}
	}
	ger := func(c *call[T]) {
		a, stride, x, y := c.vector("a"), c.n("stride"), c.vector("x"), c.vector("y")
		for r := range x.n {
			coef := T(c.k("alpha") * x.at(r))
			for j := range y.n {
				at := r*stride + j
				a.become(at, T(y.at(j)*coef)+a.at(at))
			}
		}
	}
	return map[string]oracle[T]{
		"Gemv": {gemv, func(c *call[T]) {
			kernels.Gemv(c.k("alpha"), c.v("a"), c.n("stride"), c.v("x"), c.k("beta"), c.v("y"))
		}},
		"GemvT": {gemvT, func(c *call[T]) {
			kernels.GemvT(c.k("alpha"), c.v("a"), c.n("stride"), c.v("x"), c.k("beta"), c.v("y"))
		}},
		"Ger": {ger, func(c *call[T]) { kernels.Ger(c.k("alpha"), c.v("x"), c.v("y"), c.v("a"), c.n("stride")) }},
		"GemvInc": {gemv, func(c *call[T]) {
			kernels.GemvInc(c.n("rows"), c.n("n"), c.k("alpha"), c.v("a"), c.n("stride"),
				c.v("x"), c.n("incX"), c.k("beta"), c.v("y"), c.n("incY"))
		}},
		"GemvTInc": {gemvT, func(c *call[T]) {
			kernels.GemvTInc(c.n("rows"), c.n("n"), c.k("alpha"), c.v("a"), c.n("stride"),
				c.v("x"), c.n("incX"), c.k("beta"), c.v("y"), c.n("incY"))
		}},
		"GerInc": {ger, func(c *call[T]) {
			kernels.GerInc(c.n("rows"), c.n("n"), c.k("alpha"), c.v("x"), c.n("incX"),
				c.v("y"), c.n("incY"), c.v("a"), c.n("stride"))
		}},
	}
}

// scaled returns what beta leaves of an element of y. The public functions do not
// read y where beta is 0.
func (c *call[T]) scaled(y T) T {
	switch beta := c.k("beta"); {
	case beta == 0 && c.public:
		return 0
	case beta == 1:
		return y
	default:
		return T(beta * y)
	}
}

// TestNoProduct has matrices without rows or columns, where only beta is left.
func TestNoProduct(t *testing.T) { onEveryLevel(t, noProduct[float32], noProduct[float64]) }

func noProduct[T kernels.Float](t *testing.T) {
	nan, minusZero := T(math.NaN()), T(math.Copysign(0, -1))
	old := []T{3, nan, minusZero, -4, T(math.Inf(1))}
	for _, c := range []struct {
		alpha, beta T
		gemv, gemvT []T
	}{
		{1, 0, []T{0, 0, 0, 0, 0}, []T{0, 0, 0, 0, 0}},
		{-1, 0, []T{0, 0, 0, 0, 0}, []T{0, 0, 0, 0, 0}}, // -0 + 0
		{nan, 0, []T{nan, nan, nan, nan, nan}, []T{0, 0, 0, 0, 0}},
		// Gemv adds the 0 of an empty sum, which -0 does not survive.
		{1, 1, []T{3, nan, 0, -4, old[4]}, old},
		{-1, 1, old, old},
		{1, 2, []T{6, nan, 0, -8, old[4]}, []T{6, nan, minusZero, -8, old[4]}},
		{-1, -2, []T{-6, nan, 0, 8, -old[4]}, []T{-6, nan, 0, 8, -old[4]}},
	} {
		y := slices.Clone(old)
		kernels.Gemv(c.alpha, nil, 0, nil, c.beta, y)
		for i := range y {
			same(t, y[i], c.gemv[i], "Gemv without columns, alpha=%v, beta=%v: element %d", c.alpha, c.beta, i)
		}
		y = slices.Clone(old)
		kernels.GemvT(c.alpha, nil, len(y), nil, c.beta, y)
		for i := range y {
			same(t, y[i], c.gemvT[i], "GemvT without rows, alpha=%v, beta=%v: element %d", c.alpha, c.beta, i)
		}
	}
}
