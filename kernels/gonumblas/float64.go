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

// Dsymv computes y = alpha*A*x + beta*y for a symmetric A of n rows. It does not read y if
// beta is 0.
func (Implementation) Dsymv(ul blas.Uplo, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	symv(ul, n, alpha, a, lda, x, incX, beta, y, incY)
}

// Dsyr computes A += alpha*x*xᵀ in a triangle of A.
func (Implementation) Dsyr(ul blas.Uplo, n int, alpha float64, x []float64, incX int, a []float64, lda int) {
	syr(ul, n, alpha, x, incX, a, lda)
}

// Dsyr2 computes A += alpha*x*yᵀ + alpha*y*xᵀ in a triangle of A.
func (Implementation) Dsyr2(ul blas.Uplo, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	syr2(ul, n, alpha, x, incX, y, incY, a, lda)
}

// Dtrmv computes x = A*x, or with Aᵀ in the place of A, for a triangular A.
func (Implementation) Dtrmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	trmv(ul, tA, d, n, a, lda, x, incX)
}

// Dtrsv solves A*x = b, or with Aᵀ in the place of A, for a triangular A; x holds b before.
func (Implementation) Dtrsv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	trsv(ul, tA, d, n, a, lda, x, incX)
}

// Dgemm computes C = alpha*A*B + beta*C, or with Aᵀ in the place of A, or Bᵀ in that of B,
// for an m×n matrix C and sums of k terms. It does not read C if beta is 0.
func (Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	gemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Dsymm computes C = alpha*A*B + beta*C, or alpha*B*A + beta*C, for a symmetric A and an m×n
// matrix C, which it does not read if beta is 0.
func (Implementation) Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	symm(s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Dsyrk computes C = alpha*A*Aᵀ + beta*C, or alpha*Aᵀ*A + beta*C, in a triangle of C, which
// it does not read if beta is 0.
func (Implementation) Dsyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	syrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
}

// Dsyr2k computes C = alpha*A*Bᵀ + alpha*B*Aᵀ + beta*C, or with the transposed matrices, in
// a triangle of C, which it does not read if beta is 0.
func (Implementation) Dsyr2k(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	syr2k(ul, tA, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Dtrmm computes B = alpha*A*B, or alpha*B*A, or with Aᵀ in the place of A, for a triangular
// A and an m×n matrix B.
func (Implementation) Dtrmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	trmm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

// Dtrsm solves A*X = alpha*B, or X*A = alpha*B, or with Aᵀ in the place of A, for a
// triangular A, and stores X in the place of the m×n matrix B.
func (Implementation) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	trsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}
