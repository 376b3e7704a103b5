// Package gonumblas runs gonum on the kernels of package kernels. It takes two
// lines, and everything that is built on gonum's BLAS gets faster with no other
// change:
//
//	blas32.Use(gonumblas.Implementation{})
//	blas64.Use(gonumblas.Implementation{})
//
// Implementation has all of real Level 1, and of Level 2 the general product of a
// matrix with a vector and the rank-one update (?GEMV and ?GER, the two halves of
// a linear model's gradient). Every other routine, the complex ones too, is
// gonum's own.
//
// Arguments are checked as gonum checks them, and wrong ones panic with gonum's
// messages. Results obey the numeric contract of package kernels: the same bits
// on every instruction set. They differ from gonum's in the order of additions,
// and the norms and sums have the smaller error bounds of the contract. The
// details that BLAS leaves open are gonum's: Iamax passes over NaN except in
// front, Scal with 0 clears, Gemv with beta = 0 does not read y. Where gonum 0.17
// leaves its own documentation, these routines keep to it: ?GER with negative
// strides, and transposed ?GEMV with beta = 0 on a slice that is longer than y.
//
// What the contract says of a strided vector's element i is meant in the order of
// BLAS, where a vector with a negative stride begins at its far end; a strided
// vector gives the same bits as its elements side by side.
package gonumblas

import "gonum.org/v1/gonum/blas/gonum"

// Implementation implements blas.Float32 and blas.Float64, and by embedding
// gonum's implementation also blas.Complex64 and blas.Complex128.
type Implementation struct{ gonum.Implementation }
