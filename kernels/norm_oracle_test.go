package kernels_test

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestNrm2Range has finite elements whose squares overflow or underflow.
func TestNrm2Range(t *testing.T) { onEveryLevel(t, nrm2Range[float32], nrm2Range[float64]) }

func nrm2Range[T kernels.Float](t *testing.T) {
	most, tiny := greatest[T](), least[T]()
	normal := tiny / T(unit[T]()) / 2 // the least normal number
	big, small := T(math.Sqrt(float64(most))), T(math.Sqrt(float64(tiny)))
	vectors := [][]T{
		{}, {0}, {T(math.Copysign(0, -1)), 0},
		{tiny}, {-tiny, tiny}, {3 * tiny, 4 * tiny, 5 * tiny},
		{normal}, {normal - tiny, normal - tiny}, {normal, tiny},
		{most}, {-most}, {most, tiny}, {most, 1, small}, {most / 2, most / 2, -most / 2},
		{big, big}, {2 * big, 2 * big, 1}, {big * 1e10, big / 1e10},
		{small, small}, {small / 2, small / 2, tiny}, {small / 1e10, tiny, small / 1e9},
		{3, 4}, {1, tiny}, {big * 1e3, small / 1e3, 1},
	}
	if size[T]() == 8 {
		// Large and tiny together, and sums that leave the range of one pass in
		// both directions.
		f := func(v ...float64) []T {
			x := make([]T, len(v))
			for i := range v {
				x[i] = T(v[i])
			}
			return x
		}
		vectors = append(vectors, f(1e200, 1e200), f(1e300, 1e-300), f(1e-300, 1e300, 1),
			f(1e-170, 1e-170), f(1e-162, 1e-161, 1e-163), f(0x1p-450, 0x1p-451), f(0x1p-449, 0x1p-500),
			f(0x1p511, 0x1p511, 0x1p511, 0x1p511), f(0x1p511, 0x1p511, 0x1p511), f(1e154, 1e153))
	}
	for _, x := range vectors {
		expect(t, exactNorm(len(x), dense(x).at), float64(kernels.Nrm2(x)), "Nrm2 of %v", x)
		checkSumSquaresExp(t, x)
	}
	// Long vectors of one magnitude: all squares or their sum out of range.
	for _, n := range []int{33, 700} {
		for _, scale := range []T{tiny, 100 * tiny, small / 4, small * 1000, big / 8, big * 8, most / 256} {
			x := make([]T, n)
			for i := range x {
				x[i] = T(i%6) * scale
			}
			expect(t, exactNorm(n, dense(x).at), float64(kernels.Nrm2(x)), "Nrm2 of %d elements up to 5*%v", n, scale)
			checkSumSquaresExp(t, x)
		}
	}
}

// checkSumSquaresExp holds the sum against Nrm2 and its own bounds.
func checkSumSquaresExp[T kernels.Float](t *testing.T, x []T) {
	t.Helper()
	sum, exp := kernels.SumSquaresExp(x)
	if got, want := T(math.Ldexp(math.Sqrt(sum), exp)), kernels.Nrm2(x); got != want && (got == got || want == want) {
		t.Errorf("sum of squares %v * 4^%d has the root %v, want %v", sum, exp, got, want)
	}
	plain := kernels.SumSquares(x)
	if plain >= 0x1p-900 && plain <= 0x1p900 || size[T]() == 4 {
		if exp != 0 || sum != plain && sum == sum {
			t.Errorf("sum of squares %v * 4^%d, want that of SumSquares, %v", sum, exp, plain)
		}
	} else if sum-sum == 0 && sum != 0 && !(sum >= 0x1p-900 && sum <= 0x1p900) {
		t.Errorf("sum of squares %v * 4^%d is out of bounds", sum, exp)
	}
}

// TestNrm2Exceptional has norms that are infinite or NaN.
func TestNrm2Exceptional(t *testing.T) {
	onEveryLevel(t, nrm2Exceptional[float32], nrm2Exceptional[float64])
}

func nrm2Exceptional[T kernels.Float](t *testing.T) {
	most, inf, nan := greatest[T](), T(math.Inf(1)), T(math.NaN())
	for _, c := range []struct {
		x    []T
		want T
	}{
		{[]T{most, most}, inf}, // the norm itself is too large
		{[]T{inf}, inf}, {[]T{-inf, 1}, inf}, {[]T{inf, -inf, 0}, inf}, {[]T{most, inf, most}, inf},
		{[]T{nan}, nan}, {[]T{1, nan, 2}, nan}, {[]T{most, most, nan}, nan},
		{[]T{inf, nan}, nan}, {[]T{nan, -inf}, nan}, {[]T{0, nan, 0}, nan},
		{nil, 0},
	} {
		// In a vector's full part as well as in its tail, wherever the element is.
		for _, pad := range []int{0, 1, 31, 100} {
			x := append(make([]T, pad), c.x...)
			x = append(x, make([]T, pad/2)...)
			same(t, kernels.Nrm2(x), c.want, "Nrm2 of %v among %d zeros", c.x, pad+pad/2)
			checkSumSquaresExp(t, x)
		}
	}
}
