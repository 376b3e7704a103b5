package generic

// Products of a symmetric or a triangular matrix with vectors. Of the matrix the lower
// triangle is read, or the upper one. Its rows are taken in blocks of TriangleBlock: the
// part of a row in the square on the diagonal element by element, and the panel beside the
// square as Gemv and GemvT do.

// panel returns the columns beside the square of the rows from s to e, of n.
func panel(lower bool, s, e, n int) (from, to int) {
	if lower {
		return 0, s
	}
	return e, n
}

// blockOf returns the rows of the k-th block, counted from the last one if backwards.
func blockOf(k, n int, backwards bool) (s, e int) {
	if backwards {
		k = (n-1)/TriangleBlock - k
	}
	return k * TriangleBlock, min(n, (k+1)*TriangleBlock)
}

// rowOf returns the k-th row of those from s to e, counted from the last one if backwards.
func rowOf(k, s, e int, backwards bool) int {
	if backwards {
		return e - 1 - k
	}
	return s + k
}

// Symv computes y = beta*y + alpha*a*x, where a is symmetric. Each element stands in its
// row's sum and in its column's.
func Symv[T Float](lower bool, alpha T, a []T, lda int, x []T, beta T, y []T) {
	switch beta {
	case 0:
		clear(y)
	case 1:
	default:
		Scal(beta, y)
	}
	n := len(y)
	for k := 0; k*TriangleBlock < n && alpha != 0; k++ {
		s, e := blockOf(k, n, false)
		if from, to := panel(lower, s, e, n); from < to {
			Gemv(e-s, alpha, a[s*lda+from:], lda, x[from:to], 1, y[s:e], 1)
			GemvT(e-s, alpha, a[s*lda+from:], lda, x[s:e], 1, 1, y[from:to])
		}
		for i := s; i < e; i++ {
			y[i] += T(T(alpha*x[i]) * a[i*lda+i])
			for j, to := beside(lower, i, s, e); j < to; j++ {
				y[i] += T(T(alpha*x[j]) * a[i*lda+j])
				y[j] += T(T(alpha*x[i]) * a[i*lda+j])
			}
		}
	}
}

// Syr computes a += (alpha*x)*xᵀ in a triangle of a.
func Syr[T Float](lower bool, alpha T, x, a []T, lda int) {
	for i := range x {
		for j := range x {
			if (j == i || j < i == lower) && alpha != 0 {
				a[i*lda+j] += T(T(alpha*x[i]) * x[j])
			}
		}
	}
}

// Syr2 computes a += (alpha*x)*yᵀ, and then a += (alpha*y)*xᵀ, in a triangle of a.
func Syr2[T Float](lower bool, alpha T, x, y, a []T, lda int) {
	for i := range x {
		for j := range x {
			if (j == i || j < i == lower) && alpha != 0 {
				a[i*lda+j] += T(T(alpha*x[i]) * y[j])
				a[i*lda+j] += T(T(alpha*y[i]) * x[j])
			}
		}
	}
}

// Trmv computes x = op(a)*x, where a is triangular: by sums over the rows of a, or, if
// trans, by adding multiples of them. Rows are in such an order that each finds what it
// needs as it was.
func Trmv[T Float](lower, trans, unit bool, a []T, lda int, x []T) {
	n := len(x)
	for k := 0; k*TriangleBlock < n; k++ {
		s, e := blockOf(k, n, lower != trans)
		from, to := panel(lower, s, e, n)
		if from < to && trans {
			GemvT(e-s, 1, a[s*lda+from:], lda, x[s:e], 1, 1, x[from:to])
		}
		for r := range e - s {
			i := rowOf(r, s, e, lower != trans)
			old := x[i]
			if !unit {
				x[i] *= a[i*lda+i]
			}
			for j, to := beside(lower, i, s, e); j < to; j++ {
				if trans {
					x[j] += T(old * a[i*lda+j])
				} else {
					x[i] += T(a[i*lda+j] * x[j])
				}
			}
		}
		if from < to && !trans {
			Gemv(e-s, 1, a[s*lda+from:], lda, x[from:to], 1, x[s:e], 1)
		}
	}
}

// Trsv solves op(a)*x = b, where a is triangular and x holds b, as Trmv multiplies.
func Trsv[T Float](lower, trans, unit bool, a []T, lda int, x []T) {
	n := len(x)
	for k := 0; k*TriangleBlock < n; k++ {
		s, e := blockOf(k, n, lower == trans)
		from, to := panel(lower, s, e, n)
		if from < to && !trans {
			Gemv(e-s, -1, a[s*lda+from:], lda, x[from:to], 1, x[s:e], 1)
		}
		for r := range e - s {
			i := rowOf(r, s, e, lower == trans)
			j, end := beside(lower, i, s, e)
			for q := j; q < end && !trans; q++ {
				x[i] -= T(a[i*lda+q] * x[q])
			}
			if !unit {
				x[i] /= a[i*lda+i]
			}
			for ; j < end && trans; j++ {
				x[j] -= T(x[i] * a[i*lda+j])
			}
		}
		if from < to && trans {
			GemvT(e-s, -1, a[s*lda+from:], lda, x[s:e], 1, 1, x[from:to])
		}
	}
}
