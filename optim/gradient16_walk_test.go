package optim

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestBFloat16Walk goes random ways with gradients of both types, beside an optimizer that is
// given all of them as float32: with any rule, options, formats and lengths, batches of which
// some are accumulated, frozen parameters, gradients that are not finite, and cuts after which
// the first goes on in another optimizer. Reports and what a snapshot holds are the same all along.
func TestBFloat16Walk(t *testing.T) {
	walks := uint64(80)
	if testing.Short() {
		walks = 10
	}
	count := map[string]int{}
	for seed := range walks {
		w := walk16{t: t, rng: rand.New(rand.NewPCG(seed, 16)), count: count}
		w.take(seed)
		if t.Failed() {
			return
		}
	}
	t.Log(count)
	for _, what := range []string{"skipped", "accumulated", "frozen", "cuts", "cuts between"} {
		if count[what] == 0 {
			t.Errorf("there are none %s", what)
		}
	}
}

type walk16 struct {
	t       *testing.T
	rng     *rand.Rand
	count   map[string]int
	build   func() *Optimizer[float32]
	a, b    *Optimizer[float32] // the second gets float32
	lengths []int
	frozen  []bool
}

func (w *walk16) take(seed uint64) {
	rules := append(slices.Clone(kinds), NewMuon(0.1), NewAdafactor(0.1))
	rule := rules[w.rng.IntN(len(rules))]
	names := slices.Sorted(maps.Keys(options16))
	opts := options16[names[w.rng.IntN(len(names))]]
	c := packedCase{}
	if all := packedCases(); seed%2 == 0 {
		c = all[w.rng.IntN(len(all))]
	}
	if !c.suits(rule) {
		c = packedCase{}
	}
	for range 1 + w.rng.IntN(4) {
		w.lengths = append(w.lengths, 1+w.rng.IntN(3000))
	}
	if w.lengths[0] = 2; seed%10 == 9 && !testing.Short() { // worth several workers
		w.lengths[0] = 2*workerBlocks*blockLen[float32]() + 2
	}
	w.frozen = make([]bool, len(w.lengths))
	values := random[float32](w.rng, w.lengths...)
	build := func() (*Optimizer[float32], error) {
		params := c.params(values)
		params[0].Shape = []int{w.lengths[0] / 2, 2}
		return New(rule, params, c.options(append(opts, FailAfterSkips(0))...)...)
	}
	if _, err := build(); err != nil {
		c = packedCase{} // the rule needs whole parameters
	}
	w.build = func() *Optimizer[float32] {
		o, err := build()
		w.must(err)
		return o
	}
	w.a, w.b = w.build(), w.build()
	for range 8 {
		w.step(seed)
	}
	w.a.Close()
	w.b.Close()
}

// step takes a step of both.
func (w *walk16) step(seed uint64) {
	if w.rng.IntN(3) == 0 {
		w.freeze(w.rng.IntN(len(w.lengths)))
	}
	w.maybeCut("cuts")
	var some, same []*Gradients[float32]
	for range 1 + w.rng.IntN(3) {
		g, h := pairOf(w.rng, w.rng.IntN(2) == 0, w.lengths...)
		some, same = append(some, g), append(same, h)
	}
	if w.a.Checked() && w.rng.IntN(4) == 0 {
		w.spoil(some[0], same[0])
	}
	first := w.rng.IntN(len(some) + 1)
	if first > 0 {
		w.must(w.a.AccumulateGradients(some[:first]...), w.b.AccumulateGradients(same[:first]...))
		w.count["accumulated"] += first
		w.maybeCut("cuts between")
	}
	ra, erra := w.a.StepGradients(some[first:]...)
	rb, errb := w.b.StepGradients(same[first:]...)
	w.must(erra, errb)
	if ra.Skipped {
		w.count["skipped"]++
	}
	if math.IsNaN(ra.Reason.Value) && math.IsNaN(rb.Reason.Value) {
		ra.Reason.Value, rb.Reason.Value = 0, 0
	}
	if !sameReports(ra, rb) || !slices.Equal(w.saved(w.a), w.saved(w.b)) {
		w.t.Fatalf("walk %d: %+v and other bits than with float32, %+v", seed, ra, rb)
	}
}

// saved returns the numbers of a snapshot, as bit patterns. Every NaN has the same ones.
func (w *walk16) saved(o *Optimizer[float32]) (all []uint64) {
	add := func(x []float32) {
		for _, v := range x {
			if v != v {
				v = float32(math.NaN())
			}
			all = append(all, uint64(math.Float32bits(v)))
		}
	}
	for _, p := range mustSnapshot(w.t, o).Params {
		all = append(all, uint64(p.Steps))
		add(p.Value)
		addInts(&all, p.BF16)
		addInts(&all, p.Rest)
		for _, s := range p.State {
			add(s.Value)
			addInts(&all, s.BF16)
			addInts(&all, s.Int8.Codes)
			addInts(&all, s.Int8.Exponents)
		}
	}
	return all
}

// freeze freezes a parameter of both, or thaws it. One is always left.
func (w *walk16) freeze(i int) {
	name := w.a.params[i].Name
	switch w.frozen[i] = !w.frozen[i]; {
	case !w.frozen[i]:
		w.must(w.a.Thaw(name), w.b.Thaw(name))
	case slices.Contains(w.frozen, false):
		w.must(w.a.Freeze(name), w.b.Freeze(name))
		w.count["frozen"]++
	default:
		w.frozen[i] = false
	}
}

// spoil puts a number that is not finite into a gradient of both.
func (w *walk16) spoil(g, h *Gradients[float32]) {
	i := w.rng.IntN(len(w.lengths))
	at, bad := w.rng.IntN(w.lengths[i]), float32(math.Inf(1-2*w.rng.IntN(2)))
	if w.rng.IntN(2) == 0 {
		bad = float32(math.NaN())
	}
	if h.Dense[i][at] = bad; g.Dense[i] != nil {
		g.Dense[i][at] = bad
	} else {
		g.BF16[i][at] = kernels.ToBFloat16(bad)
	}
}

// maybeCut lets the first go on in another optimizer.
func (w *walk16) maybeCut(what string) {
	if w.rng.IntN(4) > 0 {
		return
	}
	s := mustSnapshot(w.t, w.a)
	w.a.Close()
	w.a = w.build()
	w.must(w.a.Restore(s), nil)
	w.count[what]++
}

func (w *walk16) must(errs ...error) {
	w.t.Helper()
	for _, err := range errs {
		if err != nil {
			w.t.Fatal(err)
		}
	}
}
