package catalog

import (
	"math"

	. "github.com/seed63264101/steepest/gen/vec"
	"github.com/seed63264101/steepest/kernels/generic"
)

// whole returns the integer k nearest to x*scale, negated, with x*scale - k, and a number
// that has k in its lowest bits.
func whole(b *Body, x Val, scale float64) (minusK, rest, low Val) {
	c, magic := number(b, scale), number(b, generic.Whole)
	low = b.MulAdd(x, c, magic)
	minusK = b.Sub(magic, low)
	return minusK, b.MulAdd(x, c, minusK), low
}

// exp32 is exp for float32.
func exp32(b *Body, x Val) Val {
	b.Note("x log2 e = k + r")
	_, r, low := whole(b, clamp(b, generic.ExpLeast32, x, generic.ExpMost32), math.Log2E)
	b.Note("2^k 2^r")
	return b.AddBits(horner(b, r, generic.Exp2[:]), b.ShiftUp(low))
}
