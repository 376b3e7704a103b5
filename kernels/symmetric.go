package kernels

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// Uplo says which triangle of a matrix is meant. The other one is neither read nor written.
type Uplo bool

// The triangles.
const (
	Upper Uplo = false // the diagonal and what is above it
	Lower Uplo = true  // the diagonal and what is below it
)

// Side says on which side of the other factor a symmetric or triangular matrix stands.
type Side bool

// The sides.
const (
	Left  Side = false
	Right Side = true
)

// Symm multiplies by a symmetric matrix (BLAS ?SYMM): C = alpha A B + beta C, or C = alpha
// B A + beta C if side is Right. B and C have m rows and n columns, and A has m or n of
// both; element (i, j) is a[i*lda+j], which is read in the triangle that uplo says, and
// stands for (j, i) too. The result is that of [Gemm] with the whole matrix, to the bit,
// and so is what Symm does where alpha, beta or a size is 0. Symm panics as Gemm does.
func Symm[T Float](side Side, uplo Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	k := m
	if side == Right {
		k = n
	}
	if m|n < 0 || !fits(k, k, len(a), lda) || !fits(m, n, len(b), ldb) || !fits(m, n, len(c), ldc) {
		panicProduct("Symm", "mn", []int{m, n}, []argument{{"a", k, k, len(a), lda}, {"b", m, n, len(b), ldb}, {"c", m, n, len(c), ldc}})
	}
	s := symmetric[T]{lower: bool(uplo), n: k, a: noescape(a), lda: lda}
	p := product[T]{m: m, n: n, k: k, alpha: alpha, beta: beta, c: noescape(c), ldc: ldc}
	if m == 0 || n == 0 || alpha == 0 {
		p.k = 0
		p.run()
		return
	}
	w := borrow[T]()
	for l := 0; l < k; l += generic.DepthBlock {
		if side == Left {
			s.addLeft(p, l, noescape(b), ldb, w)
		} else {
			s.addRight(p, l, noescape(b), ldb, w)
		}
		p.beta = 1
	}
	giveBack(w)
}

// symmetric is a symmetric matrix of which a triangle is stored.
type symmetric[T Float] struct {
	lower bool
	n     int
	a     []T
	lda   int
}

// block returns the part of the matrix beside the diagonal that begins at row i and
// column j: as it is stored, or transposed if its mirror image is.
func (s *symmetric[T]) block(i, j int) (part []T, trans bool) {
	if i > j == s.lower {
		return s.a[i*s.lda+j:], false
	}
	return s.a[j*s.lda+i:], true
}

// addLeft adds to c the product of the columns of the matrix from l on, a block of them,
// with the same rows of b.
func (s *symmetric[T]) addLeft(p product[T], l int, b []T, ldb int, w *workspace[T]) {
	p.k = min(generic.DepthBlock, s.n-l)
	p.b, p.ldb = b[l*ldb:], ldb
	rows := func(i, m int) {
		if m > 0 {
			q := p
			q.m, q.c, q.lda = m, p.c[i*p.ldc:], s.lda
			q.a, q.transA = s.block(i, l)
			q.run()
		}
	}
	rows(0, l)
	rows(l+p.k, s.n-l-p.k)
	p.m, p.c = p.k, p.c[l*p.ldc:]
	p.a, p.lda = w.left[:], s.whole(w.left[:], l, p.k)
	p.run()
}

// addRight adds to c the product of the columns of b from l on, a block of them, with the
// same rows of the matrix.
func (s *symmetric[T]) addRight(p product[T], l int, b []T, ldb int, w *workspace[T]) {
	p.k = min(generic.DepthBlock, s.n-l)
	p.a, p.lda = b[l:], ldb
	columns := func(j, n int) {
		if n > 0 {
			q := p
			q.n, q.c, q.ldb = n, p.c[j:], s.lda
			q.b, q.transB = s.block(l, j)
			q.run()
		}
	}
	columns(0, l)
	columns(l+p.k, s.n-l-p.k)
	p.n, p.c = p.k, p.c[l:]
	p.b, p.ldb = w.left[:], s.whole(w.left[:], l, p.k)
	p.run()
}

// whole stores the n rows and columns from l on, both triangles, and returns the distance
// between two rows.
func (s *symmetric[T]) whole(dst []T, l, n int) (stride int) {
	const strip = 16 // rows
	stride = n + leftPad
	a := s.a[l*s.lda+l:]
	for i := 0; i < n; i += strip {
		rows := min(strip, n-i)
		// The rows before the strip, or behind it, are a rectangle beside it.
		from, to := 0, i
		if !s.lower {
			from, to = i+rows, n
		}
		if from < to {
			for r := i; r < i+rows; r++ {
				copy(dst[r*stride+from:r*stride+to], a[r*s.lda+from:])
			}
			table[T]().Transpose(rows, to-from, a[i*s.lda+from:], s.lda, dst[from*stride+i:], stride)
		}
		for r := i; r < i+rows; r++ {
			for c := i; c <= r; c++ {
				x := a[c*s.lda+r]
				if s.lower {
					x = a[r*s.lda+c]
				}
				dst[r*stride+c], dst[c*stride+r] = x, x
			}
		}
	}
	return stride
}

// Syrk adds a matrix times its transpose to a triangle of a symmetric one (BLAS ?SYRK): C =
// alpha op(A) op(A)ᵀ + beta C, where op(A) has n rows and k columns: A, or Aᵀ if trans is
// Trans. C has n of both, and its elements in the triangle that uplo says are those of
// [Gemm], to the bit; with its handling of zeros. Syrk panics as Gemm does.
func Syrk[T Float](uplo Uplo, trans Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	rows, columns := n, k
	if trans {
		rows, columns = k, n
	}
	if n|k < 0 || !fits(rows, columns, len(a), lda) || !fits(n, n, len(c), ldc) {
		panicProduct("Syrk", "nk", []int{n, k}, []argument{{"a", rows, columns, len(a), lda}, {"c", n, n, len(c), ldc}})
	}
	p := product[T]{m: n, n: n, k: k, alpha: alpha, beta: beta, a: noescape(a), b: noescape(a), c: noescape(c), lda: lda, ldb: lda, ldc: ldc,
		transA: bool(trans), transB: !bool(trans)}
	p.runTriangle(uplo)
}

// Syr2k adds two products to a triangle of a symmetric matrix (BLAS ?SYR2K): first
// C = alpha op(A) op(B)ᵀ + beta C, and then C = alpha op(B) op(A)ᵀ + C, each as [Syrk]
// adds its one. op(A) and op(B) have n rows and k columns. Syr2k panics as Gemm does.
func Syr2k[T Float](uplo Uplo, trans Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	rows, columns := n, k
	if trans {
		rows, columns = k, n
	}
	if n|k < 0 || !fits(rows, columns, len(a), lda) || !fits(rows, columns, len(b), ldb) || !fits(n, n, len(c), ldc) {
		panicProduct("Syr2k", "nk", []int{n, k}, []argument{{"a", rows, columns, len(a), lda}, {"b", rows, columns, len(b), ldb}, {"c", n, n, len(c), ldc}})
	}
	p := product[T]{m: n, n: n, k: k, alpha: alpha, beta: beta, a: noescape(a), b: noescape(b), c: noescape(c), lda: lda, ldb: ldb, ldc: ldc,
		transA: bool(trans), transB: !bool(trans)}
	p.runTriangle(uplo)
	p.a, p.b, p.lda, p.ldb, p.beta = p.b, p.a, p.ldb, p.lda, 1
	p.runTriangle(uplo)
}

// tileBytes is the length of a tile's row. A tile stands on the diagonal, and is computed
// as a whole beside c.
const tileBytes = 128

// runTriangle computes the elements of a square product in a triangle.
func (p *product[T]) runTriangle(uplo Uplo) {
	switch {
	case p.n == 0:
		return
	case p.alpha == 0 || p.k == 0:
		for i := range p.n {
			from, to := inTriangle(uplo, i, p.n)
			row := *p
			row.m, row.n, row.c = 1, to-from, p.c[i*p.ldc+from:]
			row.scale()
		}
		return
	}
	// As blocks does, but that what lies in the other triangle is passed over.
	t, cut, w := table[T](), tilingOf[T](), borrow[T]()
	how, rows := p.leftWay(cut), leftRows
	if how == leave {
		rows = callTerms / generic.DepthBlock / cut.columns
	}
	q := trianglePanel[T]{product: *p, t: t, lower: uplo == Lower, tile: w.tile[:]}
	for l := 0; l < p.k; l += generic.DepthBlock {
		q.depth = min(generic.DepthBlock, p.k-l)
		for q.first = 0; q.first < p.n; q.first += rows {
			q.end = min(p.n, q.first+rows)
			q.left, q.row, q.column = p.left(q.first, l)
			if how != leave {
				q.left, q.row, q.column = p.bring(t, how, w.left[:], q.left, q.end-q.first, q.depth)
			}
			for j := 0; j < p.n; j += cut.columns {
				end := min(p.n, j+cut.columns)
				if q.lower && j >= q.end || !q.lower && end <= q.first {
					continue
				}
				q.right, q.step = w.right[:], cut.columns
				switch {
				case p.transB:
					t.Transpose(end-j, q.depth, p.b[j*p.ldb+l:], p.ldb, q.right, q.step)
				case p.n > cut.columns:
					t.CopyRows(q.depth, end-j, p.b[l*p.ldb+j:], p.ldb, q.right, q.step)
				default:
					q.right, q.step = p.b[l*p.ldb+j:], p.ldb
				}
				q.add(j, end)
			}
		}
		q.beta = 1
	}
	giveBack(w)
}

// trianglePanel is a block of the left factor and a panel of the right one, on the way to
// the elements of their product in a triangle.
type trianglePanel[T Float] struct {
	product[T]
	t           *dispatch.Table[T]
	lower       bool
	first, end  int // rows of the block
	depth       int
	left        []T
	row, column int
	right       []T
	step        int
	tile        []T
}

// add adds to the columns of c from j to end, which the panel has: the rows beside the
// diagonal, and those on it tile by tile.
func (q *trianglePanel[T]) add(j, end int) {
	if q.lower {
		q.rectangle(end, q.n, j, end, j)
	} else {
		q.rectangle(0, j, j, end, j)
	}
	side := tileBytes / int(unsafe.Sizeof(q.beta))
	for s := j; s < end; s += side {
		e := min(end, s+side)
		if q.lower {
			q.rectangle(e, end, s, e, j)
		} else {
			q.rectangle(j, s, s, e, j)
		}
		q.diagonal(s, e, j)
	}
}

// rectangle adds to the elements of some rows and columns. The panel begins at column j.
func (q *trianglePanel[T]) rectangle(row, rowEnd, column, columnEnd, j int) {
	row, rowEnd = max(row, q.first), min(rowEnd, q.end)
	if row < rowEnd {
		q.t.GemmBlock(rowEnd-row, columnEnd-column, q.depth, q.alpha, q.left[(row-q.first)*q.row:], q.row, q.column,
			q.right[column-j:], q.step, q.beta, q.c[row*q.ldc+column:], q.ldc)
	}
}

// diagonal adds to the triangle of the rows from s to e.
func (q *trianglePanel[T]) diagonal(s, e, j int) {
	row, rowEnd, width := max(s, q.first), min(e, q.end), e-s
	if row >= rowEnd {
		return
	}
	for r := row; r < rowEnd && q.beta != 0; r++ {
		from, to := inTriangle(Uplo(q.lower), r-s, width)
		copy(q.tile[(r-row)*width+from:(r-row)*width+to], q.c[r*q.ldc+s+from:])
	}
	q.t.GemmBlock(rowEnd-row, width, q.depth, q.alpha, q.left[(row-q.first)*q.row:], q.row, q.column,
		q.right[s-j:], q.step, q.beta, q.tile, width)
	for r := row; r < rowEnd; r++ {
		from, to := inTriangle(Uplo(q.lower), r-s, width)
		copy(q.c[r*q.ldc+s+from:r*q.ldc+s+to], q.tile[(r-row)*width+from:])
	}
}
