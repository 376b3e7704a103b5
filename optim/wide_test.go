package optim

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// TestWide compares the operations with exact ones, far out of float64's range.
func TestWide(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	draw := func() wide {
		return wide{math.Ldexp(0.5+rng.Float64(), rng.IntN(1900)-950), (rng.IntN(3) - 1) * rng.IntN(1500)}
	}
	exact := func(w wide) *big.Float {
		x := new(big.Float).SetPrec(4000).SetFloat64(w.frac)
		return x.SetMantExp(x, w.exp)
	}
	for range 20000 {
		a, b := draw(), draw()
		x, y := exact(a), exact(b)
		for op, c := range map[string]struct {
			got  wide
			want *big.Float
		}{
			"*": {a.times(b), new(big.Float).Copy(x).Mul(x, y)},
			"/": {a.over(b), new(big.Float).Copy(x).Quo(x, y)},
			"+": {a.normalized().plus(b.normalized()), new(big.Float).Copy(x).Add(x, y)},
		} {
			off, _ := new(big.Float).Quo(exact(c.got), c.want).Float64()
			if !(math.Abs(off-1) <= 0x1p-52) {
				t.Fatalf("%v %s %v = %v", a, op, b, c.got)
			}
		}
	}
	zero, inf := wide{}, wide{frac: math.Inf(1)}
	far := wide{1, -3000}
	if zero.plus(far) != far || far.plus(zero) != far || far.plus(inf).isFinite() || inf.plus(far).value() != math.Inf(1) ||
		far.times(zero).value() != 0 || zero.over(far).value() != 0 || far.over(inf).value() != 0 {
		t.Error("zero or infinity with a number far out of range")
	}
}

func TestSplit(t *testing.T) {
	t.Run("float32", testSplit[float32])
	t.Run("float64", testSplit[float64])
}

// testSplit: both factors are normal where that can be, and make of every T what the
// number does.
func testSplit[T kernels.Float](t *testing.T) {
	emin, bits := -1022, 53
	if _, ok := any(T(0)).(float32); ok {
		emin, bits = -126, 24
	}
	for e := 3 * emin; e <= -3*emin; e++ {
		for _, m := range []float64{1, 1.25, 2 - 0x1p-23} {
			w := wide{m, e}
			shift, rest := split[T](w)
			if inside := e >= emin && e <= -emin; inside != (shift == 0) {
				t.Fatalf("%v 2^%d: shift %d", m, e, shift)
			}
			pre, f := T(math.Ldexp(1, -shift)), generic.Bounded[T](rest)
			for i, p := range []float64{float64(pre), float64(f)} {
				normal := p >= math.Ldexp(1, emin) && p <= math.Ldexp(1, -emin+1)
				if !normal && (i == 0 || e >= 2*emin && e <= -2*emin) || math.IsInf(p, 0) {
					t.Fatalf("%v 2^%d: factors %v and %v", m, e, pre, f)
				}
			}
			if e < 2*emin || e > -2*emin {
				continue
			}
			for _, x := range []T{1, T(math.Ldexp(1.5, -emin/2)), T(math.Ldexp(1.5, -emin)), T(math.Ldexp(1.5, emin+bits))} {
				exact := big.NewFloat(float64(x) * m) // bits to spare
				want, _ := exact.SetMantExp(exact, e).Float64()
				if a := math.Abs(float64(T(want))); a < math.Ldexp(1, emin) || math.IsInf(float64(T(want)), 0) {
					continue
				}
				if got := T(T(pre*x) * f); !(math.Abs(float64(got)/want-1) <= math.Ldexp(1, 1-bits)) {
					t.Fatalf("%v times %v 2^%d is %v, want %v", x, m, e, got, want)
				}
			}
		}
	}
	if shift, rest := split[T](wide{}); shift != 0 || rest != 0 {
		t.Errorf("0 is split into 2^%d and %v", shift, rest)
	}
	if x := generic.Bounded[T](math.Inf(-1)); T(x)*0 != 0 {
		t.Errorf("bounded to %v", x)
	}
}

// TestSquares adds vectors from the least to the largest numbers.
func TestSquares(t *testing.T) {
	var all [][]float64
	var sum Sum
	for e := -1074; e <= 1023; e += 50 {
		all = append(all, []float64{math.Ldexp(1.5, e), -math.Ldexp(1.25, e), 0})
		backwards := slices.Clone(all)
		slices.Reverse(backwards)
		for _, order := range [][][]float64{all, backwards} {
			sum = Sum{}
			for _, x := range order {
				sum = sum.plus(sumSquares(x))
			}
			var want wide
			for _, x := range all {
				for _, v := range x {
					want = want.plus(wide{frac: v}.times(wide{frac: v}))
				}
			}
			if off := sum.root().times(sum.root()).over(want).value(); !(math.Abs(off-1) <= 1e-14) {
				t.Fatalf("up to 2^%d: norm %v, off by %v", e, sum.root(), off-1)
			}
		}
	}
}
