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
			want := ParamInfo{Name: names[i], Len: lengths[i], LRFactor: factors[i], WeightDecay: decays[i], Steps: 3, Group: i, StateBytes: 2 * 8 * lengths[i]}
			if !reflect.DeepEqual(info, want) {
				t.Errorf("%+v, want %+v", info, want)
			}
		}
	}
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
		{SGD{LR: 1}, []Option{WithGroup(all, LRFactor(1e200)), WithGroup(all, LRFactor(1e200)), WithGroup(all, LRFactor(0))}, []string{`"w"`, "factors", "NaN"}},
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
