package gonumblas_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// TestOverflow has arguments whose product is beyond an int, and wraps round to
// what would fit: a kernel must not believe it.
func TestOverflow(t *testing.T) {
	const half = 1 << 61
	x, y, a := make([]float64, 40), make([]float64, 40), make([]float64, 40)
	for name, c := range map[string]struct {
		want string
		call func()
	}{
		"n*inc":     {"blas: insufficient length of x", func() { ours.Daxpy(half+1, 1, x, 8, y, 8) }},
		"n*-inc":    {"blas: insufficient length of x", func() { ours.Ddot(half+1, x, -8, y, 8) }},
		"least inc": {"blas: insufficient length of y", func() { ours.Dswap(9, x, 1, y, math.MinInt) }},
		"one":       {"blas: insufficient length of x", func() { ours.Dscal(half+1, 2, x, 8) }},
		"norm":      {"blas: insufficient length of x", func() { ours.Dnrm2(half+1, x, 8) }},
		"lda":       {"blas: insufficient length of a", func() { ours.Dger(3, 10, 1, x, 1, y, 1, a, math.MaxInt) }},
		"m*lda": {"blas: insufficient length of a", func() {
			ours.Dgemv(blas.NoTrans, 5, 10, 1, a, 1<<62, x, 1, 1, y, 1)
		}},
	} {
		func() {
			defer func() {
				if r := recover(); r != c.want {
					t.Errorf("%s: panic %v, want %q", name, r, c.want)
				}
			}()
			c.call()
		}()
	}
}

// TestHugeStrides has strides beyond 32 bits, which a single element may have.
func TestHugeStrides(t *testing.T) {
	restoreLevel(t)
	for _, routine := range routines {
		for _, inc := range []int{1 << 31, 1 << 40, math.MaxInt, -1 << 40} {
			for seed := range uint64(4) {
				s := shape{m: 1, n: 1, incX: inc, incY: inc, seed: seed}
				compare[float32](t, routine, s)
				compare[float64](t, routine, s)
			}
		}
	}
}
