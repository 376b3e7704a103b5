// Package catalog describes every kernel, once, in the vector language. The
// assembly of all instruction sets, the tables of package kernels, and what the
// tests, fuzz targets and benchmarks range over, all follow from All.
//
// Its files import package vec with a dot: a language is written without its
// name.
package catalog
