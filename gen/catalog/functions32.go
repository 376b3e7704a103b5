package catalog

import (
	"math"

	. "github.com/seed63264101/steepest/gen/vec"
	"github.com/seed63264101/steepest/kernels/generic"
)

// The functions of float32, evaluated in float64. What is constant in their formulas stands
// in kernels/generic/coefs32.go.

const (
	signBit  = 1 << 63
	exponent = 0xfff << 52 // and the sign
)

// split returns x*scale - k for the nearest whole k, and a number that has k in its lowest
// bits.
func split(b *Body, x Val, scale float64) (rest, low Val) {
	c, whole := number(b, scale), number(b, generic.Whole)
	low = b.MulAdd(x, c, whole)
	return b.MulAdd(x, c, b.Sub(whole, low)), low
}

// splitOne is split with the scale 1.
func splitOne(b *Body, x Val) (rest, low Val) {
	whole := number(b, generic.Whole)
	low = b.Add(x, whole)
	return b.Add(x, b.Sub(whole, low)), low
}

// nudge returns y, moved a little towards y + lost where it lies half-way between two
// float32: rounding would choose the even one, and lost, what y lost when it was rounded
// itself, knows better.
func nudge(b *Body, y, lost Val) Val {
	tie := b.EqualBits(b.And(y, bits(b, 1<<29-1)), bits(b, 1<<28))
	return b.MulAdd(b.And(lost, tie), number(b, generic.Nudge), y)
}

// times2 returns x * 2^k for the k in the lowest bits of low, where that is a normal number.
func times2(b *Body, x, low Val) Val { return b.AddBits(x, b.ShiftUp(low)) }

// power2 returns 2^k 2^r for the k in the lowest bits of low and |r| of up to 1/2.
func power2(b *Body, r, low Val) Val {
	return times2(b, horner(b, r, generic.Power2[:]), low)
}

// withSign returns y, which is not negative unless x is, with the sign of x.
func withSign(b *Body, y, x Val) Val {
	return b.Or(y, b.And(x, bits(b, signBit)))
}

func exp32(b *Body, x Val) Val {
	b.Note("x log2 e = k + r")
	r, low := split(b, clamp(b, generic.ExpLeast32, x, generic.ExpMost32), math.Log2E)
	b.Note("2^k 2^r")
	return power2(b, r, low)
}

func exp2f32(b *Body, x Val) Val {
	b.Note("x = k + r")
	r, low := splitOne(b, clamp(b, generic.Exp2Least32, x, generic.Exp2Most32))
	b.Note("2^k 2^r")
	q, one := horner(b, r, generic.Exp2Power[1:]), number(b, 1)
	y := b.MulAdd(r, q, one)
	return times2(b, nudge(b, y, b.MulAdd(r, q, b.Sub(one, y))), low)
}

func expm1f32(b *Body, x Val) Val {
	b.Note("x = k log 2 + r")
	c := clamp(b, generic.ExpLeast32, x, generic.ExpMost32)
	whole := number(b, generic.Whole)
	low := b.MulAdd(c, number(b, math.Log2E), whole)
	minusK := b.Sub(whole, low)
	r := b.MulAdd(minusK, number(b, generic.Ln2Upper32), c)
	r = b.MulAdd(minusK, number(b, generic.Ln2Lower32), r)
	b.Note("2^k (e^r - 1) + (2^k - 1)")
	e := b.MulAdd(b.Mul(r, r), horner(b, r, generic.Expm1Tail[:]), r)
	one := number(b, 1)
	power := times2(b, one, low)
	return withSign(b, b.MulAdd(power, e, b.Sub(power, one)), x)
}

// logBias makes the exponents of logarithms positive.
const logBias = 1024

// binary splits u > 0 in 2^k m, m from least, above 1/2, to its double. For zero = 2^52 + logBias
// it returns -k, otherwise a sum, and it returns what has k + logBias in its exponent's field.
func binary(b *Body, u, zero Val, least float64) (minusK, m, shifted Val) {
	b.Note("u = 2^k m")
	leastBits := math.Float64bits(least)
	shifted = b.AddBits(u, bits(b, logBias<<52-leastBits))
	m = b.AddBits(b.And(shifted, bits(b, 1<<52-1)), bits(b, leastBits))
	// 2^52 + k + logBias, by its bits.
	k := b.Or(b.ShiftDown(shifted), number(b, 1<<52))
	return b.Sub(zero, k), m, shifted
}

// logOf returns the logarithm of u > 0 with a mantissa of few bits. Where the mantissa
// is near 1, f gives its difference from 1, and otherwise returns its argument. The
// logarithm is in two parts, of which the second is small.
func logOf(b *Body, u Val, f func(mantissaMinus1 Val) Val) (upper, tail Val) {
	minusK, m, _ := binary(b, u, number(b, 1<<52+logBias), generic.RootHalf)
	b.Note("log m + k log 2")
	r := f(b.Sub(m, number(b, 1)))
	upper = b.MulAdd(minusK, number(b, -generic.Ln2Upper32), r)
	lower := b.Mul(minusK, number(b, -generic.Ln2Lower32))
	square := b.Mul(r, r)
	return upper, b.MulAdd(square, evenOdd(b, r, square, generic.LogTail[:]), lower)
}

// nudgedSum returns upper + tail, nudged by what it lost, where the tail is small.
func nudgedSum(b *Body, upper, tail Val) Val {
	y := b.Add(upper, tail)
	return nudge(b, y, b.Sub(tail, b.Sub(y, upper)))
}

// logEdges returns y, the logarithm of u, where u is positive and finite, and elsewhere
// what the logarithm is there.
func logEdges(b *Body, y, u Val) Val {
	b.Note("log 0, of infinity, and of what has none")
	zero, inf := number(b, 0), number(b, math.Inf(1))
	y = b.Select(b.Equal(u, zero), number(b, math.Inf(-1)), y)
	y = b.Select(b.Equal(u, inf), inf, y)
	return b.Or(y, b.NotAtLeast(u, zero))
}

func log32(b *Body, x Val) Val {
	upper, tail := logOf(b, x, func(f Val) Val { return f })
	return logEdges(b, nudgedSum(b, upper, tail), x)
}

func log1pf32(b *Body, x Val) Val {
	u := b.Add(number(b, 1), x)
	upper, tail := logOf(b, u, func(f Val) Val {
		// The sum lost bits of a small x.
		small := b.Less(b.Abs(x), number(b, generic.Log1pSmall32))
		return b.Select(small, x, f)
	})
	return withSign(b, logEdges(b, nudgedSum(b, upper, tail), u), x)
}

func tanh32(b *Body, x Val) Val {
	b.Note("|2x log2 e| = k + r")
	a := b.Min(number(b, generic.TanhMost32), b.Abs(x))
	r, low := split(b, a, 2*math.Log2E)
	b.Note("e = 2^k (2^r - 1) + (2^k - 1), e/(e + 2)")
	one := number(b, 1)
	power := times2(b, one, low)
	e := b.MulAdd(power, b.Mul(r, evenOdd(b, r, b.Mul(r, r), generic.Exp2Minus1[:])), b.Sub(power, one))
	return withSign(b, b.Div(e, b.Add(e, number(b, 2))), x)
}

// expOfMinus returns exp(-c).
func expOfMinus(b *Body, c Val) Val {
	b.Note("-x log2 e = k + r")
	r, low := split(b, c, -math.Log2E)
	return power2(b, r, low)
}

func sigmoid32(b *Body, x Val) Val {
	e := expOfMinus(b, clamp(b, generic.ExpLeast32, x, generic.SigmoidMost32))
	b.Note("1/(1 + e)")
	one := number(b, 1)
	y := b.Div(one, b.Add(one, e))
	b.Note("1/2 + x/4 - x^3/48, a little nearer to 1/2")
	a := b.Abs(x)
	cube := b.MulAdd(b.Mul(a, a), number(b, -1.0/48), number(b, 0.25))
	small := withSign(b, b.MulAdd(a, cube, number(b, -generic.SigmoidShift)), x)
	return b.Select(b.Less(a, number(b, generic.SigmoidSmall)), b.Add(number(b, 0.5), small), y)
}

func erf32(b *Body, x Val) Val {
	b.Note("a p(a) = k + r")
	a := b.Min(number(b, generic.ErfMost32), b.Abs(x))
	r, low := splitOne(b, b.Mul(a, evenOdd(b, a, b.Mul(a, a), generic.ErfExponent[:])))
	b.Note("(1 - 2^k) - 2^k (2^r - 1)")
	minusPower := times2(b, number(b, -1), low)
	e := b.Mul(r, evenOdd(b, r, b.Mul(r, r), generic.Exp2Minus1[:]))
	return withSign(b, b.MulAdd(minusPower, e, b.Add(number(b, 1), minusPower)), x)
}

// log1pOfPower returns log(1 + e) for e from 0 to 1.
func log1pOfPower(b *Body, e Val) Val {
	u := b.Add(number(b, 1), e)
	// Where the mantissa is u itself, e is its exact difference from 1.
	return b.Add(logOf(b, u, func(f Val) Val {
		return b.Select(b.Less(u, number(b, 2*generic.RootHalf)), e, f)
	}))
}

func softplus32(b *Body, x Val) Val {
	e := expOfMinus(b, b.Min(number(b, -generic.ExpLeast32), b.Abs(x)))
	b.Note("max(x, 0) + log(1 + e)")
	return b.Add(b.Max(number(b, 0), x), log1pOfPower(b, e))
}

func softplusGrad32(b *Body, dy, x Val) Val {
	e := expOfMinus(b, clamp(b, generic.ExpLeast32, x, generic.SigmoidMost32))
	b.Note("dy/(1 + e)")
	return b.Div(dy, b.Add(number(b, 1), e))
}

func silu32(b *Body, x Val) Val {
	c := b.Max(number(b, generic.SiLULeast32), x)
	e := expOfMinus(b, b.Min(number(b, generic.SigmoidMost32), c))
	b.Note("x/(1 + e)")
	return b.Div(c, b.Add(number(b, 1), e))
}

func siluGrad32(b *Body, dy, x Val) Val {
	c := clamp(b, generic.SiLULeast32, x, generic.SigmoidMost32)
	e := expOfMinus(b, c)
	b.Note("s = 1/(1 + e), s (1 + x e s)")
	one := number(b, 1)
	s := b.Div(one, b.Add(one, e))
	return b.Mul(dy, b.Mul(s, b.MulAdd(b.Mul(c, e), s, one)))
}

// phi32 returns Phi(-a) of the normal distribution for a = |x|, at most GELUMost32.
func phi32(b *Body, x Val) Val {
	b.Note("a p(a) = k + r")
	a := b.Min(number(b, generic.GELUMost32), b.Abs(x))
	r, low := splitOne(b, b.Mul(a, horner(b, a, generic.PhiExponent[:])))
	b.Note("2^(k-1) 2^r")
	return b.Mul(number(b, 0.5), power2(b, r, low))
}

func gelu32(b *Body, x Val) Val {
	tail := phi32(b, x)
	b.Note("x Phi(x)")
	negative := b.Less(x, number(b, 0))
	c := b.Max(number(b, -generic.GELUMost32), x)
	return b.Mul(c, b.Select(negative, tail, b.Sub(number(b, 1), tail)))
}

func geluGrad32(b *Body, dy, x Val) Val {
	tail := phi32(b, x)
	c := clamp(b, -generic.GELUMost32, x, generic.GELUMost32)
	phi := b.Select(b.Less(x, number(b, 0)), tail, b.Sub(number(b, 1), tail))
	b.Note("-x x/2 log2 e = k + r")
	r, low := splitOne(b, b.Mul(b.Mul(c, c), number(b, -0.5*math.Log2E)))
	b.Note("Phi(x) + x 2^k 2^r/sqrt(2 pi)")
	e := power2(b, r, low)
	return b.Mul(dy, b.MulAdd(b.Mul(c, number(b, generic.NormalPeak)), e, phi))
}

// geluTanhExp returns exp(-2 sqrt(2/pi) (d + 0.044715 d^3)), and d*d.
func geluTanhExp(b *Body, d Val) (e, square Val) {
	b.Note("-2 sqrt(2/pi) (x + 0.044715 x^3) log2 e = k + r")
	square = b.Mul(d, d)
	slope := b.MulAdd(square, number(b, generic.GELUTanhCube), number(b, generic.GELUTanhSlope))
	r, low := splitOne(b, b.Mul(d, slope))
	return power2(b, r, low), square
}

func geluTanh32(b *Body, x Val) Val {
	c := b.Max(number(b, generic.GELUTanhLeast32), x)
	e, _ := geluTanhExp(b, b.Min(number(b, -generic.GELUTanhLeast32), c))
	b.Note("x/(1 + e)")
	return b.Div(c, b.Add(number(b, 1), e))
}

func geluTanhGrad32(b *Body, dy, x Val) Val {
	c := clamp(b, generic.GELUTanhLeast32, x, -generic.GELUTanhLeast32)
	e, square := geluTanhExp(b, c)
	b.Note("s = 1/(1 + e), s (1 + x (2 sqrt(2/pi) (1 + 3 0.044715 x x)) e s)")
	one := number(b, 1)
	s := b.Div(one, b.Add(one, e))
	slope := b.MulAdd(square, number(b, generic.GELUTanhCubeGrad), number(b, generic.GELUTanhSlopeGrad))
	return b.Mul(dy, b.Mul(s, b.MulAdd(b.Mul(b.Mul(c, slope), e), s, one)))
}
