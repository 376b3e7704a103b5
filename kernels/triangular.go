package kernels

import (
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// Diag says whether a triangular matrix has ones on its diagonal.
type Diag bool

// The diagonals.
const (
	NonUnit Diag = false // as it is stored
	Unit    Diag = true  // ones, which are not read
)

// Trmm multiplies by a triangular matrix (BLAS ?TRMM): B = alpha op(A) B, or B = alpha
// B op(A) if side is Right. B has m rows and n columns, and A has m or n of both.
//
// The order is fixed by the number of a row alone, here of op(A) with side Left; with Right
// everything is mirrored. A triangle of more than 16 rows is split at the largest product
// of 16 and a power of two below their number: into two triangles and the rectangle beside
// the one, which is multiplied as [Gemm] does with beta = 1, after the triangle in its rows
// is done. In a triangle of up to 16 rows
//
//	b[i] = alpha*A(i, i) * b[i]
//	b[i] += alpha*A(i, q) * b[q] // for all q beside the diagonal, in their order
//
// where each product rounds, that with alpha first, and each addition. With N rows of A and
// u = 2^-24 or 2^-53, the error is to first order at most
//
//	(min(N, 256) + N/256 + log2(N) + 6) u |alpha| Σ|A(i, q) b[q]|
//
// If alpha is 0, A and B are not read and B becomes +0. No zero is skipped: what is
// infinite or NaN goes through, where it stands in the triangle that uplo says. B must not
// overlap A. Trmm panics as Gemm does.
func Trmm[T Float](side Side, uplo Uplo, trans Transpose, diag Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	p := triangularProduct("Trmm", side, uplo, trans, diag, m, n, alpha, a, lda, b, ldb)
	if p.prepare() {
		p.multiply(0, p.n)
		giveBack(p.w)
	}
}

// Trsm solves equations with a triangular matrix (BLAS ?TRSM), op(A) X = alpha B, or
// X op(A) = alpha B if side is Right, and stores X in the place of B. B has m rows and n
// columns, and A has m or n of both.
//
// B is multiplied by alpha first, unless that is 1. Then the order is that of [Trmm], the
// other way round: what is known of X is multiplied as [Gemm] does, with alpha = -1 and beta
// = 1, by the rectangle beside a triangle before that is solved. In a triangle of up to 16
// rows
//
//	b[i] -= A(i, q) * b[q] // for all q beside the diagonal, in their order
//	b[i] = b[i] / A(i, i)
//
// where each operation rounds. No inverse is formed. With N rows of A, what is left of op(A)
// X - alpha B is to first order at most
//
//	(min(N, 256) + N/256 + log2(N) + 6) u (Σ|A(i, q) x[q]| + |alpha b[i]|)
//
// Nothing is checked for being 0. If alpha is 0, A and B are not read and B becomes +0. No
// zero is skipped. B must not overlap A. Trsm panics as Gemm does.
func Trsm[T Float](side Side, uplo Uplo, trans Transpose, diag Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	p := triangularProduct("Trsm", side, uplo, trans, diag, m, n, alpha, a, lda, b, ldb)
	if p.prepare() {
		if scale := (product[T]{m: m, n: n, beta: alpha, c: p.b, ldc: ldb}); alpha != 1 {
			scale.scale()
		}
		p.alpha = -1
		p.solve(0, p.n)
		giveBack(p.w)
	}
}

// triangular is a product with a triangular matrix on its way, or the solution of one. B
// op(A) is seen as its mirror image op(A)ᵀ Bᵀ, so that the triangle always stands on the
// left.
type triangular[T Float] struct {
	right, trans bool
	lower, unit  bool // of the matrix as it stands on the left
	n, others    int  // its rows, and the columns of what stands on the right
	alpha        T
	a, b         []T
	lda, ldb     int
	row, column  int // of the matrix as it stands on the left: how far apart they lie
	w            *workspace[T]
}

func triangularProduct[T Float](routine string, side Side, uplo Uplo, trans Transpose, diag Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) triangular[T] {
	p := triangular[T]{right: bool(side), trans: bool(trans), lower: bool(uplo), unit: bool(diag), n: m, others: n,
		alpha: alpha, a: noescape(a), b: noescape(b), lda: lda, ldb: ldb, row: lda, column: 1}
	if p.right {
		p.n, p.others = n, m
	}
	if p.right != p.trans {
		p.lower, p.row, p.column = !p.lower, 1, lda
	}
	if m|n < 0 || !fits(p.n, p.n, len(a), lda) || !fits(m, n, len(b), ldb) {
		panicProduct(routine, "mn", []int{m, n}, []argument{{"a", p.n, p.n, len(a), lda}, {"b", m, n, len(b), ldb}})
	}
	return p
}

// prepare does what there is to do without reading the matrix, and reports whether there
// is more.
func (p *triangular[T]) prepare() bool {
	if p.n == 0 || p.others == 0 {
		return false
	}
	if p.alpha == 0 {
		c := product[T]{m: p.n, n: p.others, c: p.b, ldc: p.ldb}
		if p.right {
			c.m, c.n = p.others, p.n
		}
		c.scale()
		return false
	}
	p.w = borrow[T]()
	return true
}

// multiply multiplies by the triangle of the rows from lo to hi.
func (p *triangular[T]) multiply(lo, hi int) {
	if hi-lo <= generic.TriangleBlock {
		p.diagonal(lo, hi, false)
		return
	}
	s := lo + generic.TriangleSplit(hi-lo)
	if p.lower {
		p.multiply(s, hi)
		p.add(s, hi, lo, s)
		p.multiply(lo, s)
	} else {
		p.multiply(lo, s)
		p.add(lo, s, s, hi)
		p.multiply(s, hi)
	}
}

// solve solves for the rows from lo to hi.
func (p *triangular[T]) solve(lo, hi int) {
	if hi-lo <= generic.TriangleBlock {
		p.diagonal(lo, hi, true)
		return
	}
	s := lo + generic.TriangleSplit(hi-lo)
	if p.lower {
		p.solve(lo, s)
		p.add(s, hi, lo, s)
		p.solve(s, hi)
	} else {
		p.solve(s, hi)
		p.add(lo, s, s, hi)
		p.solve(lo, s)
	}
}

// add adds to the rows of the right factor from i to iEnd alpha times the product of the
// same rows of the matrix, and its columns from q to qEnd, with the rows of that number.
func (p *triangular[T]) add(i, iEnd, q, qEnd int) {
	part := p.a[i*p.row+q*p.column:]
	c := product[T]{k: qEnd - q, alpha: p.alpha, beta: 1, ldc: p.ldb}
	if p.right {
		c.m, c.n, c.c = p.others, iEnd-i, p.b[i:]
		c.a, c.lda, c.b, c.ldb, c.transB = p.b[q:], p.ldb, part, p.lda, p.trans
	} else {
		c.m, c.n, c.c = iEnd-i, p.others, p.b[i*p.ldb:]
		c.a, c.lda, c.transA, c.b, c.ldb = part, p.lda, p.trans, p.b[q*p.ldb:], p.ldb
	}
	c.run()
}

// panelColumns is how many columns of the right factor a diagonal block is applied to at a
// time: so many of its rows stay in the first-level cache.
const panelColumns = 256

// diagonal multiplies by a diagonal block, or solves with it. Rows that are columns in
// memory are transposed before and after.
func (p *triangular[T]) diagonal(lo, hi int, solve bool) {
	t, n := table[T](), hi-lo
	for j := 0; j < p.others; j += panelColumns {
		width := min(panelColumns, p.others-j)
		var b, rows []T
		stride := p.ldb
		if p.right {
			b, rows, stride = p.b[j*p.ldb+lo:], p.w.left[:], width+leftPad
			t.Transpose(width, n, b, p.ldb, rows, stride)
		} else {
			rows = p.b[lo*p.ldb+j:]
		}
		for s := range n {
			i := s
			if p.lower != solve {
				i = n - 1 - s
			}
			x := rows[i*stride:][:width]
			q, count := 0, i
			if !p.lower {
				q, count = i+1, n-1-i
			}
			if solve {
				p.solveRow(t, x, lo+i, lo+q, count, rows, q*stride, stride)
			} else {
				p.multiplyRow(t, x, lo+i, lo+q, count, rows, q*stride, stride)
			}
		}
		if p.right {
			t.Transpose(n, width, rows, stride, b, p.ldb)
		}
	}
}

// multiplyRow computes row i of a product, x, with count rows from row q on, which begin
// at a place of rows.
func (p *triangular[T]) multiplyRow(t *dispatch.Table[T], x []T, i, q, count int, rows []T, place, stride int) {
	d := p.alpha
	if !p.unit {
		d *= p.a[i*(p.row+p.column)]
	}
	if count == 0 {
		t.Scal(d, x)
	} else {
		t.GemvT(count, p.alpha, rows[place:], stride, p.a[i*p.row+q*p.column:], p.column, d, x)
	}
}

// solveRow computes row i of a solution in the same way.
func (p *triangular[T]) solveRow(t *dispatch.Table[T], x []T, i, q, count int, rows []T, place, stride int) {
	if count > 0 {
		t.GemvT(count, -1, rows[place:], stride, p.a[i*p.row+q*p.column:], p.column, 1, x)
	}
	if p.unit {
		return
	}
	d := p.a[i*(p.row+p.column)]
	if len(x) <= shortRow {
		for j := range x {
			x[j] /= d
		}
		return
	}
	// The mean of one row is the row divided.
	b := p.w.right[:len(x)]
	copy(b, x)
	t.MeanRows(x, b, 1, len(x), d)
}
