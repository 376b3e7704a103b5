package kernels_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// matrixCase is a matrix and the vectors that go with it.
type matrixCase[T kernels.Float] struct {
	width, stride int
	a             []T
	rows, columns []T // an element for each row, an element for each column
	alpha, beta   T
	incRows       int // strides of the vectors, for the strided forms
	incColumns    int
}

// factors are alpha and beta of Gemv and GemvT: the special cases and others.
var factors = [][2]float64{{1, 0}, {2.3, 0}, {1, 1}, {-0.7, 1}, {0.3, -1.9}, {0, 0.6}, {-1.1, math.Inf(1)}, {-0.9, 0},
	{1, math.Copysign(0, -1)}, {-1, math.Copysign(0, -1)}}

// eachMatrix runs f for matrices of all sorts of sizes: no columns, none of a
// vector, part of one, all sorts of tails, and more than a block; rows of which
// some are left when they are taken in groups. Elements between two rows are
// gap's; nothing lies behind the last row.
func eachMatrix[T kernels.Float](t *testing.T, gap T, f func(*testing.T, matrixCase[T])) {
	t.Helper()
	r := rand.New(rand.NewPCG(29, 30))
	normal := kerneltest.Draw[T](kerneltest.Normal, r)
	special := kerneltest.Draw[T](kerneltest.Special, r)
	check := func(width, rows, pad, k int, draw func() T) {
		c := matrixCase[T]{width: width, stride: width + pad, rows: make([]T, rows), columns: make([]T, width)}
		c.incRows, c.incColumns = strides[k%len(strides)][0], strides[k%len(strides)][1]
		c.alpha, c.beta = T(factors[k%len(factors)][0]), T(factors[k%len(factors)][1])
		if rows > 0 {
			c.a = make([]T, (rows-1)*c.stride+width)
		}
		for i := range c.a {
			if c.a[i] = gap; i%max(1, c.stride) < width {
				c.a[i] = draw()
			}
		}
		for i := range c.rows {
			c.rows[i] = draw()
		}
		for i := range c.columns {
			c.columns[i] = draw()
		}
		f(t, c)
	}
	k := 0
	for _, width := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 129, 257,
		511, 512, 513, 1023, 1024, 1025, 2049} {
		for rows := range 10 {
			for _, pad := range []int{0, 1, 5} {
				check(width, rows, pad, k, normal)
				if width < 20 { // longer rows would have nothing but NaN for a sum
					check(width, rows, pad, k+3, special)
				}
				k++
			}
		}
	}
	b := blockOf[T]()
	for _, width := range []int{b - 1, b, b + 1, b + 33, 2*b + 1} {
		if testing.Short() && width != b+33 {
			continue
		}
		for _, rows := range []int{1, 4, 5, 7} {
			check(width, rows, rows%3, k, normal)
			k++
		}
	}
}

// start returns what beta leaves of y's elements.
func start[T kernels.Float](beta, y T) T {
	switch beta {
	case 0:
		return 0 // whatever y is
	case 1:
		return y
	}
	return T(beta * y)
}

// behind is what lies between the elements of a strided result and behind them.
const behind = 12345

func compareElements[T kernels.Float](t *testing.T, kernel string, c matrixCase[T], got, want []T) {
	t.Helper()
	for i := range got {
		if !kerneltest.Same(got[i], want[i]) {
			t.Fatalf("%s, %d rows of %d, stride %d, alpha=%v, beta=%v, strides of the vectors %d, %d: element %d = %v (%x), want %v (%x)",
				kernel, len(c.rows), c.width, c.stride, c.alpha, c.beta, c.incRows, c.incColumns,
				i, got[i], float64(got[i]), want[i], float64(want[i]))
		}
	}
}

// TestGemv compares bit for bit with the inner products of the rows, here as in
// the tests below in the strided form as well.
func TestGemv(t *testing.T) { onEveryLevel(t, gemv[float32], gemv[float64]) }

func gemv[T kernels.Float](t *testing.T) {
	eachMatrix(t, T(math.NaN()), func(t *testing.T, c matrixCase[T]) {
		x, y, want := c.columns, c.rows, make([]T, len(c.rows))
		if c.beta == 0 && len(y) > 0 {
			y[len(y)-1], y[0] = T(math.NaN()), T(math.Inf(-1)) // shows if it is read
		}
		for r := range y {
			row := c.a[r*c.stride : r*c.stride+c.width]
			dot := T(inOrder(c.width, blockOf[T](), func(j int) T { return T(row[j] * x[j]) }))
			want[r] = T(c.alpha*dot) + start(c.beta, y[r])
		}
		nan := T(math.NaN())
		xs, ys := spread(x, c.incColumns, nan), spread(y, c.incRows, behind)
		kernels.GemvInc(len(y), len(x), c.alpha, c.a, c.stride, xs, c.incColumns, c.beta, ys, c.incRows)
		compareElements(t, "GemvInc", c, ys, spread(want, c.incRows, behind))
		kernels.Gemv(c.alpha, c.a, c.stride, x, c.beta, y)
		compareElements(t, "Gemv", c, y, want)
	})
}

// TestGemvT compares bit for bit with the rows added one after the other, each
// with a coefficient that was rounded before.
func TestGemvT(t *testing.T) { onEveryLevel(t, gemvT[float32], gemvT[float64]) }

func gemvT[T kernels.Float](t *testing.T) {
	eachMatrix(t, T(math.NaN()), func(t *testing.T, c matrixCase[T]) {
		x, y, want := c.rows, c.columns, make([]T, len(c.columns))
		if c.beta == 0 && len(y) > 0 {
			y[len(y)-1], y[0] = T(math.NaN()), T(math.Inf(-1)) // shows if it is read
		}
		for j := range y {
			want[j] = start(c.beta, y[j])
			for r := range x {
				coef := T(c.alpha * x[r])
				want[j] += T(coef * c.a[r*c.stride+j])
			}
		}
		nan := T(math.NaN())
		xs, ys := spread(x, c.incRows, nan), spread(y, c.incColumns, behind)
		kernels.GemvTInc(len(x), len(y), c.alpha, c.a, c.stride, xs, c.incRows, c.beta, ys, c.incColumns)
		compareElements(t, "GemvTInc", c, ys, spread(want, c.incColumns, behind))
		kernels.GemvT(c.alpha, c.a, c.stride, x, c.beta, y)
		compareElements(t, "GemvT", c, y, want)
	})
}

// TestGer compares bit for bit with the products of the vectors' elements, and
// demands that what lies between two rows stays as it was.
func TestGer(t *testing.T) { onEveryLevel(t, ger[float32], ger[float64]) }

func ger[T kernels.Float](t *testing.T) {
	eachMatrix(t, behind, func(t *testing.T, c matrixCase[T]) {
		x, y, want := c.rows, c.columns, slices.Clone(c.a)
		for r := range x {
			coef := T(c.alpha * x[r])
			for j := range y {
				want[r*c.stride+j] += T(coef * y[j])
			}
		}
		nan, a := T(math.NaN()), slices.Clone(c.a)
		xs, ys := spread(x, c.incRows, nan), spread(y, c.incColumns, nan)
		kernels.GerInc(len(x), len(y), c.alpha, xs, c.incRows, ys, c.incColumns, a, c.stride)
		compareElements(t, "GerInc", c, a, want)
		kernels.Ger(c.alpha, x, y, c.a, c.stride)
		compareElements(t, "Ger", c, c.a, want)
	})
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
			same(t, "Gemv without columns", i, y[i], c.gemv[i])
		}
		y = slices.Clone(old)
		kernels.GemvT(c.alpha, nil, len(y), nil, c.beta, y)
		for i := range y {
			same(t, "GemvT without rows", i, y[i], c.gemvT[i])
		}
	}
}
