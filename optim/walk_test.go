package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// A walk is a run with one thing happening after the other. What happens depends on the
// seed alone, and whether it goes on in another optimizer now and then on cuts.
type walk[T kernels.Float] struct {
	walkOptions
	t       *testing.T
	seed    uint64
	rng     *rand.Rand
	cuts    *rand.Rand // nil for one that is never cut
	opt     *Optimizer[T]
	workers int
	params  []Param[T]
	naive   *naive // nil if it does not go along
	tol     float64
	count   map[string]int
}

// TestWalk goes 500 random ways: with own rules and the package's, groups that choose rule,
// schedule, clip norm, bounds and an L1 penalty, checked or not, one batch or several,
// accumulated before or not, frozen, thawed and added parameters, tables of which rows come
// once, often or not at all, and which grow, new beginnings, gradients that are not
// finite, and formats of 16 and 8 bits. But in these, a naive optimizer goes along. Saved and resumed at any time, with any number
// of workers, a walk ends with the same bits.
func TestWalk(t *testing.T) {
	walks := uint64(500)
	if testing.Short() {
		walks = 50
	}
	count := map[string]int{}
	for seed := range walks {
		if seed%3 == 2 {
			takeWalks[float32](t, seed, 5e-5, count)
		} else {
			takeWalks[float64](t, seed, 1e-11, count)
		}
		if t.Failed() {
			return
		}
	}
	t.Log(count)
	for _, what := range []string{"steps", "skipped", "unchecked", "frozen", "added", "cuts", "cuts between", "steps with several workers",
		"rows", "repeated rows", "batches without rows", "accumulated rows", "grown", "resets", "added tables",
		"state of bfloat16", "state of int8", "parameters of bfloat16", "split parameters", "grown tables of bfloat16"} {
		if count[what] == 0 {
			t.Errorf("there are no %s", what)
		}
	}
	for _, r := range slices.Concat(walkRules, lazyRules) {
		if count[r.Name()] == 0 && !testing.Short() {
			t.Errorf("no parameter has the rule %s", r.Name())
		}
	}
}

func takeWalks[T kernels.Float](t *testing.T, seed uint64, tol float64, count map[string]int) {
	w := walk[T]{t: t, seed: seed, tol: tol, count: count, workers: 1}
	want := w.take()
	cut := walk[T]{t: t, seed: seed, tol: tol, count: count, cuts: rand.New(rand.NewPCG(seed, 1)), workers: 2 + int(seed%7)}
	if got := cut.take(); !reflect.DeepEqual(got, want) {
		t.Errorf("walk %d, %+v: cut, and with other workers, it ends elsewhere", seed, w.walkOptions)
	}
}

// take takes the walk and returns where it ends.
func (w *walk[T]) take() *Snapshot[T] {
	w.rng = rand.New(rand.NewPCG(w.seed, 0))
	large := w.seed%25 == 24
	if packs := w.seed%6 == 5; packs && is32[T]() {
		w.walkOptions = newWalkOptions(w.rng, packedRules)
		w.pack(w.rng)
	} else {
		w.walkOptions = newWalkOptions(w.rng, walkRules)
	}
	if large && !w.packs { // with sums over its blocks, most often
		w.rule = walkRules[w.seed/25%10]
		for i := range w.groups {
			w.groups[i].rule = nil
		}
		w.groups = append(w.groups, walkGroup{letters: "d", factor: 1, decay: -1, rule: lazyRules[w.seed/25%uint64(len(lazyRules))]})
	}
	w.refuseL1()
	if w.cuts == nil && !large && !w.packs {
		w.naive = &naive{walkOptions: w.walkOptions, eps: float64(epsilon[T]())}
	}
	shapes := [][]int{{1 + w.rng.IntN(40)}, {2 + w.rng.IntN(6), 1 + w.rng.IntN(9)}, {7, 3}, {5}}
	if w.rng.IntN(8) == 0 {
		shapes[0] = []int{blockLen[T]() + 9}
	}
	if large {
		shapes[3] = []int{8 * workerBlocks * blockLen[T]()}
	}
	table := []int{1 + w.rng.IntN(9), 1 + w.rng.IntN(6)}
	if large {
		table = []int{1500, 33}
	}
	for i, shape := range shapes {
		w.params = append(w.params, w.param(string("abca"[i])+fmt.Sprint(i), shape))
		if i == 1 && w.rng.IntN(4) > 0 {
			w.params = append(w.params, w.param("d", table))
		}
	}
	w.build()
	for range 8 {
		w.step()
	}
	for _, p := range w.opt.params {
		w.count[w.opt.groups[p.group].rule.Name()]++
		w.count[fmt.Sprintf("state of %v", w.opt.groups[p.group].format)]++
	}
	s := mustSnapshot(w.t, w.opt)
	w.opt.Close()
	return s
}

// param draws a parameter. Those whose names begin with d are tables.
func (w *walk[T]) param(name string, shape []int) Param[T] {
	n := 1
	for _, d := range shape {
		n *= d
	}
	p := Param[T]{Name: name, Value: make([]T, n), Shape: shape, Sparse: name[0] == 'd'}
	for i := range p.Value {
		p.Value[i] = T(w.rng.Float64()*2 - 1)
	}
	if w.naive != nil {
		w.naive.add(name, shape, to[float64](p.Value), p.Sparse)
	}
	if w.packs {
		w.round(&p, w.values[len(w.params)%len(w.values)])
	}
	return p
}

// round gives a parameter its values in bfloat16, if the kind is not that of float32.
func (w *walk[T]) round(p *Param[T], k valueKind) {
	if k == valuesNative {
		return
	}
	w.count["parameters of bfloat16"]++
	p.BF16 = make([]kernels.BFloat16, len(p.Value))
	kernels.RoundBF16(p.BF16, packed.Float32s(p.Value))
	if p.Value = nil; k == valuesSplit {
		w.count["split parameters"]++
		p.Rest = make([]int16, len(p.BF16))
	}
}

// build makes an optimizer for the parameters.
func (w *walk[T]) build() {
	opt, err := New(w.rule, w.params, w.options(w.workers)...)
	if err != nil {
		w.t.Fatalf("walk %d: %v", w.seed, err)
	}
	w.opt = opt
}

// maybeCut saves the walk and goes on in another optimizer, with other slices and another
// number of workers.
func (w *walk[T]) maybeCut(what string) {
	if w.cuts == nil || w.cuts.IntN(4) > 0 {
		return
	}
	w.count[what]++
	s := mustSnapshot(w.t, w.opt)
	w.opt.Close()
	for i := range w.params {
		p := &w.params[i]
		p.Value, p.BF16, p.Rest = make([]T, len(p.Value)), make([]kernels.BFloat16, len(p.BF16)), slices.Clone(p.Rest)
		clear(p.Rest)
		*p = p.normal()
	}
	w.workers = 1 + w.cuts.IntN(8)
	w.roundingSeed++
	w.build()
	if err := w.opt.Restore(s); err != nil {
		w.t.Fatalf("walk %d: %v", w.seed, err)
	}
}

// step lets something happen to the parameters and takes a step.
func (w *walk[T]) step() {
	w.maybeCut("cuts")
	w.change()
	batches := make([]*Gradients[T], 1+w.rng.IntN(3))
	scale := T(w.opt.LossScale())
	for i := range batches {
		batches[i] = w.gradients(scale)
	}
	broken := !w.unchecked && w.rng.IntN(8) == 0
	if broken {
		w.breakLast(batches[0])
	}
	first := w.rng.IntN(2) * w.rng.IntN(len(batches)) // so many are accumulated
	if first > 0 {
		if err := w.opt.AccumulateGradients(batches[:first]...); err != nil {
			w.t.Fatal(err)
		}
		for _, i := range w.opt.tables {
			w.count["accumulated rows"] += len(w.opt.params[i].table.rows)
		}
		w.maybeCut("cuts between")
	}
	r, err := w.stepWith(batches[first:])
	if err != nil || r.Skipped != broken {
		w.t.Fatalf("walk %d: %+v, %v", w.seed, r, err)
	}
	w.count["steps"]++
	if w.opt.plan.workers > 1 {
		w.count["steps with several workers"]++
	}
	if broken {
		w.count["skipped"]++
	}
	if w.unchecked {
		w.count["unchecked"]++
	}
	if w.naive != nil {
		w.compare(r, batches, float64(scale))
	}
}

// stepWith takes a step, by Step if that will do.
func (w *walk[T]) stepWith(batches []*Gradients[T]) (Report, error) {
	if slices.ContainsFunc(batches, func(g *Gradients[T]) bool { return len(g.Rows) > 0 || len(g.BF16) > 0 }) {
		return w.opt.StepGradients(batches...)
	}
	var dense [][][]T
	for _, g := range batches {
		dense = append(dense, g.Dense)
	}
	return w.opt.Step(dense...)
}

// compare lets the naive optimizer take the step, too.
func (w *walk[T]) compare(r Report, batches []*Gradients[T], scale float64) {
	var grads [][]float64
	for i, p := range w.params {
		sum := make([]float64, len(p.Value))
		n := w.naive.params[i]
		n.touched = make([]bool, p.shape()[0])
		for _, b := range batches {
			for j, v := range b.Dense[i] {
				sum[j] += float64(v) / scale
			}
			if !p.Sparse || b.Rows == nil {
				continue
			}
			dim := p.Shape[1]
			for j, v := range b.Rows[i].Values {
				row := b.Rows[i].Rows[j/dim]
				n.touched[row] = true
				sum[row*dim+j%dim] += float64(v) / scale
			}
		}
		if !w.sum {
			for j := range sum {
				sum[j] /= float64(len(batches))
			}
		}
		grads = append(grads, sum)
	}
	for i, n := range w.naive.params {
		if got, want := r.GroupLRs[w.opt.params[i].group], w.naive.rate(n); got != want {
			w.t.Fatalf("walk %d, step %d: parameter %s has the rate %v, want %v", w.seed, r.Step, n.name, got, want)
		}
	}
	norm, taken := w.naive.step(grads)
	if taken == r.Skipped || !w.unchecked && taken && !(math.Abs(norm-r.GradNorm) <= 1e-6*norm) {
		w.t.Fatalf("walk %d: %+v, want the norm %v, taken: %v", w.seed, r, norm, taken)
	}
	for i, n := range w.naive.params {
		if at, d := farthestOf(w.params[i].Value, n.p); !(d <= w.tol) {
			w.t.Fatalf("walk %d, %+v\nstep %d: element %d of %s (%+v, frozen: %v) is %v, want %v", w.seed, w.walkOptions, r.Step, at, n.name, n.rule, n.frozen, w.params[i].Value[at], n.p[at])
		}
	}
}

// farthestOf returns where two vectors differ most, and by how much, in units of the
// largest element or of 1.
func farthestOf[T kernels.Float](got []T, want []float64) (at int, d float64) {
	for i, v := range want {
		if e := math.Abs(float64(got[i])-v) / max(1, math.Abs(v)); d == d && !(e <= d) {
			at, d = i, e
		}
	}
	return at, d
}
