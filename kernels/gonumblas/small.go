package gonumblas

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/internal/direct"
)

// Up to so many elements, a plain loop beats the call of a kernel: short in most
// routines, tiny in few.
const (
	short = 4
	tiny  = 8
)

// Elements' sizes, for what the float32 routines are made of.
const (
	sizeF32 = 4
	sizeF64 = 8
)

// resident reports whether the kernels of Level 2 for strided vectors are fast with
// so many columns; otherwise package kernels copies the vector.
func resident(n, size int) bool {
	return n <= direct.ResidentBytes/size && kernels.ActiveLevel() != kernels.Generic
}

// double is float64 in the float32 routines too.
type double = float64

// terms are what a reduction of a few elements adds up; those behind are +0. Of
// up to short elements, no array is needed: the even ones and the odd ones are
// added up apart, and then the two sums.
type terms[A kernels.Float] [tiny]A

// sum adds in the order of the contract: lane j gets lane j+4, then j+2, then
// j+1. The +0 in which lanes begin shows only where all terms are -0.
func (t *terms[A]) sum() A {
	return ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7])) + 0
}

// norm returns the norm of a few elements given their squares, and whether their
// sum is in the range in which it is exact to rounding.
func (t *terms[A]) norm() (float64, bool) {
	const least, most = 0x1p-900, math.MaxFloat64
	sum := float64(t.sum())
	return math.Sqrt(sum), sum >= least && sum <= most
}
