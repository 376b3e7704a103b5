package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// checkIamax compares Iamax of x, and IamaxInc of x at several strides, with an
// index. What lies between the strided elements is larger than they are.
func checkIamax[T kernels.Float](t *testing.T, x []T, want int) {
	t.Helper()
	if got := kernels.Iamax(x); got != want {
		t.Fatalf("Iamax of %d elements = %d, want %d%s", len(x), got, want, atBoth(x, got, want))
	}
	for _, inc := range []int{1, -1, 3, -2} {
		if got := kernels.IamaxInc(len(x), spread(x, inc, T(math.Inf(1))), inc); got != want {
			t.Fatalf("IamaxInc of %d elements, stride %d = %d, want %d%s", len(x), inc, got, want, atBoth(x, got, want))
		}
	}
}

// atBoth prints the elements at two indices, where there are any.
func atBoth[T kernels.Float](x []T, i, j int) string {
	if min(i, j) < 0 || max(i, j) >= len(x) {
		return ""
	}
	return fmt.Sprintf(": %s, not %s", bitsOf(x[i]), bitsOf(x[j]))
}

// spread returns a slice that holds x with that stride, and gap between the
// elements and behind the last.
func spread[T kernels.Float](x []T, inc int, gap T) []T {
	a := make([]T, max(0, len(x)-1)*max(inc, -inc)+2)
	for i := range a {
		a[i] = gap
	}
	for i, v := range x {
		a[placeOf(i, len(x), inc)] = v
	}
	return a
}

// TestIamax puts the largest magnitude at every place.
func TestIamax(t *testing.T) { onEveryLevel(t, iamax[float32], iamax[float64]) }

func iamax[T kernels.Float](t *testing.T) {
	inf, nan, minusZero := T(math.Inf(1)), T(math.NaN()), T(math.Copysign(0, -1))
	most, tiny := greatest[T](), least[T]()
	for _, c := range []struct {
		x    []T
		want int
	}{
		{nil, -1}, {[]T{0}, 0}, {[]T{minusZero}, 0}, {[]T{minusZero, 0}, 0}, {[]T{0, minusZero, 0}, 0},
		{[]T{0, 0, 0, -tiny, tiny}, 3}, {[]T{1, -2, 2}, 1}, {[]T{1, 2, -2}, 1}, {[]T{-3, 3, 3}, 0},
		{[]T{most, inf, -inf}, 1}, {[]T{most, -inf, inf}, 1}, {[]T{-inf, inf}, 0}, {[]T{1, -most, most}, 1},
		// Nothing is larger than a NaN in front, and no other NaN is larger.
		{[]T{nan}, 0}, {[]T{nan, inf}, 0}, {[]T{nan, nan, 1}, 0}, {[]T{-nan, 5, inf}, 0},
		{[]T{0, nan}, 0}, {[]T{0, nan, nan, nan}, 0}, {[]T{1, nan, 2}, 2}, {[]T{1, nan, 2, nan, inf, nan}, 4},
		{[]T{-tiny, nan, tiny}, 0}, {[]T{inf, nan, inf}, 0}, {[]T{minusZero, nan, tiny, nan}, 2},
	} {
		checkIamax(t, c.x, c.want)
		if len(c.x) == 0 {
			continue
		}
		// In a vector's full parts as well as in its tail, and among NaN.
		for _, behind := range []int{1, 15, 31, 64, 100} {
			zeros, nans := make([]T, len(c.x)+behind), make([]T, len(c.x)+behind)
			copy(zeros, c.x)
			copy(nans, c.x)
			for i := len(c.x); i < len(nans); i++ {
				nans[i] = nan
			}
			checkIamax(t, zeros, c.want)
			checkIamax(t, nans, c.want)
		}
	}

	r := rand.New(rand.NewPCG(31, 32))
	for n := range 301 {
		x := make([]T, n)
		for i := range x {
			x[i] = T(r.IntN(9) - 4) // the largest is there several times
			if r.IntN(8) == 0 {
				x[i] = nan
			}
		}
		checkIamax(t, x, firstLargest(dense(x)))
		checkIamax(t, make([]T, n), min(0, n-1))
		if n > 0 {
			x[0] = 0 // no NaN, which would be found instead
		}
		step := 7 // the last place, and some of every vector
		if n < 20 {
			step = 1
		}
		for i := n - 1; i >= 0; i -= step {
			before := x[i]
			x[i] = -5
			checkIamax(t, x, i)
			x[i] = before
		}
	}
	for _, n := range []int{1, 2, 7, 33, 64, 100, 257} {
		x := make([]T, n)
		for i := range x {
			x[i] = T(i%3) - 1
		}
		for i := range x {
			before := x[i]
			for _, v := range []T{-2, 3, inf, -most} {
				x[i] = v
				checkIamax(t, x, i)
			}
			// Equals behind it, the last of them in the last place, change nothing.
			end := x[n-1]
			x[i], x[n-1] = 2, -2
			checkIamax(t, x, i)
			x[n-1] = end
			x[i] = before
		}
	}
}

// TestIamaxLong has vectors that are looked at part by part.
func TestIamaxLong(t *testing.T) { onEveryLevel(t, iamaxLong[float32], iamaxLong[float64]) }

func iamaxLong[T kernels.Float](t *testing.T) {
	const part = 4096
	nan, inf := T(math.NaN()), T(math.Inf(1))
	draw := kerneltest.Draw[T](kerneltest.Normal, rand.New(rand.NewPCG(33, 34)))
	for _, n := range []int{part - 1, part, part + 1, 2*part - 1, 2 * part, 2*part + 1, 3*part + 77} {
		x := make([]T, n)
		for i := range x {
			x[i] = draw()
		}
		checkIamax(t, x, firstLargest(dense(x)))
		for _, i := range []int{0, 1, part - 2, part - 1, part, part + 1, 2*part - 1, 2 * part, 3 * part, n - 2, n - 1} {
			if i >= n {
				continue
			}
			// The largest here, and as large ones behind it in the same part and in
			// the last; then also NaN in front and behind.
			y := append([]T(nil), x...)
			y[i] = -100
			checkIamax(t, y, i)
			y[min(i+9, n-1)], y[n-1] = 100, 100
			checkIamax(t, y, i)
			for j := range y {
				if j != 0 && j != i && j%5 < 3 {
					y[j] = nan
				}
			}
			checkIamax(t, y, i)
		}
		// A part of nothing but NaN, and one of nothing but zeros.
		y := make([]T, n)
		for j := 1; j < n; j++ {
			if y[j] = nan; j >= part {
				y[j] = 0
			}
		}
		checkIamax(t, y, 0)
		y[n-1] = -inf
		checkIamax(t, y, n-1)
	}
}

// TestNrm2Inc has elements whose squares overflow or underflow, infinities and
// NaN, and norms that are infinite, at strides of both signs.
func TestNrm2Inc(t *testing.T) { onEveryLevel(t, nrm2Inc[float32], nrm2Inc[float64]) }

func nrm2Inc[T kernels.Float](t *testing.T) {
	most, tiny, inf, nan := greatest[T](), least[T](), T(math.Inf(1)), T(math.NaN())
	// Beside the square root of the range: squares are out of it, their norm is not.
	big, small := T(math.Sqrt(float64(most)))*8, T(math.Sqrt(float64(tiny)))/8
	for _, x := range [][]T{
		{}, {0}, {T(math.Copysign(0, -1)), 0}, {tiny}, {-tiny, tiny, 3 * tiny}, {3, 4}, {most, 1}, {1, -most, tiny},
		{most / 2, most / 2, -most / 2}, {big, big, 1}, {1, 2, big, small}, {small, small, small, tiny},
		{0, 0, tiny}, {tiny, 0, 0}, {0, most, 0},
	} {
		for _, pad := range []int{0, 1, 33} {
			padded := append(append(make([]T, pad), x...), make([]T, pad/2)...)
			for _, inc := range []int{1, -1, 3, -2} {
				expect(t, exactNorm(len(padded), dense(padded).at), float64(kernels.Nrm2Inc(len(padded), spread(padded, inc, inf), inc)),
					"Nrm2Inc of %v among %d zeros, stride %d", x, pad+pad/2, inc)
			}
		}
	}
	for _, n := range []int{33, 700} {
		for _, scale := range []T{1, tiny, 100 * tiny, small / 4, small * 1000, big / 64, big, most / 256} {
			x := make([]T, n)
			for i := range x {
				x[i] = T(i%6) * scale
			}
			for _, inc := range []int{1, -1, 2, -5} {
				expect(t, exactNorm(n, dense(x).at), float64(kernels.Nrm2Inc(n, spread(x, inc, inf), inc)),
					"Nrm2Inc of %d elements up to 5*%v, stride %d", n, scale, inc)
			}
		}
	}
	for _, c := range []struct {
		x    []T
		want T
	}{
		{[]T{most, most}, inf}, {[]T{inf}, inf}, {[]T{-inf, 1}, inf}, {[]T{1, 2, -inf}, inf}, {[]T{inf, -inf, 0}, inf},
		{[]T{nan}, nan}, {[]T{1, nan, 2}, nan}, {[]T{0, 0, nan}, nan}, {[]T{most, most, nan}, nan}, {[]T{inf, nan}, nan},
		{[]T{nan, -inf}, nan}, {nil, 0},
	} {
		for _, inc := range []int{1, -1, 3, -2} {
			same(t, kernels.Nrm2Inc(len(c.x), spread(c.x, inc, 7), inc), c.want, "Nrm2Inc of %v, stride %d", c.x, inc)
		}
	}
}
