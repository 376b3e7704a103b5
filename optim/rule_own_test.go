package optim_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A heavyBall is momentum as a user would write it. Its formula is that of
// optim.Momentum, and so are its bits.
type heavyBall struct {
	LR, Mu, WeightDecay float64
	Note                func() // no option that can be saved
}

func (r heavyBall) Name() string                             { return "heavyBall" }
func (r heavyBall) State() []string                          { return []string{"momentum_buffer"} }
func (r heavyBall) LearningRate() float64                    { return r.LR }
func (r heavyBall) Float32() (optim.Updater[float32], error) { return newHeavyBall[float32](r) }
func (r heavyBall) Float64() (optim.Updater[float64], error) { return newHeavyBall[float64](r) }
func (r heavyBall) Decay() float64                           { return r.WeightDecay }
func (r heavyBall) WithDecay(w float64) optim.Rule           { r.WeightDecay = w; return r }
func (r heavyBall) Lazy() bool                               { return true }
func newHeavyBall[T kernels.Float](r heavyBall) (optim.Updater[T], error) {
	if !(r.Mu >= 0 && r.Mu < 1) {
		return nil, fmt.Errorf("heavyBall: Mu = %v", r.Mu)
	}
	return &ball[T]{rule: r}, nil
}

type ball[T kernels.Float] struct {
	rule heavyBall
	info optim.StepInfo
}

func (u *ball[T]) Prepare(s optim.StepInfo) { u.info = s }

func (u *ball[T]) Update(p, g []T, state [][]T) {
	scale, decay, mu, lr := T(u.info.Scale), T(u.rule.WeightDecay), T(u.rule.Mu), T(u.info.LR)
	for i := range p {
		d := T(scale*g[i]) + T(decay*p[i])
		state[0][i] = T(mu*state[0][i]) + d
		p[i] -= T(lr * state[0][i])
	}
}

// ownLengths are of parameters of several blocks, of parts of one, and of one element.
var ownLengths = []int{40000, 1, 300, 17, 16384}

func ownParams[T kernels.Float]() []optim.Param[T] {
	rng := rand.New(rand.NewPCG(91, 92))
	var params []optim.Param[T]
	for i, n := range ownLengths {
		params = append(params, optim.Param[T]{Name: fmt.Sprintf("p%d", i), Value: gaussian[T](rng, n)})
	}
	return params
}

func gaussian[T kernels.Float](rng *rand.Rand, n int) []T { return opttest.Random[T](rng, n)[0] }

func ownGrads[T kernels.Float](rng *rand.Rand) [][]T { return opttest.Random[T](rng, ownLengths...) }

func isOdd(name string) bool { return name == "p1" || name == "p3" }

// TestOwnRule: a rule from outside of the package takes part in everything. With the
// same formula it gives the bits of the package's own.
func TestOwnRule(t *testing.T) {
	t.Run("float32", testOwnRule[float32])
	t.Run("float64", testOwnRule[float64])
}

func testOwnRule[T kernels.Float](t *testing.T) {
	rule := heavyBall{LR: 0.01, Mu: 0.875, WeightDecay: 0.125}
	builtIn := optim.Momentum{LR: 0.01, Momentum: 0.875, WeightDecay: 0.125}
	for name, opts := range map[string][]optim.Option{
		"alone":     nil,
		"clipped":   {optim.ClipNorm(3), optim.ClipParamNorm(2), optim.ClipValue(0.5)},
		"grouped":   {optim.WithoutDecay(isOdd), optim.WithGroup(isOdd, optim.LRFactor(3), optim.GroupClipNorm(0.5), optim.L1(1), optim.Bounds(-1, 0.5))},
		"workers":   {optim.Workers(3), optim.ClipNorm(1)},
		"scheduled": {optim.WithSchedule(schedule.Cosine{TMax: 4}), optim.WithLossScale(8), optim.ZeroGrads()},
		"unchecked": {optim.Unchecked(), optim.ClipValue(1)},
	} {
		a := must(optim.New(rule, ownParams[T](), opts...))
		b := must(optim.New(builtIn, ownParams[T](), opts...))
		for step := range 4 {
			ra, rb := ownStep(a, uint64(step)), ownStep(b, uint64(step))
			if fmt.Sprint(ra) != fmt.Sprint(rb) {
				t.Fatalf("%s: step %d reports %+v, want %+v", name, step, ra, rb)
			}
		}
		sa, sb := must(a.Snapshot()), must(b.Snapshot())
		if !reflect.DeepEqual(sa.Params, sb.Params) {
			t.Errorf("%s: the parameters differ", name)
		}
		a.Close()
		b.Close()
	}
}

// ownStep steps with one batch, or with two.
func ownStep[T kernels.Float](o *optim.Optimizer[T], seed uint64) optim.Report {
	rng := rand.New(rand.NewPCG(seed, 93))
	batches := [][][]T{ownGrads[T](rng)}
	if seed%2 == 1 {
		batches = append(batches, ownGrads[T](rng))
	}
	return must(o.Step(batches...))
}

// TestOwnRuleSaved: the exported fields that are data are saved and compared.
func TestOwnRuleSaved(t *testing.T) {
	rule := heavyBall{LR: 0.1, Mu: 0.5, Note: func() {}}
	o := must(optim.New(rule, ownParams[float32](), optim.WithGroup(isOdd, optim.GroupRule(optim.NewAdam(0.1)))))
	ownStep(o, 1)
	s := must(o.Snapshot())
	if want := map[string]string{"Mu": "0.5"}; s.Rule != "heavyBall" || !reflect.DeepEqual(s.Options, want) {
		t.Errorf("saved as %q with %v, want %v", s.Rule, s.Options, want)
	}
	for i, p := range s.Params {
		want := ""
		if isOdd(p.Name) {
			want = "Adam"
		}
		if p.Rule != want || (len(p.Options) > 0) != (want != "") {
			t.Errorf("parameter %d is saved with the rule %q, %v, want %q", i, p.Rule, p.Options, want)
		}
	}
	ownStep(o, 2)
	want := must(o.Snapshot())

	again := must(optim.New(heavyBall{LR: 0.1, Mu: 0.5}, ownParams[float32](), optim.Workers(2), optim.WithGroup(isOdd, optim.GroupRule(optim.NewAdam(0.1)))))
	defer again.Close()
	if err := again.Restore(s); err != nil {
		t.Fatal(err)
	}
	ownStep(again, 2)
	if !reflect.DeepEqual(must(again.Snapshot()), want) {
		t.Error("a resumed run differs")
	}

	for _, c := range []struct {
		rule, group optim.Rule
		want        []string
	}{
		{heavyBall{LR: 0.1, Mu: 0.25}, optim.NewAdam(0.1), []string{"heavyBall", "Mu = 0.5", "0.25"}},
		{rule, optim.Adam{LR: 0.1, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8}, []string{`"p1"`, "Adam", "Beta1 = 0.9", "0.5"}},
		{rule, optim.NewLion(0.1), []string{`"p1"`, `"Adam"`, `"Lion"`}},
		{rule, rule, []string{`"p1"`, `"Adam"`, `"heavyBall"`}},
	} {
		o := must(optim.New(c.rule, ownParams[float32](), optim.WithGroup(isOdd, optim.GroupRule(c.group))))
		before := must(o.Snapshot())
		opttest.WantError(t, o.Restore(s), c.want...)
		if !reflect.DeepEqual(must(o.Snapshot()), before) {
			t.Error("a refused snapshot changed something")
		}
	}
}

// TestOwnRuleSparse: rows take the steps that parameters of their own would.
func TestOwnRuleSparse(t *testing.T) {
	const rows, dim = 4, 3
	rng := rand.New(rand.NewPCG(94, 95))
	table := gaussian[float64](rng, rows*dim)
	single := slices.Clone(table[2*dim:][:dim])
	param := optim.Param[float64]{Name: "table", Value: table, Shape: []int{rows, dim}, Sparse: true}
	s := must(optim.New(heavyBall{LR: 0.1, Mu: 0.5}, []optim.Param[float64]{param}))
	o := must(optim.New(heavyBall{LR: 0.1, Mu: 0.5}, []optim.Param[float64]{{Name: "row", Value: single}}))
	for range 5 {
		g := gaussian[float64](rng, 2*dim)
		must(s.StepGradients(rowsOf([]int{0, 2}, g)))
		must(o.Step([][]float64{g[dim:]}))
	}
	if !slices.Equal(table[2*dim:][:dim], single) {
		t.Errorf("the row is %v, want %v", table[2*dim:][:dim], single)
	}
	_, err := optim.New(meter{LR: 1}, []optim.Param[float64]{param})
	opttest.WantError(t, err, `"table"`, "meter", "Lazy")
}

// TestOwnRuleRefused: what a rule says against its options comes out of New.
func TestOwnRuleRefused(t *testing.T) {
	params := ownParams[float32]()
	_, err := optim.New(heavyBall{LR: 0.1, Mu: 1}, params)
	opttest.WantError(t, err, "heavyBall", "Mu = 1")
	_, err = optim.New(optim.SGD{LR: 1}, params, optim.WithGroup(isOdd, optim.GroupRule(heavyBall{LR: 0.1, Mu: 1})))
	opttest.WantError(t, err, "GroupRule", "Mu = 1")
	_, err = optim.New(noUpdater{}, params)
	opttest.WantError(t, err, "noUpdater", "nil Updater", "float32")
	_, err = optim.New(heavyBall{Mu: 0.5}, params)
	opttest.WantError(t, err, "heavyBall", "LR = 0")
	_, err = optim.New(struct{ optim.Rule }{}, params)
	opttest.WantError(t, err, "nil Rule", "embeds")
}

type noUpdater struct{ heavyBall }

func (noUpdater) Name() string                             { return "noUpdater" }
func (noUpdater) Float32() (optim.Updater[float32], error) { return nil, nil }

// A renamed embeds one of the package's rules and changes little.
type renamed struct {
	optim.Adam
	Extra int
}

func (renamed) Name() string { return "renamed" }

// TestEmbeddedRule: a struct that embeds a rule is one. A group's weight decay needs a
// method of the struct's own, since the promoted one forgets it.
func TestEmbeddedRule(t *testing.T) {
	rule := renamed{optim.NewAdam(0.1), 3}
	a := must(optim.New(rule, ownParams[float32]()))
	b := must(optim.New(optim.NewAdam(0.1), ownParams[float32]()))
	for step := range uint64(3) {
		ownStep(a, step)
		ownStep(b, step)
	}
	sa, sb := must(a.Snapshot()), must(b.Snapshot())
	if !reflect.DeepEqual(sa.Params, sb.Params) {
		t.Error("the parameters differ")
	}
	if sb.Options["Extra"] = "3"; sa.Rule != "renamed" || !reflect.DeepEqual(sa.Options, sb.Options) {
		t.Errorf("saved as %q with %v, want %v", sa.Rule, sa.Options, sb.Options)
	}
	_, err := optim.New(rule, ownParams[float32](), optim.WithoutDecay(isOdd))
	opttest.WantError(t, err, `"p1"`, "renamed", "optim.Adam", "WithDecay of its own")
}

// TestPointerRule: a pointer to a rule is its value at the time.
func TestPointerRule(t *testing.T) {
	pointed, value := optim.NewAdam(0.1), optim.NewAdam(0.1)
	own := &heavyBall{LR: 0.5, Mu: 0.5}
	a := must(optim.New(&pointed, ownParams[float32](), optim.WithGroup(isOdd, optim.GroupRule(own))))
	b := must(optim.New(value, ownParams[float32](), optim.WithGroup(isOdd, optim.GroupRule(*own))))
	pointed.Beta1, pointed.LR, own.Mu = 0, 7, 0
	for step := range uint64(3) {
		ownStep(a, step)
		ownStep(b, step)
	}
	if !reflect.DeepEqual(must(a.Snapshot()), must(b.Snapshot())) {
		t.Error("a pointer differs from the value it pointed to")
	}
	o := must(optim.New(&value, []optim.Param[float32]{{Name: "t", Value: make([]float32, 4), Shape: []int{2, 2}, Sparse: true}}))
	if s := must(o.Snapshot()); s.Rule != "Adam" || s.Options["Beta1"] != "0.9" {
		t.Errorf("saved as %q with %v", s.Rule, s.Options)
	}
	for _, rule := range []optim.Rule{(*optim.Adam)(nil), (*heavyBall)(nil)} {
		_, err := optim.New(rule, ownParams[float32]())
		opttest.WantError(t, err, "nil Rule", fmt.Sprintf("%T", rule))
	}
}
