// Package vec is a small machine-independent vector language, and the loops
// around it.
//
// A Kernel is described once: its parameters, the skeleton of its loop (Map, Blocks8, Function,
// Random, Reduce, Search, Rows, Tree, RowDots, RowAxpys, Outer, ColumnReduce, RowReduce, RowMap,
// Bags, Product, Transposition or CopyRows) and a body, a straight line of lane-wise operations
// that a function records in a Body. Generate lowers a kernel for one element type to a
// Machine. The skeletons own everything that is not arithmetic: pointers,
// unrolling, alignment, blocks, tails, and the allocation of vector registers. A
// Machine only knows how to write down single instructions.
//
// On the way down, a skeleton emits steps: copies of the body on successive vectors,
// with no jump in between. A step's operations get vector registers, and become the
// Machine's instructions. General registers are handed out by the skeletons.
//
// The numeric contract shapes the language. Only the skeletons Product, Function and Random
// have a fused multiply-add, an element's result cannot depend on its index, and a reduction always
// has 256 bytes of accumulators, however wide the registers.
package vec
