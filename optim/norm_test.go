package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

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

// TestRowNorms: a row of any size is moved by its own.
func TestRowNorms(t *testing.T) {
	for e := -940; e <= 1010; e += 65 {
		for _, limit := range []float64{0, 1e-100, 1, 1e200} {
			row := []float64{0, 0, 0}
			var opts []Option
			if limit > 0 {
				opts = append(opts, ClipNorm(limit))
			}
			opt := mustNewEmbedding(t, RowAdagrad{LR: 1, Eps: 1e-300}, row, 3, opts...)
			g := []float64{math.Ldexp(1, e), math.Ldexp(-1, e), 0}
			if _, err := opt.Step([]int{0}, g); err != nil {
				t.Fatal(err)
			}
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
		opt := mustNewEmbedding(t, RowAdagrad{LR: 1, Eps: 1e-40}, row, 1)
		if _, err := opt.Step([]int{0}, []float32{g}); err != nil || !(math.Abs(float64(row[0]-want)) < 1e-6) {
			t.Errorf("gradient %v: %v, want %v (%v)", g, row[0], want, err)
		}
	}
}

// TestClipSubnormal: a coefficient too small for a float32 clips as any other.
func TestClipSubnormal(t *testing.T) {
	const n = 1 << 20
	huge := slices.Repeat([]float32{3e38}, n)
	for _, limit := range []float64{1e-3, 1e-5, 1e-10, 1e-20} {
		for _, opt := range []Option{ClipNorm(limit), ClipParamNorm(limit)} {
			p := make([]float32, n)
			r := mustStep(t, mustNew(t, SGD{LR: 1}, named([][]float32{p}), opt), [][]float32{huge})
			near(t, "norm", float64(kernels.Nrm2(p)), limit, 1e-6)
			near(t, "coefficient", r.ClipCoef, limit/(3e38*1024), 1e-6)
		}
		p := make([]float32, n)
		if _, err := mustNewEmbedding(t, SGD{LR: 1}, p, 1<<10, ClipNorm(limit)).Step(order(n>>10), huge); err != nil {
			t.Fatal(err)
		}
		near(t, "norm", float64(kernels.Nrm2(p)), limit, 1e-6)
	}
	p := make([]float64, 4)
	mustStep(t, mustNew(t, SGD{LR: 1}, named([][]float64{p}), ClipNorm(1e-14)), [][]float64{slices.Repeat([]float64{1e308}, 4)})
	near(t, "norm", kernels.Nrm2(p), 1e-14, 1e-14)
}

// TestClipHuge: once clipped, huge gradients give the bits that large ones give,
// with any rule and any clipping.
func TestClipHuge(t *testing.T) {
	for _, rule := range variants {
		t.Run(fmt.Sprintf("float32/%+v", rule), func(t *testing.T) { testClipHuge[float32](t, rule, 60, 110) })
		t.Run(fmt.Sprintf("float64/%+v", rule), func(t *testing.T) { testClipHuge[float64](t, rule, 60, 1000) })
	}
}

func testClipHuge[T kernels.Float](t *testing.T, rule Rule, large, huge int) {
	lengths := []int{3, 2500, 17}
	switch rule.(type) {
	case LARS, LAMB:
		lengths[1] = 500 // of several pieces the norm would be added in another order
	}
	for i, opts := range [][]Option{
		{ClipNorm(1e-9)},
		{ClipParamNorm(1e-9), ClipNorm(1e-9)},
		{ClipNorm(1e-8), ClipValue(1e-9)},
		{ClipNorm(1e-9), WithLossScale(0x1p20)},
	} {
		var want []uint64
		for _, e := range []int{large, huge} {
			rng := rand.New(rand.NewPCG(53, 54))
			opt := mustNew(t, rule, named(random[T](rng, lengths...)), opts...)
			for range 3 {
				grads := random[T](rng, lengths...)
				for _, g := range grads {
					kernels.Scal(T(math.Ldexp(1, e)), g)
				}
				mustStep(t, opt, grads)
			}
			if want == nil {
				want = opt.bits()
			} else if !slices.Equal(opt.bits(), want) {
				t.Errorf("option set %d: gradients of 2^%d differ from those of 2^%d", i, e, large)
			}
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
