package kernels_test

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"testing"

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

// check fails unless |got - value| <= e + final*(|value| + e), e = rel*abs + under.
func (x exactly) check(t *testing.T, kernel string, got float64) {
	t.Helper()
	if math.IsNaN(got) || math.IsInf(got, 0) {
		t.Fatalf("%s = %v, exactly %.20g", kernel, got, x.value)
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
	if diff.Cmp(bound) > 0 {
		t.Fatalf("%s = %v, exactly %.20g: error %.6g, bound %.6g", kernel, got, x.value, diff, bound)
	}
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

// sumData are vectors on which sums go wrong in different ways. u is the unit
// roundoff, tiny a number whose square is the least one.
var sumData = []struct {
	name string
	draw func(r *rand.Rand, i int, u, tiny float64) float64
}{
	{"normal", func(r *rand.Rand, _ int, _, _ float64) float64 { return r.NormFloat64() }},
	{"wide", func(r *rand.Rand, _ int, _, _ float64) float64 {
		return math.Ldexp(r.NormFloat64(), r.IntN(60)-30)
	}},
	// Pairs that cancel, far apart, leave the rounding errors of large sums.
	{"cancelling", func(_ *rand.Rand, i int, _, _ float64) float64 {
		v := math.Sin(float64(i/1024*512+i%512+1)) * 1e6
		if i%1024 >= 512 {
			return -v
		}
		return v
	}},
	// One large number, to which every small one is lost: added one after the
	// other the error is n*u, far above the bound, and here it comes close to it.
	{"swamped", func(_ *rand.Rand, i int, u, _ float64) float64 {
		if i == 0 {
			return 1
		}
		return 0.99 * u
	}},
	// Products and squares are subnormal.
	{"tiny", func(r *rand.Rand, _ int, _, tiny float64) float64 { return tiny * r.NormFloat64() }},
}

// TestErrorOfSums holds the reductions' errors against the exact sums.
func TestErrorOfSums(t *testing.T) {
	restoreLevel(t)
	t.Run("type=f32", errorOfSums[float32])
	t.Run("type=f64", errorOfSums[float64])
}

func errorOfSums[T kernels.Float](t *testing.T) {
	lengths := []int{0, 1, 2, 63, 64, 65, 1000}
	if !testing.Short() {
		lengths = append(lengths, blockOf[T]()+1077)
	}
	for _, data := range sumData {
		t.Run(data.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(13, 14))
			for _, n := range lengths {
				x, y := make([]T, n), make([]T, n)
				for i := range x {
					x[i] = T(data.draw(r, i, unit[T](), math.Sqrt(float64(least[T]()))))
					y[i] = T(1 - float64(i%7)*unit[T]()) // terms that are rounded
					if data.name == "tiny" {
						y[i] = x[i] / 3
					}
				}
				checkErrors(t, x, y)
			}
		})
	}
}

func checkErrors[T kernels.Float](t *testing.T, x, y []T) {
	t.Helper()
	n, block, lanes, u := len(x), blockOf[T](), lanesOf[T](), unit[T]()
	final := u
	if size[T]() == 8 {
		final = 0 // the sum is in float64 already
	}
	// Additions underflow exactly; a product is off by at most half the least
	// number, and later roundings do not double that.
	under := float64(n) * float64(least[T]())

	sum := addExactly(n, func(i int) (float64, float64) { return float64(x[i]), 1 })
	sum.rel, sum.final = growth(n, block, lanes, 0, u), final
	asum := sum
	asum.value = sum.abs
	dot := addExactly(n, func(i int) (float64, float64) { return float64(x[i]), float64(y[i]) })
	dot.rel, dot.final, dot.under = growth(n, block, lanes, 1, u), final, under
	dsdot := dot
	dsdot.rel, dsdot.final = growth(n, block, lanesOf[float64](), size[T]()/8, 0x1p-53), 0 // float32 products are exact
	squares, norm := exactSquares(x), exactNorm(x)
	for _, l := range kernels.Levels() {
		t.Run("level="+l.String(), func(t *testing.T) {
			activate(t, l)
			sum.check(t, "Sum", float64(kernels.Sum(x)))
			asum.check(t, "Asum", float64(kernels.Asum(x)))
			dot.check(t, "Dot", float64(kernels.Dot(x, y)))
			dsdot.check(t, "Dsdot", kernels.Dsdot(x, y))
			squares.check(t, "SumSquares", kernels.SumSquares(x))
			norm.check(t, "Nrm2", float64(kernels.Nrm2(x)))
		})
	}
}

func exactSquares[T kernels.Float](x []T) exactly {
	e := addExactly(len(x), func(i int) (float64, float64) { return float64(x[i]), float64(x[i]) })
	// Squares of float32 are exact in float64 and never underflow there.
	products := 0
	if size[T]() == 8 {
		products = 1
		e.under = float64(len(x)) * float64(least[T]())
	}
	e.rel = growth(len(x), blockOf[T](), lanesOf[float64](), products, 0x1p-53)
	return e
}

// exactNorm returns the norm. Its square has the relative error of a sum of
// squares, to which a square that underflows adds nothing worth counting, as it
// is far below an ulp of the rest. The root has half of that error and one
// rounding, and a second rounding makes it a T. Where the norm is subnormal, each
// of the two is off by at most half the least number instead.
func exactNorm[T kernels.Float](x []T) exactly {
	squares := exactSquares(x)
	norm := new(big.Float).SetPrec(200)
	if squares.value.Sign() > 0 {
		norm.Sqrt(norm.Set(squares.value))
	}
	growth := growth(len(x), blockOf[T](), lanesOf[float64](), 1, 0x1p-53)
	return exactly{norm, norm, growth/2 + 0x1p-53, unit[T](), float64(least[T]())}
}
