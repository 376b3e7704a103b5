package gonumblas_test

import (
	"math"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// TestOverflow has arguments whose product is beyond an int, and wraps round to
// what would fit: a kernel must not believe it.
func TestOverflow(t *testing.T) {
	const (
		eighth = 1 << (strconv.IntSize - 3) // of all that an int tells apart
		root   = 1 << (strconv.IntSize / 2)
	)
	x, y, a := make([]float64, 40), make([]float64, 40), make([]float64, 40)
	long := make([]float64, 1<<16+1)
	for name, c := range map[string]struct {
		want string
		call func()
	}{
		"n*inc":     {"blas: insufficient length of x", func() { ours.Daxpy(eighth+1, 1, x, 8, y, 8) }},
		"n*-inc":    {"blas: insufficient length of x", func() { ours.Ddot(eighth+1, x, -8, y, 8) }},
		"least inc": {"blas: insufficient length of y", func() { ours.Dswap(9, x, 1, y, math.MinInt) }},
		"one":       {"blas: insufficient length of x", func() { ours.Dscal(eighth+1, 2, x, 8) }},
		"norm":      {"blas: insufficient length of x", func() { ours.Dnrm2(eighth+1, x, 8) }},
		"lda":       {"blas: insufficient length of a", func() { ours.Dger(3, 10, 1, x, 1, y, 1, a, math.MaxInt) }},
		"m*lda": {"blas: insufficient length of a", func() {
			ours.Dgemv(blas.NoTrans, 5, 10, 1, a, 2*eighth, x, 1, 1, y, 1)
		}},
		// Factors that both fit in half an int, or nearly.
		"root*root": {"blas: insufficient length of x", func() { ours.Daxpy(root+1, 1, x, root, y, root) }},
		"one root":  {"blas: insufficient length of x", func() { ours.Dscal(root+1, 1, x, root) }},
		"asum":      {"blas: insufficient length of x", func() { ours.Dasum(root+1, x, root) }},
		"first bit": {"blas: insufficient length of y", func() { ours.Dcopy(1<<15+1, long, 1, y, 1<<16) }},
		"m*root": {"blas: insufficient length of a", func() {
			ours.Dgemv(blas.NoTrans, 1<<16+1, 1, 1, a, 1<<16, x, 1, 1, long, 1)
		}},
		"m*n": {"blas: insufficient length of a", func() { ours.Dger(1<<16, 1<<16, 1, long, 1, long, 1, a, 1<<16) }},
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

// TestHugeStrides has strides beyond half an int, which a single element may have.
func TestHugeStrides(t *testing.T) {
	const half = strconv.IntSize/2 - 1
	restoreLevel(t)
	for _, routine := range routines {
		for _, inc := range []int{1 << half, 1 << (half + 9), math.MaxInt, -1 << (half + 9)} {
			for seed := range uint64(4) {
				s := shape{m: 1, n: 1, incX: inc, incY: inc, seed: seed}
				compare[float32](t, routine, s)
				compare[float64](t, routine, s)
			}
		}
	}
}
