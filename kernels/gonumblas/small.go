package gonumblas

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/internal/direct"
)

// Up to so many elements, plain code beats the call of a kernel: short in most
// routines, tiny in few. A sum of up to short elements adds up the even ones and the
// odd ones apart, and then the two: so the contract folds lanes.
const (
	short = 4
	tiny  = 8
)

// cached is up to how many elements are in a cache when they are looked at again.
const cached = 4096

// Elements' sizes, for what the float32 routines are made of.
const (
	sizeF32 = 4
	sizeF64 = 8
)

// The bits of the sign and of infinity.
const (
	signF32, infF32 = 1 << 31, 0xff << 23
	signF64, infF64 = 1 << 63, 0x7ff << 52
)

// resident reports whether the kernels of Level 2 for strided vectors are fast with
// so many columns; otherwise package kernels copies the vector.
func resident(n, size int) bool {
	return n <= direct.ResidentBytes/size && kernels.ActiveLevel() != kernels.Generic
}

// double is float64 in the float32 routines too.
type double = float64

// terms are the squares of up to tiny elements; those behind are +0.
type terms [tiny]double

// sum adds in the order of the contract: lane j gets lane j+4, then j+2, then
// j+1. The +0 in which lanes begin shows only where all terms are -0.
func (t *terms) sum() double {
	return ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7])) + 0
}

// norm returns the norm, and whether the sum is in the range in which it is exact to
// rounding.
func (t *terms) norm() (norm double, ok bool) {
	const least, most = 0x1p-900, math.MaxFloat64
	sum := t.sum()
	return math.Sqrt(sum), sum >= least && sum <= most
}
