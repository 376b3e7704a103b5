package gonumblas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/parallel"
)

// The products of matrices: each checks as gonum does, in gonum's order, and calls the
// function of its name, for large products that of package parallel.

// pool has the goroutines for large products.
var pool = parallel.Shared()

func gemm[T kernels.Float](tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	transA, transB := transOf(tA), transOf(tB)
	checkSize(m, mLT0)
	checkSize(n, nLT0)
	checkSize(k, kLT0)
	rowsA, columnsA := turned(transA, m, k)
	rowsB, columnsB := turned(transB, k, n)
	checkStride(columnsA, lda, badLdA)
	checkStride(columnsB, ldb, badLdB)
	checkStride(n, ldc, badLdC)
	if m == 0 || n == 0 {
		return
	}
	checkRoom(rowsA, columnsA, len(a), lda, shortA)
	checkRoom(rowsB, columnsB, len(b), ldb, shortB)
	checkRoom(m, n, len(c), ldc, shortC)
	if parallel.Worthwhile(m, n, k) {
		parallel.Gemm(pool, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	} else {
		kernels.Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	}
}

func symm[T kernels.Float](s blas.Side, ul blas.Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	side, uplo := sideOf(s), uploOf(ul)
	checkSize(m, mLT0)
	checkSize(n, nLT0)
	k := order(side, m, n)
	checkStride(k, lda, badLdA)
	checkStride(n, ldb, badLdB)
	checkStride(n, ldc, badLdC)
	if m == 0 || n == 0 {
		return
	}
	checkRoom(k, k, len(a), lda, shortA)
	checkRoom(m, n, len(b), ldb, shortB)
	checkRoom(m, n, len(c), ldc, shortC)
	if parallel.Worthwhile(m, n, k) {
		parallel.Symm(pool, side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
	} else {
		kernels.Symm(side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
	}
}

func syrk[T kernels.Float](ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	uplo, trans := uploOf(ul), transOf(tA)
	checkSize(n, nLT0)
	checkSize(k, kLT0)
	rows, columns := turned(trans, n, k)
	checkStride(columns, lda, badLdA)
	checkStride(n, ldc, badLdC)
	if n == 0 {
		return
	}
	checkRoom(rows, columns, len(a), lda, shortA)
	checkRoom(n, n, len(c), ldc, shortC)
	if parallel.Worthwhile(n, n, k) {
		parallel.Syrk(pool, uplo, trans, n, k, alpha, a, lda, beta, c, ldc)
	} else {
		kernels.Syrk(uplo, trans, n, k, alpha, a, lda, beta, c, ldc)
	}
}

func syr2k[T kernels.Float](ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	uplo, trans := uploOf(ul), transOf(tA)
	checkSize(n, nLT0)
	checkSize(k, kLT0)
	rows, columns := turned(trans, n, k)
	checkStride(columns, lda, badLdA)
	checkStride(columns, ldb, badLdB)
	checkStride(n, ldc, badLdC)
	if n == 0 {
		return
	}
	checkRoom(rows, columns, len(a), lda, shortA)
	checkRoom(rows, columns, len(b), ldb, shortB)
	checkRoom(n, n, len(c), ldc, shortC)
	if parallel.Worthwhile(n, n, k) {
		parallel.Syr2k(pool, uplo, trans, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	} else {
		kernels.Syr2k(uplo, trans, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	}
}

func trmm[T kernels.Float](s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	side, uplo, trans, diag := sideOf(s), uploOf(ul), transOf(tA), diagOf(d)
	if checkTriangular(side, m, n, len(a), lda, len(b), ldb) {
		if parallel.Worthwhile(m, n, order(side, m, n)) {
			parallel.Trmm(pool, side, uplo, trans, diag, m, n, alpha, a, lda, b, ldb)
		} else {
			kernels.Trmm(side, uplo, trans, diag, m, n, alpha, a, lda, b, ldb)
		}
	}
}

func trsm[T kernels.Float](s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	side, uplo, trans, diag := sideOf(s), uploOf(ul), transOf(tA), diagOf(d)
	if checkTriangular(side, m, n, len(a), lda, len(b), ldb) {
		if parallel.Worthwhile(m, n, order(side, m, n)) {
			parallel.Trsm(pool, side, uplo, trans, diag, m, n, alpha, a, lda, b, ldb)
		} else {
			kernels.Trsm(side, uplo, trans, diag, m, n, alpha, a, lda, b, ldb)
		}
	}
}

// checkTriangular panics unless a triangular matrix and the one beside it fit in their
// slices, and reports whether there are any elements.
func checkTriangular(side kernels.Side, m, n, lenA, lda, lenB, ldb int) bool {
	checkSize(m, mLT0)
	checkSize(n, nLT0)
	k := order(side, m, n)
	checkStride(k, lda, badLdA)
	checkStride(n, ldb, badLdB)
	if m == 0 || n == 0 {
		return false
	}
	checkRoom(k, k, lenA, lda, shortA)
	checkRoom(m, n, lenB, ldb, shortB)
	return true
}

// order returns the number of rows of a square matrix beside one of m rows and n columns.
func order(side kernels.Side, m, n int) int {
	if side == kernels.Left {
		return m
	}
	return n
}

// turned returns the numbers of rows and columns of a matrix as it lies in memory.
func turned(trans kernels.Transpose, rows, columns int) (int, int) {
	if trans {
		return columns, rows
	}
	return rows, columns
}
