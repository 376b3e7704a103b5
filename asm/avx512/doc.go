// Package avx512 holds the kernels for AVX-512 F, BW, DQ and VL (512-bit registers).
//
// Everything but this file is generated from gen/catalog; make generate writes
// it. The functions check nothing, neither the machine nor their arguments:
// package kernels does. The functions named Move and Read are limit probes.
package avx512
