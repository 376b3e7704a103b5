package optim

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestGroups: a parameter in a group is updated as by an optimizer with the
// group's options.
func TestGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 17))
	names := []string{"head.weight", "head.bias", "body.weight", "body.bias", "body.norm.weight"}
	lengths := []int{300, 10, 20000, 7, 9}
	start := random[float64](rng, lengths...)
	for _, base := range []AdamW{NewAdamW(0.01), {LR: 0.1, Beta1: 0.5, Beta2: 0.75, Eps: 1e-3}} {
		values := clones(start)
		var params []Param[float64]
		for i, v := range values {
			params = append(params, Param[float64]{Name: names[i], Value: v})
		}
		in := func(part string) func(string) bool {
			return func(name string) bool { return strings.Contains(name, part) }
		}
		opt := mustNew(t, base, params,
			WithGroup(in("head"), LRFactor(10), WeightDecay(0.3)),
			WithGroup(in("weight"), LRFactor(0.5)),
			WithoutDecay(BiasOrNorm))
		factors := []float64{5, 10, 0.5, 1, 0.5}
		decays := []float64{0.3, 0, base.WeightDecay, 0, 0}
		var singles []*Optimizer[float64]
		copies := clones(start)
		for i := range names {
			rule := base
			rule.LR *= factors[i]
			rule.WeightDecay = decays[i]
			singles = append(singles, mustNew(t, rule, []Param[float64]{{Name: names[i], Value: copies[i]}}))
		}
		for range 3 {
			grads := random[float64](rng, lengths...)
			mustStep(t, opt, grads)
			for i, single := range singles {
				mustStep(t, single, [][]float64{grads[i]})
				if !slices.Equal(values[i], copies[i]) {
					t.Fatalf("%s differs from an optimizer of its own", names[i])
				}
			}
		}
		for i, info := range opt.Params() {
			want := ParamInfo{Name: names[i], Len: lengths[i], LRFactor: factors[i], WeightDecay: decays[i], Steps: 3, Group: i}
			if !reflect.DeepEqual(info, want) {
				t.Errorf("%+v, want %+v", info, want)
			}
		}
	}
}

// TestFreeze: parameters that are frozen, thawed and added later take the steps
// that an optimizer of their own takes.
func TestFreeze(t *testing.T) {
	for _, rule := range kinds {
		t.Run(rule.Name(), func(t *testing.T) { testFreeze(t, rule) })
	}
}

func testFreeze(t *testing.T, rule Rule) {
	rng := rand.New(rand.NewPCG(18, 19))
	lengths := []int{30, 20000, 5, 40}
	values := random[float32](rng, lengths...)
	copies := clones(values)
	params := named(values)
	opt := mustNew(t, rule, params[:3])
	var singles []*Optimizer[float32]
	for i := range copies {
		singles = append(singles, mustNew(t, rule, []Param[float32]{{Name: "own", Value: copies[i]}}))
	}
	frozen := map[int]bool{3: true} // is not there yet
	apply := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for step := range 12 {
		switch step {
		case 2:
			apply(opt.Freeze("p1"))
			frozen[1] = true
		case 4:
			apply(opt.AddParams(params[3]))
			frozen[3] = false
		case 5:
			apply(opt.Freeze("p1", "p0")) // again
			frozen[0] = true
		case 8:
			apply(opt.Thaw("p1", "p2"))
			frozen[1] = false
		case 10:
			apply(opt.Thaw("p0"))
			frozen[0] = false
		}
		grads := random[float32](rng, lengths...)
		for i := range grads {
			if frozen[i] {
				if step%2 == 0 {
					grads[i][0] = float32(math.NaN()) // nobody looks at it
				} else {
					grads[i] = nil
				}
			}
		}
		r := mustStep(t, opt, grads[:len(opt.params)])
		if r.Step != step+1 {
			t.Errorf("step %d, want %d", r.Step, step+1)
		}
		for i, single := range singles {
			if !frozen[i] {
				mustStep(t, single, [][]float32{grads[i]})
			}
			if !slices.Equal(values[i], copies[i]) {
				t.Fatalf("step %d: parameter %d (frozen: %v) differs from one in an optimizer of its own", step, i, frozen[i])
			}
			if i < len(opt.params) && opt.Params()[i].Steps != single.Steps() {
				t.Errorf("parameter %d has taken %d steps, want %d", i, opt.Params()[i].Steps, single.Steps())
			}
		}
	}
}

// TestFreezeErrors: and nothing changes.
func TestFreezeErrors(t *testing.T) {
	w, b := []float32{1, 2}, []float32{3}
	opt := mustNew(t, NewAdam(0.1), []Param[float32]{{Name: "w", Value: w}, {Name: "b", Value: b}})
	good := [][]float32{{1, 1}, {1}}
	mustStep(t, opt, good)
	before := opt.Params()
	unchanged := func() {
		t.Helper()
		if !reflect.DeepEqual(opt.Params(), before) || len(opt.grads) != 2 {
			t.Errorf("parameters are now %+v", opt.Params())
		}
	}
	wantError(t, opt.Freeze("w", "x"), "Freeze", `"x"`)
	wantError(t, opt.Thaw("y"), "Thaw", `"y"`)
	wantError(t, opt.AddParams(Param[float32]{Name: "c", Value: []float32{1}}, Param[float32]{Name: "w", Value: []float32{1}}), `"w"`, "same name")
	wantError(t, opt.AddParams(Param[float32]{Name: "c", Value: w[1:]}), `"w"`, `"c"`, "overlap")
	wantError(t, opt.AddParams(Param[float32]{Name: "", Value: w[1:]}), "no name")
	wantError(t, opt.AddParams(Param[float32]{Name: "c", Value: nil}), `"c"`, "no values")
	unchanged()
	if err := opt.Accumulate(good); err != nil {
		t.Fatal(err)
	}
	wantError(t, opt.Freeze("w"), "Freeze", "1 batches", "Discard")
	wantError(t, opt.AddParams(Param[float32]{Name: "c", Value: []float32{1}}), "AddParams", "1 batches")
	unchanged()
	opt.Discard()
	if opt.Accumulated() != 0 {
		t.Error("Discard keeps gradients")
	}
	if err := opt.Freeze("w", "b"); err != nil {
		t.Fatal(err)
	}
	_, err := opt.Step(good)
	wantError(t, err, "frozen")
	wantError(t, opt.Accumulate(good), "frozen")

	// A gradient that lies in another parameter.
	if err := opt.Thaw("w"); err != nil {
		t.Fatal(err)
	}
	_, err = opt.Step([][]float32{{1, 1}, {1, 2, 3}})
	if err != nil {
		t.Errorf("gradient of a frozen parameter: %v", err)
	}
	joined := []float32{1, 2, 3, 4}
	opt = mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: joined[:2]}, {Name: "b", Value: joined[3:]}})
	_, err = opt.Step([][]float32{joined[2:], {1}})
	wantError(t, err, `gradient of batch 0`, `"w"`, `"b"`, "overlaps")
	mustStep(t, opt, [][]float32{{1, 1}, joined[2:3]})
}

func TestBadGroups(t *testing.T) {
	all := func(string) bool { return true }
	nan := math.NaN()
	for _, c := range []struct {
		rule Rule
		opts []Option
		want []string
	}{
		{SGD{LR: 1}, []Option{WithGroup(nil)}, []string{"WithGroup", "nil predicate"}},
		{SGD{LR: 1}, []Option{WithGroup(all, nil)}, []string{"WithGroup", "nil GroupOption"}},
		{SGD{LR: 1}, []Option{WithGroup(all)}, []string{"WithGroup", "no GroupOption"}},
		{SGD{LR: 1}, []Option{WithGroup(all, LRFactor(2)), WithoutDecay(BiasOrNorm)}, []string{"WithGroup", "group 2 of 2", "none of the 1", `"w"`}},
		{SGD{LR: 1}, []Option{WithGroup(all, LRFactor(-1))}, []string{"WithGroup", "LRFactor", "-1"}},
		{SGD{LR: 1}, []Option{WithGroup(all, LRFactor(nan))}, []string{"WithGroup", "LRFactor", "NaN"}},
		{SGD{LR: 1}, []Option{WithGroup(all, WeightDecay(-2))}, []string{"WithGroup", "WeightDecay", "-2"}},
		{SGD{LR: 1}, []Option{WithGroup(all, WeightDecay(math.Inf(1)))}, []string{"WithGroup", "WeightDecay", "+Inf"}},
		{SGD{LR: 1}, []Option{WithGroup(all, WeightDecay(1e300))}, []string{"WeightDecay", "1e+300", "float32", `"w"`}},
		{SGD{LR: 1}, []Option{WithGroup(all, LRFactor(1e200)), WithGroup(all, LRFactor(1e200))}, []string{`"w"`, "factors", "+Inf"}},
		{SGD{LR: 1}, []Option{Workers(0)}, []string{"Workers", "0"}},
		{SGD{LR: 1}, []Option{Workers(-3)}, []string{"Workers", "-3"}},
		{SGD{LR: 1}, []Option{ClipParamNorm(-1)}, []string{"ClipParamNorm", "-1"}},
		{SGD{LR: 1}, []Option{ClipParamNorm(nan)}, []string{"ClipParamNorm", "NaN"}},
		{SGD{LR: 1}, []Option{ClipValue(0)}, []string{"ClipValue", "0"}},
		{SGD{LR: 1}, []Option{ClipValue(1e-60)}, []string{"ClipValue", "1e-60", "float32"}},
	} {
		_, err := New(c.rule, []Param[float32]{{Name: "w", Value: []float32{1}}}, c.opts...)
		wantError(t, err, c.want...)
	}
	opt := mustNew(t, SGD{LR: 1e30}, []Param[float32]{{Name: "w", Value: []float32{1}}}, WithGroup(all, LRFactor(1e30)))
	before := opt.bits()
	_, err := opt.Step([][]float32{{1}})
	wantError(t, err, "step 1", "1e+30")
	if !slices.Equal(opt.bits(), before) {
		t.Error("a refused step changed something")
	}
}

// TestMayBeEmpty: a group for parameters that come later.
func TestMayBeEmpty(t *testing.T) {
	head := func(name string) bool { return strings.HasPrefix(name, "head") }
	w, v := []float64{1}, []float64{1}
	opt := mustNew(t, SGD{LR: 1}, []Param[float64]{{Name: "body", Value: w}}, WithGroup(head, LRFactor(0.25), MayBeEmpty()))
	if err := opt.AddParams(Param[float64]{Name: "head", Value: v}); err != nil {
		t.Fatal(err)
	}
	mustStep(t, opt, [][]float64{{1}, {1}})
	if w[0] != 0 || v[0] != 0.75 {
		t.Errorf("parameters %v and %v, want 0 and 0.75", w, v)
	}
}

// TestFrozenEvaluates: a frozen parameter goes to its evaluation point with the
// others, and comes back.
func TestFrozenEvaluates(t *testing.T) {
	w, v := []float64{1, 2}, []float64{3}
	opt := mustNew(t, NewScheduleFreeAdamW(0.1), []Param[float64]{{Name: "w", Value: w}, {Name: "v", Value: v}})
	for range 3 {
		mustStep(t, opt, [][]float64{{1, -1}, {2}})
	}
	if err := opt.Freeze("v"); err != nil {
		t.Fatal(err)
	}
	mustStep(t, opt, [][]float64{{1, -1}, {2}})
	before := v[0]
	opt.EvalMode()
	if v[0] == before {
		t.Error("the frozen parameter stays at its training point")
	}
	opt.TrainMode()
	if v[0] != before {
		t.Errorf("the frozen parameter comes back as %v, want %v", v[0], before)
	}
}
