// Package gonumblas runs gonum on the kernels of package kernels. It takes one
// line, and what is built on gonum's BLAS runs on them with no other change:
//
//	gonumblas.Use()
//
// Implementation has all of real Level 1, the products of whole, symmetric and
// triangular matrices with vectors (?GEMV, ?GER, ?SYMV, ?SYR, ?SYR2, ?TRMV, ?TRSV),
// and all of real Level 3 (?GEMM, ?SYMM, ?SYRK, ?SYR2K, ?TRMM, ?TRSM). Band and
// packed matrices, and complex numbers, are gonum's own.
//
// What gains by it is what spends its time in large products: multiplying matrices
// of a few hundred rows is 7 to 9 times as fast on one core with AVX-512, the
// decompositions of a matrix of 500 rows by Cholesky, LU and QR 3 to 4 times, the
// eigenvalues of a symmetric one 4 times. Not everything gets faster: singular
// vectors and eigenvectors are sequences of rotations and small steps of gonum's
// own, and gain from nothing to a third. With few elements a call costs about what
// gonum's does, but for products with triangles of up to 8 rows, which cost more.
//
// Large products run on as many goroutines as GOMAXPROCS says, those of package parallel,
// and so their slices cannot be on the caller's stack. While one call has them, those of
// other goroutines run on their callers' alone; the bits are the same.
//
// Arguments are checked as gonum checks them, and wrong ones panic with gonum's
// messages. Results obey the numeric contract of package kernels: the same bits
// on every instruction set. They differ from gonum's in the order of additions,
// and the norms and sums have the smaller error bounds of the contract. No zero is
// passed over, as gonum does here and there, so what is infinite or NaN shows in
// the result. ?GEMV adds the products of a row in its many lanes, and ?GEMM one
// after the other, each with one rounding: where one of the matrices is a vector,
// the two differ in their last bits on purpose, because each has its order at any
// size. The details that BLAS leaves open are gonum's: Iamax passes over NaN except in
// front, Scal with 0 clears, Gemv with beta = 0 does not read y. Where gonum 0.17
// leaves its own documentation, these routines keep to it: ?GER with negative
// strides, and transposed ?GEMV with beta = 0 on a slice that is longer than y.
//
// What the contract says of a strided vector's element i is meant in the order of
// BLAS, where a vector with a negative stride begins at its far end; a strided
// vector gives the same bits as its elements side by side.
package gonumblas

import (
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
)

// Use makes [Implementation] what blas32 and blas64 call from now on, and with them mat, lapack,
// optimize and stat. It is blas32.Use and blas64.Use, which are not to be called while other
// goroutines are at work in gonum; these, with gonum's own Implementation, also undo it.
func Use() {
	blas32.Use(Implementation{})
	blas64.Use(Implementation{})
}

// Implementation implements blas.Float32 and blas.Float64, and by embedding
// gonum's implementation also blas.Complex64 and blas.Complex128.
type Implementation struct{ gonum.Implementation }
