package optim

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63264101/steepest/kernels"
)

// someLengths are large parameters that are no multiple of a block, and many
// small ones.
func someLengths() []int {
	lengths := []int{3, 60001, 16384, 40000, 5}
	for i := range 200 {
		lengths = append(lengths, 1+37*i%1000)
	}
	return append(lengths, 20003)
}

// TestWorkers: any number of goroutines gives the same bits, in the reports too,
// and those are what the rule gives for whole parameters.
func TestWorkers(t *testing.T) {
	for _, rule := range kinds {
		if testing.Short() && rule.Name() != "SGD" && rule.Name() != "LAMB" {
			continue
		}
		t.Run(rule.Name()+"/float32", func(t *testing.T) { testWorkers[float32](t, rule) })
		if !testing.Short() { // who works does not depend on the type
			t.Run(rule.Name()+"/float64", func(t *testing.T) { testWorkers[float64](t, rule) })
		}
	}
}

func testWorkers[T kernels.Float](t *testing.T, rule Rule) {
	lengths := someLengths()
	rng := rand.New(rand.NewPCG(11, 12))
	start, grads, more := random[T](rng, lengths...), random[T](rng, lengths...), random[T](rng, lengths...)
	for name, opts := range map[string][]Option{
		"norm":  {ClipNorm(50)},
		"value": {ClipNorm(500), ClipValue(0.75), WithLossScale(1024)},
		"param": {ClipParamNorm(20), WithoutDecay(func(name string) bool { return name == "p1" })},
	} {
		var want []uint64
		for _, workers := range []int{1, 2, 3} {
			opt := mustNew(t, rule, named(clones(start)), append(opts, Workers(workers))...)
			if opt.plan.workers != workers {
				t.Fatalf("%d workers are not worth it: %d", workers, opt.plan.workers)
			}
			var got []uint64
			report := func(r Report) {
				got = append(got, math.Float64bits(r.GradNorm), math.Float64bits(r.ClipCoef))
			}
			report(mustStep(t, opt, grads))
			report(mustStep(t, opt, more, grads, more))
			if err := opt.Accumulate(grads); err != nil {
				t.Fatal(err)
			}
			report(mustStep(t, opt, more))
			opt.Close()
			report(mustStep(t, opt, grads))
			got = append(got, opt.bits()...)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d workers differ from one", name, workers)
			}
		}
	}

	opt := mustNew(t, rule, named(clones(start)), ClipNorm(50), Workers(3))
	r := mustStep(t, opt, grads)
	defer opt.Close()
	var sum float64
	for _, g := range grads {
		sum += kernels.SumSquares(g)
	}
	if want := math.Sqrt(sum); r.GradNorm != want {
		t.Errorf("norm %v, of whole vectors %v", r.GradNorm, want)
	}
	u, err := newUpdater[T](rule)
	if err != nil {
		t.Fatal(err)
	}
	whole := clones(start)
	u.Prepare(StepInfo{Step: 1, LR: rule.LearningRate(), Scale: r.ClipCoef})
	for i, p := range whole {
		state := freshState(t, rule, u, p)
		u.Update(p, grads[i], state)
		if !slices.Equal(p, opt.params[i].Value) {
			t.Fatalf("parameter %d of %d elements differs from an update of the whole", i, len(p))
		}
	}
}

func clones[T any](xs [][]T) [][]T {
	ys := make([][]T, len(xs))
	for i, x := range xs {
		ys[i] = slices.Clone(x)
	}
	return ys
}

// TestPlan: the blocks cover every parameter that is not frozen, once and in
// order, and small ones share an item.
func TestPlan(t *testing.T) {
	for _, lengths := range [][]int{{1}, {8192}, {8193}, {100000}, slices.Repeat([]int{1000}, 1000), someLengths()} {
		xs := make([][]float64, len(lengths))
		for i, n := range lengths {
			xs[i] = make([]float64, n)
		}
		opt := mustNew(t, SGD{LR: 1}, named(xs), Workers(2))
		if len(lengths) > 2 {
			opt.Freeze("p2")
		}
		pl := opt.plan
		next := 0
		for i, n := range lengths {
			if opt.params[i].frozen {
				continue
			}
			for lo := 0; lo < n; lo += 8192 {
				if want := (block{i, lo, min(n, lo+8192)}); pl.blocks[next] != want {
					t.Fatalf("block %d is %v, want %v", next, pl.blocks[next], want)
				}
				next++
			}
		}
		if next != len(pl.blocks) || pl.items[0] != 0 || pl.items[len(pl.items)-1] != next || !slices.IsSorted(pl.items) {
			t.Fatalf("%d blocks, want %d, items %v", len(pl.blocks), next, pl.items)
		}
		for i := range len(pl.items) - 2 {
			size := 0
			for _, b := range pl.blocks[pl.items[i]:pl.items[i+1]] {
				size += b.hi - b.lo
			}
			if size < itemBlocks*8192 || size >= (itemBlocks+1)*8192 {
				t.Errorf("item %d has %d elements", i, size)
			}
		}
	}
}

// TestSmallStepStays: no goroutine is started for a small step.
func TestSmallStepStays(t *testing.T) {
	for n, want := range map[int]int{1000: 1, 1<<17 - 1: 1, 1 << 17: 2, 1 << 20: 8} {
		opt := mustNew(t, SGD{LR: 1}, named([][]float32{make([]float32, n)}), Workers(8))
		mustStep(t, opt, [][]float32{make([]float32, n)})
		if started := opt.pool != nil; started != (want > 1) || started && opt.pool.Started() != want-1 {
			t.Errorf("%d elements: goroutines started: %v, want %d workers", n, started, want)
		}
		opt.Close()
	}
}

// helpers counts the goroutines of all pools.
func helpers() int {
	buf := make([]byte, 1<<20)
	return strings.Count(string(buf[:runtime.Stack(buf, true)]), "(*Pool).help(")
}

// TestGoroutines: they end with Close, and with an optimizer that nobody has any
// more.
func TestGoroutines(t *testing.T) {
	const n = 1 << 19
	ends := func(when string) {
		t.Helper()
		for range 400 {
			runtime.GC()
			if helpers() == 0 {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Errorf("%s: %d goroutines", when, helpers())
	}
	step := func() *Optimizer[float32] {
		opt := mustNew(t, SGD{LR: 1}, named([][]float32{make([]float32, n)}), Workers(4))
		mustStep(t, opt, [][]float32{make([]float32, n)})
		if got := helpers(); got != 3 {
			t.Errorf("%d goroutines, want 3", got)
		}
		return opt
	}
	ends("other tests")
	opt := step()
	opt.Close()
	opt.Close()
	ends("Close")
	mustStep(t, opt, [][]float32{make([]float32, n)})
	ends("a step after Close")
	runtime.KeepAlive(opt)
	step()
	ends("no Close")
}

// TestOptimizersAtOnce: optimizers share nothing.
func TestOptimizersAtOnce(t *testing.T) {
	const n = 1 << 18
	done := make(chan []uint64)
	for range 3 {
		go func() {
			rng := rand.New(rand.NewPCG(1, 2))
			opt := mustNew(t, NewLAMB(0.1), named(random[float32](rng, n, 100)), Workers(3), ClipValue(0.5), ZeroGrads())
			for range 5 {
				mustStep(t, opt, random[float32](rng, n, 100))
			}
			done <- opt.bits()
		}()
	}
	first := <-done
	for range 2 {
		if !slices.Equal(first, <-done) {
			t.Error("runs at the same time differ")
		}
	}
}
