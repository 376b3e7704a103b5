package gonumblas

import "gonum.org/v1/gonum/blas"

var _ blas.Float64 = Implementation{}

// Daxpy computes y[i] += alpha*x[i].
func (Implementation) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	axpy(n, alpha, x, incX, y, incY)
}

// Ddot returns the sum of x[i]*y[i].
func (Implementation) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	return dot(n, x, incX, y, incY)
}

// Dscal computes x[i] *= alpha. It clears x if alpha is 0, whatever x holds, and
// does nothing if incX is negative.
func (Implementation) Dscal(n int, alpha float64, x []float64, incX int) { scal(n, alpha, x, incX) }

// Dcopy copies x to y.
func (Implementation) Dcopy(n int, x []float64, incX int, y []float64, incY int) {
	copyTo(n, x, incX, y, incY)
}

// Dswap exchanges x and y.
func (Implementation) Dswap(n int, x []float64, incX int, y []float64, incY int) {
	swap(n, x, incX, y, incY)
}

// Dnrm2 returns the Euclidean norm of x, 0 if incX is negative.
func (Implementation) Dnrm2(n int, x []float64, incX int) float64 { return nrm2(n, x, incX) }

// Dasum returns the sum of the magnitudes of x, 0 if incX is negative.
func (Implementation) Dasum(n int, x []float64, incX int) float64 { return asum(n, x, incX) }

// Idamax returns the first index of the largest magnitude in x, and -1 if there are
// no elements or incX is negative. A NaN is the largest only in front.
func (Implementation) Idamax(n int, x []float64, incX int) int { return iamax(n, x, incX) }

// Drotg computes the plane rotation with c*a + s*b = r and c*b - s*a = 0. z tells c
// and s in one number: see gonum's routine.
func (Implementation) Drotg(a, b float64) (c, s, r, z float64) { return rotg(a, b) }

// Drotmg computes the modified Givens rotation that makes the second component of
// (sqrt(d1)*x1, sqrt(d2)*y1) zero, and d1, d2 and x1 after it.
func (Implementation) Drotmg(d1, d2, x1, y1 float64) (p blas.DrotmParams, rd1, rd2, rx1 float64) {
	p.Flag, p.H, rd1, rd2, rx1 = rotmg(d1, d2, x1, y1)
	return p, rd1, rd2, rx1
}

// Drot computes x[i], y[i] = c*x[i] + s*y[i], c*y[i] - s*x[i].
func (Implementation) Drot(n int, x []float64, incX int, y []float64, incY int, c, s float64) {
	rot(n, x, incX, y, incY, c, s)
}

// Drotm applies a modified Givens rotation to the points (x[i], y[i]). A flag that
// BLAS does not know changes nothing, as with gonum.
func (Implementation) Drotm(n int, x []float64, incX int, y []float64, incY int, p blas.DrotmParams) {
	rotm(n, x, incX, y, incY, p.Flag, p.H[0], p.H[2], p.H[1], p.H[3])
}

// Dgemv computes y = alpha*A*x + beta*y, or with Aᵀ in the place of A, for an m×n
// matrix. It does not read y if beta is 0.
func (Implementation) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	gemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
}

// Dger computes A += alpha*x*yᵀ for an m×n matrix.
func (Implementation) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	ger(m, n, alpha, x, incX, y, incY, a, lda)
}
