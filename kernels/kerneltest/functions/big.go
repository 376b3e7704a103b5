package functions

import (
	"fmt"
	"math"
	"math/big"
)

// precision is what values are computed with, and target how small, relatively, the last
// term of a series is.
const (
	precision = 192
	target    = 150
)

// values are the functions for finite arguments. What they return may be changed.
var values = map[string]func(x *big.Float) *big.Float{
	"Exp":      bigExp,
	"Exp2":     func(x *big.Float) *big.Float { return bigExp2(x) },
	"Expm1":    bigExpm1,
	"Log":      bigLog,
	"Log1p":    bigLog1p,
	"Tanh":     bigTanh,
	"Sigmoid":  bigSigmoid,
	"Erf":      bigErf,
	"Softplus": bigSoftplus,
	"SiLU":     func(x *big.Float) *big.Float { return mul(x, bigSigmoid(x)) },
	"GELU":     func(x *big.Float) *big.Float { return mul(x, half(bigErfc(mul(neg(x), sqrtHalf)))) },
	"GELUTanh": bigGELUTanh,
}

// limits are the functions at -Inf and +Inf.
var limits = map[string][2]float64{
	"Exp":      {0, math.Inf(1)},
	"Exp2":     {0, math.Inf(1)},
	"Expm1":    {-1, math.Inf(1)},
	"Log":      {math.NaN(), math.Inf(1)},
	"Log1p":    {math.NaN(), math.Inf(1)},
	"Tanh":     {-1, 1},
	"Sigmoid":  {0, 1},
	"Erf":      {-1, 1},
	"Softplus": {0, math.Inf(1)},
	"SiLU":     {math.Copysign(0, -1), math.Inf(1)},
	"GELU":     {math.Copysign(0, -1), math.Inf(1)},
	"GELUTanh": {math.Copysign(0, -1), math.Inf(1)},
}

// Big returns the value of a function at x with a relative error below 2^-120, or nil
// where it is NaN. Besides those of [Names] it knows
//
//	Softplus: log(1 + exp(x))
//	SiLU:     x sigmoid(x)
//	GELU:     x (1 + erf(x/√2))/2
//	GELUTanh: x (1 + tanh(√(2/π) (x + 0.044715 x³)))/2
//
// Values beyond 2^±1000000 it returns as some other one beyond that.
func Big(name string, x float64) *big.Float {
	f, ok := values[name]
	if !ok {
		panic(fmt.Sprintf("functions: no function %q", name))
	}
	switch {
	case math.IsInf(x, 0):
		limit := limits[name][0]
		if x > 0 {
			limit = limits[name][1]
		}
		if limit != limit {
			return nil
		}
		return float(limit)
	case x != x, name == "Log" && x < 0, name == "Log1p" && x < -1:
		return nil
	case name == "Log" && x == 0, name == "Log1p" && x == -1:
		return float(math.Inf(-1))
	}
	return f(float(x))
}

func float(x float64) *big.Float { return newFloat().SetFloat64(x) }
func newFloat() *big.Float       { return new(big.Float).SetPrec(precision) }

func add(x, y *big.Float) *big.Float     { return newFloat().Add(x, y) }
func sub(x, y *big.Float) *big.Float     { return newFloat().Sub(x, y) }
func mul(x, y *big.Float) *big.Float     { return newFloat().Mul(x, y) }
func quo(x, y *big.Float) *big.Float     { return newFloat().Quo(x, y) }
func neg(x *big.Float) *big.Float        { return newFloat().Neg(x) }
func half(x *big.Float) *big.Float       { return scale(x, -1) }
func double(x *big.Float) *big.Float     { return scale(x, 1) }
func below(x *big.Float, y float64) bool { return x.Cmp(big.NewFloat(y)) < 0 }

// scale returns x 2^n.
func scale(x *big.Float, n int) *big.Float {
	if x.Sign() == 0 {
		return newFloat().Set(x)
	}
	return newFloat().SetMantExp(x, n)
}

func decimal(s string) *big.Float {
	x, _, err := big.ParseFloat(s, 10, precision+64, big.ToNearestEven)
	if err != nil {
		panic("functions: " + err.Error())
	}
	return x
}

// Constants, the first two with more bits: one is multiplied by integers.
var (
	ln2      = decimal("0.693147180559945309417232121458176568075500134360255254120680009493393621969694715605863326996418687")
	pi       = decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")
	one      = float(1)
	sqrtHalf = newFloat().Sqrt(float(0.5))
	rootPi   = newFloat().Sqrt(pi)
	gelu1    = scale(quo(one, mul(rootPi, sqrtHalf)), 1) // 2√(2/π)
	gelu3    = mul(gelu1, decimal("0.044715"))
)

// bigLog1p(x) = 2 atanh(x/(2 + x)), near 0, where 1 + x would lose it.
func bigLog1p(x *big.Float) *big.Float {
	if !below(x, -0.25) && below(x, 0.5) {
		return double(bigAtanh(quo(x, add(x, float(2)))))
	}
	return bigLog(add(x, one))
}

// bigLog(x) = k ln 2 + log m, with m from √½ to √2.
func bigLog(x *big.Float) *big.Float {
	m := newFloat()
	k := x.MantExp(m)
	if below(m, math.Sqrt2/2) {
		m, k = double(m), k-1
	}
	r := double(bigAtanh(quo(sub(m, one), add(m, one))))
	return r.Add(r, mul(ln2, float(float64(k))))
}

// odd[i] is 1/(2i + 1), factorials[i] 1/i!, and oddFactorials[i] 1/(1·3·5···(2i + 1)).
var odd, factorials, oddFactorials = coefficients(300)

func coefficients(n int) (odd, factorials, oddFactorials []*big.Float) {
	f, o := float(1), float(1)
	for i := range n {
		odd = append(odd, quo(one, float(float64(2*i+1))))
		o = mul(o, odd[i])
		oddFactorials = append(oddFactorials, o)
		factorials = append(factorials, f)
		f = quo(f, float(float64(i+1)))
	}
	return odd, factorials, oddFactorials
}

// series returns the sum of c[i] x^i, as far as terms with x count: |x| is at most 1
// where the coefficients do not fall.
func series(c []*big.Float, x *big.Float) *big.Float {
	n, size := 1, 0
	for e := x.MantExp(nil); n < len(c)-1 && x.Sign() != 0; n++ {
		if size += e; size+c[n].MantExp(nil) < -target && c[n+1].MantExp(nil)+e < c[n].MantExp(nil) {
			break
		}
	}
	sum, product := newFloat().Set(c[n]), newFloat()
	for i := n - 1; i >= 0; i-- {
		product.Mul(sum, x)
		sum.Add(product, c[i])
	}
	return sum
}

// bigAtanh is the series of atanh, for |x| below 0.2.
func bigAtanh(x *big.Float) *big.Float { return mul(x, series(odd, mul(x, x))) }

// clamp returns x within ±n.
func clamp(x *big.Float, n float64) *big.Float {
	switch {
	case below(x, -n):
		return float(-n)
	case !below(x, n):
		return float(n)
	}
	return x
}

// bigExp(x) = 2^k exp(r).
func bigExp(x *big.Float) *big.Float {
	x = clamp(x, 1<<20)
	f, _ := x.Float64()
	k := math.Round(f / math.Ln2)
	kln2 := new(big.Float).SetPrec(precision+64).Mul(ln2, float(k))
	return scale(expSmall(sub(x, kln2)), int(k))
}

// bigExp2(x) = 2^k exp((x - k) ln 2).
func bigExp2(x *big.Float) *big.Float {
	x = clamp(x, 1<<20)
	f, _ := x.Float64()
	k := math.Round(f)
	return scale(expSmall(mul(sub(x, float(k)), ln2)), int(k))
}

// expSmall(x) = exp(x/256)^256, for |x| below 0.4.
func expSmall(x *big.Float) *big.Float {
	r := series(factorials, scale(x, -8))
	for range 8 {
		r = mul(r, r)
	}
	return r
}

func bigExpm1(x *big.Float) *big.Float {
	if below(x, -0.5) || !below(x, 0.5) {
		return sub(bigExp(x), one)
	}
	return mul(x, series(factorials[1:], x))
}

// bigTanh(x) = e/(e + 2) with e = exp(2x) - 1.
func bigTanh(x *big.Float) *big.Float {
	e := bigExpm1(double(clamp(x, 1<<10)))
	return quo(e, add(e, float(2)))
}

// bigSigmoid(x) = e/(1 + e) with e = exp(x).
func bigSigmoid(x *big.Float) *big.Float {
	if x.Sign() > 0 {
		return quo(one, add(one, bigExp(neg(x))))
	}
	e := bigExp(x)
	return quo(e, add(one, e))
}

// bigSoftplus(x) = log(1 + exp(x)), = x + log(1 + exp(-x)).
func bigSoftplus(x *big.Float) *big.Float {
	if x.Sign() > 0 {
		return add(x, bigLog1p(bigExp(neg(x))))
	}
	return bigLog1p(bigExp(x))
}

// bigGELUTanh uses that (1 + tanh(z))/2 is sigmoid(2z).
func bigGELUTanh(x *big.Float) *big.Float {
	z := mul(x, add(gelu1, mul(gelu3, mul(x, x))))
	return mul(x, bigSigmoid(z))
}

// far is where erf's series gives way to the continued fraction of 1 - erf.
const far = 4

// bigErf is 2/√π exp(-x²) times the sum of x (2x²)^i/(1·3·5···(2i + 1)), whose terms
// are all positive.
func bigErf(x *big.Float) *big.Float {
	switch {
	case !below(x, far):
		return sub(one, bigErfc(x))
	case below(x, -far):
		return sub(bigErfc(neg(x)), one)
	}
	square := mul(x, x)
	r := mul(bigExp(neg(square)), series(oddFactorials, double(square)))
	return double(quo(mul(r, x), rootPi))
}

// bigErfc(x) is 1 - erf(x), from far on by its continued fraction,
// exp(-x²)/√π / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))).
func bigErfc(x *big.Float) *big.Float {
	if below(x, far) {
		return sub(one, bigErf(x))
	}
	x = clamp(x, 1000)
	f, _ := x.Float64()
	// n terms leave about exp(-2x√(2n)), or more while n is small beside x².
	n := int(math.Pow(target*math.Ln2/(2*f), 2)/2) + 30
	u := newFloat().Set(x)
	for ; n > 0; n-- {
		u = add(x, quo(float(float64(n)/2), u))
	}
	return quo(bigExp(neg(mul(x, x))), mul(rootPi, u))
}
