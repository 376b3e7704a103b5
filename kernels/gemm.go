package kernels

import (
	"fmt"
	"math/bits"
	"unsafe"

	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// Transpose says how a factor of a matrix product lies in memory.
type Transpose bool

// The ways to take a factor.
const (
	NoTrans Transpose = false // as it lies
	Trans   Transpose = true  // its rows are the factor's columns
)

// Gemm multiplies two row-major matrices (BLAS ?GEMM). op(A) has m rows and k columns,
// op(B) k rows and n columns, where op transposes what Trans says, and C has m rows and
// n columns:
//
//	for i := range m {
//		for j := range n {
//			c[i*ldc+j] = beta * c[i*ldc+j]
//			for l := 0; l < k; l += 256 {
//				sum := 0
//				for q := l; q < min(k, l+256); q++ {
//					sum = fma(A(i, q), B(q, j), sum)
//				}
//				c[i*ldc+j] += alpha * sum
//			}
//		}
//	}
//
// where A(i, q) is a[i*lda+q], or a[q*lda+i] if transA is Trans, and B(q, j) is
// b[q*ldb+j], or b[j*ldb+q]. Each fma rounds once, and so do the product with alpha and
// the addition to C. An element depends on its row of op(A), its column of op(B) and
// itself alone: not on the sizes, on how the work is cut, or on where the matrices lie.
// The package's documentation has its error bound.
//
// If beta is 0, C is not read and counts as +0. If alpha or k is 0, neither A nor B is
// read. No zero is skipped: what is infinite or NaN goes through. C must not overlap A
// or B. Gemm works on the calling goroutine; package parallel has a form for several.
// It panics if a size is negative, if lda, ldb or ldc is less than a row's length, or
// if a matrix does not fit in its slice; the last row need not be padded.
func Gemm[T Float](transA, transB Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	checkGemm("Gemm", transA, transB, m, n, k, len(a), lda, len(b), ldb, len(c), ldc)
	p := product[T]{m: m, n: n, k: k, alpha: alpha, beta: beta, a: noescape(a), b: noescape(b), c: noescape(c), lda: lda, ldb: ldb, ldc: ldc,
		transA: bool(transA), transB: bool(transB)}
	p.run()
}

// checkGemm panics as Gemm does for arguments that do not fit together, in the name of
// the given routine.
func checkGemm(routine string, transA, transB Transpose, m, n, k, lenA, lda, lenB, ldb, lenC, ldc int) {
	rowsA, columnsA := m, k
	if transA {
		rowsA, columnsA = k, m
	}
	rowsB, columnsB := k, n
	if transB {
		rowsB, columnsB = n, k
	}
	if m|n|k < 0 || !fits(rowsA, columnsA, lenA, lda) || !fits(rowsB, columnsB, lenB, ldb) || !fits(m, n, lenC, ldc) {
		panicProduct(routine, "mnk", []int{m, n, k}, []argument{
			{"a", rowsA, columnsA, lenA, lda}, {"b", rowsB, columnsB, lenB, ldb}, {"c", m, n, lenC, ldc}})
	}
}

// fits reports whether a matrix's rows are as far apart as they are long, and all of them
// in its slice.
func fits(rows, columns, length, stride int) bool {
	if stride < max(1, columns) {
		return false
	}
	if rows == 0 || columns == 0 {
		return true
	}
	over, before := bits.Mul(uint(rows-1), uint(stride))
	return over == 0 && before <= uint(length) && length-int(before) >= columns
}

// argument is a matrix among a routine's arguments.
type argument struct {
	name                  string
	rows, columns, length int
	stride                int
}

// panicProduct panics for the first of the sizes, with a letter each, and matrices that is
// wrong.
//
//go:noinline
func panicProduct(routine, letters string, sizes []int, matrices []argument) {
	for i, letter := range letters {
		if sizes[i] < 0 {
			panic(fmt.Sprintf("kernels: %s: %c = %d is negative", routine, letter, sizes[i]))
		}
	}
	for _, x := range matrices {
		if x.stride < max(1, x.columns) {
			panic(fmt.Sprintf("kernels: %s: ld%s = %d is less than %s's row length %d", routine, x.name, x.stride, x.name, max(1, x.columns)))
		}
		if !fits(x.rows, x.columns, x.length, x.stride) {
			panic(fmt.Sprintf("kernels: %s: %s of %d rows of %d, ld%s = %d, does not fit in a slice of length %d",
				routine, x.name, x.rows, x.columns, x.name, x.stride, x.length))
		}
	}
}

// tiling is what a level's GemmBlock does best.
type tiling struct {
	columns  int  // of a panel
	adjacent bool // the left factor's rows are better side by side than its columns
}

// tilingOf returns how the active level's products are best cut.
func tilingOf[T Float]() tiling {
	if unsafe.Sizeof(T(0)) == 4 {
		return tilings[ActiveLevel()][0]
	}
	return tilings[ActiveLevel()][1]
}

// product is a matrix product on its way.
type product[T Float] struct {
	m, n, k        int
	alpha, beta    T
	a, b, c        []T
	lda, ldb, ldc  int
	transA, transB bool
}

// The limits of what one call of GemmBlock works on.
const (
	// leftRows is how many rows of the left factor are taken at a time: a block of so
	// many stays in the second-level cache, and, where it is transposed, in the workspace.
	leftRows = 256
	// leftPad is what lies between two rows of the workspace's left block, so that they
	// do not all fall into a few sets of the first-level cache.
	leftPad = 16
	// callTerms is how many products of elements one call adds up, at most: no goroutine
	// can be preempted in it.
	callTerms = 1 << 23
	// packBytes is how far apart the first and the last row of a block of the right factor
	// may be while it is better read where it lies, and packRows how many rows of the left
	// factor pay for bringing it together.
	packBytes = 1e6
	packRows  = 32
	// turnBytes is how far apart the rows of a left factor that lies transposed may be while
	// it is better read so, and turnColumns how many columns of the right factor pay for
	// transposing it.
	turnBytes   = 1024
	gatherBytes = 4096 // the same for one that lies as it should, and for copying it
	turnColumns = 96
)

// workspace holds the blocks of both factors that are brought together, and what is
// computed beside c.
type workspace[T Float] struct {
	left  [leftRows * (generic.DepthBlock + leftPad)]T
	right [generic.DepthBlock * maxPanel]T
	tile  [tileRows * tileRows]T
}

// tileRows is the most rows of a tile.
const tileRows = tileBytes / 4

// maxPanel is the most columns of a panel on any level.
const maxPanel = 64

var workspaces kept

// borrow returns a workspace; giveBack takes it back.
func borrow[T Float]() *workspace[T] { return take[T, workspace[T]](&workspaces) }

func giveBack[T Float](w *workspace[T]) { keep[T](&workspaces, w) }

// run computes the product.
func (p *product[T]) run() {
	if p.m == 0 || p.n == 0 {
		return
	}
	if p.alpha == 0 || p.k == 0 {
		p.scale()
		return
	}
	t, cut := table[T](), tilingOf[T]()
	size := int(unsafe.Sizeof(p.alpha))
	// Which blocks are brought together never shows in the bits.
	depth := min(p.k, generic.DepthBlock)
	left := p.leftWay(cut)
	pack := p.transB || p.m >= packRows && p.n > cut.columns && p.ldb*size*depth >= packBytes
	if left == leave && !pack && p.m*p.n <= callTerms/generic.DepthBlock {
		p.direct(t)
		return
	}
	w := borrow[T]()
	p.blocks(t, cut, w, left, pack)
	giveBack(w)
}

// leftWay decides what happens to the left factor's blocks.
func (p *product[T]) leftWay(cut tiling) leftWay {
	distance := p.lda * int(unsafe.Sizeof(p.alpha))
	switch wanted := p.transA == cut.adjacent; {
	case p.n < turnColumns || p.m == 1 || p.k < 32:
		return leave
	case !wanted && (cut.adjacent || distance >= turnBytes):
		return turn
	case wanted && distance >= gatherBytes:
		return gather
	}
	return leave
}

// scale computes c = beta*c.
func (p *product[T]) scale() {
	for i := range p.m {
		row := p.c[i*p.ldc:][:p.n]
		switch p.beta {
		case 0:
			clear(row)
		case 1:
		default:
			Scal(p.beta, row)
		}
	}
}

// left returns the left factor's block at row i and column l, and the distances between
// its rows and between its columns.
func (p *product[T]) left(i, l int) (a []T, row, column int) {
	if p.transA {
		return p.a[l*p.lda+i:], 1, p.lda
	}
	return p.a[i*p.lda+l:], p.lda, 1
}

// direct computes a product whose factors are read where they lie.
func (p *product[T]) direct(t *dispatch.Table[T]) {
	beta := p.beta
	for l := 0; l < p.k; l += generic.DepthBlock {
		a, row, column := p.left(0, l)
		t.GemmBlock(p.m, p.n, min(generic.DepthBlock, p.k-l), p.alpha, a, row, column, p.b[l*p.ldb:], p.ldb, beta, p.c, p.ldc)
		beta = 1
	}
}

// leftWay is what happens to the blocks of a left factor before they are read.
type leftWay int

// The ways of a left factor.
const (
	leave  leftWay = iota // they stay where they lie
	turn                  // they are transposed into the workspace
	gather                // they are copied there
)

// blocks computes a product block by block. left tells what happens to the left factor's
// blocks, and pack whether the right one's are brought together in panels.
func (p *product[T]) blocks(t *dispatch.Table[T], cut tiling, w *workspace[T], how leftWay, pack bool) {
	beta := p.beta
	rows, columns := leftRows, cut.columns
	if !pack {
		columns *= max(1, callTerms/generic.DepthBlock/min(p.m, rows)/columns)
	} else if how == leave {
		rows = callTerms / generic.DepthBlock / columns
	}
	left, right := w.left[:], w.right[:]
	for l := 0; l < p.k; l += generic.DepthBlock {
		depth := min(generic.DepthBlock, p.k-l)
		for i := 0; i < p.m; i += rows {
			height := min(rows, p.m-i)
			a, row, column := p.left(i, l)
			if how != leave {
				a, row, column = p.bring(t, how, left, a, height, depth)
			}
			for j := 0; j < p.n; j += columns {
				width := min(columns, p.n-j)
				b, step := right, columns
				switch {
				case p.transB:
					t.Transpose(width, depth, p.b[j*p.ldb+l:], p.ldb, right, columns)
				case pack:
					t.CopyRows(depth, width, p.b[l*p.ldb+j:], p.ldb, right, columns)
				default:
					b, step = p.b[l*p.ldb+j:], p.ldb
				}
				t.GemmBlock(height, width, depth, p.alpha, a, row, column, b, step, beta, p.c[i*p.ldc+j:], p.ldc)
			}
		}
		beta = 1
	}
}

// bring brings a block of the left factor together in the workspace.
func (p *product[T]) bring(t *dispatch.Table[T], how leftWay, left, a []T, height, depth int) (b []T, row, column int) {
	rows, columns := height, depth // of the block as it lies
	if p.transA {
		rows, columns = depth, height
	}
	if how == turn {
		t.Transpose(rows, columns, a, p.lda, left, rows+leftPad)
		rows, columns = columns, rows
	} else {
		t.CopyRows(rows, columns, a, p.lda, left, columns+leftPad)
	}
	if p.transA == (how == turn) {
		return left, columns + leftPad, 1
	}
	return left, 1, columns + leftPad
}
