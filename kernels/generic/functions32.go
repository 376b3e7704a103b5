package generic

import "math"

// quotient returns the whole number k nearest to x/log 2, x/log 2 - k, and a number that
// has k in its lowest bits. The product of a float32 with the upper part of log2 e is
// exact.
func quotient(x float64) (rest float64, low uint64) {
	s := float64(x*math.Log2E) + Whole
	return (float64(x*log2EUpper) - (s - Whole)) + float64(x*log2ELower), math.Float64bits(s)
}

// evaluate returns c[0] + c[1]*x + c[2]*x*x + ..., with two roundings for each power. The
// even and the odd powers are two sums: one alone would wait for each of its operations.
func evaluate(x float64, c []float64) float64 {
	square := float64(x * x)
	even, odd := 0.0, 0.0
	if len(c)&1 != 0 {
		even, c = c[len(c)-1], c[:len(c)-1]
	}
	for ; len(c) > 1; c = c[:len(c)-2] {
		odd = float64(odd*square) + c[len(c)-1]
		even = float64(even*square) + c[len(c)-2]
	}
	return even + float64(odd*x)
}

// power2 is evaluate of Power2, without a loop.
func power2(r float64) float64 {
	c, square := &Power2, float64(r*r)
	even := float64((float64((float64((float64((float64(c[10]*square)+c[8])*square)+c[6])*square)+c[4])*square)+c[2])*square) + c[0]
	odd := float64((float64((float64((float64(c[9]*square)+c[7])*square)+c[5])*square)+c[3])*square) + c[1]
	return even + float64(odd*r)
}

// times2 returns x * 2^k for the k in the lowest bits of low, where that is a normal number.
func times2(x float64, low uint64) float64 {
	return math.Float64frombits(math.Float64bits(x) + low<<52)
}

func exp32(x float64) float64 {
	r, low := quotient(within(ExpLeast32, x, ExpMost32))
	return times2(power2(r), low)
}

func exp2f32(x float64) float64 {
	r, low := splitOne(within(Exp2Least32, x, Exp2Most32))
	t := float64(r * evaluate(r, Exp2Power[1:]))
	y := 1 + t
	return times2(nudge(y, t-(y-1)), low)
}

func expm1f32(x float64) float64 {
	c := within(ExpLeast32, x, ExpMost32)
	s := float64(c*math.Log2E) + Whole
	k := s - Whole
	r := (c - float64(k*Ln2Upper32)) - float64(k*Ln2Lower32)
	e := r + float64(float64(r*r)*evaluate(r, Expm1Tail[:]))
	power := times2(1, math.Float64bits(s))
	return math.Copysign(float64(power*e)+(power-1), x)
}

// nudge returns y, moved a little towards y + lost where it lies half-way between two
// float32: rounding would choose the even one, and lost, what y lost when it was rounded
// itself, knows better.
func nudge(y, lost float64) float64 {
	if math.Float64bits(y)&(1<<29-1) == 1<<28 {
		y += float64(lost * Nudge)
	}
	return y
}

// logOf returns the logarithm of 2^k (1 + f).
func logOf(k, f float64) float64 {
	upper := f + float64(k*Ln2Upper32)
	tail := float64(float64(f*f)*evaluate(f, LogTail[:])) + float64(k*Ln2Lower32)
	y := upper + tail
	return nudge(y, tail-(y-upper))
}

// binary returns k and f with u = 2^k (1 + f), for a normal u, where 1 + f is from least, above
// 1/2, to its double.
func binary(u, least float64) (k, f float64) {
	b := math.Float64bits(u) - math.Float64bits(least)
	m := math.Float64frombits(b&(1<<52-1) + math.Float64bits(least))
	return float64(int64(b) >> 52), m - 1
}

// logEdge returns the logarithm of u where u is not positive and finite.
func logEdge(u float64) (y float64, ok bool) {
	switch {
	case u == 0:
		return math.Inf(-1), true
	case u < 0:
		return math.NaN(), true
	}
	return u, !(u <= math.MaxFloat64)
}

func log32(x float64) float64 {
	if y, ok := logEdge(x); ok {
		return y
	}
	return logOf(binary(x, RootHalf))
}

func log1pf32(x float64) float64 {
	u := 1 + x
	if y, ok := logEdge(u); ok {
		return y
	}
	k, f := binary(u, RootHalf)
	if math.Abs(x) < Log1pSmall32 {
		f = x
	}
	return math.Copysign(logOf(k, f), x)
}

func tanh32(x float64) float64 {
	r, low := quotient(2 * within(0, math.Abs(x), TanhMost32))
	power := times2(1, low)
	e := float64(power*float64(r*evaluate(r, Exp2Minus1[:]))) + (power - 1)
	return math.Copysign(e/(e+2), x)
}

func sigmoid32(x float64) float64 {
	if a := math.Abs(x); a < SigmoidSmall {
		cube := float64(float64(a*a)*(-1.0/48)) + 0.25
		return 0.5 + math.Copysign(float64(a*cube)-SigmoidShift, x)
	}
	r, low := quotient(-within(ExpLeast32, x, SigmoidMost32))
	return 1 / (1 + times2(power2(r), low))
}

func erf32(x float64) float64 {
	a := within(0, math.Abs(x), ErfMost32)
	r, low := splitOne(float64(a * evaluate(a, ErfExponent[:])))
	power := times2(1, low)
	return math.Copysign((1-power)-float64(power*float64(r*evaluate(r, Exp2Minus1[:]))), x)
}

// What follows is not correctly rounded in every case: the steps are those of the assembly.

// split returns x*scale - k for the nearest whole k, and a number that has k in its lowest
// bits.
func split(x, scale float64) (rest float64, low uint64) {
	s := fma(x, scale, Whole)
	return fma(x, scale, Whole-s), math.Float64bits(s)
}

// splitOne is split with the scale 1.
func splitOne(x float64) (rest float64, low uint64) {
	s := x + Whole
	return x + (Whole - s), math.Float64bits(s)
}

// expOfMinus returns exp(-c).
func expOfMinus(c float64) float64 {
	r, low := split(c, -math.Log2E)
	return times2(horner(r, Power2[:]), low)
}

// exp2Of returns 2^x.
func exp2Of(x float64) float64 {
	r, low := splitOne(x)
	return times2(horner(r, Power2[:]), low)
}

// powerAndLog32 returns e = exp(-|x|) and log(1 + e).
func powerAndLog32(x float64) (e, l float64) {
	e = expOfMinus(within(0, math.Abs(x), -ExpLeast32))
	k, f := binary(1+e, RootHalf)
	if 1+e < 2*RootHalf {
		f = e
	}
	tail := fma(f*f, evenOdd(f, LogTail[:]), k*Ln2Lower32)
	return e, fma(k, Ln2Upper32, f) + tail
}

func softplus32(x float64) float64 {
	_, l := powerAndLog32(x)
	return within(0, x, math.Inf(1)) + l
}

func softplusGrad32(dy, x float64) float64 {
	return dy / (1 + expOfMinus(within(ExpLeast32, x, SigmoidMost32)))
}

func silu32(x float64) float64 {
	e := expOfMinus(within(SiLULeast32, x, SigmoidMost32))
	return within(SiLULeast32, x, math.Inf(1)) / (1 + e)
}

func siluGrad32(dy, x float64) float64 {
	c := within(SiLULeast32, x, SigmoidMost32)
	e := expOfMinus(c)
	s := 1 / (1 + e)
	return dy * (s * fma(c*e, s, 1))
}

// phi32 returns Phi(x) of the normal distribution.
func phi32(x float64) float64 {
	a := within(0, math.Abs(x), GELUMost32)
	tail := 0.5 * exp2Of(float64(a*horner(a, PhiExponent[:])))
	if x < 0 {
		return tail
	}
	return 1 - tail
}

func gelu32(x float64) float64 { return within(-GELUMost32, x, math.Inf(1)) * phi32(x) }

func geluGrad32(dy, x float64) float64 {
	c := within(-GELUMost32, x, GELUMost32)
	return dy * fma(c*NormalPeak, exp2Of(float64(float64(c*c)*(-0.5*math.Log2E))), phi32(x))
}

// geluTanhExp returns exp(-2 sqrt(2/pi) (d + 0.044715 d^3)).
func geluTanhExp(d float64) float64 {
	return exp2Of(float64(d * fma(d*d, GELUTanhCube, GELUTanhSlope)))
}

func geluTanh32(x float64) float64 {
	e := geluTanhExp(within(GELUTanhLeast32, x, -GELUTanhLeast32))
	return within(GELUTanhLeast32, x, math.Inf(1)) / (1 + e)
}

func geluTanhGrad32(dy, x float64) float64 {
	c := within(GELUTanhLeast32, x, -GELUTanhLeast32)
	e := geluTanhExp(c)
	s := 1 / (1 + e)
	slope := fma(c*c, GELUTanhCubeGrad, GELUTanhSlopeGrad)
	return dy * (s * fma(float64(c*slope)*e, s, 1))
}
