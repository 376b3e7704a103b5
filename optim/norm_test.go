package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestRowNorms: a row of any size is moved by its own.
func TestRowNorms(t *testing.T) {
	for e := -940; e <= 1010; e += 65 {
		for _, limit := range []float64{0, 1e-100, 1, 1e200} {
			row := []float64{0, 0, 0}
			var opts []Option
			if limit > 0 {
				opts = append(opts, ClipNorm(limit))
			}
			opt := newTableOnly(t, RowAdagrad{LR: 1, Eps: 1e-300}, row, 3, opts...)
			g := []float64{math.Ldexp(1, e), math.Ldexp(-1, e), 0}
			mustStepGradients(t, opt, rowsOnly([]int{0}, g))
			want := math.Sqrt(1.5) // g / sqrt(2g²/3)
			size := math.Ldexp(1, e)
			if limit > 0 {
				size *= min(1, limit/(size*math.Sqrt2+1e-6))
			}
			if size > 1e130 || size < 1e-130 {
				want = math.NaN() // the stored sum leaves the range of numbers
			}
			for i, sign := range []float64{-1, 1, 0} {
				if got := row[i]; got != got || want == want && !(math.Abs(got-sign*want) <= 1e-5) {
					t.Errorf("gradients of 2^%d, limit %v: %v, want %v", e, limit, got, sign*want)
				}
			}
		}
	}
	// A rate that overflows, of gradients that count as 0; and one that is subnormal.
	for g, want := range map[float32]float32{1e-40: 0, 3e38: -1} {
		row := []float32{0}
		opt := newTableOnly(t, RowAdagrad{LR: 1, Eps: 1e-40}, row, 1)
		if _, err := opt.StepGradients(rowsOnly([]int{0}, []float32{g})); err != nil || !(math.Abs(float64(row[0]-want)) < 1e-6) {
			t.Errorf("gradient %v: %v, want %v (%v)", g, row[0], want, err)
		}
	}
}

// order returns 0, 1, ..., n-1.
func order(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// TestNoNaN: whatever the sizes of parameters and gradients, together or clipped,
// no number becomes NaN.
func TestNoNaN(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testNoNaN[float32](t, 120) })
	t.Run("float64", func(t *testing.T) { testNoNaN[float64](t, 1000) })
}

func testNoNaN[T kernels.Float](t *testing.T, largest int) {
	rng := rand.New(rand.NewPCG(55, 56))
	lengths := []int{1, 3, 40, 10000}
	draw := func() [][]T {
		xs := random[T](rng, lengths...)
		for _, x := range xs {
			size := rng.IntN(2*largest+80) - largest - 80 // down to the subnormal
			for i := range x {
				e := size
				if rng.IntN(4) == 0 {
					e = rng.IntN(2*largest+80) - largest - 80
				}
				x[i] = T(math.Ldexp(float64(x[i]), min(e, largest)))
			}
		}
		return xs
	}
	for range 10 {
		for _, rule := range []Rule{
			NewLARS(0.1), LARS{LR: 1, TrustCoefficient: 1e-3, WeightDecay: 0.1},
			NewLAMB(0.1), with(NewLAMB(0.1), func(r *LAMB) { r.WeightDecay = 0 }),
		} {
			for _, opts := range [][]Option{
				nil, {ClipNorm(1)}, {ClipNorm(1e-30), ClipParamNorm(1e-30)}, {ClipValue(1e-20), WithLossScale(0x1p100)},
			} {
				opt := mustNew(t, rule, named(draw()), opts...)
				for step := range 3 {
					mustStep(t, opt, draw())
					for i, p := range opt.params {
						if j := slices.IndexFunc(p.Value, func(v T) bool { return v != v }); j >= 0 {
							t.Fatalf("%+v: NaN in parameter %d after %d steps", rule, i, step+1)
						}
					}
				}
			}
		}
	}
}

// TestNorm: gradients whose squares leave the range of float64 are still finite,
// and their norm is right.
func TestNorm(t *testing.T) {
	huge, tiny := math.MaxFloat64, math.SmallestNonzeroFloat64
	for _, c := range []struct {
		grads [][]float64
		norm  float64
		coef  float64 // for the limit 1
	}{
		{[][]float64{{3}, {4, 0}}, 5, 1 / (5 + 1e-6)},
		{[][]float64{{0}, {0, 0}}, 0, 1},
		{[][]float64{{3e-9}, {4e-9, 0}}, 5e-9, 1},
		{[][]float64{{3e200}, {4e200, 0}}, 5e200, 2e-201},
		{[][]float64{{3e-200}, {4e-200, 0}}, 5e-200, 1},
		{[][]float64{{3e-155}, {4e-155, 0}}, 5e-155, 1},
		{[][]float64{{0}, {tiny, 0}}, tiny, 1},
		{[][]float64{{0}, {huge, 0}}, huge, 1 / huge},
		{[][]float64{{huge}, {-huge, 0}}, math.Inf(1), math.Sqrt(0.5) / huge},
	} {
		p := [][]float64{{0}, {0, 0}}
		opt := mustNew(t, SGD{LR: 1}, named(p), ClipNorm(1))
		r := mustStep(t, opt, c.grads)
		// Numbers near 1/MaxFloat64 are subnormal, hence coarse.
		if r.GradNorm != c.norm && !(math.Abs(r.GradNorm/c.norm-1) < 1e-15) || !(math.Abs(r.ClipCoef/c.coef-1) < 1e-14) {
			t.Errorf("%v: norm %v and coefficient %v, want %v and %v", c.grads, r.GradNorm, r.ClipCoef, c.norm, c.coef)
		}
	}

	// float32: the largest and the least, and nothing lost.
	for _, x := range []float32{math.MaxFloat32, math.SmallestNonzeroFloat32} {
		opt := mustNew(t, SGD{LR: 1e-9}, []Param[float32]{{Name: "w", Value: make([]float32, 4)}})
		if r := mustStep(t, opt, [][]float32{{x, -x, x, -x}}); r.GradNorm != 2*float64(x) {
			t.Errorf("norm of four times %v is %v", x, r.GradNorm)
		}
	}
}
