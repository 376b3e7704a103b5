// Package functions knows the values of the vector functions of package kernels, for
// tests. Big computes any of them in many bits, and Bound compares with that.
package functions
