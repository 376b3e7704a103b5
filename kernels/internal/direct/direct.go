// Package direct calls the kernels of the widest level by their names, for callers
// to whom the call itself is dear: a BLAS routine on a few elements. A call through
// a table's function value goes through a wrapper that Go writes around assembly
// functions, and takes about 2 ns more; a call by name is inlined up to the jump.
//
// Each function tells whether it ran. It does not where another level is active:
// then the table is the way. Nothing is checked.
package direct

// Widest tells whether the widest level is the active one. Package kernels sets it.
var Widest bool
