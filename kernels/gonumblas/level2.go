package gonumblas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

func gemv[T kernels.Float](tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
	if tA != blas.NoTrans && tA != blas.Trans && tA != blas.ConjTrans {
		panic(badTranspose)
	}
	trans, lenX, lenY := false, n, m
	if tA != blas.NoTrans {
		trans, lenX, lenY = true, m, n
	}
	if !forwardMatrix(m, n, len(a), lda, lenX, len(x), incX, lenY, len(y), incY) &&
		!checkMatrix(m, n, len(a), lda, lenX, len(x), incX, lenY, len(y), incY) {
		return
	}
	switch {
	case beta == 0: // of either sign: y is not read, and counts as +0
		scal(lenY, 0, y, max(incY, -incY))
		beta = 0
	case alpha == 0 && beta != 1:
		scal(lenY, beta, y, max(incY, -incY))
	}
	t := dispatch.Active[T]()
	switch {
	case alpha == 0:
	case trans && incY == 1:
		t.GemvT(m, alpha, a, lda, x, incX, beta, y[:n])
	case trans && n <= dispatch.Resident[T]():
		t.GemvTInc(m, n, alpha, a, lda, x, incX, beta, y, incY)
	case trans:
		kernels.GemvTInc(m, n, alpha, a, lda, x, incX, beta, y, incY)
	case incX == 1:
		t.Gemv(m, alpha, a, lda, x[:n], beta, y, incY)
	case n <= dispatch.Resident[T]():
		t.GemvInc(m, n, alpha, a, lda, x, incX, beta, y, incY)
	default:
		kernels.GemvInc(m, n, alpha, a, lda, x, incX, beta, y, incY)
	}
}

func ger[T kernels.Float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	if !forwardMatrix(m, n, len(a), lda, m, len(x), incX, n, len(y), incY) &&
		!checkMatrix(m, n, len(a), lda, m, len(x), incX, n, len(y), incY) {
		return
	}
	t := dispatch.Active[T]()
	switch {
	case alpha == 0:
	case m*n <= few:
		generic.GerInc(m, n, alpha, x, incX, y, incY, a, lda)
	case incY == 1:
		t.Ger(m, alpha, x, incX, y[:n], a, lda)
	case n <= dispatch.Resident[T]():
		t.GerInc(m, n, alpha, x, incX, y, incY, a, lda)
	default:
		kernels.GerInc(m, n, alpha, x, incX, y, incY, a, lda)
	}
}
