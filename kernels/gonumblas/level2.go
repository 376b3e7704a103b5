package gonumblas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
)

// few reports whether a matrix has so few elements that plain loops beat a kernel:
// where the vector that all rows share is strided, a kernel needs a copy of it.
func few(m, n, shared int) bool {
	if shared == 1 {
		return m*n <= tiny
	}
	return m*n <= 4*tiny && n <= tiny
}

// gemvFew adds alpha*A*x to beta*y, or alpha*Aᵀ*x to y, for a matrix of few
// elements, in the order of the kernels.
func gemvFew[T kernels.Float](tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
	if tA != blas.NoTrans {
		ix := first(m, incX)
		for r := range m {
			c, iy := T(alpha*x[ix]), first(n, incY)
			for _, v := range a[r*lda:][:n] {
				y[iy] = T(c*v) + y[iy]
				iy += incY
			}
			ix += incX
		}
		return
	}
	iy := first(m, incY)
	for r := range m {
		var t terms[T]
		ix := first(n, incX)
		for j, v := range a[r*lda:][:n] {
			t[j&(tiny-1)] = T(v * x[ix])
			ix += incX
		}
		y[iy] = T(alpha*t.sum()) + T(beta*y[iy])
		iy += incY
	}
}

// gerFew adds alpha*x*yᵀ to a matrix of few elements.
func gerFew[T kernels.Float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	ix := first(m, incX)
	for r := range m {
		row, c := a[r*lda:][:n], T(alpha*x[ix])
		iy := first(n, incY)
		for j := range row {
			row[j] = T(c*y[iy]) + row[j]
			iy += incY
		}
		ix += incX
	}
}
