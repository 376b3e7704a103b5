package parallel

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

const (
	// worthwhile is how many products of elements make a piece of a call worth being one:
	// below, waking a goroutine for it costs more.
	worthwhile = 1 << 21
	// pieceColumns is what the columns of a piece of Gemm are a multiple of: each piece brings
	// its rows of A together again, for so many columns at least. sliceColumns is the same
	// for a matrix on the right of a symmetric or triangular one, which is cut in no other
	// way.
	pieceColumns = 256
	sliceColumns = 128
	// pieceRows is what the rows of a piece are a multiple of, as are every tile's.
	pieceRows = 24
	// leastRows is about how many rows of a triangle the smallest piece has: each brings its
	// part of the other factor together again.
	leastRows = 48
	// perWorker is how many pieces each goroutine gets, so that all end at about the same
	// time.
	perWorker = 2
)

// Worthwhile reports whether a product of an m times k and a k times n matrix is worth more
// than one goroutine. Smaller ones the functions of this package leave to the caller's, and
// of those with symmetric and triangular matrices some that are larger.
func Worthwhile(m, n, k int) bool { return float64(m)*float64(n)*float64(k) >= 2*worthwhile }

// routine is a function of package kernels.
type routine int

const (
	gemm routine = iota
	symm
	syrk
	syr2k
	trmm
	trsm
	linearGradient
	crossEntropy
)

// call holds the arguments of a function, as far as it has them.
type call[T kernels.Float] struct {
	routine        routine
	side           kernels.Side
	uplo           kernels.Uplo
	transA, transB kernels.Transpose
	diag           kernels.Diag
	m, n, k        int
	alpha          T
	a              []T
	lda            int
	b              []T
	ldb            int
	beta           T
	c              []T
	ldc            int
	batch[T]
	labelled[T]
}

// job is a call on its way, in pieces.
type job[T kernels.Float] struct {
	call[T]
	pieces int
	next   atomic.Int64 // the first piece that nobody has taken
	grid                // of a Gemm
	memory []T          // of sums, kept for the next call
	sums   []T          // those of pieces that are added in their order: blocks of k, rows of a batch
	first  int          // of these pieces

	results []pieceResult[T] // of the rows of a batch
}

// run does all pieces.
func (j *job[T]) run(pool *Pool, workers int) {
	j.next.Store(0)
	pool.Run(j, min(workers, j.pieces))
}

// Work implements [Job].
func (j *job[T]) Work(int) {
	for {
		i := int(j.next.Add(1)) - 1
		switch {
		case i >= j.pieces:
			return
		case j.routine == linearGradient:
			j.rows(i)
		case j.routine == crossEntropy:
			j.entropies(i)
		case j.routine != gemm:
			if from, to := j.bound(i, j.pieces), j.bound(i+1, j.pieces); from < to {
				j.span(from, to)
			}
		case j.sums != nil:
			j.block(i)
		default:
			j.tile(i)
		}
	}
}

// remember makes the memory of sums long enough.
func (j *job[T]) remember(n int) {
	if len(j.memory) < n {
		j.memory = make([]T, n)
	}
}

// mostPieces returns how many pieces of a call with so many products of elements are worth
// being made, at least 1.
func mostPieces(products float64, workers int) int {
	return int(max(1, min(products/worthwhile, float64(workers*perWorker))))
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

var jobs32, jobs64 sync.Pool

// borrow returns a job for a call; giveBack takes it back.
func borrow[T kernels.Float](c *call[T]) *job[T] {
	j, ok := jobsOf[T]().Get().(*job[T])
	if !ok {
		j = new(job[T])
	}
	j.call = *c
	return j
}

func giveBack[T kernels.Float](j *job[T]) {
	j.call = call[T]{} // keeps nothing alive
	jobsOf[T]().Put(j)
}

func jobsOf[T kernels.Float]() *sync.Pool {
	if unsafe.Sizeof(T(0)) == 4 {
		return &jobs32
	}
	return &jobs64
}
