package parallel

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// partialElements bounds the memory for sums that are added in their order.
const partialElements = 1 << 18

// Gemm is [kernels.Gemm] on the goroutines of a pool, to the bit. C is cut into pieces; where
// C is small and k large, the blocks of k are summed side by side and then added in their
// order. Small products stay on the caller's goroutine. After the first calls nothing is
// allocated; but slices that other goroutines see cannot be on the caller's stack. It panics
// as kernels.Gemm does.
func Gemm[T kernels.Float](pool *Pool, transA, transB kernels.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	// Whatever is wrong with the arguments, kernels.Gemm says.
	if !Worthwhile(m, n, k) || min(m, n, k) <= 0 || alpha == 0 || pool.Workers() == 1 {
		kernels.Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	// Checks everything, and scales nothing: the sizes are right, and beta is 1.
	kernels.Gemm(transA, transB, m, n, k, 0, a, lda, b, ldb, 1, c, ldc)
	j := borrow(&call[T]{transA: transA, transB: transB, m: m, n: n, k: k, alpha: alpha, a: a, lda: lda, b: b, ldb: ldb, beta: beta, c: c, ldc: ldc})
	workers := pool.Workers()
	if j.cut(workers); j.pieces > 1 || k <= generic.DepthBlock {
		j.run(pool, workers)
	} else {
		j.runBlocks(pool, workers)
	}
	giveBack(j)
}

// grid is how C is cut into pieces of the same size.
type grid struct {
	columns       int // pieces across
	height, width int // of a piece
}

// cut decides on the pieces: across as long as they are wide enough, because a piece then
// reads its part of B alone, and downwards for the rest.
func (j *job[T]) cut(workers int) {
	most := mostPieces(float64(j.m)*float64(j.n)*float64(j.k), workers)
	j.width = roundUp((j.n+most-1)/most, pieceColumns)
	j.columns = (j.n + j.width - 1) / j.width
	down := max(1, most/j.columns)
	j.height = roundUp((j.m+down-1)/down, pieceRows)
	j.pieces = (j.m + j.height - 1) / j.height * j.columns
}

// tile computes a piece of C.
func (j *job[T]) tile(i int) {
	row, column := i/j.columns*j.height, i%j.columns*j.width
	kernels.Gemm(j.transA, j.transB, min(j.height, j.m-row), min(j.width, j.n-column), j.k,
		j.alpha, j.a[place(j.transA, row, j.lda):], j.lda, j.b[place(!j.transB, column, j.ldb):], j.ldb, j.beta, j.c[row*j.ldc+column:], j.ldc)
}

// place returns where a row of a factor begins, or, if it lies transposed, a column.
func place(trans kernels.Transpose, i, stride int) int {
	if trans {
		return i
	}
	return i * stride
}

// runBlocks computes a product whose k alone is large: alpha times the sums of some blocks
// of k, side by side, and then their addition to C in the order of the blocks.
func (j *job[T]) runBlocks(pool *Pool, workers int) {
	size := j.m * j.n
	total := (j.k + generic.DepthBlock - 1) / generic.DepthBlock
	atOnce := min(total, max(workers, partialElements/size))
	kernels.Gemm(kernels.NoTrans, kernels.NoTrans, j.m, j.n, 0, 1, nil, 1, nil, j.n, j.beta, j.c, j.ldc)
	j.remember(atOnce * size)
	for j.first = 0; j.first < total; j.first += j.pieces {
		j.pieces = min(atOnce, total-j.first)
		j.sums = j.memory[:j.pieces*size]
		j.run(pool, workers)
		for ; len(j.sums) > 0; j.sums = j.sums[size:] {
			for i := range j.m {
				kernels.Add(j.c[i*j.ldc:][:j.n], j.c[i*j.ldc:][:j.n], j.sums[i*j.n:][:j.n])
			}
		}
	}
	j.sums = nil
}

// block computes alpha times the sums of a block of k.
func (j *job[T]) block(i int) {
	size := j.m * j.n
	l := (j.first + i) * generic.DepthBlock
	sum := j.sums[i*size:][:size]
	for q := range sum {
		sum[q] = T(math.Copysign(0, -1)) // what changes nothing, not even the sign of a zero
	}
	kernels.Gemm(j.transA, j.transB, j.m, j.n, min(generic.DepthBlock, j.k-l), j.alpha,
		j.a[place(!j.transA, l, j.lda):], j.lda, j.b[place(j.transB, l, j.ldb):], j.ldb, 1, sum, j.n)
}
