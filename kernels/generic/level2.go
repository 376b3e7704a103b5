package generic

// Products of a matrix with vectors. The matrix is row-major, row r begins at
// a[r*stride]. A sum over the elements of a row is Dot's; a sum over rows is added
// in row order, row 0 first. The vector with an element for each row is strided,
// as in AxpyInc.

// Gemv computes y[r] = alpha*(sum over j of a[r*stride+j]*x[j]) + beta*y[r].
func Gemv[T Float](rows int, alpha T, a []T, stride int, x []T, beta T, y []T, incY int) {
	iy := First(rows, incY)
	for r := range rows {
		y[iy] = T(alpha*Dot(a[r*stride:][:len(x)], x)) + T(beta*y[iy])
		iy += incY
	}
}

// GemvT computes y[j] = (alpha*x[r])*a[r*stride+j] + y[j], for each r in turn; the
// first takes beta*y[j].
func GemvT[T Float](rows int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T) {
	if rows > 0 && beta != 1 {
		Scal(beta, y)
	}
	ix := First(rows, incX)
	for r := range rows {
		Axpy(T(alpha*x[ix]), a[r*stride:][:len(y)], y)
		ix += incX
	}
}

// Ger computes a[r*stride+j] += (alpha*x[r])*y[j].
func Ger[T Float](rows int, alpha T, x []T, incX int, y, a []T, stride int) {
	ix := First(rows, incX)
	for r := range rows {
		Axpy(T(alpha*x[ix]), y, a[r*stride:][:len(y)])
		ix += incX
	}
}
