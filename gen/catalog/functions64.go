package catalog

import (
	"math"

	. "github.com/seed63264101/steepest/gen/vec"
	"github.com/seed63264101/steepest/kernels/generic"
)

// The functions of float64. What is constant in their formulas stands in
// kernels/generic/coefs64.go.

// reduce returns x - k log 2 in two parts, of which the second is small, for the whole k
// next to x/log 2, and a number that has k in its lowest bits.
func reduce(b *Body, x Val) (r, rest, low Val) {
	b.Note("x = k log 2 + r, in two parts")
	whole, lower := number(b, generic.Whole), number(b, generic.Ln2Lower)
	low = b.MulAdd(x, number(b, math.Log2E), whole)
	minusK := b.Sub(whole, low)
	upper := b.MulAdd(minusK, number(b, generic.Ln2Upper), x)
	r = b.MulAdd(minusK, lower, upper)
	return r, b.MulAdd(minusK, lower, b.Sub(upper, r)), low
}

// expTail returns exp(r + rest) - 1 - r for a small rest.
func expTail(b *Body, r, rest Val) Val {
	return b.MulAdd(b.Mul(r, r), horner(b, r, generic.ExpTail[:]), rest)
}

// expOf returns exp(x)/2^k, and a number that has k in its lowest bits.
func expOf(b *Body, x Val) (y, low Val) {
	r, rest, low := reduce(b, x)
	b.Note("e^r, from 1 + r in two parts")
	one := number(b, 1)
	y = b.Add(one, r)
	lost := b.Add(b.Sub(one, y), r)
	return b.Add(y, b.Add(lost, expTail(b, r, rest))), low
}

// wholeIn returns the k in the lowest bits of low.
func wholeIn(b *Body, low Val) Val { return b.Sub(low, number(b, generic.Whole)) }

func exp64(b *Body, x Val) Val {
	y, low := expOf(b, clamp(b, generic.ExpLeast64, x, generic.ExpMost64))
	b.Note("2^k e^r")
	return b.Scale(y, wholeIn(b, low))
}

func exp2f64(b *Body, x Val) Val {
	b.Note("x = k + r")
	x = clamp(b, generic.Exp2Least64, x, generic.Exp2Most64)
	k := wholeIn(b, b.Add(x, number(b, generic.Whole)))
	r := b.Sub(x, k)
	b.Note("2^k 2^r, from 1 + r log 2 in two parts")
	one, ln2 := number(b, 1), number(b, math.Ln2)
	y := b.MulAdd(r, ln2, one)
	rest := b.MulAdd(r, ln2, b.Sub(one, y))
	return b.Scale(b.Add(y, b.MulAdd(r, horner(b, r, generic.Exp2Tail[:]), rest)), k)
}

// expMinus1 returns (exp(x) - 1)*unit in two parts, of which the second is small, with
// power = 2^k unit and a = power - unit. They lack what a lacks where power is large.
func expMinus1(b *Body, x Val, unit float64) (y, rest, power, a Val) {
	r, lower, low := reduce(b, x)
	b.Note("(2^k - 1) + 2^k r in two parts, + 2^k (e^r - 1 - r)")
	power = times2(b, number(b, unit), low)
	a = b.Sub(power, number(b, unit))
	y = b.MulAdd(power, r, a)
	rest = b.MulAdd(power, r, b.Sub(a, y))
	return y, b.MulAdd(power, expTail(b, r, lower), rest), power, a
}

func expm1f64(b *Body, x Val) Val {
	y, rest, power, a := expMinus1(b, clamp(b, generic.Expm1Least64, x, generic.ExpMost64), 0.5)
	lost := b.Sub(b.Sub(power, a), number(b, 0.5))
	y = b.Add(y, b.Add(rest, lost))
	small := b.Less(b.Abs(x), number(b, generic.Expm1Small64))
	return b.Select(small, x, b.Add(y, y))
}

// logOf64 returns the logarithm of 2^k (1 + f), and a small number more, if there is one.
func logOf64(b *Body, minusK, f Val, more func(Val) Val) Val {
	b.Note("s = f/(2 + f), log(1 + f) = f - (f f/2 - s (f f/2 + s s p))")
	s := b.Div(f, b.Add(number(b, 2), f))
	z := b.Mul(s, s)
	half := b.Mul(f, b.Mul(number(b, 0.5), f))
	b.Note("f + k log 2 in two parts")
	y := b.MulAdd(minusK, number(b, -generic.Ln2Upper), f)
	rest := more(b.Sub(f, b.MulAdd(minusK, number(b, generic.Ln2Upper), y)))
	lower := b.MulAdd(minusK, number(b, -generic.Ln2Lower), rest)
	p := b.MulAdd(z, horner(b, z, generic.LogTail64[:]), half)
	return b.Add(y, b.Sub(b.MulAdd(s, p, lower), half))
}

func log64(b *Body, x Val) Val {
	b.Note("subnormal numbers")
	small := b.Less(x, number(b, generic.LeastNormal))
	lift := func(normal, lifted Val) Val { return b.Select(small, lifted, normal) }
	u := lift(x, b.Mul(x, number(b, 1<<generic.SubnormalLift)))
	zero := lift(number(b, 1<<52+logBias), number(b, 1<<52+logBias+generic.SubnormalLift))
	minusK, m, _ := binary(b, u, zero)
	f := b.Sub(m, number(b, 1))
	y := logOf64(b, minusK, f, func(rest Val) Val { return rest })
	return logEdges(b, y, x)
}

func log1pf64(b *Body, x Val) Val {
	b.Note("1 + x in two parts")
	one := number(b, 1)
	u := b.Add(one, x)
	lost := b.Sub(b.Min(one, x), b.Sub(u, b.Max(one, x)))
	minusK, m, shifted := binary(b, u, number(b, 1<<52+logBias))
	b.Note("the second part on the scale of m")
	power := b.SubBits(bits(b, 2*logBias<<52), b.And(shifted, bits(b, exponent)))
	lost = b.Mul(b.Mul(lost, power), number(b, 0.5))
	f := b.Sub(m, one)
	g := b.Add(lost, f)
	y := logOf64(b, minusK, g, func(rest Val) Val {
		return b.Add(rest, b.Sub(lost, b.Sub(g, f)))
	})
	return withSign(b, logEdges(b, y, u), x)
}

func tanh64(b *Body, x Val) Val {
	a := b.Min(number(b, generic.TanhMost64), b.Abs(x))
	y, rest, _, _ := expMinus1(b, b.Add(a, a), 1)
	y = b.Add(y, rest)
	b.Note("e = exp(2 |x|) - 1, e/(e + 2)")
	return withSign(b, b.Div(y, b.Add(y, number(b, 2))), x)
}

func sigmoid64(b *Body, x Val) Val {
	c := clamp(b, generic.ExpLeast64, x, generic.SigmoidMost64)
	y, low := expOf(b, b.Sub(number(b, 0), c))
	b.Note("u/(u + u 2^k e^r) for a small u")
	unit := number(b, generic.SigmoidUnit)
	return b.Div(unit, b.MulAdd(times2(b, unit, low), y, unit))
}

func erf64(b *Body, x Val) Val {
	b.Note("a p(a) = k + r, in two parts")
	a := b.Min(number(b, generic.ErfMost64), b.Abs(x))
	q := horner(b, a, generic.ErfExponent64[:])
	z := b.Mul(a, q)
	lower := b.MulAdd(a, q, b.Sub(number(b, 0), z))
	r, low := splitOne(b, z)
	b.Note("(1 - 2^k) - 2^k r log 2 in two parts, - 2^k (2^r - 1 - r log 2)")
	shifted := b.ShiftUp(low)
	minusPower := b.AddBits(number(b, -1), shifted)
	slope := b.AddBits(number(b, -math.Ln2), shifted)
	whole := b.Add(number(b, 1), minusPower)
	y := b.MulAdd(slope, r, whole)
	rest := b.MulAdd(slope, r, b.Sub(whole, y))
	tail := b.MulAdd(r, horner(b, r, generic.Exp2Tail[:]), b.Mul(number(b, math.Ln2), lower))
	return withSign(b, b.Add(y, b.MulAdd(minusPower, tail, rest)), x)
}
