// Package direct calls the kernels of the widest level, and of the one with half of
// its vectors, by their names, for callers to whom the call itself is dear: a BLAS
// routine on a few elements. A call through a table's function value goes through a
// wrapper that Go writes around assembly functions, and takes about 2 ns more; a call
// by name is inlined up to the jump. (A function that chose between the two would be
// too large for that: callers choose.)
//
// Where neither Widest nor Half is true, another level is active, and the table is the
// way. Nothing is checked.
package direct

// noLevel is what the functions panic with where there is no assembly.
const noLevel = "direct: no assembly level"
