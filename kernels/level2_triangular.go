package kernels

import (
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// Symv multiplies a symmetric matrix by a vector (BLAS ?SYMV): y = alpha A x + beta y. A has
// as many rows and columns as x has elements; element (i, j) is a[i*stride+j], which is read
// in the triangle that uplo says, and stands for (j, i) too.
//
// After y is multiplied by beta, the rows are taken in blocks of 16. What the triangle has
// of them beside the square on the diagonal is a matrix P, for which [Gemv] adds alpha P x to
// y, and then [GemvT] alpha Pᵀ x. Then, for the rows of the square in turn,
//
//	y[i] += (alpha * x[i]) * A(i, i)
//	y[i] += (alpha * x[j]) * A(i, j) // for all j beside the diagonal, in turn, with
//	y[j] += (alpha * x[i]) * A(i, j)
//
// where each product and each addition rounds. If beta is 0, y is not read and counts as +0;
// if alpha is 0, A and x are not read. y must not overlap a or x. Symv panics if the lengths
// of x and y differ, if stride is less than them, or if A does not fit in a.
func Symv[T Float](uplo Uplo, alpha T, a []T, stride int, x []T, beta T, y []T) {
	n := len(x)
	checkLen("Symv", n, len(y))
	checkRows("Symv", n, len(a), n, stride)
	scaleInc(beta, n, y, 1)
	if alpha == 0 {
		return
	}
	t := table[T]()
	for s := 0; s < n; s += generic.TriangleBlock {
		e := min(n, s+generic.TriangleBlock)
		if from, to := besideSquare(uplo, s, e, n); from < to {
			p := noescape(a[s*stride+from:])
			t.Gemv(e-s, alpha, p, stride, noescape(x[from:to]), 1, noescape(y[s:e]), 1)
			t.GemvT(e-s, alpha, p, stride, noescape(x[s:e]), 1, 1, noescape(y[from:to]))
		}
		for i := s; i < e; i++ {
			from, to := besideDiagonal(uplo, i, s, e)
			row, xs, ys := a[i*stride+from:i*stride+to], x[from:to], y[from:to]
			f := T(alpha * x[i])
			sum := y[i] + T(f*a[i*stride+i])
			for j, v := range row {
				sum += T(T(alpha*xs[j]) * v)
				ys[j] += T(f * v)
			}
			y[i] = sum
		}
	}
}

// besideSquare returns the columns that a triangle of n rows has beside the square of the
// rows from s to e.
func besideSquare(uplo Uplo, s, e, n int) (from, to int) {
	if uplo == Lower {
		return 0, s
	}
	return e, n
}

// besideDiagonal returns the columns that row i has in the square of the rows from s to e,
// without the diagonal.
func besideDiagonal(uplo Uplo, i, s, e int) (from, to int) {
	if uplo == Lower {
		return s, i
	}
	return i + 1, e
}

// inTriangle returns the columns that row i of n has.
func inTriangle(uplo Uplo, i, n int) (from, to int) {
	if uplo == Lower {
		return 0, i + 1
	}
	return i, n
}

// shortRow is up to how many elements of a row plain code beats the call of a kernel.
const shortRow = 8

// addMultiple is Axpy for rows of which many are short.
func addMultiple[T Float](t *dispatch.Table[T], alpha T, x, y []T) {
	if len(x) > shortRow {
		t.Axpy(alpha, noescape(x), noescape(y))
	} else {
		generic.Axpy(alpha, x, y)
	}
}

// Syr adds the outer product of a vector with itself to a triangle of a symmetric matrix
// (BLAS ?SYR):
//
//	for i := range x {
//		for all j in row i of the triangle {
//			a[i*stride+j] += (alpha * x[i]) * x[j]
//		}
//	}
//
// Each product and the addition rounds. If alpha is 0, nothing is done. a must not overlap
// x. Syr panics as [Symv] does.
func Syr[T Float](uplo Uplo, alpha T, x, a []T, stride int) {
	checkRows("Syr", len(x), len(a), len(x), stride)
	if alpha == 0 {
		return
	}
	t := table[T]()
	for i, v := range x {
		from, to := inTriangle(uplo, i, len(x))
		addMultiple(t, T(alpha*v), x[from:to], a[i*stride+from:i*stride+to])
	}
}

// Syr2 adds the outer products of two vectors, in both orders, to a triangle of a symmetric
// matrix (BLAS ?SYR2):
//
//	for i := range x {
//		for all j in row i of the triangle {
//			a[i*stride+j] += (alpha * x[i]) * y[j]
//			a[i*stride+j] += (alpha * y[i]) * x[j]
//		}
//	}
//
// Each product and each addition rounds. If alpha is 0, nothing is done. a must not overlap
// x or y. Syr2 panics as [Symv] does.
func Syr2[T Float](uplo Uplo, alpha T, x, y, a []T, stride int) {
	checkLen("Syr2", len(x), len(y))
	checkRows("Syr2", len(x), len(a), len(x), stride)
	if alpha == 0 {
		return
	}
	t := table[T]()
	for i := range x {
		from, to := inTriangle(uplo, i, len(x))
		row := a[i*stride+from : i*stride+to]
		addMultiple(t, T(alpha*x[i]), y[from:to], row)
		addMultiple(t, T(alpha*y[i]), x[from:to], row)
	}
}

// Trmv multiplies a triangular matrix by a vector (BLAS ?TRMV), x = op(A) x.
//
// The rows of A are taken in blocks of 16, in such an order that each finds the elements that
// it needs unchanged, and the rows of a block likewise. What the triangle has beside the
// square on the diagonal is a matrix P. With NoTrans
//
//	x[i] = A(i, i) * x[i]
//	x[i] += A(i, j) * x[j] // for all j beside the diagonal, in turn
//
// for the rows of the square, and then [Gemv] adds P x. With Trans, [GemvT] first adds Pᵀ x,
// and then
//
//	x[j] += x[i] * A(i, j) // for all j beside the diagonal
//	x[i] = A(i, i) * x[i]
//
// for the rows of the square. Each product and each addition rounds. x must not overlap a.
// Trmv panics if stride is less than x has elements, or if A does not fit in a.
func Trmv[T Float](uplo Uplo, trans Transpose, diag Diag, a []T, stride int, x []T) {
	n := len(x)
	checkRows("Trmv", n, len(a), n, stride)
	t := table[T]()
	blocks := (n + generic.TriangleBlock - 1) / generic.TriangleBlock
	for k := range blocks {
		if bool(uplo) != bool(trans) {
			k = blocks - 1 - k
		}
		s := k * generic.TriangleBlock
		e := min(n, s+generic.TriangleBlock)
		from, to := besideSquare(uplo, s, e, n)
		switch {
		case from == to:
			multiplySquare(uplo, trans, diag, a, stride, x, s, e)
		case bool(trans):
			t.GemvT(e-s, 1, noescape(a[s*stride+from:]), stride, noescape(x[s:e]), 1, 1, noescape(x[from:to]))
			multiplySquare(uplo, trans, diag, a, stride, x, s, e)
		default:
			multiplySquare(uplo, trans, diag, a, stride, x, s, e)
			t.Gemv(e-s, 1, noescape(a[s*stride+from:]), stride, noescape(x[from:to]), 1, noescape(x[s:e]), 1)
		}
	}
}

// multiplySquare multiplies the elements from s to e by the square on the diagonal.
func multiplySquare[T Float](uplo Uplo, trans Transpose, diag Diag, a []T, stride int, x []T, s, e int) {
	for r := range e - s {
		i := s + r
		if bool(uplo) != bool(trans) {
			i = e - 1 - r
		}
		from, to := besideDiagonal(uplo, i, s, e)
		row, rest := a[i*stride+from:i*stride+to], x[from:to]
		old := x[i]
		sum := old
		if diag == NonUnit {
			sum *= a[i*stride+i]
		}
		for j, v := range row {
			if trans {
				rest[j] += T(old * v)
			} else {
				sum += T(v * rest[j])
			}
		}
		x[i] = sum
	}
}

// Trsv solves equations with a triangular matrix (BLAS ?TRSV), op(A) x = b, where x holds b
// before.
//
// It does what [Trmv] does, the other way round. With NoTrans, [Gemv] first subtracts P x,
// and then
//
//	x[i] -= A(i, j) * x[j] // for all j beside the diagonal, in turn
//	x[i] = x[i] / A(i, i)
//
// for the rows of the square. With Trans
//
//	x[i] = x[i] / A(i, i)
//	x[j] -= x[i] * A(i, j) // for all j beside the diagonal
//
// for the rows of the square, and then [GemvT] subtracts Pᵀ x. Each operation rounds. Nothing
// is checked for being 0. x must not overlap a. Trsv panics as Trmv does.
func Trsv[T Float](uplo Uplo, trans Transpose, diag Diag, a []T, stride int, x []T) {
	n := len(x)
	checkRows("Trsv", n, len(a), n, stride)
	t := table[T]()
	blocks := (n + generic.TriangleBlock - 1) / generic.TriangleBlock
	for k := range blocks {
		if bool(uplo) == bool(trans) {
			k = blocks - 1 - k
		}
		s := k * generic.TriangleBlock
		e := min(n, s+generic.TriangleBlock)
		from, to := besideSquare(uplo, s, e, n)
		switch {
		case from == to:
			solveSquare(uplo, trans, diag, a, stride, x, s, e)
		case bool(trans):
			solveSquare(uplo, trans, diag, a, stride, x, s, e)
			t.GemvT(e-s, -1, noescape(a[s*stride+from:]), stride, noescape(x[s:e]), 1, 1, noescape(x[from:to]))
		default:
			t.Gemv(e-s, -1, noescape(a[s*stride+from:]), stride, noescape(x[from:to]), 1, noescape(x[s:e]), 1)
			solveSquare(uplo, trans, diag, a, stride, x, s, e)
		}
	}
}

// solveSquare solves for the elements from s to e with the square on the diagonal.
func solveSquare[T Float](uplo Uplo, trans Transpose, diag Diag, a []T, stride int, x []T, s, e int) {
	for r := range e - s {
		i := s + r
		if bool(uplo) == bool(trans) {
			i = e - 1 - r
		}
		from, to := besideDiagonal(uplo, i, s, e)
		row, rest := a[i*stride+from:i*stride+to], x[from:to]
		v := x[i]
		if !trans {
			for j, f := range row {
				v -= T(f * rest[j])
			}
		}
		if diag == NonUnit {
			v /= a[i*stride+i]
		}
		x[i] = v
		if trans {
			for j, f := range row {
				rest[j] -= T(v * f)
			}
		}
	}
}
