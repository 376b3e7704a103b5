package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestLevels: a run gives the same bits on every level.
func TestLevels(t *testing.T) {
	defer kernels.SetLevel(kernels.ActiveLevel())
	levels := kernels.Levels()
	t.Logf("levels: %v", levels)
	if len(levels) == 1 {
		t.Skip("there is nothing to compare with: TestGoldenRules does it")
	}
	for _, rule := range variants {
		var want32, want64 []uint64
		for _, level := range levels {
			if err := kernels.SetLevel(level); err != nil {
				t.Fatal(err)
			}
			got32, got64 := runLevel[float32](t, rule), runLevel[float64](t, rule)
			if level == kernels.Generic {
				want32, want64 = got32, got64
			}
			if !slices.Equal(got32, want32) || !slices.Equal(got64, want64) {
				t.Errorf("%s %+v: level %v differs from generic", rule.Name(), rule, level)
			}
		}
	}
}

func runLevel[T kernels.Float](t *testing.T, rule Rule) []uint64 {
	rng := rand.New(rand.NewPCG(7, 8))
	lengths := []int{1, 7, 300, 17000}
	values := random[T](rng, lengths...)
	for i, v := range values {
		values[i] = slices.Insert(v, 0, 0)[1:] // large slices are aligned, these are not
	}
	opt := mustNew(t, rule, named(values), ClipNorm(50), ClipParamNorm(45), ClipValue(2.5), WithLossScale(3),
		WithSchedule(schedule.Cosine{TMax: 9}))
	var all []uint64
	for step := range 6 {
		sets := make([][][]T, 1+step%3)
		for s := range sets {
			sets[s] = random[T](rng, lengths...)
			for j := range sets[s][2] {
				sets[s][2][j] *= T(math.Ldexp(1, -20*(j%20))) // down to subnormal
			}
		}
		r := mustStep(t, opt, sets...)
		all = append(all, math.Float64bits(r.GradNorm), math.Float64bits(r.ClipCoef), math.Float64bits(r.LR))
	}
	return append(all, opt.bits()...)
}

// TestSparseLevels: rows get the same bits on every level.
func TestSparseLevels(t *testing.T) {
	defer kernels.SetLevel(kernels.ActiveLevel())
	for _, rule := range rowRules {
		var want []uint64
		for _, level := range kernels.Levels() {
			if err := kernels.SetLevel(level); err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(30, 31))
			const n, dim = 20, 50
			o := newTableOnly(t, rule, random[float32](rng, n*dim)[0], dim, ClipNorm(9), ClipValue(1))
			for range 5 {
				rows := []int{rng.IntN(n), rng.IntN(n), rng.IntN(n), rng.IntN(n), rng.IntN(n)}
				mustStepGradients(t, o, rowsOnly(rows, random[float32](rng, 5*dim)[0]))
			}
			if want == nil {
				want = o.bits()
			}
			if !slices.Equal(o.bits(), want) {
				t.Errorf("%s: level %v differs from generic", rule.Name(), level)
			}
		}
	}
}
