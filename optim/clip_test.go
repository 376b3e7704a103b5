package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestClipping compares every mix of clippings, with and without a loss scale,
// with the formulas in float64.
func TestClipping(t *testing.T) {
	for mix := range 16 {
		t.Run(fmt.Sprintf("float32/%04b", mix), func(t *testing.T) { testClipping[float32](t, mix, 2e-6) })
		t.Run(fmt.Sprintf("float64/%04b", mix), func(t *testing.T) { testClipping[float64](t, mix, 1e-13) })
	}
}

func testClipping[T kernels.Float](t *testing.T, mix int, tol float64) {
	const own, all, value = 3, 6, 0.4
	rng := rand.New(rand.NewPCG(13, uint64(mix)))
	lengths := []int{5, 1500, 20000, 1}
	params := random[T](rng, lengths...)
	scale := 1.0
	var opts []Option
	if mix&1 != 0 {
		opts = append(opts, ClipParamNorm(own))
	}
	if mix&2 != 0 {
		opts = append(opts, ClipNorm(all))
	}
	if mix&4 != 0 {
		opts = append(opts, ClipValue(value))
	}
	if mix&8 != 0 {
		scale = 1000
		opts = append(opts, WithLossScale(scale))
	}
	opt := mustNew(t, SGD{LR: 0.5}, named(params), opts...)
	for range 2 {
		grads := random[T](rng, lengths...)
		for i := range grads[3] {
			grads[3][i] = 0.01 // below every limit
		}
		for i := range grads {
			for j := range grads[i] {
				grads[i][j] *= T(scale)
			}
		}
		kept := clones(grads)

		want := make([][]float64, len(params))
		norms, left := make([]float64, len(params)), make([]float64, len(params))
		least := 1.0
		for i, g := range grads {
			want[i] = to[float64](params[i])
			for _, x := range g {
				norms[i] += float64(x) / scale * float64(x) / scale
			}
			norms[i] = math.Sqrt(norms[i])
			left[i] = 1
			if mix&1 != 0 {
				left[i] = min(1, own/(norms[i]+1e-6))
				least = min(least, left[i])
			}
		}
		var total, before float64
		for i := range norms {
			total += math.Pow(norms[i]*left[i], 2)
			before += norms[i] * norms[i]
		}
		coef := 1.0
		if mix&2 != 0 {
			coef = min(1, all/(math.Sqrt(total)+1e-6))
		}
		for i, g := range grads {
			for j, x := range g {
				d := float64(x) / scale * left[i] * coef
				if mix&4 != 0 {
					d = max(-value, min(value, d))
				}
				want[i][j] -= 0.5 * d
			}
		}

		r := mustStep(t, opt, grads)
		near(t, "norm", r.GradNorm, math.Sqrt(before), tol)
		near(t, "coefficient", r.ClipCoef, least*coef, tol)
		if r.LossScale != scale {
			t.Errorf("loss scale %v, want %v", r.LossScale, scale)
		}
		for i := range params {
			if d := deviation(params[i], want[i]); !(d <= tol) {
				t.Errorf("parameter %d is off by %.3g", i, d)
			}
			if !slices.Equal(grads[i], kept[i]) {
				t.Errorf("gradient %d was rewritten", i)
			}
		}
	}
}

// TestClipExtremes: per-parameter norms beyond the range of float64's squares.
func TestClipExtremes(t *testing.T) {
	p := [][]float64{{0, 0}, {0}, {0}}
	opt := mustNew(t, SGD{LR: 1}, named(p), ClipParamNorm(2), ClipNorm(1e9))
	mustStep(t, opt, [][]float64{{3e200, -4e200}, {1e-200}, {-math.MaxFloat64}})
	for i, want := range [][]float64{{-1.2, 1.6}, {-1e-200}, {2}} {
		if d := deviation(p[i], want); !(d < 1e-14) {
			t.Errorf("parameter %d is %v, want %v", i, p[i], want)
		}
	}
	p = [][]float64{{0}, {0}}
	mustStep(t, mustNew(t, SGD{LR: 1}, named(p), ClipParamNorm(2), ClipNorm(0.5)), [][]float64{{1e301}, {0}})
	if d := deviation(p[0], []float64{-0.5}); !(d < 1e-5) {
		t.Errorf("clipped twice: %v, want -0.5", p[0])
	}
}

func TestClip(t *testing.T) {
	p := [][]float64{{0}, {0}}
	opt := mustNew(t, SGD{LR: 1}, named(p), ClipNorm(1))
	g := [][]float64{{30}, {-40}}
	r := mustStep(t, opt, g)
	coef := 1 / (50 + 1e-6)
	if r.GradNorm != 50 || r.ClipCoef != coef {
		t.Errorf("report %+v", r)
	}
	if p[0][0] != -30*coef || p[1][0] != 40*coef {
		t.Errorf("parameters %v", p)
	}
	if g[0][0] != 30 || g[1][0] != -40 {
		t.Errorf("gradients rewritten: %v", g)
	}
	if r := mustStep(t, opt, [][]float64{{0.3}, {0.4}}); r.ClipCoef != 1 {
		t.Errorf("norm %v was clipped by %v", r.GradNorm, r.ClipCoef)
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
		mustStepGradients(t, newTableOnly(t, SGD{LR: 1}, p, 1<<10, ClipNorm(limit)), rowsOnly(order(n>>10), huge))
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
