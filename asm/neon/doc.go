// Package neon holds the kernels for arm64's Advanced SIMD (128-bit registers).
//
// Everything but this file is generated from gen/catalog; make generate writes
// it. The functions check nothing, neither the machine nor their arguments:
// package kernels does. The functions named Move and Read are limit probes.
package neon
