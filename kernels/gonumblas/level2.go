package gonumblas

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// few reports whether a matrix has so few elements that plain loops beat a kernel.
func few(m, n int) bool { return m*n <= short }

// gemvFew computes y = alpha*A*x + beta*y for a matrix of few elements, in
// the order of the kernels.
func gemvFew[T kernels.Float](m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
	iy := generic.First(m, incY)
	for r := range m {
		var even, odd T
		ix := generic.First(n, incX)
		for j, v := range a[r*lda:][:n] {
			t := T(v * x[ix])
			if j&1 == 0 {
				even += t
			} else {
				odd += t
			}
			ix += incX
		}
		y[iy] = T(alpha*(even+odd)) + T(beta*y[iy])
		iy += incY
	}
}

// gemvTFew adds alpha*Aᵀ*x to y for a matrix of few elements.
func gemvTFew[T kernels.Float](m, n int, alpha T, a []T, lda int, x []T, incX int, y []T, incY int) {
	ix := generic.First(m, incX)
	for r := range m {
		c, iy := T(alpha*x[ix]), generic.First(n, incY)
		for _, v := range a[r*lda:][:n] {
			y[iy] = T(c*v) + y[iy]
			iy += incY
		}
		ix += incX
	}
}

// gerFew adds alpha*x*yᵀ to a matrix of few elements.
func gerFew[T kernels.Float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	ix := generic.First(m, incX)
	for r := range m {
		c, iy := T(alpha*x[ix]), generic.First(n, incY)
		row := a[r*lda:][:n]
		for j, v := range row {
			row[j] = T(c*y[iy]) + v
			iy += incY
		}
		ix += incX
	}
}
