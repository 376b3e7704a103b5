package catalog

import (
	"math"

	. "github.com/seed63264101/steepest/gen/vec"
	"github.com/seed63264101/steepest/kernels/generic"
)

// The functions of float64. What is constant in their formulas stands in
// kernels/generic/coefs64.go.

// minus returns 0 - x.
func minus(b *Body, x Val) Val { return b.Sub(number(b, 0), x) }

// reduceUpper returns x - k (log 2's upper part), without an error, for the whole k next to
// near/log 2, then -k, and a number that has k in its lowest bits. Mostly near is x.
func reduceUpper(b *Body, x, near Val) (upper, minusK, low Val) {
	b.Note("x = k log 2 + r, in two parts")
	whole := number(b, generic.Whole)
	low = b.MulAdd(near, number(b, math.Log2E), whole)
	minusK = b.Sub(whole, low)
	return b.MulAdd(minusK, number(b, generic.Ln2Upper), x), minusK, low
}

// reduce returns x - k log 2 in two parts, of which the second is small, for the whole k next
// to x/log 2, and a number that has k in its lowest bits.
func reduce(b *Body, x Val) (r, rest, low Val) {
	upper, minusK, low := reduceUpper(b, x, x)
	ln2Lower := number(b, generic.Ln2Lower)
	r = b.MulAdd(minusK, ln2Lower, upper)
	return r, b.MulAdd(minusK, ln2Lower, b.Sub(upper, r)), low
}

// expTail returns exp(r) - 1 - r + rest, by the polynomial ExpTail or its like. The rest is a
// small part of the exponent that is not in the sum with 1 yet. Like others here it begins
// with the polynomial, while few registers are in use: then more vectors go side by side.
func expTail(b *Body, r, rest Val, c []float64) Val {
	q := horner(b, r, c)
	return b.MulAdd(b.Mul(r, r), q, rest)
}

func exp64(b *Body, x Val) Val {
	x = clamp(b, generic.ExpLeast64, x, generic.ExpMost64)
	upper, minusK, low := reduceUpper(b, x, x)
	ln2Lower := number(b, generic.Ln2Lower)
	r := b.MulAdd(minusK, ln2Lower, upper)
	b.Note("2^k e^r, from 1 + r in two parts")
	q := horner(b, r, generic.ExpTail[:])
	one := number(b, 1)
	y := b.Add(one, upper)
	rest := b.MulAdd(minusK, ln2Lower, b.Add(b.Sub(one, y), upper))
	return b.Scale(b.Add(y, b.MulAdd(b.Mul(r, r), q, rest)), low, true)
}

// expOf returns exp(x)/2^k, and a number that has k in its lowest bits. Its errors are larger
// than those of exp64.
func expOf(b *Body, x Val) (y, low Val) {
	r, rest, low := reduce(b, x)
	b.Note("e^r")
	return b.Add(number(b, 1), b.Add(r, expTail(b, r, rest, generic.ExpTail[:]))), low
}

// expOfSum is expOf for x + lower, where lower is small.
func expOfSum(b *Body, x, lower Val) (y, low Val) {
	upper, minusK, low := reduceUpper(b, x, x)
	rest := b.MulAdd(minusK, number(b, generic.Ln2Lower), lower)
	b.Note("e^r")
	tail := expTail(b, b.Add(upper, rest), rest, generic.ExpTail[:])
	return b.Add(number(b, 1), b.Add(upper, tail)), low
}

func exp2f64(b *Body, x Val) Val {
	b.Note("x = k + r")
	x = clamp(b, generic.Exp2Least64, x, generic.Exp2Most64)
	r, low := splitOne(b, x)
	b.Note("2^k 2^r, from 1 + r log 2 in two parts")
	tail := horner(b, r, generic.Exp2Tail[:])
	one, ln2 := number(b, 1), number(b, math.Ln2)
	y := b.MulAdd(r, ln2, one)
	rest := b.MulAdd(r, ln2, b.Sub(one, y))
	return b.Scale(b.Add(y, b.MulAdd(r, tail, rest)), low, true)
}

func expm1f64(b *Body, x Val) Val {
	c := clamp(b, generic.Expm1Least64, x, generic.ExpMost64)
	upper, minusK, low := reduceUpper(b, c, b.Sub(c, number(b, generic.Expm1Shift64)))
	ln2Lower := number(b, generic.Ln2Lower)
	rest := b.Mul(minusK, ln2Lower)
	tail := expTail(b, b.MulAdd(minusK, ln2Lower, upper), rest, generic.Expm1Tail64[:])
	b.Note("half of it: (2^k - 1)/2, and with 2^k r's upper part/2, in two parts each")
	unit := number(b, 0.5)
	power := times2(b, unit, low)
	a := b.Sub(power, unit)
	y := b.MulAdd(power, upper, a)
	lost := b.Sub(b.Sub(power, a), unit)
	rest = b.Add(b.MulAdd(power, upper, b.Sub(a, y)), lost)
	b.Note("and 2^k/2 times what e^r - 1 has beside it")
	y = b.Add(y, b.MulAdd(power, tail, rest))
	small := b.Less(b.Abs(x), number(b, generic.Expm1Small64))
	return b.Select(small, x, b.Add(y, y))
}

// none is no value.
const none Val = -1

// logOf64 returns the logarithm of 2^k (1 + f + lost), where lost is small or none; or where u
// has no finite logarithm, what it has.
func logOf64(b *Body, minusK, f, lost, u Val) Val {
	b.Note("what zero, infinity and negative numbers have, with the other sign")
	zero, inf, minusInf := number(b, 0), number(b, math.Inf(1)), number(b, math.Inf(-1))
	edge := b.Or(b.And(b.Equal(u, zero), inf), b.And(b.Equal(u, inf), minusInf))
	edge = b.Or(edge, b.NotAtLeast(u, zero))
	b.Note("f + k log 2 in two parts")
	y := b.MulAdd(minusK, number(b, -generic.Ln2Upper), f)
	rest := b.Sub(b.Sub(f, b.MulAdd(minusK, number(b, generic.Ln2Upper), y)), edge)
	if lost != none {
		rest = b.Add(rest, lost)
	}
	rest = b.MulAdd(minusK, number(b, -generic.Ln2Lower), rest)
	b.Note("s = f/(2 + f), log(1 + f) = f - (f f/2 - s (f f/2 + s s p))")
	s := b.Div(f, b.Add(number(b, 2), f))
	half := b.Mul(f, b.Mul(number(b, 0.5), f))
	z, p := b.Mul(s, s), half
	if lost != none {
		b.Note("what is lost is divided by 1 + f, and 1/(1 + f) = 1 - 2s + ...")
		p = b.MulAdd(number(b, -2), lost, half)
	}
	p = b.MulAdd(z, horner(b, z, generic.LogTail64[:]), p)
	return b.Add(y, b.Sub(b.MulAdd(s, p, rest), half))
}

func log64(b *Body, x Val) Val {
	b.Note("subnormal numbers")
	small := b.Less(x, number(b, generic.LeastNormal))
	lift := func(normal, lifted Val) Val { return b.Select(small, lifted, normal) }
	u := lift(x, b.Mul(x, number(b, 1<<generic.SubnormalLift)))
	zero := lift(number(b, 1<<52+logBias), number(b, 1<<52+logBias+generic.SubnormalLift))
	minusK, m, _ := binary(b, u, zero, generic.LogLeast64)
	return logOf64(b, minusK, b.Sub(m, number(b, 1)), none, x)
}

func log1pf64(b *Body, x Val) Val {
	b.Note("1 + x in two parts")
	one := number(b, 1)
	u := b.Add(one, x)
	lost := b.Sub(b.Min(one, x), b.Sub(u, b.Max(one, x)))
	minusK, m, shifted := binary(b, u, number(b, 1<<52+logBias), generic.LogLeast64)
	b.Note("the second part on the scale of m")
	power := b.SubBits(bits(b, 2*logBias<<52), b.And(shifted, bits(b, exponent)))
	lost = b.Mul(b.Mul(lost, power), number(b, 0.5))
	lost = b.Max(lost, number(b, -1)) // it is small, or NaN where u is 0 or infinite
	// Zeros keep their signs in all that follows.
	minusF := b.Sub(one, m)
	g := b.Sub(lost, minusF)
	lost = b.Sub(lost, b.Add(g, minusF))
	return logOf64(b, minusK, g, lost, u)
}

func tanh64(b *Body, x Val) Val {
	a := b.Min(number(b, generic.TanhMost64), b.Abs(x))
	a = b.Add(a, a)
	r, rest, low := reduce(b, a)
	b.Note("e = 2^k (e^r - 1) + (2^k - 1), e/(e + 2)")
	y := b.Add(r, expTail(b, r, rest, generic.Expm1Tail64[:]))
	one := number(b, 1)
	power := times2(b, one, low)
	e := b.MulAdd(power, y, b.Sub(power, one))
	return withSign(b, b.Div(e, b.Add(e, number(b, 2))), b.Again(x))
}

func sigmoid64(b *Body, x Val) Val {
	y, low := expOf(b, minus(b, clamp(b, generic.ExpLeast64, x, generic.SigmoidMost64)))
	b.Note("1/(1 + 2^k e^r), both times a unit")
	unit := number(b, generic.SmallUnit)
	return b.Div(unit, b.MulAdd(times2(b, unit, low), y, unit))
}

func erf64(b *Body, x Val) Val {
	b.Note("a p(a) = k + r, in two parts")
	a := b.Min(number(b, generic.ErfMost64), b.Abs(x))
	first := number(b, generic.ErfExponent64[0])
	rest := evenOdd(b, a, b.Mul(a, a), generic.ErfExponent64[1:])
	q := b.MulAdd(rest, a, first)
	rest = b.Add(b.MulAdd(rest, a, b.Sub(first, q)), number(b, generic.ErfExponentLower))
	z := b.Mul(a, q)
	lower := b.MulAdd(a, rest, b.MulAdd(a, q, minus(b, z)))
	lower = b.Mul(number(b, math.Ln2), lower)
	r, low := splitOne(b, z)
	b.Note("2^r - 1 - r log 2")
	tail := b.MulAdd(r, horner(b, r, generic.Exp2Tail[:]), lower)
	b.Note("(1 - 2^k) - 2^k r log 2 in two parts, - 2^k (2^r - 1 - r log 2)")
	shifted := b.ShiftUp(low)
	minusPower := b.AddBits(number(b, -1), shifted)
	slope := b.AddBits(number(b, -math.Ln2), shifted)
	whole := b.Add(number(b, 1), minusPower)
	y := b.MulAdd(slope, r, whole)
	rest = b.MulAdd(slope, r, b.Sub(whole, y))
	return withSign(b, b.Add(y, b.MulAdd(minusPower, tail, rest)), b.Again(x))
}

// overSum returns x/(1 + 2^k y), for the k in the lowest bits of low, with unit in the
// place of 1.
func overSum(b *Body, x, y, low, unit Val) Val {
	b.Note("x/(1 + 2^k e^r), both times a unit")
	return b.Div(b.Mul(x, unit), b.MulAdd(times2(b, unit, low), y, unit))
}

// unitAt returns the unit for overSum: a small one below a bound.
func unitAt(b *Body, x Val, far float64) Val {
	return b.Select(b.Less(x, number(b, far)), number(b, generic.SmallUnit), number(b, 1))
}

// powerAndLog64 returns e = exp(-|x|) and log(1 + e).
func powerAndLog64(b *Body, x Val) (e, l Val) {
	a := b.Max(number(b, generic.ExpLeast64), b.Or(x, bits(b, signBit)))
	y, low := expOf(b, a)
	e = b.Scale(y, low, false)
	b.Note("s = -e/(2 + e), log(1 + e) = e + s (e + s s p)")
	s := b.Div(e, b.Sub(number(b, -2), e))
	z := b.Mul(s, s)
	return e, b.MulAdd(s, b.MulAdd(z, horner(b, z, generic.SoftplusTail[:]), e), e)
}

func softplus64(b *Body, x Val) Val {
	_, l := powerAndLog64(b, x)
	return b.Add(b.Max(number(b, 0), b.Again(x)), l)
}

func softplusGrad64(b *Body, dy, x Val) Val { return b.Mul(dy, sigmoid64(b, x)) }

func silu64(b *Body, x Val) Val {
	c := b.Max(number(b, generic.SiLULeast64), x)
	y, low := expOf(b, minus(b, b.Min(number(b, generic.SigmoidMost64), c)))
	return overSum(b, c, y, low, unitAt(b, c, generic.SiLUFar64))
}

// slope returns s (1 + d (1 - s)) for s = 1/(1 + 2^k y), for the k in the lowest bits of low.
func slope(b *Body, d, y, low Val) Val {
	b.Note("s = 1/(1 + 2^k e^r), both times a unit, s (1 + d (1 - s))")
	unit := number(b, generic.SmallUnit)
	e := b.Mul(times2(b, unit, low), y)
	over := b.Div(number(b, 1), b.Add(unit, e))
	return b.Mul(b.Mul(unit, over), b.MulAdd(d, b.Mul(e, over), number(b, 1)))
}

func siluGrad64(b *Body, dy, x Val) Val {
	c := clamp(b, generic.SiLULeast64, x, generic.SiLUGradMost64)
	y, low := expOf(b, minus(b, c))
	return b.Mul(dy, slope(b, c, y, low))
}

// phiTail returns Phi(-a) exp(a*a/2).
func phiTail(b *Body, a Val) Val {
	b.Note("Phi(-a) exp(a a/2) = p/q")
	p := horner(b, a, generic.PhiAbove[:])
	q := b.MulAdd(b.Mul(a, number(b, generic.PhiSlope)), p, horner(b, a, generic.PhiBelow[:]))
	return b.Div(p, q)
}

// timesNormal returns x exp(-a*a/2), where x is normal or a is small.
func timesNormal(b *Body, x, a Val) Val {
	b.Note("-a a/2 in two parts")
	half := b.Mul(number(b, -0.5), a)
	square := b.Mul(a, half)
	y, low := expOfSum(b, square, b.MulAdd(a, half, minus(b, square)))
	return b.Scale(b.Mul(x, y), low, false)
}

func gelu64(b *Body, x Val) Val {
	a := b.Min(number(b, generic.GELUMost64), b.Abs(x))
	tail := timesNormal(b, b.Mul(a, phiTail(b, a)), a)
	b.Note("max(x, 0) - a Phi(-a)")
	return b.Sub(b.Max(bits(b, signBit), x), tail)
}

func geluGrad64(b *Body, dy, x Val) Val {
	a := b.Min(number(b, generic.GELUMost64), b.Abs(x))
	tail := timesNormal(b, b.MulAdd(a, number(b, -generic.NormalPeak), phiTail(b, a)), a)
	b.Note("Phi(-a) - a phi(a), for positive x from 1")
	d := b.Select(b.Less(x, number(b, 0)), tail, b.Sub(number(b, 1), tail))
	return b.Mul(dy, d)
}

// geluTanhExp64 returns exp(-2 sqrt(2/pi) (c + 0.044715 c^3))/2^k, c*c, and a number that
// has k in its lowest bits.
func geluTanhExp64(b *Body, c Val) (y, square, low Val) {
	b.Note("-2 sqrt(2/pi) (c + 0.044715 c^3) in two parts")
	upper, cube := number(b, generic.GELUTanhSlopeUpper), number(b, generic.GELUTanhCubeUpper)
	square = b.Mul(c, c)
	d := b.MulAdd(square, cube, upper)
	rest := b.MulAdd(square, cube, b.Sub(upper, d))
	lower := b.MulAdd(square, number(b, generic.GELUTanhCubeLower), number(b, generic.GELUTanhSlopeLower))
	lower = b.MulAdd(b.MulAdd(c, c, minus(b, square)), cube, lower)
	t := b.Mul(c, d)
	lower = b.MulAdd(c, b.Add(rest, lower), b.MulAdd(c, d, minus(b, t)))
	y, low = expOfSum(b, t, lower)
	return y, square, low
}

func geluTanh64(b *Body, x Val) Val {
	c := b.Max(number(b, generic.GELUTanhLeast64), x)
	y, _, low := geluTanhExp64(b, b.Min(number(b, generic.GELUTanhMost64), c))
	return overSum(b, c, y, low, unitAt(b, c, generic.GELUTanhFar64))
}

func geluTanhGrad64(b *Body, dy, x Val) Val {
	c := clamp(b, generic.GELUTanhLeast64, x, generic.GELUTanhMost64)
	y, square, low := geluTanhExp64(b, c)
	d := b.MulAdd(square, number(b, generic.GELUTanhCubeGrad), number(b, generic.GELUTanhSlopeGrad))
	return b.Mul(dy, slope(b, b.Mul(c, d), y, low))
}
