package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

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
	_, err := new(Optimizer[T]).Step(good)
	wantError(t, err, "not from New")
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
