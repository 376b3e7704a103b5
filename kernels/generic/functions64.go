package generic

import "math"

// reduceUpper returns x - k (log 2's upper part), without an error, for the whole k next to
// near/log 2, then -k, and a number that has k in its lowest bits. Mostly near is x.
func reduceUpper(x, near float64) (upper, minusK float64, low uint64) {
	s := fma(near, math.Log2E, Whole)
	minusK = Whole - s
	return fma(minusK, Ln2Upper, x), minusK, math.Float64bits(s)
}

// reduce returns x - k log 2 in two parts, of which the second is small, for the whole k next
// to x/log 2, k, and a number that has k in its lowest bits.
func reduce(x float64) (r, rest, k float64, low uint64) {
	upper, minusK, low := reduceUpper(x, x)
	r = fma(minusK, Ln2Lower, upper)
	return r, fma(minusK, Ln2Lower, upper-r), -minusK, low
}

// expTail returns exp(r) - 1 - r + rest, by the polynomial ExpTail or its like. The rest is a
// small part of the exponent that is not in the sum with 1 yet.
func expTail(r, rest float64, c []float64) float64 { return fma(r*r, horner(r, c), rest) }

func exp64(x float64) float64 {
	x = within(ExpLeast64, x, ExpMost64)
	upper, minusK, _ := reduceUpper(x, x)
	r := fma(minusK, Ln2Lower, upper)
	y := 1 + upper
	rest := fma(minusK, Ln2Lower, (1-y)+upper)
	return scale(y+expTail(r, rest, ExpTail[:]), -minusK)
}

// expOf returns exp(x)/2^k, k, and a number that has k in its lowest bits. Its errors are
// larger than those of exp64.
func expOf(x float64) (y, k float64, low uint64) {
	r, rest, k, low := reduce(x)
	return 1 + (r + expTail(r, rest, ExpTail[:])), k, low
}

// expOfSum is expOf for x + lower, where lower is small.
func expOfSum(x, lower float64) (y, k float64, low uint64) {
	upper, minusK, low := reduceUpper(x, x)
	rest := fma(minusK, Ln2Lower, lower)
	return 1 + (upper + expTail(upper+rest, rest, ExpTail[:])), -minusK, low
}

func exp2f64(x float64) float64 {
	x = within(Exp2Least64, x, Exp2Most64)
	k := (x + Whole) - Whole
	r := x - k
	y := fma(r, math.Ln2, 1)
	rest := fma(r, math.Ln2, 1-y)
	return scale(y+fma(r, horner(r, Exp2Tail[:]), rest), k)
}

func expm1f64(x float64) float64 {
	if math.Abs(x) < Expm1Small64 {
		return x
	}
	x = within(Expm1Least64, x, ExpMost64)
	upper, minusK, low := reduceUpper(x, x-Expm1Shift64)
	tail := expTail(fma(minusK, Ln2Lower, upper), float64(minusK*Ln2Lower), Expm1Tail64[:])
	// Half of it, as 2^k may be too large: (2^k - 1)/2, and with 2^k upper/2, in two parts each.
	power := times2(0.5, low)
	a := power - 0.5
	y := fma(power, upper, a)
	rest := fma(power, upper, a-y) + ((power - a) - 0.5)
	y += fma(power, tail, rest)
	return y + y
}

// logOf64 returns the logarithm of 2^k (1 + f + lost), where lost is small.
func logOf64(k, f, lost float64) float64 {
	s := f / (2 + f)
	z := s * s
	half := float64(f * (0.5 * f))
	y := fma(k, Ln2Upper, f)
	rest := f - fma(-k, Ln2Upper, y)
	rest = fma(k, Ln2Lower, rest+lost)
	// What is lost is divided by 1 + f, and 1/(1 + f) = 1 - 2s + ...
	p := fma(z, horner(z, LogTail64[:]), fma(-2, lost, half))
	return y + (fma(s, p, rest) - half)
}

func log64(x float64) float64 {
	if y, ok := logEdge(x); ok {
		return y
	}
	lift := 0.0
	if x < LeastNormal {
		x *= 1 << SubnormalLift
		lift = SubnormalLift
	}
	k, f := binary(x, LogLeast64)
	return logOf64(k-lift, f, 0)
}

func log1pf64(x float64) float64 {
	u := 1 + x
	if y, ok := logEdge(u); ok {
		return y
	}
	// What the sum lost, on the scale of the mantissa 1 + f.
	lost := within(math.Inf(-1), x, 1) - (u - within(1, x, math.Inf(1)))
	k, f := binary(u, LogLeast64)
	lost = float64(float64(lost*powerOf2(1-k)) * 0.5)
	g := lost + f
	return math.Copysign(logOf64(k, g, lost-(g-f)), x)
}

func tanh64(x float64) float64 {
	a := 2 * within(0, math.Abs(x), TanhMost64)
	r, rest, _, low := reduce(a)
	power := times2(1, low)
	e := fma(power, r+expTail(r, rest, Expm1Tail64[:]), power-1)
	return math.Copysign(e/(e+2), x)
}

// overSum returns x/(1 + 2^k y), for the k in the lowest bits of low. Where 2^k may be
// infinite, far is set.
func overSum(x, y float64, low uint64, far bool) float64 {
	unit := 1.0
	if far {
		unit = SmallUnit
	}
	return float64(x*unit) / fma(times2(unit, low), y, unit)
}

func sigmoid64(x float64) float64 {
	y, _, low := expOf(0 - within(ExpLeast64, x, SigmoidMost64))
	return overSum(1, y, low, true)
}

func erf64(x float64) float64 {
	a := within(0, math.Abs(x), ErfMost64)
	rest := evenOdd(a, ErfExponent64[1:])
	q := fma(rest, a, ErfExponent64[0])
	rest = fma(rest, a, ErfExponent64[0]-q) + ErfExponentLower
	z := float64(a * q)
	lower := fma(a, rest, fma(a, q, 0-z))
	r, low := splitOne(z)
	// 1 - 2^k and -2^k r log 2, in two parts each, and the rest of -2^k (2^r - 1).
	minusPower := times2(-1, low)
	slope := times2(-math.Ln2, low)
	whole := 1 + minusPower
	y := fma(slope, r, whole)
	rest = fma(slope, r, whole-y)
	tail := fma(r, horner(r, Exp2Tail[:]), float64(math.Ln2*lower))
	return math.Copysign(y+fma(minusPower, tail, rest), x)
}

// powerAndLog64 returns e = exp(-|x|) and log(1 + e).
func powerAndLog64(x float64) (e, l float64) {
	y, k, _ := expOf(within(ExpLeast64, -math.Abs(x), 0))
	e = scale(y, k)
	// log(1 + e) = e + s (e + s s p).
	s := e / (-2 - e)
	z := s * s
	return e, fma(s, fma(z, horner(z, SoftplusTail[:]), e), e)
}

func softplus64(x float64) float64 {
	_, l := powerAndLog64(x)
	return within(0, x, math.Inf(1)) + l
}

func softplusGrad64(dy, x float64) float64 { return dy * sigmoid64(x) }

func silu64(x float64) float64 {
	c := within(SiLULeast64, x, math.Inf(1))
	y, _, low := expOf(0 - within(SiLULeast64, x, SigmoidMost64))
	return overSum(c, y, low, c < SiLUFar64)
}

// slope returns s (1 + d (1 - s)) for s = 1/(1 + 2^k y), for the k in the lowest bits of low.
func slope(d, y float64, low uint64) float64 {
	e := float64(times2(SmallUnit, low) * y)
	over := 1 / (SmallUnit + e)
	return float64(SmallUnit*over) * fma(d, e*over, 1)
}

func siluGrad64(dy, x float64) float64 {
	c := within(SiLULeast64, x, SiLUGradMost64)
	y, _, low := expOf(0 - c)
	return dy * slope(c, y, low)
}

// phiTail returns Phi(-a) exp(a*a/2).
func phiTail(a float64) float64 {
	p := horner(a, PhiAbove[:])
	return p / fma(a*PhiSlope, p, horner(a, PhiBelow[:]))
}

// timesNormal returns x exp(-a*a/2), where x is normal or a is small.
func timesNormal(x, a float64) float64 {
	half := -0.5 * a
	square := float64(a * half)
	y, k, _ := expOfSum(square, fma(a, half, 0-square))
	return scale(x*y, k)
}

func gelu64(x float64) float64 {
	a := within(0, math.Abs(x), GELUMost64)
	tail := timesNormal(a*phiTail(a), a)
	if x < 0 {
		return -tail
	}
	return x - tail
}

func geluGrad64(dy, x float64) float64 {
	a := within(0, math.Abs(x), GELUMost64)
	tail := timesNormal(fma(a, -NormalPeak, phiTail(a)), a)
	if x < 0 {
		return dy * tail
	}
	return dy * (1 - tail)
}

// geluTanhExp64 returns exp(-2 sqrt(2/pi) (c + 0.044715 c^3))/2^k, c*c, and a number that
// has k in its lowest bits.
func geluTanhExp64(c float64) (y, square float64, low uint64) {
	square = float64(c * c)
	d := fma(square, GELUTanhCubeUpper, GELUTanhSlopeUpper)
	rest := fma(square, GELUTanhCubeUpper, GELUTanhSlopeUpper-d)
	lower := fma(fma(c, c, 0-square), GELUTanhCubeUpper, fma(square, GELUTanhCubeLower, GELUTanhSlopeLower))
	t := float64(c * d)
	y, _, low = expOfSum(t, fma(c, rest+lower, fma(c, d, 0-t)))
	return y, square, low
}

func geluTanh64(x float64) float64 {
	c := within(GELUTanhLeast64, x, math.Inf(1))
	y, _, low := geluTanhExp64(within(GELUTanhLeast64, x, GELUTanhMost64))
	return overSum(c, y, low, c < GELUTanhFar64)
}

func geluTanhGrad64(dy, x float64) float64 {
	c := within(GELUTanhLeast64, x, GELUTanhMost64)
	y, square, low := geluTanhExp64(c)
	d := fma(square, GELUTanhCubeGrad, GELUTanhSlopeGrad)
	return dy * slope(c*d, y, low)
}

// scale returns x * 2^k, rounded once, for a normal x and whole k from -1150 to 1150.
func scale(x, k float64) float64 {
	half := math.RoundToEven(k / 2)
	return float64(x * powerOf2(half) * powerOf2(k-half))
}

// powerOf2 returns 2^k for whole k from -1022 to 1023, and 0 for -1023.
func powerOf2(k float64) float64 {
	return math.Float64frombits(uint64(int64(k)+1023) << 52)
}

// horner returns c[0] + c[1]*x + c[2]*x*x + ..., with one rounding for each power.
func horner(x float64, c []float64) float64 {
	sum := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		sum = fma(sum, x, c[i])
	}
	return sum
}

// evenOdd returns the same, from the sums of even and of odd powers.
func evenOdd(x float64, c []float64) float64 {
	n, square := len(c), float64(x*x)
	last, other := c[n-1], c[n-2]
	for i := n - 3; i >= 0; i-- {
		last, other = other, fma(last, square, c[i])
	}
	return fma(last, x, other)
}
