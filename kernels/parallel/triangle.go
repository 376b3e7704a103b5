package parallel

import (
	"math"
	"math/bits"

	"github.com/seed63264101/steepest/kernels"
)

// Symm is [kernels.Symm] on the goroutines of a pool, to the bit. B and C are cut into
// columns, or rows if side is Right. All else is as it is with [Gemm]; it panics as
// kernels.Symm does.
func Symm[T kernels.Float](pool *Pool, side kernels.Side, uplo kernels.Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	do(pool, &call[T]{routine: symm, side: side, uplo: uplo, m: m, n: n, alpha: alpha, a: a, lda: lda, b: b, ldb: ldb, beta: beta, c: c, ldc: ldc})
}

// Syrk is [kernels.Syrk] on the goroutines of a pool, to the bit. The triangle is cut into
// rows that have about as many elements together. All else is as it is with [Gemm]; it panics
// as kernels.Syrk does.
func Syrk[T kernels.Float](pool *Pool, uplo kernels.Uplo, trans kernels.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	do(pool, &call[T]{routine: syrk, uplo: uplo, transA: trans, n: n, k: k, alpha: alpha, a: a, lda: lda, beta: beta, c: c, ldc: ldc})
}

// Syr2k is [kernels.Syr2k] on the goroutines of a pool, to the bit. The triangle is cut as
// [Syrk] cuts it. All else is as it is with [Gemm]; it panics as kernels.Syr2k does.
func Syr2k[T kernels.Float](pool *Pool, uplo kernels.Uplo, trans kernels.Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	do(pool, &call[T]{routine: syr2k, uplo: uplo, transA: trans, n: n, k: k, alpha: alpha, a: a, lda: lda, b: b, ldb: ldb, beta: beta, c: c, ldc: ldc})
}

// Trmm is [kernels.Trmm] on the goroutines of a pool, to the bit. B is cut into columns, or
// rows if side is Right. All else is as it is with [Gemm]; it panics as kernels.Trmm does.
func Trmm[T kernels.Float](pool *Pool, side kernels.Side, uplo kernels.Uplo, trans kernels.Transpose, diag kernels.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	do(pool, &call[T]{routine: trmm, side: side, uplo: uplo, transA: trans, diag: diag, m: m, n: n, alpha: alpha, a: a, lda: lda, b: b, ldb: ldb})
}

// Trsm is [kernels.Trsm] on the goroutines of a pool, to the bit. B is cut as [Trmm] cuts it.
// All else is as it is with [Gemm]; it panics as kernels.Trsm does.
func Trsm[T kernels.Float](pool *Pool, side kernels.Side, uplo kernels.Uplo, trans kernels.Transpose, diag kernels.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	do(pool, &call[T]{routine: trsm, side: side, uplo: uplo, transA: trans, diag: diag, m: m, n: n, alpha: alpha, a: a, lda: lda, b: b, ldb: ldb})
}

// do makes a call, in pieces if it is large. Whatever is wrong with the arguments, the
// function itself says.
func do[T kernels.Float](pool *Pool, c *call[T]) {
	products := c.products()
	if products < 2*worthwhile || c.alpha == 0 || pool.Workers() == 1 || !c.fits() {
		c.span(0, c.extent())
		return
	}
	j := borrow(c)
	workers := pool.Workers()
	j.pieces = mostPieces(products, workers)
	if c.ofTriangle() {
		j.pieces = min(j.pieces, max(1, c.n/(2*leastRows)))
	}
	j.run(pool, workers)
	giveBack(j)
}

// order returns the number of rows of a square matrix A.
func (c *call[T]) order() int {
	if c.side == kernels.Right {
		return c.n
	}
	return c.m
}

// ofTriangle reports whether the result is a triangle.
func (c *call[T]) ofTriangle() bool { return c.routine == syrk || c.routine == syr2k }

// products returns how many products of elements the call takes.
func (c *call[T]) products() float64 {
	n := float64(c.n)
	switch c.routine {
	case syrk:
		return n * n * float64(c.k) / 2
	case syr2k:
		return n * n * float64(c.k)
	}
	all := float64(c.m) * n * float64(c.order())
	if c.routine == symm {
		return all
	}
	return all / 2
}

// extent returns how many columns or rows there are that do not depend on each other.
func (c *call[T]) extent() int {
	if c.ofTriangle() || c.side == kernels.Left {
		return c.n
	}
	return c.m
}

// fits reports whether the sizes are none that the function would refuse.
func (c *call[T]) fits() bool {
	if c.ofTriangle() {
		rows, columns := c.n, c.k
		if c.transA {
			rows, columns = columns, rows
		}
		return fits(rows, columns, c.a, c.lda) && (c.routine == syrk || fits(rows, columns, c.b, c.ldb)) && fits(c.n, c.n, c.c, c.ldc)
	}
	return fits(c.order(), c.order(), c.a, c.lda) && fits(c.m, c.n, c.b, c.ldb) && (c.routine != symm || fits(c.m, c.n, c.c, c.ldc))
}

// fits reports whether a matrix that has elements lies in a slice.
func fits[T kernels.Float](rows, columns int, x []T, stride int) bool {
	if min(rows, columns) < 1 || stride < columns {
		return false
	}
	over, before := bits.Mul(uint(rows-1), uint(stride))
	return over == 0 && before <= uint(len(x)) && len(x)-int(before) >= columns
}

// bound returns where the i-th of so many pieces begins.
func (c *call[T]) bound(i, pieces int) int {
	extent := c.extent()
	switch {
	case c.ofTriangle() && c.uplo == kernels.Upper: // the lower one, turned around
		return extent - evenly(extent, pieces-i, pieces)
	case c.ofTriangle():
		return evenly(extent, i, pieces)
	case c.side == kernels.Left:
		return min(extent, i*roundUp((extent+pieces-1)/pieces, sliceColumns))
	}
	return min(extent, i*roundUp((extent+pieces-1)/pieces, pieceRows))
}

// evenly returns how many of n rows have i of so many parts of a lower triangle.
func evenly(n, i, parts int) int {
	rows := float64(n) * math.Sqrt(float64(i)/float64(parts))
	return min(n, roundUp(int(rows), pieceRows))
}

// span computes a part of the result: the columns, or rows, from one number to another.
// What comes of all of them is the call itself.
func (c *call[T]) span(from, to int) {
	switch {
	case c.ofTriangle():
		c.triangleRows(from, to)
	case c.side == kernels.Left:
		c.slice(from, from, c.m, to-from)
	default:
		c.slice(from*c.ldb, from*c.ldc, to-from, c.n)
	}
}

// slice computes m rows and n columns of the result, for which the parts of b and c begin at
// the given places.
func (c *call[T]) slice(atB, atC, m, n int) {
	switch c.routine {
	case symm:
		kernels.Symm(c.side, c.uplo, m, n, c.alpha, c.a, c.lda, c.b[atB:], c.ldb, c.beta, c.c[atC:], c.ldc)
	case trmm:
		kernels.Trmm(c.side, c.uplo, c.transA, c.diag, m, n, c.alpha, c.a, c.lda, c.b[atB:], c.ldb)
	case trsm:
		kernels.Trsm(c.side, c.uplo, c.transA, c.diag, m, n, c.alpha, c.a, c.lda, c.b[atB:], c.ldb)
	}
}

// triangleRows computes some rows of a triangle: the triangle on their diagonal, and the
// rectangle beside it, whose elements are those of Gemm.
func (c *call[T]) triangleRows(from, to int) {
	trans, a, square := c.transA, c.a[place(c.transA, from, c.lda):], c.c[from*c.ldc+from:]
	column, width := 0, from
	if c.uplo == kernels.Upper {
		column, width = to, c.n-to
	}
	if c.routine == syrk {
		kernels.Syrk(c.uplo, trans, to-from, c.k, c.alpha, a, c.lda, c.beta, square, c.ldc)
	} else {
		kernels.Syr2k(c.uplo, trans, to-from, c.k, c.alpha, a, c.lda, c.b[place(trans, from, c.ldb):], c.ldb, c.beta, square, c.ldc)
	}
	if width == 0 {
		return
	}
	beside := c.c[from*c.ldc+column:]
	multiply := func(a []T, lda int, b []T, ldb int, beta T) {
		kernels.Gemm(trans, !trans, to-from, width, c.k, c.alpha, a[place(trans, from, lda):], lda, b[place(trans, column, ldb):], ldb, beta, beside, c.ldc)
	}
	if c.routine == syrk {
		multiply(c.a, c.lda, c.a, c.lda, c.beta)
	} else {
		multiply(c.a, c.lda, c.b, c.ldb, c.beta)
		multiply(c.b, c.ldb, c.a, c.lda, 1)
	}
}
