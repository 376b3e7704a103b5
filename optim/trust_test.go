package optim

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestTrustRatios: hand-computed first steps of LARS and LAMB, and parameters or
// gradients without a norm.
func TestTrustRatios(t *testing.T) {
	step := func(rule Rule, p, g []float64) []float64 {
		mustStep(t, mustNew(t, rule, named([][]float64{p})), [][]float64{g})
		return p
	}
	lars := LARS{LR: 0.5, TrustCoefficient: 0.1}
	adam := LAMB{LR: 0.5, Beta2: 0.5, Eps: 1e-300} // at first its direction is the sign
	for _, c := range []struct {
		rule    Rule
		p, g    []float64
		want    []float64
		comment string
	}{
		// |p| = 5, |g| = 10: 0.5 * 0.1 * 5/10 = 0.025.
		{lars, []float64{3, 4}, []float64{6, 8}, []float64{3 - 0.15, 4 - 0.2}, "ratio"},
		{lars, []float64{0, 0}, []float64{6, 8}, []float64{-3, -4}, "p = 0"},
		{lars, []float64{3, 4}, []float64{0, 0}, []float64{3, 4}, "g = 0"},
		// 0.5 * 0.1 * 5/(10+0.5*5) = 0.02.
		{with(lars, func(r *LARS) { r.WeightDecay = 0.5 }), []float64{3, 4}, []float64{6, 8},
			[]float64{3 - 0.02*7.5, 4 - 0.02*10}, "decay"},
		// The direction is (1, 1), |p|/|r| = 5/sqrt(2).
		{adam, []float64{3, 4}, []float64{7, 9}, []float64{3 - 2.5/math.Sqrt2, 4 - 2.5/math.Sqrt2}, "ratio"},
		{adam, []float64{0, 0}, []float64{7, -9}, []float64{-0.5, 0.5}, "p = 0"},
		{adam, []float64{3, 4}, []float64{0, 0}, []float64{3, 4}, "r = 0"},
	} {
		if got := step(c.rule, slices.Clone(c.p), c.g); !(deviation(got, c.want) <= 1e-14) {
			t.Errorf("%s, %s: %v, want %v", c.rule.Name(), c.comment, got, c.want)
		}
	}

	// Ratios beyond the largest float32 must not make NaN of zeros.
	for _, rule := range []Rule{NewLARS(1), with(NewLAMB(1), func(r *LAMB) { r.WeightDecay = 0 })} {
		p := []float32{1e30, 0, -1e30}
		opt := mustNew(t, rule, named([][]float32{p}))
		for range 3 {
			mustStep(t, opt, [][]float32{{1e-44, 0, 0}})
		}
		if p[0] != p[0] || p[1] != 0 || p[2] != p[2] {
			t.Errorf("%s: subnormal gradients gave %v", rule.Name(), p)
		}
	}
}

// TestTrustRange: LARS and LAMB move a parameter in proportion to its norm, however
// large or small it and the gradient are.
func TestTrustRange(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testTrustRange[float32](t, -90, 120, -94, 125, 9, 1e-6) })
	t.Run("float64", func(t *testing.T) { testTrustRange[float64](t, -940, 1010, -958, 1020, 65, 1e-14) })
}

func testTrustRange[T kernels.Float](t *testing.T, pLeast, pLargest, gLeast, gLargest, by int, tol float64) {
	t.Run("the values", func(t *testing.T) {
		if _, ok := any(T(0)).(float32); ok {
			t.Skip("are float64")
		}
		big := T(math.Pow(10, 160))
		p := []T{big, big, big, big}
		mustStep(t, mustNew(t, LARS{LR: 1, TrustCoefficient: 1e-3}, named([][]T{p})), [][]T{{1, 1, 1, 1}})
		for _, v := range p {
			near(t, "parameter", float64(v), 0.999e160, 1e-14)
		}
		p = []T{big, -big, big, big}
		mustStep(t, mustNew(t, LAMB{LR: 1e-3, Beta2: 0.5, Eps: 1e-6}, named([][]T{p})), [][]T{{1, -1, 1, 1}})
		for _, v := range p {
			near(t, "parameter", math.Abs(float64(v)), 0.999e160, 1e-8) // of Eps
		}
	})
	// Along the parameter itself λ(g+wp) is ηp, whatever the norms and w are.
	lars := LARS{LR: 0.5, TrustCoefficient: 0.125}
	for a := pLeast; a <= pLargest; a += by {
		for b := gLeast; b <= gLargest; b += by {
			for _, decay := range []float64{0, 0.1} {
				lars.WeightDecay = decay
				p, g := make([]T, 7), make([]T, 7)
				for i := range p {
					p[i], g[i] = T(math.Ldexp(1.1, a)), T(math.Ldexp(1.3, b))
				}
				want := float64(p[0]) * (1 - 0.0625)
				mustStep(t, mustNew(t, lars, named([][]T{p})), [][]T{g})
				for i, v := range p {
					if !(math.Abs(float64(v)-want) <= tol*want) {
						t.Fatalf("LARS, parameters of 2^%d and gradients of 2^%d, decay %v: p[%d] is %v of what it should be", a, b, decay, i, float64(v)/want)
					}
				}
			}
		}
		// Without moments the direction of LAMB is the sign of the gradient.
		p, g := make([]T, 7), make([]T, 7)
		for i := range p {
			p[i], g[i] = T(math.Ldexp(1.1, a)), 1
		}
		want := float64(p[0]) * (1 - 0.0625)
		mustStep(t, mustNew(t, LAMB{LR: 0.0625, Beta2: 0.5, Eps: 1e-12}, named([][]T{p})), [][]T{g})
		for i, v := range p {
			if !(math.Abs(float64(v)-want) <= max(tol, 1e-11)*want) {
				t.Fatalf("LAMB, parameters of 2^%d: p[%d] is %v of what it should be", a, i, float64(v)/want)
			}
		}
	}
}

// TestTrustOverflow: rates that no T can hold, times directions, are steps that one
// can; and zeros stay zeros.
func TestTrustOverflow(t *testing.T) {
	// λ is 1e-3 * 1e30/1e-25 = 1e52, the step 1e27.
	p := []float32{1e30, 0, -2e29}
	mustStep(t, mustNew(t, NewLARS(1), named([][]float32{p})), [][]float32{{1e-25, 0, 0}})
	if want := []float64{0.99898e30, 0, -2e29}; !(deviation(p, want) < 1e-4) {
		t.Errorf("LARS: %v, want %v", p, want)
	}
	// |r| is 1e-14, |p|/|r| 1e52.
	p = []float32{1e38, 0, -2e37}
	mustStep(t, mustNew(t, LAMB{LR: 1e-3, Beta2: 0.5, Eps: 1e14}, named([][]float32{p})), [][]float32{{1, 0, 0}})
	if want := []float64{0.99898e38, 0, -2e37}; !(deviation(p, want) < 1e-4) {
		t.Errorf("LAMB: %v, want %v", p, want)
	}
	// A direction that overflows makes a step that does, and nothing that is no number.
	p = []float32{3e38, 1, 0}
	opt := mustNew(t, LAMB{LR: 1e-3, Beta2: 0.5, Eps: 1e-6, WeightDecay: 10}, named([][]float32{p}))
	mustStep(t, opt, [][]float32{{1, 1, 0}})
	if p[0] != float32(math.Inf(-1)) || p[1] != p[1] || p[2] != 0 {
		t.Errorf("LAMB with a decay beyond the largest float32: %v", p)
	}
}
