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

// TestZeroGrads: every gradient that a step used is zero afterwards, whatever
// became of the step, and the parameters are as without.
func TestZeroGrads(t *testing.T) {
	for _, rule := range []Rule{NewAdam(0.1), NewLARS(0.1), NewLAMB(0.1)} {
		t.Run(rule.Name(), func(t *testing.T) { testZeroGrads(t, rule) })
	}
}

func testZeroGrads(t *testing.T, rule Rule) {
	rng := rand.New(rand.NewPCG(14, 15))
	lengths := []int{20000, 3, 7}
	start := random[float32](rng, lengths...)
	a := mustNew(t, rule, named(clones(start)), ZeroGrads(), ClipValue(0.7))
	b := mustNew(t, rule, named(clones(start)), ClipValue(0.7))
	for _, o := range []*Optimizer[float32]{a, b} {
		if err := o.Freeze("p2"); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, batches ...[][]float32) {
		t.Helper()
		for _, grads := range batches {
			for i, g := range grads {
				if kept := slices.ContainsFunc(g, func(x float32) bool { return x != 0 }); kept != (i == 2) {
					t.Errorf("%s: gradient %d cleared: %v", what, i, !kept)
				}
			}
		}
	}
	one, two, bad := random[float32](rng, lengths...), random[float32](rng, lengths...), random[float32](rng, lengths...)
	bad[0][19999] = float32(math.Inf(1))
	mustStep(t, b, one)
	mustStep(t, b, one, two)
	b.Accumulate(two)
	mustStep(t, b, one)
	b.Accumulate(two, one)
	mustStep(t, b)

	x, y := clones(one), clones(two)
	mustStep(t, a, x)
	check("one batch", x)
	if r, err := a.Step(bad); err != nil || !r.Skipped {
		t.Fatalf("%+v, %v", r, err)
	}
	check("skipped", bad)
	x = clones(one)
	mustStep(t, a, x, y)
	check("two batches", x, y)
	x, y = clones(one), clones(two)
	a.Accumulate(y)
	check("accumulated", y)
	mustStep(t, a, x)
	check("the last of several", x)
	x, y = clones(one), clones(two)
	a.Accumulate(y, x)
	mustStep(t, a)
	check("accumulated both", x, y)
	if !slices.Equal(a.bits(), b.bits()) {
		t.Error("clearing the gradients changes the steps")
	}

	refused := [][]float32{x[0], x[1][:3], nil}
	_, err := a.Step(refused, [][]float32{y[0], x[1], nil})
	wantError(t, err, `"p1"`, "batch 0", "batch 1", "overlap", "ZeroGrads")
	if _, err := b.Step(refused, refused); err != nil {
		t.Errorf("the same gradient twice, only read: %v", err)
	}
}
