package kernels_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// gemmCase is a matrix product with everything that may differ between two of them.
type gemmCase[T kernels.Float] struct {
	transA, transB kernels.Transpose
	m, n, k        int
	alpha, beta    T
	a, b, c        []T
	lda, ldb, ldc  int
}

func (p gemmCase[T]) String() string {
	return fmt.Sprintf("transA=%v transB=%v m=%d n=%d k=%d alpha=%v beta=%v lda=%d ldb=%d ldc=%d",
		p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.beta, p.lda, p.ldb, p.ldc)
}

// newGemm draws a case of the given sizes.
func newGemm[T kernels.Float](r *rand.Rand, m, n, k int, alloc kerneltest.Alloc[T], value func() T) gemmCase[T] {
	factors := []T{0, 1, -1, 1, value(), value()}
	p := gemmCase[T]{transA: r.IntN(2) == 0, transB: r.IntN(2) == 0, m: m, n: n, k: k,
		alpha: factors[r.IntN(len(factors))], beta: factors[r.IntN(len(factors))]}
	matrix := func(i, rows, columns int) ([]T, int) {
		stride := max(1, columns) + r.IntN(2)*r.IntN(20)
		size := 0
		if rows > 0 && columns > 0 {
			size = (rows-1)*stride + columns
		}
		x := alloc(i, size)
		for i := range x {
			x[i] = value()
		}
		return x, stride
	}
	if p.transA {
		p.a, p.lda = matrix(0, k, m)
	} else {
		p.a, p.lda = matrix(0, m, k)
	}
	if p.transB {
		p.b, p.ldb = matrix(1, n, k)
	} else {
		p.b, p.ldb = matrix(1, k, n)
	}
	p.c, p.ldc = matrix(2, m, n)
	return p
}

// compare runs the case on the active level and the reference on a copy.
func (p gemmCase[T]) compare(t *testing.T) {
	t.Helper()
	want := append([]T(nil), p.c...)
	generic.Gemm(bool(p.transA), bool(p.transB), p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, want, p.ldc)
	kernels.Gemm(p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc)
	for i := range want {
		if !kerneltest.Same(p.c[i], want[i]) {
			t.Fatalf("%v: c[%d][%d] = %v (%x), want %v (%x)", p, i/p.ldc, i%p.ldc, p.c[i], float64(p.c[i]), want[i], float64(want[i]))
		}
	}
}

// TestGemm compares products with the reference on every level: all small sizes, sizes
// around the edges of tiles and blocks, and larger ones.
func TestGemm(t *testing.T) { onEveryLevel(t, gemmSizes[float32], gemmSizes[float64]) }

func gemmSizes[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var draw [kerneltest.NumCases]func() T
	for c := range draw {
		draw[c] = kerneltest.Draw[T](kerneltest.Values(c), r)
	}
	check := func(m, n, k int) {
		t.Helper()
		newGemm(r, m, n, k, kerneltest.Heap[T](r.IntN(17)), draw[r.IntN(len(draw))]).compare(t)
	}
	step := 1
	if testing.Short() {
		step = 3
	}
	for m := range 21 {
		for n := range 21 {
			for k := (m + n) % step; k < 21; k += step {
				check(m, n, k)
			}
		}
	}
	for range 600 / step {
		check(r.IntN(81), r.IntN(81), r.IntN(81))
	}
	for range 60 / step {
		check(1+r.IntN(30), 1+r.IntN(140), 250+r.IntN(20))
		check(1+r.IntN(10), 1+r.IntN(40), 505+r.IntN(15))
		check(250+r.IntN(15), 1+r.IntN(140), 1+r.IntN(40)) // more rows than a block of the left factor has
		check(30+r.IntN(20), 150+r.IntN(100), 1+r.IntN(300))
	}
}
