package kernels

import "math"

// GemmPath is a way through Gemm: directly, or by blocks, with the blocks of either
// factor brought together or not, those of the left one turned or as they lie.
type GemmPath struct{ Direct, Turn, Gather, Pack bool }

// GemmPaths returns the ways that there are for a right factor that lies so.
func GemmPaths(transB Transpose) []GemmPath {
	if transB {
		return []GemmPath{{Pack: true}, {Pack: true, Turn: true}, {Pack: true, Gather: true}}
	}
	return []GemmPath{{Direct: true}, {}, {Pack: true}, {Turn: true}, {Pack: true, Turn: true}, {Gather: true}, {Pack: true, Gather: true}}
}

// GemmOn is Gemm on the given way, for sizes and an alpha that are not 0.
func GemmOn[T Float](way GemmPath, transA, transB Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	p := product[T]{m: m, n: n, k: k, alpha: alpha, beta: beta, a: a, b: b, c: c, lda: lda, ldb: ldb, ldc: ldc,
		transA: bool(transA), transB: bool(transB)}
	if way.Direct {
		p.direct(table[T]())
		return
	}
	w := borrow[T]()
	defer giveBack(w)
	for _, memory := range [][]T{w.left[:], w.right[:]} {
		for i := range memory {
			memory[i] = T(math.NaN()) // what was there before must not show
		}
	}
	left := leave
	switch {
	case way.Turn:
		left = turn
	case way.Gather:
		left = gather
	}
	p.blocks(table[T](), tilingOf[T](), w, left, way.Pack)
}

// BoundedNumbers draws numbers below n as Permutation does.
func BoundedNumbers(seed, stream, n uint64, count int) []uint64 {
	f := fractions{at: Philox{Seed: seed, Stream: stream}}
	all := make([]uint64, count)
	for i := range all {
		all[i] = f.below(n, len(all)-i)
	}
	return all
}
