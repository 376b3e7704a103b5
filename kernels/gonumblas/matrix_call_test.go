package gonumblas_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
)

// matrixRoutines are those of Level 3, and those of Level 2 whose matrix is symmetric or
// triangular, without the letter for the type.
var matrixRoutines = []string{"gemm", "symm", "syrk", "syr2k", "trmm", "trsm", "symv", "syr", "syr2", "trmv", "trsv"}

// level2 reports whether a routine multiplies vectors.
func level2(routine string) bool {
	return slices.Contains([]string{"symv", "syr", "syr2", "trmv", "trsv"}, routine)
}

// matrixCall is a call of one of them: its arguments and, afterwards, its results. Vectors
// are in b and c, and their strides in ldb and ldc.
type matrixCall[T kernels.Float] struct {
	routine       string
	s             blas.Side
	ul            blas.Uplo
	tA, tB        blas.Transpose
	d             blas.Diag
	m, n, k       int
	alpha, beta   T
	a, b, c       []T
	lda, ldb, ldc int

	panic any
}

func (c *matrixCall[T]) String() string {
	return fmt.Sprintf("%s[%T](%c%c%c%c%c, m %d, n %d, k %d, alpha %v, beta %v, a of %d by %d, b of %d by %d, c of %d by %d)",
		c.routine, T(0), c.s, c.ul, c.tA, c.tB, c.d, c.m, c.n, c.k, c.alpha, c.beta, len(c.a), c.lda, len(c.b), c.ldb, len(c.c), c.ldc)
}

// with returns a copy of the call, slices included, made with a library's routines.
func (c matrixCall[T]) with(lib library) *matrixCall[T] {
	c.a, c.b, c.c = clone(c.a), clone(c.b), clone(c.c)
	func() {
		defer func() { c.panic = recover() }()
		c.on(lib)
	}()
	return &c
}

// library has routines of both types.
type library interface {
	blas.Float32
	blas.Float64
}

// on makes a call with a library's routine.
func (c *matrixCall[T]) on(lib library) {
	switch c := any(c).(type) {
	case *matrixCall[float32]:
		c.single(lib)
	case *matrixCall[float64]:
		c.double(lib)
	}
}

// single and double make a call, of the routine of their type.
func (c *matrixCall[T]) single(lib blas.Float32) {
	switch c := any(c).(*matrixCall[float32]); c.routine {
	case "gemm":
		lib.Sgemm(c.tA, c.tB, c.m, c.n, c.k, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "symm":
		lib.Ssymm(c.s, c.ul, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "syrk":
		lib.Ssyrk(c.ul, c.tA, c.n, c.k, c.alpha, c.a, c.lda, c.beta, c.c, c.ldc)
	case "syr2k":
		lib.Ssyr2k(c.ul, c.tA, c.n, c.k, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "trmm":
		lib.Strmm(c.s, c.ul, c.tA, c.d, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb)
	case "trsm":
		lib.Strsm(c.s, c.ul, c.tA, c.d, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb)
	case "symv":
		lib.Ssymv(c.ul, c.n, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "syr":
		lib.Ssyr(c.ul, c.n, c.alpha, c.b, c.ldb, c.a, c.lda)
	case "syr2":
		lib.Ssyr2(c.ul, c.n, c.alpha, c.b, c.ldb, c.c, c.ldc, c.a, c.lda)
	case "trmv":
		lib.Strmv(c.ul, c.tA, c.d, c.n, c.a, c.lda, c.b, c.ldb)
	case "trsv":
		lib.Strsv(c.ul, c.tA, c.d, c.n, c.a, c.lda, c.b, c.ldb)
	default:
		panic("no routine " + c.routine)
	}
}

func (c *matrixCall[T]) double(lib blas.Float64) {
	switch c := any(c).(*matrixCall[float64]); c.routine {
	case "gemm":
		lib.Dgemm(c.tA, c.tB, c.m, c.n, c.k, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "symm":
		lib.Dsymm(c.s, c.ul, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "syrk":
		lib.Dsyrk(c.ul, c.tA, c.n, c.k, c.alpha, c.a, c.lda, c.beta, c.c, c.ldc)
	case "syr2k":
		lib.Dsyr2k(c.ul, c.tA, c.n, c.k, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "trmm":
		lib.Dtrmm(c.s, c.ul, c.tA, c.d, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb)
	case "trsm":
		lib.Dtrsm(c.s, c.ul, c.tA, c.d, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb)
	case "symv":
		lib.Dsymv(c.ul, c.n, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "syr":
		lib.Dsyr(c.ul, c.n, c.alpha, c.b, c.ldb, c.a, c.lda)
	case "syr2":
		lib.Dsyr2(c.ul, c.n, c.alpha, c.b, c.ldb, c.c, c.ldc, c.a, c.lda)
	case "trmv":
		lib.Dtrmv(c.ul, c.tA, c.d, c.n, c.a, c.lda, c.b, c.ldb)
	case "trsv":
		lib.Dtrsv(c.ul, c.tA, c.d, c.n, c.a, c.lda, c.b, c.ldb)
	default:
		panic("no routine " + c.routine)
	}
}

// withKernels makes the call with package kernels, on vectors side by side.
func (c matrixCall[T]) withKernels() *matrixCall[T] {
	c.a, c.b, c.c = clone(c.a), clone(c.b), clone(c.c)
	side, uplo, diag := kernels.Side(c.s == blas.Right), kernels.Uplo(c.ul == blas.Lower), kernels.Diag(c.d == blas.Unit)
	transA, transB := kernels.Transpose(c.tA != blas.NoTrans), kernels.Transpose(c.tB != blas.NoTrans)
	x, y := c.b, c.c
	if level2(c.routine) {
		x = gather(c.n, c.b, c.ldb)
		if c.routine == "symv" || c.routine == "syr2" {
			y = gather(c.n, c.c, c.ldc)
		}
	}
	switch c.routine {
	case "gemm":
		kernels.Gemm(transA, transB, c.m, c.n, c.k, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "symm":
		kernels.Symm(side, uplo, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "syrk":
		kernels.Syrk(uplo, transA, c.n, c.k, c.alpha, c.a, c.lda, c.beta, c.c, c.ldc)
	case "syr2k":
		kernels.Syr2k(uplo, transA, c.n, c.k, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
	case "trmm":
		kernels.Trmm(side, uplo, transA, diag, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb)
	case "trsm":
		kernels.Trsm(side, uplo, transA, diag, c.m, c.n, c.alpha, c.a, c.lda, c.b, c.ldb)
	case "symv":
		kernels.Symv(uplo, c.alpha, c.a, c.lda, x, c.beta, y)
		scatter(c.c, y, c.ldc)
	case "syr":
		kernels.Syr(uplo, c.alpha, x, c.a, c.lda)
	case "syr2":
		kernels.Syr2(uplo, c.alpha, x, y, c.a, c.lda)
	case "trmv":
		kernels.Trmv(uplo, transA, diag, c.a, c.lda, x)
		scatter(c.b, x, c.ldb)
	case "trsv":
		kernels.Trsv(uplo, transA, diag, c.a, c.lda, x)
		scatter(c.b, x, c.ldb)
	}
	return &c
}

// shapes returns the rows and columns of the matrices as they lie, or 1 and the elements of
// vectors; none where a routine has none.
func (c *matrixCall[T]) shapes() (a, b, z [2]int) {
	turn := func(t blas.Transpose, rows, columns int) [2]int {
		if t == blas.NoTrans {
			return [2]int{rows, columns}
		}
		return [2]int{columns, rows}
	}
	square := [2]int{c.n, c.n}
	switch c.routine {
	case "gemm":
		return turn(c.tA, c.m, c.k), turn(c.tB, c.k, c.n), [2]int{c.m, c.n}
	case "syrk":
		return turn(c.tA, c.n, c.k), [2]int{}, square
	case "syr2k":
		return turn(c.tA, c.n, c.k), turn(c.tA, c.n, c.k), square
	case "symm", "trmm", "trsm":
		if c.s == blas.Left {
			square = [2]int{c.m, c.m}
		}
		if c.routine != "symm" {
			return square, [2]int{c.m, c.n}, [2]int{}
		}
		return square, [2]int{c.m, c.n}, [2]int{c.m, c.n}
	case "symv", "syr2":
		return square, [2]int{1, c.n}, [2]int{1, c.n}
	}
	return square, [2]int{1, c.n}, [2]int{}
}

// length is how many elements a slice needs.
func (c *matrixCall[T]) length(shape [2]int, stride int, vector bool) int {
	if vector {
		return max(0, 1+(shape[1]-1)*max(stride, -stride))
	}
	return max(0, stride*(shape[0]-1)+shape[1])
}

// pick returns one of some values.
func pick[E any](rng *rand.Rand, v ...E) E { return v[rng.IntN(len(v))] }

// newMatrixCall draws a call whose arguments are right, of sizes below most.
func newMatrixCall[T kernels.Float](rng *rand.Rand, routine string, most int) *matrixCall[T] {
	return sizedMatrixCall[T](rng, routine, func() int { return rng.IntN(most) })
}

// sizedMatrixCall draws a call whose arguments are right. The diagonal of a triangular matrix
// is large, so that solutions do not grow.
func sizedMatrixCall[T kernels.Float](rng *rand.Rand, routine string, size func() int) *matrixCall[T] {
	c := &matrixCall[T]{routine: routine,
		s: pick(rng, blas.Left, blas.Right), ul: pick(rng, blas.Upper, blas.Lower), d: pick(rng, blas.NonUnit, blas.Unit),
		tA: pick(rng, blas.NoTrans, blas.Trans, blas.ConjTrans), tB: pick(rng, blas.NoTrans, blas.Trans, blas.ConjTrans),
		m: size(), n: size(), k: size(),
		alpha: pick(rng, 0, 1, -1, T(rng.NormFloat64())), beta: pick(rng, 0, 1, -1, T(rng.NormFloat64())),
	}
	a, b, z := c.shapes()
	vectors := level2(routine)
	numbers := func(n int) []T {
		v := make([]T, n+rng.IntN(3))
		for i := range v {
			v[i] = T(rng.NormFloat64())
		}
		return v
	}
	c.lda = max(1, a[1]) + rng.IntN(4)
	c.a = numbers(c.length(a, c.lda, false))
	c.ldb, c.ldc = max(1, b[1])+rng.IntN(4), max(1, z[1])+rng.IntN(4)
	if vectors {
		c.ldb, c.ldc = pick(rng, 1, 1, 2, -1, -3), pick(rng, 1, 1, 2, -1, -3)
	}
	c.b, c.c = numbers(c.length(b, c.ldb, vectors)), numbers(c.length(z, c.ldc, vectors))
	if routine[0] == 't' && a[0] > 0 {
		for i := range c.a {
			c.a[i] /= T(a[0])
		}
		for i := range a[0] {
			c.a[i*c.lda+i] = T(1 + rng.Float64())
		}
	}
	return c
}

// outputs returns all slices of two calls, by name.
func (c *matrixCall[T]) outputs(d *matrixCall[T]) map[string][2][]T {
	return map[string][2][]T{"a": {c.a, d.a}, "b": {c.b, d.b}, "c": {c.c, d.c}}
}

// near returns an error unless the results of two calls agree within what rounding makes of
// sums of so many terms.
func (c *matrixCall[T]) near(got, want *matrixCall[T]) error {
	tolerance := 1e-13
	if is32[T]() {
		tolerance = 1e-5
	}
	tolerance *= float64(10 + c.k + max(c.m, c.n))
	for name, pair := range got.outputs(want) {
		most := 1.0
		for _, v := range pair[1] {
			most = max(most, math.Abs(float64(v)))
		}
		for i, w := range pair[1] {
			if g := pair[0][i]; !(math.Abs(float64(g-w)) <= tolerance*most) {
				return fmt.Errorf("%s[%d] = %v, gonum %v", name, i, g, w)
			}
		}
	}
	return nil
}
