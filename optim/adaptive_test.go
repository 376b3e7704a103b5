package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestLionSign: where there is no gradient and no moment, nothing moves.
func TestLionSign(t *testing.T) {
	p := []float64{1, 1, 1, 1}
	opt := mustNew(t, NewLion(0.25), named([][]float64{p}))
	mustStep(t, opt, [][]float64{{0, math.Copysign(0, -1), 1e-30, -1e30}})
	if want := []float64{1, 1, 0.75, 1.25}; !slices.Equal(p, want) {
		t.Errorf("parameters %v, want %v", p, want)
	}
}

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

// TestParts: updates of the parts of a parameter, in any order, give the bits of
// an update of the whole.
func TestParts(t *testing.T) {
	t.Run("float32", testParts[float32])
	t.Run("float64", testParts[float64])
}

func testParts[T kernels.Float](t *testing.T) {
	block := blockLen[T]()
	n := 3*block + 5
	for _, rule := range some(variants) {
		rng := rand.New(rand.NewPCG(33, 34))
		whole, parts := mustUpdater[T](t, rule), mustUpdater[T](t, rule)
		p := random[T](rng, n)[0]
		q := slices.Clone(p)
		sp, sq := freshState(t, rule, whole, p), freshState(t, rule, whole, q)
		part := make([][]T, len(sq))
		for step := 1; step <= 7; step++ {
			g := random[T](rng, n)[0]
			k := StepInfo{Step: step, LR: rule.LearningRate(), Scale: 0.5}
			whole.Prepare(k)
			parts.Prepare(k)
			whole.Update(p, g, sp)

			each := func(f func(i, lo, hi int)) {
				for _, i := range rng.Perm(4) {
					lo, hi := i*block, min(n, i*block+block)
					for s := range sq {
						part[s] = sq[s][lo:hi]
					}
					f(i, lo, hi)
				}
			}
			measurer, ok := parts.(Measurer[T])
			if !ok {
				each(func(_, lo, hi int) { parts.Update(q[lo:hi], g[lo:hi], part) })
				continue
			}
			var sums [4][2]Sum
			each(func(i, lo, hi int) { sums[i] = measurer.Measure(q[lo:hi], g[lo:hi], part) })
			var own [2]Sum
			for _, s := range sums {
				own = plus2(own, s)
			}
			measurer.Conclude(own)
			each(func(_, lo, hi int) { measurer.Apply(q[lo:hi], g[lo:hi], part, own) })
		}
		same := slices.Equal(p, q)
		for s := range sp {
			same = same && slices.Equal(sp[s], sq[s])
		}
		if !same {
			t.Errorf("%s %+v: parts differ from the whole", rule.Name(), rule)
		}
	}
}

func mustUpdater[T kernels.Float](t *testing.T, rule Rule) Updater[T] {
	t.Helper()
	u, err := newUpdater[T](rule)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// freshState returns the state of a parameter before its first step.
func freshState[T kernels.Float](t *testing.T, rule Rule, u Updater[T], p []T) [][]T {
	t.Helper()
	lens, err := stateLens(rule, Param[T]{Name: "p", Value: p})
	if err != nil {
		t.Fatal(err)
	}
	state := newState[T]([][]int{lens})[0]
	initialize(u, p, state)
	return state
}

// TestNoSubnormalState lets gradients die away and looks at the state after every
// step.
func TestNoSubnormalState(t *testing.T) {
	defer kernels.SetLevel(kernels.ActiveLevel())
	for _, level := range kernels.Levels() {
		if err := kernels.SetLevel(level); err != nil {
			t.Fatal(err)
		}
		t.Run("float32/"+level.String(), testNoSubnormalState[float32])
		t.Run("float64/"+level.String(), testNoSubnormalState[float64])
	}
}

func testNoSubnormalState[T kernels.Float](t *testing.T) {
	least, steps, factor := 0x1p-126, 300, 0.6
	if _, ok := any(T(0)).(float64); ok {
		least, steps, factor = 0x1p-1022, 900, 0.3
	}
	for _, rule := range append(slices.Clone(variants), rulesOf(func(r testedRule) []Rule { return r.dying })...) {
		p := []T{0.5, -2, 1, 3, 0, 1}
		opt := mustNew(t, rule, named([][]T{p}))
		size := 1.0
		for step := range steps {
			g := []T{T(size), T(-size), T(size * size), 0, T(least / 8), T(math.Sin(float64(step)) * size)}
			mustStep(t, opt, [][]T{g})
			size *= factor
			// Scratch vectors are no state.
			for s, name := range rule.State() {
				if name == "z" {
					continue // a parameter
				}
				for i, v := range opt.params[0].state[s] {
					if a := math.Abs(float64(v)); a > 0 && a < least || v != v {
						t.Fatalf("%s %+v, step %d: %s[%d] = %g", rule.Name(), rule, step+1, name, i, v)
					}
				}
			}
		}
	}
}

// TestInitialState: what does not start at zero.
func TestInitialState(t *testing.T) {
	adagrad := mustNew(t, Adagrad{LR: 1, InitialAccumulatorValue: 0.5, Eps: 1}, named([][]float64{{3, 4}}))
	if got := adagrad.params[0].state[0]; !slices.Equal(got, []float64{0.5, 0.5}) {
		t.Errorf("Adagrad's sum starts at %v", got)
	}
	free := mustNew(t, NewScheduleFreeAdamW(1), named([][]float64{{3, 4}}))
	if got := free.params[0].state[0]; !slices.Equal(got, []float64{3, 4}) {
		t.Errorf("ScheduleFreeAdamW's z starts at %v", got)
	}
}

// TestEvalMode: the evaluation point is the paper's x, and coming back restores
// the parameters' bits.
func TestEvalMode(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testEvalMode[float32](t, 1e-6) })
	t.Run("float64", func(t *testing.T) { testEvalMode[float64](t, 1e-14) })
}

func testEvalMode[T kernels.Float](t *testing.T, tol float64) {
	rng := rand.New(rand.NewPCG(35, 36))
	rule := ScheduleFreeAdamW{LR: 0.1, Beta1: 0.8, Beta2: 0.9, Eps: 1e-4, WeightDecay: 0.1, WarmupSteps: 4}
	params := random[T](rng, 50)
	o := newOracle(rule, to[float64](params[0]))
	opt := mustNew(t, rule, named(params))
	for step := range 20 {
		grads := random[T](rng, 50)
		mustStep(t, opt, grads)
		o.step(to[float64](grads[0]), rule.LR)

		y := slices.Clone(params[0])
		for range 2 { // twice is once
			opt.EvalMode()
		}
		follows(t, params[0], o.more["x"], 20*tol, "step %d: the evaluation point", step+1)
		x := slices.Clone(params[0])
		_, err := opt.Step(grads)
		wantError(t, err, "ScheduleFreeAdamW", "TrainMode")
		if !slices.Equal(x, params[0]) || opt.Steps() != step+1 {
			t.Fatal("a refused step changed something")
		}
		for range 2 {
			opt.TrainMode()
		}
		if !slices.Equal(y, params[0]) {
			t.Fatal("TrainMode does not restore the parameters")
		}
	}

	// Other rules have one point only.
	adam := mustNew(t, NewAdam(0.1), named(params))
	before := slices.Clone(params[0])
	adam.EvalMode()
	if !slices.Equal(before, params[0]) {
		t.Error("EvalMode changes the parameters of Adam")
	}
	mustStep(t, adam, random[T](rng, 50))
}

// TestScheduleFreeCarries: the weights of the average survive freezing, and
// parameters that took different steps keep their own.
func TestScheduleFreeCarries(t *testing.T) {
	rule := with(NewScheduleFreeAdamW(0.1), func(r *ScheduleFreeAdamW) { r.WarmupSteps = 3 })
	falling := WithSchedule(schedule.Func(func(base float64, step int) float64 { return base / float64(1+step) }))
	rng := rand.New(rand.NewPCG(39, 40))
	params := random[float64](rng, 4, 4)
	a, b := newOracle(rule, slices.Clone(params[0])), newOracle(rule, slices.Clone(params[1]))
	opt := mustNew(t, rule, named(params), falling)
	freeze := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for step := range 12 {
		// p1 rests for three steps, then p0, so that both have taken equally many.
		switch step {
		case 2:
			freeze(opt.Freeze("p1"))
		case 5:
			freeze(opt.Thaw("p1"))
			freeze(opt.Freeze("p0"))
		case 8:
			freeze(opt.Thaw("p0"))
		}
		grads := random[float64](rng, 4, 4)
		r := mustStep(t, opt, grads)
		if step < 5 || step >= 8 {
			a.step(grads[0], r.LR)
		}
		if step < 2 || step >= 5 {
			b.step(grads[1], r.LR)
		}
		for i, o := range []*oracle{a, b} {
			follows(t, params[i], o.p, 1e-12, "step %d: parameter %d", step+1, i)
		}
	}
}

// TestScheduleFreeAverages: on a quadratic with noisy gradients the average ends
// nearer to the minimum than the point where gradients are taken.
func TestScheduleFreeAverages(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 38))
	p := slices.Repeat([]float64{5}, 100)
	opt := mustNew(t, with(NewScheduleFreeAdamW(0.1), func(r *ScheduleFreeAdamW) { r.WarmupSteps = 20 }), named([][]float64{p}))
	g := make([]float64, len(p))
	for range 2000 {
		for i := range g {
			g[i] = p[i] + 2*rng.NormFloat64()
		}
		mustStep(t, opt, [][]float64{g})
	}
	y := euclid(p)
	opt.EvalMode()
	if x := euclid(p); !(x < y/1.2 && x < 2) {
		t.Errorf("the average's distance is %v, the gradient point's %v", x, y)
	}
}

// TestNAdamFirstStep: with the momenta 0.9·(1-0.96^0.004/2) and 0.9·(1-0.96^0.008/2)
// the first step is 1 + 0.1·μ2/(1-μ1·μ2) times the rate; were μ1 counted twice, it
// would be 1.0495.
func TestNAdamFirstStep(t *testing.T) {
	p := []float64{0}
	mustStep(t, mustNew(t, NewNAdam(1), named([][]float64{p})), [][]float64{{-3}})
	if want := 1.0564518; !(math.Abs(p[0]-want) < 1e-7) {
		t.Errorf("the first step goes %.8f, want %v", p[0], want)
	}
}

// TestNAdamResumes: the product of the momenta follows from the step number.
func TestNAdamResumes(t *testing.T) {
	for _, rule := range []NAdam{NewNAdam(0.1), {LR: 0.1, Beta1: 0.99, Beta2: 0.999, Eps: 1e-8, MomentumDecay: 3}} {
		kept := &nadam[float64]{opts: rule.kernelOptions()}
		for step := 1; step <= 6000; step++ {
			k := StepInfo{Step: step, LR: 0.1, Scale: 1}
			kept.Prepare(k)
			if step%97 > 1 && step > 5 {
				continue
			}
			fresh := &nadam[float64]{opts: rule.kernelOptions()}
			fresh.Prepare(k)
			if kept.coef != fresh.coef {
				t.Fatalf("%+v: the coefficients of step %d depend on the steps before: %+v, %+v", rule, step, kept.coef, fresh.coef)
			}
		}
	}
}
