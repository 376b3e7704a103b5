package kernels_test

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"

	"github.com/seed63264101/steepest/kernels"
)

// exactly is a result without rounding errors, and what a kernel's may differ from it.
type exactly struct {
	value *big.Float
	abs   *big.Float // the same of the terms' magnitudes
	rel   float64    // the error relative to abs before the last rounding
	final float64    // the error of the last rounding, to the result's type
	under float64    // the error of terms that underflow
}

// differs demands |got - value| <= e + final*(|value| + e), e = rel*abs + under.
func (x exactly) differs(got float64) string {
	if math.IsNaN(got) || math.IsInf(got, 0) {
		return fmt.Sprintf("%v, exactly %.20g", got, x.value)
	}
	f := func(x float64) *big.Float { return new(big.Float).SetPrec(100).SetFloat64(x) }
	bound := f(x.rel)
	bound.Mul(bound, x.abs)
	bound.Add(bound, f(x.under))
	rounded := f(0).Abs(x.value)
	rounded.Add(rounded, bound)
	bound.Add(bound, rounded.Mul(rounded, f(x.final)))
	diff := new(big.Float).SetPrec(x.value.Prec() + 64).SetFloat64(got)
	diff.Abs(diff.Sub(diff, x.value))
	if diff.Cmp(bound) <= 0 {
		return ""
	}
	return fmt.Sprintf("%v, exactly %.20g: error %.6g, bound %.6g", got, x.value, diff, bound)
}

// addExactly adds the products of two factors, and their magnitudes.
func addExactly(n int, factors func(i int) (float64, float64)) exactly {
	// Enough bits for the largest and the smallest product together, and for 2^64
	// of them.
	lo, hi := 0, 0
	for i := range n {
		a, b := factors(i)
		if a != 0 && b != 0 {
			_, ea := math.Frexp(a)
			_, eb := math.Frexp(b)
			lo, hi = min(lo, ea+eb), max(hi, ea+eb)
		}
	}
	prec := uint(hi - lo + 106 + 64)
	sum, abs := new(big.Float).SetPrec(prec), new(big.Float).SetPrec(prec)
	var x, y, p big.Float
	p.SetPrec(106) // a product of two float64 fits
	for i := range n {
		a, b := factors(i)
		p.Mul(x.SetFloat64(a), y.SetFloat64(b))
		sum.Add(sum, &p)
		abs.Add(abs, p.Abs(&p))
	}
	return exactly{value: sum, abs: abs}
}

// growth bounds the error of a sum, relative to the sum of its terms' magnitudes,
// before it is rounded to the result's type. block is the number of elements in
// a block, lanes the number of accumulators, u their unit roundoff; products is 1
// if the terms are rounded too.
//
// A lane adds ceil(m/lanes) terms of a block of m, the first to +0, which is
// exact. The folds add log2(lanes) times, and the blocks' results are added once
// each in float64, the first again exactly. So a term passes through at most
//
//	h = (products + ceil(m/lanes) - 1 + log2(lanes)) * u + (blocks - 1) * 2^-53
//
// worth of roundings, each of which multiplies it by 1+d with |d| <= u. The
// product of these factors is within h/(1-h) of 1 (Higham, Accuracy and Stability
// of Numerical Algorithms, section 3.1).
func growth(n, block, lanes, products int, u float64) float64 {
	if n == 0 {
		return 0
	}
	m := min(n, block)
	blocks := (n + block - 1) / block
	steps := products + (m+lanes-1)/lanes - 1 + bits.Len(uint(lanes)) - 1
	h := float64(steps)*u + float64(blocks-1)*0x1p-53
	return h / (1 - h)
}

// exactSum is the sum of n products of two factors, as a kernel with accumulators
// of type A adds them: products is 1 if it rounds them. Additions underflow
// exactly; a product is off by at most half the least number, and later roundings
// do not double that.
func exactSum[T, A kernels.Float](n, products int, factors func(i int) (float64, float64)) exactly {
	e := addExactly(n, factors)
	e.rel = growth(n, blockOf[T](), lanesOf[A](), products, unit[A]())
	if products > 0 {
		e.under = float64(n) * float64(least[A]())
	}
	if size[A]() == 4 {
		e.final = unit[A]() // the blocks' sum is a float64
	}
	return e
}

// exactSquares is the sum of squares. Those of float32 are exact in float64 and
// never underflow there.
func exactSquares[T kernels.Float](n int, x func(i int) T) exactly {
	return exactSum[T, float64](n, size[T]()/8, func(i int) (float64, float64) { return float64(x(i)), float64(x(i)) })
}

// exactNorm returns the norm. Its square has the relative error of a sum of
// squares, to which a square that underflows adds nothing worth counting, as it
// is far below an ulp of the rest. The root has half of that error and one
// rounding, and a second rounding makes it a T. Where the norm is subnormal, each
// of the two is off by at most half the least number instead.
func exactNorm[T kernels.Float](n int, x func(i int) T) exactly {
	squares := exactSquares(n, x)
	norm := new(big.Float).SetPrec(200)
	if squares.value.Sign() > 0 {
		norm.Sqrt(norm.Set(squares.value))
	}
	growth := growth(n, blockOf[T](), lanesOf[float64](), 1, 0x1p-53)
	return exactly{norm, norm, growth/2 + 0x1p-53, unit[T](), float64(least[T]())}
}
