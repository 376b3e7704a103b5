package generic

// Products of a matrix with vectors. The matrix is row-major, row r begins at
// a[r*stride]. A sum over the elements of a row is Dot's; a sum over rows is added
// in row order, row 0 first. The vector with an element for each row is strided,
// as in AxpyInc; in the functions whose names end in Inc the other one is, too.

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

// GemvInc computes y[r] = alpha*(sum over j of a[r*stride+j]*x[j]) + beta*y[r].
func GemvInc[T Float](rows, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	iy := First(rows, incY)
	for r := range rows {
		y[iy] = T(alpha*DotInc(n, a[r*stride:], 1, x, incX)) + T(beta*y[iy])
		iy += incY
	}
}

// GemvTInc computes y[j] = (alpha*x[r])*a[r*stride+j] + y[j], for each r in turn; the
// first takes beta*y[j].
func GemvTInc[T Float](rows, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	if rows > 0 && beta != 1 {
		ScalInc(n, beta, y, incY)
	}
	ix := First(rows, incX)
	for r := range rows {
		AxpyInc(n, T(alpha*x[ix]), a[r*stride:], 1, y, incY)
		ix += incX
	}
}

// GerInc computes a[r*stride+j] += (alpha*x[r])*y[j].
func GerInc[T Float](rows, n int, alpha T, x []T, incX int, y []T, incY int, a []T, stride int) {
	ix := First(rows, incX)
	for r := range rows {
		AxpyInc(n, T(alpha*x[ix]), y, incY, a[r*stride:], 1)
		ix += incX
	}
}
