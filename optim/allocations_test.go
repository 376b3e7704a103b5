package optim

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim/schedule"
)

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

// TestTreeAllocations: sums of parts of the tree are kept from one step to the next.
func TestTreeAllocations(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 11))
	lengths := []int{2000, 10}
	batches := make([][][]float32, 7)
	for i := range batches {
		batches[i] = random[float32](rng, lengths...)
	}
	opt := mustNew(t, NewAdam(0.1), named(random[float32](rng, lengths...)), WithReductionOrder(ReduceTree))
	step := func() {
		for _, n := range []int{2, 1, 3} {
			if err := opt.Accumulate(batches[:n]...); err != nil {
				t.Error(err)
			}
		}
		if _, err := opt.Step(batches[6]); err != nil {
			t.Error(err)
		}
	}
	step()
	if n := kerneltest.Allocations(20, step); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestStepAllocations: no step allocates, after the first with as many batches.
func TestStepAllocations(t *testing.T) {
	lengths := []int{70000, 3, 64}
	all := func(string) bool { return true }
	for name, opts := range map[string][]Option{
		"plain":     nil,
		"unchecked": {Unchecked(), ClipValue(1), Workers(2)},
		"groups": {ClipNorm(1), ClipParamNorm(1), Workers(2), WithGroup(all, GroupClipNorm(1), L1(0.1), Bounds(-1, 1)),
			WithGroup(func(name string) bool { return name == "p1" }, GroupRule(NewLAMB(0.1)), GroupSchedule(schedule.Cosine{TMax: 9}))},
	} {
		rng := rand.New(rand.NewPCG(67, 68))
		o := mustNew(t, NewAdam(0.1), named(random[float32](rng, lengths...)), opts...)
		g, h := random[float32](rng, lengths...), random[float32](rng, lengths...)
		mustStep(t, o, g)
		mustStep(t, o, g, h)
		if n := testing.AllocsPerRun(5, func() {
			mustStep(t, o, g)
			mustStep(t, o, g, h)
		}); n != 0 {
			t.Errorf("%s: %v allocations in two steps", name, n)
		}
		o.Close()
	}
}

func TestParallelAllocations(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	lengths := []int{300000, 50, 40000}
	grads, more := random[float32](rng, lengths...), random[float32](rng, lengths...)
	for _, rule := range some(kinds) {
		opt := mustNew(t, rule, named(random[float32](rng, lengths...)), Workers(3), ClipNorm(1), ClipParamNorm(2), ClipValue(0.1))
		for name, step := range map[string]func(){
			"one batch":  func() { opt.Step([][]float32{grads[0], grads[1], grads[2]}) },
			"two":        func() { opt.Step(grads, more) },
			"accumulate": func() { opt.Accumulate(grads); opt.Accumulate(more); opt.Step() },
		} {
			step()
			if n := kerneltest.Allocations(5, step); n != 0 {
				t.Errorf("%s, %s: %v allocations", rule.Name(), name, n)
			}
		}
		opt.Close()
	}
}

// TestPackedAllocations: no step in a format allocates, fused or composed, nor one of a table.
func TestPackedAllocations(t *testing.T) {
	rng := rand.New(rand.NewPCG(69, 70))
	lengths := []int{70000, 600}
	for _, c := range packedCases() {
		for _, rule := range []Rule{NewAdam(0.1), NewRMSprop(0.1), Momentum{LR: 0.1, Momentum: 0.9}} {
			o := mustNew(t, rule, c.params(random[float32](rng, lengths...)), c.options(ClipValue(1), Workers(2))...)
			g, h := random[float32](rng, lengths...), o.NewGradients()
			if h.Dense[0] == nil { // one of bfloat16, one of float32
				h.BF16[1], h.Dense[1] = nil, g[1]
			}
			step := func() {
				mustStep(t, o, g)
				mustStepGradients(t, o, h)
			}
			step()
			if n := testing.AllocsPerRun(5, step); n != 0 {
				t.Errorf("%s, %v: %v allocations in two steps", rule.Name(), c, n)
			}
			o.Close()
		}
		if c.state == Int8 {
			continue
		}
		o := mustNew(t, NewAdam(0.1), c.params(random[float32](rng, 60), []int{20, 3}), c.options()...)
		g := o.NewGradients()
		g.Rows[0].Add(3, 17, 3)
		step := func() { mustStepGradients(t, o, g) }
		step()
		if n := testing.AllocsPerRun(5, step); n != 0 {
			t.Errorf("a table, %v: %v allocations", c, n)
		}
	}
}
