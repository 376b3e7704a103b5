package gonumblas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
)

// The products of a symmetric or triangular matrix with vectors: each checks as gonum does,
// in gonum's order, brings strided vectors together, and calls the function of its name.

func symv[T kernels.Float](ul blas.Uplo, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
	uplo := uploOf(ul)
	if !checkSquare(n, lda, incX, incY) {
		return
	}
	checkRoom(n, n, len(a), lda, shortA)
	checkLength(n, len(x), incX, shortX)
	checkLength(n, len(y), incY, shortY)
	u, v := together(n, x, incX), together(n, y, incY)
	kernels.Symv(uplo, alpha, a, lda, u.x, beta, v.x)
	u.giveBack()
	v.copyTo(y, incY)
	v.giveBack()
}

func syr[T kernels.Float](ul blas.Uplo, n int, alpha T, x []T, incX int, a []T, lda int) {
	uplo := uploOf(ul)
	if !checkSquare(n, lda, incX, 1) {
		return
	}
	checkLength(n, len(x), incX, shortX)
	checkRoom(n, n, len(a), lda, shortA)
	u := together(n, x, incX)
	kernels.Syr(uplo, alpha, u.x, a, lda)
	u.giveBack()
}

func syr2[T kernels.Float](ul blas.Uplo, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	uplo := uploOf(ul)
	if !checkSquare(n, lda, incX, incY) {
		return
	}
	checkLength(n, len(x), incX, shortX)
	checkLength(n, len(y), incY, shortY)
	checkRoom(n, n, len(a), lda, shortA)
	u, v := together(n, x, incX), together(n, y, incY)
	kernels.Syr2(uplo, alpha, u.x, v.x, a, lda)
	u.giveBack()
	v.giveBack()
}

func trmv[T kernels.Float](ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []T, lda int, x []T, incX int) {
	uplo, trans, diag := uploOf(ul), transOf(tA), diagOf(d)
	if !checkSquare(n, lda, incX, 1) {
		return
	}
	checkRoom(n, n, len(a), lda, shortA)
	checkLength(n, len(x), incX, shortX)
	u := together(n, x, incX)
	kernels.Trmv(uplo, trans, diag, a, lda, u.x)
	u.copyTo(x, incX)
	u.giveBack()
}

func trsv[T kernels.Float](ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []T, lda int, x []T, incX int) {
	uplo, trans, diag := uploOf(ul), transOf(tA), diagOf(d)
	if !checkSquare(n, lda, incX, 1) {
		return
	}
	checkRoom(n, n, len(a), lda, shortA)
	checkLength(n, len(x), incX, shortX)
	u := together(n, x, incX)
	kernels.Trsv(uplo, trans, diag, a, lda, u.x)
	u.copyTo(x, incX)
	u.giveBack()
}
