package parallel

import (
	"math"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

const (
	// worthwhile is how many products of elements make a matrix product worth a second
	// goroutine, and a piece of it worth being one: below, waking one costs more.
	worthwhile = 1 << 21
	// pieceColumns is what the columns of a piece are a multiple of: each piece brings its
	// rows of A together again, for so many columns at least.
	pieceColumns = 256
	// pieces is how many pieces each goroutine gets, so that all end at about the same time.
	pieces = 4
	// partialElements bounds the memory for sums of blocks, where k alone is large.
	partialElements = 1 << 18
)

// Gemm is [kernels.Gemm] on the goroutines of a pool, to the bit. C is cut into pieces; where
// C is small and k large, the blocks of k are summed side by side and then added in their
// order. Small products stay on the caller's goroutine. After the first calls nothing is
// allocated; but slices that other goroutines see cannot be on the caller's stack. It panics
// as kernels.Gemm does.
func Gemm[T kernels.Float](pool *Pool, transA, transB kernels.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	workers := pool.Workers()
	// Whatever is wrong with the arguments, kernels.Gemm says.
	if workers == 1 || min(m, n, k) <= 0 || alpha == 0 || !large(m, n, k, 2) {
		kernels.Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	// Checks everything, and scales nothing: the sizes are right, and beta is 1.
	kernels.Gemm(transA, transB, m, n, k, 0, a, lda, b, ldb, 1, c, ldc)
	j := borrow[T]()
	j.product = product[T]{transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc}
	if j.cut(workers); j.rows*j.columns > 1 || k <= generic.DepthBlock {
		j.next.Store(0)
		pool.Run(j, min(workers, j.rows*j.columns))
	} else {
		j.runBlocks(pool, workers)
	}
	j.product = product[T]{}
	giveBack(j)
}

// large reports whether a product has so many worthwhile pieces.
func large(m, n, k, pieces int) bool {
	return float64(m)*float64(n)*float64(k) >= float64(pieces)*worthwhile
}

// product holds the arguments of a matrix product.
type product[T kernels.Float] struct {
	transA, transB kernels.Transpose
	m, n, k        int
	alpha          T
	a              []T
	lda            int
	b              []T
	ldb            int
	beta           T
	c              []T
	ldc            int
}

// job is a matrix product on its way.
type job[T kernels.Float] struct {
	product[T]
	rows, columns int // pieces of C, downwards and across
	height, width int // of a piece
	next          atomic.Int64
	memory        []T // of partial, kept for the next product
	partial       []T // the sums of blocks of k, if C is one piece
	first, blocks int // of them
}

// cut decides on the pieces: across as long as they are wide enough, because a piece then
// reads its part of B alone, and downwards for the rest.
func (j *job[T]) cut(workers int) {
	most := workers * pieces
	if fit := int(min(math.MaxInt32, float64(j.m)*float64(j.n)*float64(j.k)/worthwhile)); fit < most {
		most = max(1, fit)
	}
	j.width = roundUp((j.n+most-1)/most, pieceColumns)
	j.columns = (j.n + j.width - 1) / j.width
	down := max(1, most/j.columns)
	const tallest = 24 // a multiple of every tile's rows
	j.height = roundUp((j.m+down-1)/down, tallest)
	j.rows = (j.m + j.height - 1) / j.height
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// Work implements [Job].
func (j *job[T]) Work(int) {
	if j.partial != nil {
		j.workBlocks()
		return
	}
	for {
		i := int(j.next.Add(1)) - 1
		if i >= j.rows*j.columns {
			return
		}
		row, column := i/j.columns*j.height, i%j.columns*j.width
		a, b := row*j.lda, column
		if j.transA {
			a = row
		}
		if j.transB {
			b = column * j.ldb
		}
		kernels.Gemm(j.transA, j.transB, min(j.height, j.m-row), min(j.width, j.n-column), j.k,
			j.alpha, j.a[a:], j.lda, j.b[b:], j.ldb, j.beta, j.c[row*j.ldc+column:], j.ldc)
	}
}

// runBlocks computes a product whose k alone is large: alpha times the sums of some blocks
// of k, side by side, and then their addition to C in the order of the blocks.
func (j *job[T]) runBlocks(pool *Pool, workers int) {
	size := j.m * j.n
	total := (j.k + generic.DepthBlock - 1) / generic.DepthBlock
	atOnce := min(total, max(workers, partialElements/size))
	kernels.Gemm(kernels.NoTrans, kernels.NoTrans, j.m, j.n, 0, 1, nil, 1, nil, j.n, j.beta, j.c, j.ldc)
	if len(j.memory) < atOnce*size {
		j.memory = make([]T, atOnce*size)
	}
	for j.first = 0; j.first < total; j.first += j.blocks {
		j.blocks = min(atOnce, total-j.first)
		j.partial = j.memory[:j.blocks*size]
		j.next.Store(0)
		pool.Run(j, workers)
		for ; len(j.partial) > 0; j.partial = j.partial[size:] {
			for i := range j.m {
				kernels.Add(j.c[i*j.ldc:][:j.n], j.c[i*j.ldc:][:j.n], j.partial[i*j.n:][:j.n])
			}
		}
	}
	j.partial = nil
}

// workBlocks computes alpha times the sums of blocks of k.
func (j *job[T]) workBlocks() {
	size := j.m * j.n
	for {
		i := int(j.next.Add(1)) - 1
		if i >= j.blocks {
			return
		}
		l := (j.first + i) * generic.DepthBlock
		a, b := l, l*j.ldb
		if j.transA {
			a = l * j.lda
		}
		if j.transB {
			b = l
		}
		sum := j.partial[i*size:][:size]
		for q := range sum {
			sum[q] = T(math.Copysign(0, -1)) // what changes nothing, not even the sign of a zero
		}
		kernels.Gemm(j.transA, j.transB, j.m, j.n, min(generic.DepthBlock, j.k-l), j.alpha, j.a[a:], j.lda, j.b[b:], j.ldb, 1, sum, j.n)
	}
}

var jobs32, jobs64 sync.Pool

// borrow returns a job; giveBack takes it back.
func borrow[T kernels.Float]() *job[T] {
	if j, ok := jobsOf[T]().Get().(*job[T]); ok {
		return j
	}
	return new(job[T])
}

func giveBack[T kernels.Float](j *job[T]) { jobsOf[T]().Put(j) }

func jobsOf[T kernels.Float]() *sync.Pool {
	if unsafe.Sizeof(T(0)) == 4 {
		return &jobs32
	}
	return &jobs64
}
