package optim

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestSkip puts gradients that are not finite before every step of a run. The
// run must end with the same bits as one that never met them.
func TestSkip(t *testing.T) {
	for _, rule := range variants {
		t.Run(fmt.Sprintf("float32/%+v", rule), func(t *testing.T) { testSkip[float32](t, rule) })
		t.Run(fmt.Sprintf("float64/%+v", rule), func(t *testing.T) { testSkip[float64](t, rule) })
	}
}

func testSkip[T kernels.Float](t *testing.T, rule Rule) {
	rng := rand.New(rand.NewPCG(3, 4))
	lengths := []int{3, 100, 1}
	values := random[T](rng, lengths...)
	twins := [][]T{slices.Clone(values[0]), slices.Clone(values[1]), slices.Clone(values[2])}
	schedule := WithSchedule(schedule.Cosine{TMax: 10})
	opt := mustNew(t, rule, named(values), schedule)
	twin := mustNew(t, rule, named(twins), schedule)
	for step := range 4 {
		for i, n := range lengths {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				grads := random[T](rng, lengths...)
				at := n / 2
				grads[i][at] = T(bad)
				before := opt.bits()
				r, err := opt.Step(grads)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(before, opt.bits()) {
					t.Fatalf("%v in parameter %d: a skipped step changed something", bad, i)
				}
				if !r.Skipped || r.Step != step+1 || r.ClipCoef != 0 || r.GradNorm-r.GradNorm == 0 {
					t.Fatalf("%v in parameter %d: report %+v", bad, i, r)
				}
				want := fmt.Sprintf("gradient of parameter %q is %v at element %d", fmt.Sprintf("p%d", i), bad, at)
				if got := r.Reason.String(); got != want {
					t.Fatalf("reason %q, want %q", got, want)
				}
			}
		}
		grads := random[T](rng, lengths...)
		if a, b := mustStep(t, opt, grads), mustStep(t, twin, grads); !reflect.DeepEqual(a, b) {
			t.Fatalf("reports differ: %+v and %+v", a, b)
		}
	}
	if !slices.Equal(opt.bits(), twin.bits()) {
		t.Fatal("a run with skipped steps differs from one without")
	}
	if s := (Reason{}).String(); s != "" {
		t.Errorf("reason for a step that was taken: %q", s)
	}
}

// TestReducedOverflow: finite gradients whose sum is not finite skip as well.
func TestReducedOverflow(t *testing.T) {
	p := []float32{1, 2}
	opt := mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: p}}, WithReduction(ReduceSum))
	big := [][]float32{{0, 3e38}}
	r, err := opt.Step(big, big)
	if err != nil || !r.Skipped || r.Reason != (Reason{"w", 1, math.Inf(1)}) || p[1] != 2 {
		t.Errorf("report %+v, error %v, parameter %v", r, err, p)
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

// TestReduction compares micro-batches with one gradient reduced beforehand, on
// vectors of several blocks: every bit, the norm's too, must be the same.
func TestReduction(t *testing.T) {
	t.Run("float32", testReduction[float32])
	t.Run("float64", testReduction[float64])
}

func testReduction[T kernels.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	lengths := []int{3, 40000, 16384}
	for _, red := range []Reduction{ReduceMean, ReduceSum} {
		values := random[T](rng, lengths...)
		copies := make([][]T, len(values))
		for i := range values {
			copies[i] = slices.Clone(values[i])
		}
		a := mustNew(t, NewAdam(0.01), named(values), WithReduction(red), ClipNorm(1))
		b := mustNew(t, NewAdam(0.01), named(copies), ClipNorm(1))
		for _, batches := range []int{3, 2, 5} {
			sets := make([][][]T, batches)
			for s := range sets {
				sets[s] = random[T](rng, lengths...)
			}
			whole := make([][]T, len(lengths))
			for i := range whole {
				whole[i] = make([]T, lengths[i])
				for j := range whole[i] {
					for _, set := range sets {
						whole[i][j] += set[i][j]
					}
					if red == ReduceMean {
						whole[i][j] /= T(batches)
					}
				}
			}
			if ra, rb := mustStep(t, a, sets...), mustStep(t, b, whole); !reflect.DeepEqual(ra, rb) {
				t.Fatalf("reports differ: %+v and %+v", ra, rb)
			}
		}
		if !slices.Equal(a.bits(), b.bits()) {
			t.Fatalf("reduction %d differs from the reduced gradient", red)
		}
		for _, held := range [][][]T{a.flat, a.grads, a.spaces[0].parts} {
			for i, part := range held[:cap(held)] {
				if part != nil {
					t.Errorf("the optimizer holds on to the caller's gradient %d", i)
				}
			}
		}
	}
}

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

// TestState: the state is what its names say.
func TestState(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		want map[string]float64
	}{
		{SGD{LR: 0.1}, map[string]float64{}},
		{Momentum{LR: 0.1, Momentum: 0.9}, map[string]float64{"momentum_buffer": 8}},
		{Adam{LR: 0.1, Beta1: 0.5, Beta2: 0.75, Eps: 1}, map[string]float64{"exp_avg": 4, "exp_avg_sq": 16}},
		{AdamW{LR: 0.1, Beta1: 0.75, Beta2: 0.75, Eps: 1}, map[string]float64{"exp_avg": 2, "exp_avg_sq": 16}},
	} {
		opt := mustNew(t, c.rule, named([][]float64{{1}}))
		mustStep(t, opt, [][]float64{{8}})
		got := map[string]float64{}
		for i, name := range c.rule.State() {
			got[name] = opt.params[0].state[i][0]
		}
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: state %v, want %v", c.rule.Name(), got, c.want)
		}
	}
}

func TestAllocations(t *testing.T) {
	for _, rule := range variants {
		testAllocations[float32](t, rule)
		testAllocations[float64](t, rule)
	}
}

func testAllocations[T kernels.Float](t *testing.T, rule Rule) {
	rng := rand.New(rand.NewPCG(9, 10))
	lengths := []int{100, 10}
	sets := [][][]T{random[T](rng, lengths...), random[T](rng, lengths...), random[T](rng, lengths...)}
	bad := random[T](rng, lengths...)
	bad[1][3] = T(math.NaN())
	var opt *Optimizer[T]
	for name, step := range map[string]func(){
		"one batch":     func() { opt.Step(sets[0]) },
		"three batches": func() { opt.Step(sets[0], sets[1], sets[2]) },
		"a slice":       func() { opt.Step(sets...) },
		"skipped":       func() { opt.Step(bad) },
	} {
		opt = mustNew(t, rule, named(random[T](rng, lengths...)), ClipNorm(1), WithSchedule(schedule.Cosine{TMax: 100}), FailAfterSkips(0))
		step()
		if n := kerneltest.Allocations(20, step); n != 0 {
			t.Errorf("%s %T, %s: %v allocations", rule.Name(), T(0), name, n)
		}
	}
}

// TestTinyEps: the least Eps that New accepts keeps a dead gradient from 0/0.
func TestTinyEps(t *testing.T) {
	rule := NewAdam(0.01)
	for rule.Eps = 1e-30; ; rule.Eps /= 2 {
		p := []float32{1}
		opt, err := New(rule, []Param[float32]{{Name: "w", Value: p}})
		if err != nil {
			break
		}
		mustStep(t, opt, [][]float32{{0}})
		if p[0] != 1 {
			t.Fatalf("Eps %v: a dead gradient made %v of 1", rule.Eps, p[0])
		}
	}
}
