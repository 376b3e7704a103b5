package optim

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// with returns a copy of v changed by f.
func with[R any](v R, f func(*R)) R { f(&v); return v }

func TestBadRules(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	adam := NewAdam(0.1)
	for _, c := range []struct {
		rule Rule
		want []string
	}{
		{SGD{LR: -0.5}, []string{"SGD", "LR", "-0.5"}},
		{SGD{LR: nan}, []string{"SGD", "LR", "NaN"}},
		{SGD{LR: inf}, []string{"SGD", "LR", "+Inf"}},
		{SGD{WeightDecay: -1}, []string{"SGD", "WeightDecay", "-1"}},
		{SGD{WeightDecay: nan}, []string{"SGD", "WeightDecay", "NaN"}},
		{Momentum{LR: -2}, []string{"Momentum", "LR", "-2"}},
		{Momentum{Momentum: 1}, []string{"Momentum", "Momentum", "1"}},
		{Momentum{Momentum: -0.1}, []string{"Momentum", "Momentum", "-0.1"}},
		{Momentum{Momentum: nan}, []string{"Momentum", "Momentum", "NaN"}},
		{Momentum{Dampening: 1.5}, []string{"Momentum", "Dampening", "1.5"}},
		{Momentum{Momentum: 0.9, WeightDecay: -3}, []string{"Momentum", "WeightDecay", "-3"}},
		{Momentum{Momentum: 0, Nesterov: true}, []string{"Momentum", "Momentum", "0", "Nesterov"}},
		{Momentum{Momentum: 0.9, Dampening: 0.1, Nesterov: true}, []string{"Momentum", "Dampening", "0.1", "Nesterov"}},
		{with(adam, func(r *Adam) { r.LR = nan }), []string{"Adam", "LR", "NaN"}},
		{with(adam, func(r *Adam) { r.Beta1 = 1 }), []string{"Adam", "Beta1", "1"}},
		{with(adam, func(r *Adam) { r.Beta1 = -0.1 }), []string{"Adam", "Beta1", "-0.1"}},
		{with(adam, func(r *Adam) { r.Beta2 = 1.25 }), []string{"Adam", "Beta2", "1.25"}},
		{with(adam, func(r *Adam) { r.Beta2 = nan }), []string{"Adam", "Beta2", "NaN"}},
		{with(adam, func(r *Adam) { r.Eps = 0 }), []string{"Adam", "Eps", "0"}},
		{with(adam, func(r *Adam) { r.Eps = -1e-8 }), []string{"Adam", "Eps", "-1e-08"}},
		{with(adam, func(r *Adam) { r.Eps = inf }), []string{"Adam", "Eps", "+Inf"}},
		{with(adam, func(r *Adam) { r.WeightDecay = -0.01 }), []string{"Adam", "WeightDecay", "-0.01"}},
		{with(NewAdamW(1), func(r *AdamW) { r.Eps = nan }), []string{"AdamW", "Eps", "NaN"}},
		{with(NewAdamW(1), func(r *AdamW) { r.Beta1 = 2 }), []string{"AdamW", "Beta1", "2"}},
		{Adam{LR: 0.1}, []string{"Adam", "Beta2", "0"}}, // NewAdam forgotten
		{nil, []string{"nil"}},
		{&adam, []string{"*optim.Adam", "pointer"}},
		{(*Adam)(nil), []string{"*optim.Adam", "pointer"}},
	} {
		_, err := New(c.rule, []Param[float64]{{"w", []float64{1}}})
		wantError(t, err, c.want...)
		_, err = New(c.rule, []Param[float32]{{"w", []float32{1}}})
		wantError(t, err, c.want...)
	}

	// Fine in float64, but not once rounded.
	for _, c := range []struct {
		rule Rule
		want []string
	}{
		{SGD{LR: 1e39}, []string{"LR", "1e+39", "float32"}},
		{Momentum{LR: 1, Momentum: 1 - 1e-9}, []string{"Momentum", "0.999999999", "float32"}},
		{with(adam, func(r *Adam) { r.Beta2 = 1 - 1e-9 }), []string{"Beta2", "0.999999999", "float32"}},
		{with(adam, func(r *Adam) { r.Eps = 1e-60 }), []string{"Eps", "1e-60", "float32"}},
		{with(adam, func(r *Adam) { r.Eps = 1e-44 }), []string{"Eps", "1e-44", "float32"}},
	} {
		if _, err := New(c.rule, []Param[float64]{{"w", []float64{1}}}); err != nil {
			t.Error(err)
		}
		_, err := New(c.rule, []Param[float32]{{"w", []float32{1}}})
		wantError(t, err, c.want...)
	}
}

func TestBadParams(t *testing.T) {
	buf := make([]float32, 10)
	for _, c := range []struct {
		params []Param[float32]
		want   []string
	}{
		{nil, []string{"no parameters"}},
		{[]Param[float32]{{"", buf}}, []string{"parameter 0", "no name"}},
		{[]Param[float32]{{"w", nil}}, []string{`"w"`, "no values"}},
		{[]Param[float32]{{"w", buf[:0]}}, []string{`"w"`, "no values"}},
		{[]Param[float32]{{"w", buf[:3]}, {"v", buf[3:]}, {"w", make([]float32, 1)}}, []string{"0 and 2", `"w"`}},
		{[]Param[float32]{{"w", buf}, {"v", buf}}, []string{`"w"`, `"v"`, "overlap"}},
		{[]Param[float32]{{"w", buf[4:]}, {"v", buf[:5]}}, []string{`"w"`, `"v"`, "overlap"}},
	} {
		_, err := New(SGD{LR: 1}, c.params)
		wantError(t, err, c.want...)
	}
	if _, err := New(SGD{LR: 1}, []Param[float32]{{"w", buf[5:]}, {"v", buf[:5]}}); err != nil {
		t.Errorf("neighbours: %v", err)
	}
}

func TestBadOptions(t *testing.T) {
	for _, c := range []struct {
		opt  Option
		want []string
	}{
		{nil, []string{"nil Option"}},
		{WithSchedule(nil), []string{"nil Schedule"}},
		{WithSchedule(ScheduleFunc(nil)), []string{"nil Schedule"}},
		{WithSchedule((*Cosine)(nil)), []string{"nil Schedule"}},
		{WithSchedule(Cosine{}), []string{"Cosine", "TMax", "0"}},
		{WithSchedule(&Cosine{TMax: -4}), []string{"Cosine", "TMax", "-4"}},
		{WithSchedule(Cosine{TMax: 1, EtaMin: -1}), []string{"Cosine", "EtaMin", "-1"}},
		{WithSchedule(Cosine{TMax: 1, EtaMin: math.NaN()}), []string{"Cosine", "EtaMin", "NaN"}},
		{WithReduction(7), []string{"Reduction", "7"}},
		{ClipNorm(0), []string{"ClipNorm", "0"}},
		{ClipNorm(-1), []string{"ClipNorm", "-1"}},
		{ClipNorm(math.NaN()), []string{"ClipNorm", "NaN"}},
		{ClipNorm(math.Inf(1)), []string{"ClipNorm", "+Inf"}},
	} {
		_, err := New(SGD{LR: 1}, []Param[float64]{{"w", []float64{1}}}, c.opt)
		wantError(t, err, c.want...)
	}
}

// TestBadSteps: an error changes nothing, and the step can be taken afterwards.
func TestBadSteps(t *testing.T) {
	t.Run("float32", testBadSteps[float32])
	t.Run("float64", testBadSteps[float64])
}

func testBadSteps[T kernels.Float](t *testing.T) {
	w, b := []T{1, 2, 3}, []T{4}
	rate := 0.1
	opt := mustNew(t, NewAdam(0.1), []Param[T]{{"w", w}, {"b", b}}, WithSchedule(ScheduleFunc(func(float64, int) float64 {
		return rate
	})))
	good := [][]T{{1, 2, 3}, {4}}
	mustStep(t, opt, good)
	before := opt.bits()
	refuse := func(batches [][][]T, want ...string) {
		t.Helper()
		r, err := opt.Step(batches...)
		wantError(t, err, want...)
		if r != (Report{}) {
			t.Errorf("report with an error: %+v", r)
		}
		if !slices.Equal(opt.bits(), before) {
			t.Error("a refused step changed something")
		}
	}
	refuse(nil, "without gradients")
	refuse([][][]T{nil}, "batch 0", "0 gradients", "2 parameters")
	refuse([][][]T{good, {{1, 2, 3}}}, "batch 1", "1 gradients", "2 parameters")
	refuse([][][]T{{nil, {4}}}, `"w"`, "nil")
	refuse([][][]T{{{1, 2, 3}, {}}}, `"b"`, "0 elements")
	refuse([][][]T{{{1, 2, 3, 4}, {4}}}, `"w"`, "4 elements", "3")
	refuse([][][]T{good, good, {{1, 2, 3}, {4, 5}}}, `"b"`, "batch 2", "2 elements", "1")
	refuse([][][]T{{w, {4}}}, `"w"`, "overlaps")
	bad := []float64{-1, math.NaN(), math.Inf(1), math.Inf(-1)}
	if _, ok := any(T(0)).(float32); ok {
		bad = append(bad, 1e39)
	}
	for _, rate = range bad {
		refuse([][][]T{good}, "ScheduleFunc", "step 2", fmt.Sprint(rate))
	}
	rate = 0.1
	if r := mustStep(t, opt, good); r.Step != 2 {
		t.Errorf("the step after refused ones is %d", r.Step)
	}
}
