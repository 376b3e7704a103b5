// Package fuzz holds the fuzz targets: one per family of kernels. Each compares
// every level of this machine with package kernels/generic, bit for bit, on
// arguments that the fuzzer makes up:
//
//	go test ./fuzz -run '^$' -fuzz FuzzReduce -fuzztime 30s
//
// The fuzzer chooses the kernel of the family and the element type, the length,
// the number of rows and the stride of a matrix, the strides of vectors, where in
// memory each slice lies, which of the slices that may be one are one, and the
// bits of every number. On systems with mmap a slice may touch an inaccessible
// page at either end, so that a kernel that leaves its slices by a single byte is
// caught.
//
// The targets range over kerneltest.Ops: a kernel that enters the catalog is
// fuzzed from then on, and a new family fails a test until it has a target.
//
// FuzzGemm, FuzzTriangle and FuzzCrossEntropy do the same with public functions that are made
// of kernels: products of matrices, those with symmetric and triangular ones, and losses of
// rows.
//
// Two programs ask whether the tests reach and notice enough of the assembly:
// fuzz/blocks fails where a basic block of a kernel is reached by no test, and
// fuzz/mutate changes single instructions and runs the tests on each change.
//
// Command soak, below, gives all targets of the module their turns for a time, and
// counts the elements that they compare.
//
// An input that failed is kept in testdata/fuzz and runs with go test as a
// seed from then on. The seeds there were written by hand, and their names say
// what they are for.
package fuzz
