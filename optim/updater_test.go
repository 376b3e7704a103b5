package optim

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

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
