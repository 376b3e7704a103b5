package optim

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

func TestBadParams(t *testing.T) {
	buf := make([]float32, 10)
	for _, c := range []struct {
		params []Param[float32]
		want   []string
	}{
		{nil, []string{"no parameters"}},
		{[]Param[float32]{{Name: "", Value: buf}}, []string{"parameter 0", "no name"}},
		{[]Param[float32]{{Name: "w", Value: nil}}, []string{`"w"`, "no values"}},
		{[]Param[float32]{{Name: "w", Value: buf[:0]}}, []string{`"w"`, "no values"}},
		{[]Param[float32]{{Name: "w", Value: buf[:3]}, {Name: "v", Value: buf[3:]}, {Name: "w", Value: make([]float32, 1)}}, []string{"0 and 2", `"w"`}},
		{[]Param[float32]{{Name: "w", Value: buf}, {Name: "v", Value: buf}}, []string{`"w"`, `"v"`, "overlap"}},
		{[]Param[float32]{{Name: "w", Value: buf[4:]}, {Name: "v", Value: buf[:5]}}, []string{`"w"`, `"v"`, "overlap"}},
	} {
		_, err := New(SGD{LR: 1}, c.params)
		wantError(t, err, c.want...)
	}
	if _, err := New(SGD{LR: 1}, []Param[float32]{{Name: "w", Value: buf[5:]}, {Name: "v", Value: buf[:5]}}); err != nil {
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
		{WithSchedule(schedule.Func(nil)), []string{"nil Schedule"}},
		{WithSchedule((*schedule.Cosine)(nil)), []string{"nil Schedule"}},
		{WithSchedule(schedule.Cosine{}), []string{"Cosine", "TMax", "0"}},
		{WithSchedule(&schedule.Cosine{TMax: -4}), []string{"Cosine", "TMax", "-4"}},
		{WithSchedule(schedule.Cosine{TMax: 1, EtaMin: -1}), []string{"Cosine", "EtaMin", "-1"}},
		{WithSchedule(schedule.Cosine{TMax: 1, EtaMin: math.NaN()}), []string{"Cosine", "EtaMin", "NaN"}},
		{WithReduction(7), []string{"Reduction", "7"}},
		{ClipNorm(0), []string{"ClipNorm", "0"}},
		{ClipNorm(-1), []string{"ClipNorm", "-1"}},
		{ClipNorm(math.NaN()), []string{"ClipNorm", "NaN"}},
		{ClipNorm(math.Inf(1)), []string{"ClipNorm", "+Inf"}},
	} {
		_, err := New(SGD{LR: 1}, []Param[float64]{{Name: "w", Value: []float64{1}}}, c.opt)
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
	opt := mustNew(t, NewAdam(0.1), []Param[T]{{Name: "w", Value: w}, {Name: "b", Value: b}}, WithSchedule(schedule.Func(func(float64, int) float64 {
		return rate
	})))
	good := [][]T{{1, 2, 3}, {4}}
	mustStep(t, opt, good)
	before := opt.bits()
	refuse := func(batches [][][]T, want ...string) {
		t.Helper()
		r, err := opt.Step(batches...)
		wantError(t, err, want...)
		if !reflect.DeepEqual(r, Report{}) {
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
		refuse([][][]T{good}, "schedule.Func", "step 2", fmt.Sprint(rate))
	}
	rate = 0.1
	if r := mustStep(t, opt, good); r.Step != 2 {
		t.Errorf("the step after refused ones is %d", r.Step)
	}
}
