package catalog

import (
	"math"

	. "github.com/seed63264101/steepest/gen/vec"
	"github.com/seed63264101/steepest/kernels/generic"
)

// expRest returns exp(x)/2^k in two parts, of which the second is small, and k, for x
// between the bounds of exp64.
func expRest(b *Body, x Val) (y, rest, k Val) {
	b.Note("x = k log 2 + r + rl")
	magic := number(b, generic.Whole)
	low := b.MulAdd(x, number(b, math.Log2E), magic)
	k, minusK := b.Sub(low, magic), b.Sub(magic, low)
	ln2Lower := number(b, generic.Ln2Lower)
	upper := b.MulAdd(minusK, number(b, generic.Ln2Upper), x)
	r := b.MulAdd(minusK, ln2Lower, upper)
	rl := b.MulAdd(minusK, ln2Lower, b.Sub(upper, r))
	b.Note("1 + r in two parts, + rl + r*r*q(r)")
	one := number(b, 1)
	y = b.Add(one, r)
	rest = b.Add(b.Sub(one, y), r)
	q := horner(b, r, generic.ExpTail[:])
	return y, b.Add(rest, b.MulAdd(b.Mul(r, r), q, rl)), k
}

// exp64 is exp for float64.
func exp64(b *Body, x Val) Val {
	y, rest, k := expRest(b, clamp(b, generic.ExpLeast64, x, generic.ExpMost64))
	return b.Scale(b.Add(y, rest), k)
}
