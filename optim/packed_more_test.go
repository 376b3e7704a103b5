package optim

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestFused: the rules that have fused kernels use them for what these are for, and for
// nothing else. That they give the bits of all others is TestPackedSteps.
func TestFused(t *testing.T) {
	states := []kind{{state: BFloat16}, {state: Int8}}
	want := map[string][]kind{
		"Momentum": states, "Lion": states,
		"Adam": append(states, kind{valuesSplit, true, Native}, kind{valuesSplit, true, Int8},
			kind{valuesRounded, true, BFloat16}, kind{valuesRounded, true, Int8}),
	}
	want["AdamW"] = want["Adam"]
	for _, rule := range variants {
		u, err := newUpdater[float32](rule)
		if err != nil {
			continue
		}
		u.Prepare(StepInfo{Step: 1, LR: 1, Scale: 1})
		f, ok := u.(fused[float32])
		if kinds := want[rule.Name()]; ok != (kinds != nil) {
			t.Errorf("%s has fused kernels: %v", rule.Name(), ok)
		}
		amsgrad := len(rule.State()) == 3
		for _, c := range append(packedCases(), packedCase{}) {
			if !ok || c.state == Int8 && amsgrad {
				continue
			}
			o := mustNew(t, rule, c.params([][]float32{{1, 2, 3}}), c.options()...)
			for _, grad16 := range []bool{false, true} {
				k := kind{c.values, grad16, c.state}
				x := packedPart[float32]{value: o.params[0].Value, state: o.params[0].state}
				if p := o.params[0].packing; p != nil {
					x.packed = *p
				}
				if x.grad.native = make([]float32, 3); grad16 {
					x.grad = gradient[float32]{bf16: make([]kernels.BFloat16, 3)}
				}
				if got := x.kind(); got != k {
					t.Fatalf("%v has the kind %+v, want %+v", c, got, k)
				}
				if got, want := f.updatePacked(&x, kernels.Rounding{}), slices.Contains(want[rule.Name()], k) && !amsgrad; got != want {
					t.Errorf("%s, %+v: fused: %v, want %v", rule.Name(), k, got, want)
				}
			}
		}
	}
}

// TestSplitSteps: split parameters have the bits of float32, whatever the options, and their
// upper halves are the nearest bfloat16.
func TestSplitSteps(t *testing.T) {
	lengths := []int{300, 20000, 5}
	c := packedCase{valuesSplit, Native}
	for _, rule := range some(variants) {
		if !c.suits(rule) {
			continue
		}
		rng := rand.New(rand.NewPCG(8, 8))
		start := random[float32](rng, lengths...)
		for _, x := range start { // what bfloat16 holds
			for i, v := range x {
				x[i] = kernels.ToBFloat16(v).Float32()
			}
		}
		opts := []Option{ClipNorm(1), ClipValue(0.01)}
		split := mustNew(t, rule, c.params(start), c.options(opts...)...)
		values := clones(start)
		plain := mustNew(t, rule, named(values), opts...)
		for range 5 {
			g := random[float32](rng, lengths...)
			mustStep(t, split, g)
			mustStep(t, plain, g)
		}
		got := nativeOf(mustSnapshot(t, split), nil)
		if want := mustSnapshot(t, plain); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: split parameters differ from float32", rule.Name())
		}
		for i, p := range split.params {
			for k, hi := range p.BF16 {
				if v := values[i][k]; hi != kernels.ToBFloat16(v) && hi.Float32()-v != v-kernels.ToBFloat16(v).Float32() {
					t.Fatalf("%s: %v is beside %v", rule.Name(), v, hi.Float32())
				}
			}
		}
	}
}

// TestPackedWorkers: any number of goroutines and any way to give the batches lead to the same
// bits.
func TestPackedWorkers(t *testing.T) {
	lengths := someLengths()
	rng := rand.New(rand.NewPCG(21, 22))
	start, grads, more := random[float32](rng, lengths...), random[float32](rng, lengths...), random[float32](rng, lengths...)
	rules := []Rule{NewAdamW(0.01), Momentum{LR: 0.1, Momentum: 0.9}, NewLion(0.01), NewRMSprop(0.01), SGD{LR: 0.1}}
	if testing.Short() {
		rules = rules[:1]
	}
	for _, rule := range rules {
		for _, c := range packedCases() {
			var want []uint64
			for workers := 1; workers <= 8; workers += 1 + workers/3 {
				opt := mustNew(t, rule, c.params(start), c.options(ClipNorm(10), WithReduction(ReduceSum), Workers(workers))...)
				mustStep(t, opt, grads)
				if workers%2 == 0 {
					mustStep(t, opt, more, grads)
				} else if err := opt.Accumulate(more); err != nil {
					t.Fatal(err)
				} else {
					mustStep(t, opt, grads)
				}
				if opt.Close(); want == nil {
					want = opt.bits()
				} else if !slices.Equal(opt.bits(), want) {
					t.Errorf("%s, %v: %d workers differ from one", rule.Name(), c, workers)
				}
			}
		}
	}
}

// TestPackedSeed: another seed rounds otherwise, and so do the next step, the next parameter
// and each of two vectors.
func TestPackedSeed(t *testing.T) {
	start := [][]float32{slices.Repeat([]float32{1}, 600), slices.Repeat([]float32{1}, 600)}
	g := [][]float32{slices.Repeat([]float32{0.3}, 600), slices.Repeat([]float32{0.3}, 600)}
	c := packedCase{valuesRounded, BFloat16}
	run := func(seed uint64) *Snapshot[float32] {
		o := mustNew(t, RMSprop{LR: 1e-4, Alpha: 0.9, Eps: 1, Momentum: 0.9, Centered: true}, c.params(start), c.options(WithRoundingSeed(seed))...)
		mustStep(t, o, g)
		return mustSnapshot(t, o)
	}
	a, again, b := run(1), run(1), run(2)
	if !reflect.DeepEqual(a, again) {
		t.Error("two runs of a seed differ")
	}
	var vectors [][]kernels.BFloat16
	for _, s := range []*Snapshot[float32]{a, b} {
		for _, p := range s.Params {
			vectors = append(vectors, p.BF16)
			for _, x := range p.State {
				vectors = append(vectors, x.BF16)
			}
		}
	}
	// Which elements are rounded up says whose bits they had.
	var ups [][]bool
	for _, v := range vectors {
		least := slices.Min(v)
		up := make([]bool, len(v))
		for i, x := range v {
			up[i] = x != least
		}
		if n := slices.Index(up, true); n < 0 {
			t.Fatalf("nothing of %v is rounded up", v[:10])
		}
		for i, u := range ups {
			if reflect.DeepEqual(u, up) {
				t.Errorf("vectors %d and %d are rounded by the same bits", i, len(ups))
			}
		}
		ups = append(ups, up)
	}
}

// TestPackedInit: what a rule starts from is encoded, also after Reset and in rows of a table
// that has grown.
func TestPackedInit(t *testing.T) {
	rule := Adagrad{LR: 0.1, InitialAccumulatorValue: 0.1, Eps: 1e-6}
	const rows, dim = 40, 500 // more than a block
	begin := func(n int) *Optimizer[float32] {
		p := Param[float32]{Name: "w", BF16: make([]kernels.BFloat16, n*dim), Shape: []int{n, dim}, Sparse: true}
		return mustNew(t, rule, []Param[float32]{p}, WithStateFormat(BFloat16), WithRoundingSeed(3))
	}
	o, long := begin(rows-15), begin(rows)
	first := slices.Clone(o.params[0].packing.state[0].BF16)
	mean := 0.0
	for _, v := range first {
		mean += float64(v.Float32()) / float64(len(first))
	}
	if mean < 0.0998 || mean > 0.1002 || slices.Min(first) == slices.Max(first) {
		t.Errorf("the sums start at %v to %v, %v in the mean", slices.Min(first).Float32(), slices.Max(first).Float32(), mean)
	}
	g := o.NewGradients()
	for i := range g.Rows[0].Add(1, 2) {
		g.Rows[0].Values[i] = 1
	}
	if _, err := o.StepGradients(g); err != nil {
		t.Fatal(err)
	}
	if slices.Equal(o.params[0].packing.state[0].BF16, first) {
		t.Fatal("the step changed no state")
	}
	if err := o.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := o.GrowBF16("w", make([]kernels.BFloat16, rows*dim), nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(o.params[0].packing.state[0].BF16, long.params[0].packing.state[0].BF16) {
		t.Error("after Reset and Grow the state is not that of a new table")
	}
}

// TestPackedBounds: parameters that are rounded stay within bounds that are no bfloat16s, and
// those that are split do before they are rounded.
func TestPackedBounds(t *testing.T) {
	for _, b := range [][2]float64{{0.1, 0.3}, {-0.3, -0.1}, {-0.1, 0.1}, {0, 1e-40}, {math.Inf(-1), -0.7}, {1 - 1e-9, 1 + 1e-9}} {
		for _, c := range []packedCase{{valuesRounded, Native}, {valuesRounded, BFloat16}, {valuesSplit, Int8}} {
			for _, rate := range []float64{1, -1} {
				start := [][]float32{make([]float32, 600)}
				o := mustNew(t, NewAdam(1), c.params(start), c.options(WithGroup(anyName, Bounds(b[0], b[1])))...)
				mustStep(t, o, [][]float32{slices.Repeat([]float32{float32(rate)}, 600)})
				values := nativeOf(mustSnapshot(t, o), []bool{true, false}).Params[0].Value
				for i, v := range values {
					if float64(v) < b[0] || float64(v) > b[1] {
						t.Fatalf("%v, Bounds %v: element %d = %v", c, b, i, v)
					}
				}
			}
		}
	}
	narrow := WithGroup(anyName, Bounds(0.1001, 0.1002))
	for c, want := range map[packedCase][]string{
		{valuesRounded, Native}: {`"p0"`, "BF16", "Bounds = 0.1001 to 0.1002"},
		{valuesSplit, Native}:   nil,
		{valuesNative, Int8}:    nil,
	} {
		if _, err := New(SGD{LR: 1}, c.params([][]float32{{1}}), c.options(narrow)...); want != nil {
			wantError(t, err, want...)
		} else if err != nil {
			t.Error(err)
		}
	}
}
