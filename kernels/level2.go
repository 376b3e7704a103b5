package kernels

// Gemv multiplies a row-major matrix by a vector (BLAS ?GEMV without
// transposition), as the predictions of a linear model need. With D = len(x), row
// r is a[r*stride : r*stride+D], and there are len(y) rows:
//
//	for r := range y {
//		y[r] = alpha*Dot(a[r*stride:][:len(x)], x) + beta*y[r]
//	}
//
// Each product rounds before the addition, and the inner product is Dot's to the
// bit. If beta is 0, y is not read and counts as +0. The matrix is read once. y
// must not overlap a or x. Gemv panics if stride < D or the matrix does not fit in
// a; the last row need not be padded to the stride.
func Gemv[T Float](alpha T, a []T, stride int, x []T, beta T, y []T) {
	checkRows("Gemv", len(x), len(a), len(y), stride)
	beta = clearIfUnread(beta, len(y), y, 1)
	table[T]().Gemv(len(y), alpha, noescape(a), stride, noescape(x), beta, noescape(y), 1)
}

// GemvT multiplies a transposed row-major matrix by a vector (BLAS ?GEMV with
// transposition), as the gradient of a linear model needs. With D = len(y), row r
// is a[r*stride : r*stride+D], and there are len(x) rows:
//
//	for j := range y {
//		y[j] = beta * y[j]
//		for r := range x {
//			y[j] += (alpha * x[r]) * a[r*stride+j]
//		}
//	}
//
// The rows are added in row order, each product rounds before the addition, and
// the matrix is read once. If beta is 0, y is not read and counts as +0; if it is
// 1, y is not multiplied. y must not overlap a or x. GemvT panics if stride < D or
// the matrix does not fit in a; the last row need not be padded to the stride.
func GemvT[T Float](alpha T, a []T, stride int, x []T, beta T, y []T) {
	checkRows("GemvT", len(y), len(a), len(x), stride)
	if len(x) == 0 {
		scaleInc(beta, len(y), y, 1)
		return
	}
	beta = clearIfUnread(beta, len(y), y, 1)
	table[T]().GemvT(len(x), alpha, noescape(a), stride, noescape(x), 1, beta, noescape(y))
}

// Ger adds the outer product of two vectors to a row-major matrix (BLAS ?GER).
// With D = len(y), row r is a[r*stride : r*stride+D], and there are len(x) rows:
//
//	for r := range x {
//		for j := range y {
//			a[r*stride+j] += (alpha * x[r]) * y[j]
//		}
//	}
//
// Each product rounds before the addition, and the matrix is read and written
// once. a must not overlap x or y. Ger panics if stride < D or the matrix does not
// fit in a; the last row need not be padded to the stride, and what lies between
// two rows is left alone.
func Ger[T Float](alpha T, x, y, a []T, stride int) {
	checkRows("Ger", len(y), len(a), len(x), stride)
	table[T]().Ger(len(x), alpha, noescape(x), 1, noescape(y), noescape(a), stride)
}
