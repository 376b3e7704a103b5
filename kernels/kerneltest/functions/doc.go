// Package functions knows the values of the vector functions of package kernels, for
// tests: those of float32 that are correctly rounded, for every one of the 2^32 inputs and
// without the library that computed them, and in many bits those of any.
//
// Package math evaluates in float64, and its result, rounded to float32, is right unless a
// rounding boundary, the middle between two neighbours, lies close to it. Those inputs are
// few. The table has all whose exact value is within 2^-44 of a boundary, relatively, with
// the float32 that MPFR found: [Correct] looks them up, and [Cases] lists them among others.
// The table also has a hash of the correct values of every 2^20 inputs, for [CheckBlock].
// [Test] does all of this for a function.
//
// [Big] computes any function in many bits, by series, and [Bound] compares with it where
// a function's contract is a bound of its error.
//
// The table is testdata/functions.bin.gz; make functions-table writes it anew, with
// testdata/reference.c.
package functions
