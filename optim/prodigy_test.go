package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestProdigyGroups: parameters with rules of other options have estimates of their own, as
// those of different optimizers have.
func TestProdigyGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 62))
	rule := NewProdigy(1)
	other := rule
	other.D0 = 1e-5
	all := random[float32](rng, 700, 20, 30)
	apart := [][]float32{slices.Clone(all[0]), slices.Clone(all[1]), slices.Clone(all[2])}
	opt := mustNew(t, rule, named(all), WithGroup(func(name string) bool { return name == named(all)[0].Name }, GroupRule(other)))
	first := mustNew(t, other, named(apart)[:1])
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
}

// TestProdigyShares: groups that differ in anything but the rule share the estimate, at rates
// and decays of their own, and go on from a saved state. One at a rate of 0 has a part in it
// later.
func TestProdigyShares(t *testing.T) {
	rule := NewProdigy(1)
	rule.D0, rule.WeightDecay = 1e-3, 0.01
	decayed := rule.WithDecay(0.1)
	is := func(i int) func(string) bool {
		return func(name string) bool { return name == named(make([][]float64, 4))[i].Name }
	}
	made := func(p [][]float64) *Optimizer[float64] {
		return mustNew(t, rule, named(p), WithoutDecay(is(0)), WithGroup(is(1), LRFactor(0.5), GroupClipNorm(1e9)),
			WithGroup(is(2), GroupRule(decayed), Bounds(-1e9, 1e9)),
			WithGroup(is(3), GroupSchedule(schedule.Func(func(base float64, step int) float64 { return base * float64(step/5) / 10 }))))
	}
	p := [][]float64{{5, -3}, {0.5}, {7, 8, 9}, {-20}}
	opt, resumed := made(p), [][]float64{make([]float64, 2), make([]float64, 1), make([]float64, 3), make([]float64, 1)}
	again := made(resumed)
	var oracles []*oracle
	for i, r := range []Rule{rule.WithDecay(0), rule, decayed, rule} {
		oracles = append(oracles, newOracle(r, slices.Clone(p[i])))
	}
	for step := range 25 {
		g := [][]float64{{p[0][0], 10 * p[0][1]}, {p[1][0] - 100}, slices.Clone(p[2]), {p[3][0]}}
		mustStep(t, opt, g)
		stepProdigy(oracles, g, []float64{1, 0.5, 1, float64(step/5) / 10})
		for _, c := range opt.cohorts {
			follows(t, []float64{c.Updater.(*prodigy[float64]).d}, []float64{oracles[0].shared.d}, 1e-11, "step %d: the estimate", step)
		}
		if step == 9 {
			if err := again.Restore(mustSnapshot(t, opt)); err != nil {
				t.Fatal(err)
			}
		} else if step > 9 {
			mustStep(t, again, g)
			for i := range p {
				if !slices.Equal(p[i], resumed[i]) {
					t.Fatalf("step %d: parameter %d of the resumed run is elsewhere", step, i)
				}
			}
		}
		for i := range p {
			follows(t, p[i], oracles[i].p, 1e-10, "step %d: parameter %d", step, i)
		}
	}
	if d := oracles[0].shared.d; !(d > 10*rule.D0) {
		t.Errorf("the estimate has only come to %g", d)
	}
}

// TestProdigyInTurns: parameters that were frozen in turns have taken as many steps, and keep
// the estimates that each has come to.
func TestProdigyInTurns(t *testing.T) {
	p := [][]float64{{1, 1}, {50, 50}}
	alone := clones(p)
	opt := mustNew(t, NewProdigy(1), named(p))
	var singles []*Optimizer[float64]
	for i := range alone {
		singles = append(singles, mustNew(t, NewProdigy(1), named(alone)[i:i+1]))
	}
	for step := range 45 {
		for i, name := range []string{named(p)[0].Name, named(p)[1].Name} {
			change := opt.Thaw
			if step/15 == 1-i { // the first parameter rests in the second part
				change = opt.Freeze
			}
			if err := change(name); err != nil {
				t.Fatal(err)
			}
			if step/15 != 1-i {
				mustStep(t, singles[i], [][]float64{slices.Clone(alone[i])})
			}
		}
		mustStep(t, opt, clones(p))
		for i := range p {
			if !slices.Equal(p[i], alone[i]) {
				t.Fatalf("step %d: parameter %d is %v, in an optimizer of its own %v", step, i, p[i], alone[i])
			}
		}
	}
	if d := opt.cohorts; len(d) != 2 || d[0].Updater.(*prodigy[float64]).d == d[1].Updater.(*prodigy[float64]).d {
		t.Errorf("%d cohorts, want two with different estimates", len(d))
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
