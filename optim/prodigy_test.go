package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestProdigyGroups: parameters of different groups have estimates of their own, as those
// of different optimizers have, and those of one group share theirs.
func TestProdigyGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 62))
	rule := NewProdigy(1)
	all := random[float32](rng, 700, 20, 30)
	apart := [][]float32{slices.Clone(all[0]), slices.Clone(all[1]), slices.Clone(all[2])}
	opt := mustNew(t, rule, named(all), WithGroup(func(name string) bool { return name == named(all)[0].Name }, WeightDecay(0.5)))
	decayed := rule.WithDecay(0.5)
	first := mustNew(t, decayed, named(apart)[:1])
	rest := mustNew(t, rule, named(apart)[1:])
	for range 20 {
		grads := random[float32](rng, 700, 20, 30)
		mustStep(t, opt, grads)
		mustStep(t, first, grads[:1])
		mustStep(t, rest, grads[1:])
	}
	for i := range all {
		if !slices.Equal(all[i], apart[i]) {
			t.Errorf("parameter %d differs from that of an optimizer of its own", i)
		}
	}
	if len(opt.cohorts) != 2 {
		t.Errorf("%d estimates, want 2", len(opt.cohorts))
	}
}

// TestProdigyFindsDistance: from a thousandth to a thousand of the distance to the solution
// away, the same options come near it, and the estimate comes near the distance.
func TestProdigyFindsDistance(t *testing.T) {
	for _, distance := range []float64{1e-3, 1, 1e3} {
		p, g := make([]float64, 10), make([]float64, 10)
		opt := mustNew(t, NewProdigy(1), named([][]float64{p}))
		for range 1000 {
			for i, x := range p { // of |x-distance|²/2
				g[i] = (x - distance) * float64(1+i)
			}
			mustStep(t, opt, [][]float64{g})
		}
		for i, x := range p {
			if d := (x - distance) / distance; !(d > -0.05 && d < 0.05) {
				t.Errorf("distance %g: element %d is off by %g of it", distance, i, d)
			}
		}
		if d := opt.cohorts[0].Updater.(*prodigy[float64]).d / distance; !(d > 0.1 && d < 10) {
			t.Errorf("distance %g: the estimate is %g of it", distance, d)
		}
	}
}

// TestProdigyRests: before the first gradient the parameters stay as they are, weight decay
// or not, and a step at a rate of 0 is none.
func TestProdigyRests(t *testing.T) {
	rule := NewProdigy(1)
	rule.WeightDecay = 0.5
	p, q := []float32{1, -2, 3}, []float32{1, -2, 3}
	every := mustNew(t, rule, named([][]float32{p}), WithSchedule(schedule.Func(func(base float64, step int) float64 {
		return base * float64(1-step%2)
	})))
	second := mustNew(t, rule, named([][]float32{q}))
	mustStep(t, every, [][]float32{{0, 0, 0}})
	mustStep(t, second, [][]float32{{0, 0, 0}})
	if !slices.Equal(p, []float32{1, -2, 3}) {
		t.Errorf("the parameters are %v", p)
	}
	for i := range 5 {
		mustStep(t, every, [][]float32{{7, 8, 9}}) // at a rate of 0
		mustStep(t, every, [][]float32{{4, 5 - float32(i), 6}})
		mustStep(t, second, [][]float32{{4, 5 - float32(i), 6}})
	}
	if !slices.Equal(p, q) || slices.Contains(p, 1) {
		t.Errorf("with steps at a rate of 0 between the others: %v, without: %v", p, q)
	}
}

// TestProdigyEstimate runs every variant beside the authors' program down a slope that the
// estimate grows on, back for a while, and up to the solution and about it; and all but the
// beginning again from a saved state.
func TestProdigyEstimate(t *testing.T) {
	for _, rule := range variants {
		rule, ok := rule.(Prodigy)
		if !ok {
			continue
		}
		p := [][]float64{{3, -1, 2}, {0, 5}}
		oracles := []*oracle{newOracle(rule, slices.Clone(p[0])), newOracle(rule, slices.Clone(p[1]))}
		opt := mustNew(t, rule, named(p))
		resumed := [][]float64{make([]float64, 3), make([]float64, 2)}
		again := mustNew(t, rule, named(resumed))
		gradients := func(x [][]float64) [][]float64 { // of the Euclidean distance from 0
			g := [][]float64{make([]float64, 3), make([]float64, 2)}
			r := math.Hypot(euclid(x[0]), euclid(x[1]))
			for i := range g {
				for j := range g[i] {
					g[i][j] = ascend(x[i][j]/r, rule.Maximize)
				}
			}
			return g
		}
		for step := range 60 {
			g := gradients(p)
			if step > 8 && step < 20 { // where only what was saved still grows
				kernels.Scal(-1, g[0])
				kernels.Scal(-1, g[1])
			}
			stepAll(oracles, g, rule.LR)
			mustStep(t, opt, g)
			d, e := opt.cohorts[0].Updater.(*prodigy[float64]), oracles[0].shared
			follows(t, []float64{d.d, d.most, d.numerator}, []float64{e.d, e.most, e.numerator}, 1e-11, "%+v, step %d: the estimate", rule, step)
			follows(t, slices.Concat(p...), slices.Concat(oracles[0].p, oracles[1].p), 1e-10, "%+v, step %d: the parameters", rule, step)
			switch {
			case step == 8: // in the middle of growing
				s, err := opt.Snapshot()
				if err != nil {
					t.Fatal(err)
				}
				if err := again.Restore(s); err != nil {
					t.Fatal(err)
				}
			case step > 8:
				mustStep(t, again, g)
				if !slices.Equal(slices.Concat(p...), slices.Concat(resumed...)) {
					t.Fatalf("%+v, step %d: the resumed run is elsewhere", rule, step)
				}
			}
		}
		if d := opt.cohorts[0].Updater.(*prodigy[float64]).d; !(d > 5*rule.D0) {
			t.Errorf("%+v: the estimate has only come to %g", rule, d)
		}
	}
}
