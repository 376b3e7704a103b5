package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// Second moments are kept at or above a floor. These tests hold the rules against
// their formulas in float64 where gradients and eps are so small that it shows: no
// step may be longer than the formula's.

// TestSmallEps: constant gradients whose squares are small, but not below the floor,
// and an eps that does not matter beside them. The rules follow their formulas.
func TestSmallEps(t *testing.T) {
	run := func(rule Rule, g float64) (got, want float64) {
		p := []float32{0}
		opt := mustNew(t, rule, named([][]float32{p}))
		o := newOracle(rule, []float64{0})
		for range 50 {
			mustStep(t, opt, [][]float32{{float32(g)}})
			o.step([]float64{float64(float32(g))}, rule.LearningRate())
		}
		return float64(p[0]), o.p[0]
	}
	got, want := run(Adam{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-15}, 1.5e-13)
	if text := fmt.Sprintf("%.4f, formula %.4f", got, want); text != "-0.0497, formula -0.0497" {
		t.Errorf("Adam goes %s", text)
	}
	for _, eps := range []float64{1e-15, 1e-20, 1e-30} {
		for _, rule := range withEps(eps) {
			g := 1.5e-13
			switch rule.(type) {
			case Adadelta: // there eps is no root
				continue
			case Adamax: // which wants more of it in float32
				continue
			case LAMB: // which would not leave 0
				continue
			case RMSprop, Adagrad: // which have no bias corrections, and take more of a square
				g = 6e-15
			}
			if got, want := run(rule, g); !(math.Abs(got-want) <= 1e-5*math.Abs(want)) {
				t.Errorf("%s %+v goes %g, formula %g", rule.Name(), rule, got, want)
			}
		}
	}
}

// TestNoStepLonger takes steps along gradients of 1e-30 to 1e30 with an eps of 1e-30
// to 1e-3, all of which are times 2^-430 for float64, and compares their lengths with
// those of the formulas. Where no second moment is near the floor they are the same.
func TestNoStepLonger(t *testing.T) {
	for i, eps := range []float64{1e-30, 1e-27, 1e-24, 1e-21, 1e-18, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3} {
		if testing.Short() && i%4 != 0 {
			continue
		}
		for _, rule := range withEps(eps) {
			t.Run(fmt.Sprintf("float32/%s/%+v", rule.Name(), rule), func(t *testing.T) {
				noStepLonger[float32](t, rule, rule, 1, 1e-5)
			})
		}
		const down = 0x1p-430
		small := withEps(eps * down)
		for i, rule := range withEps(eps) {
			if rule.Name() == "Adadelta" || rule.Name() == "AdaBelief" { // eps, steps and gradients do not scale together
				continue
			}
			t.Run(fmt.Sprintf("float64/%s/%+v", rule.Name(), rule), func(t *testing.T) {
				noStepLonger[float64](t, small[i], rule, down, 1e-12)
			})
		}
	}
}

// noStepLonger compares the steps of rule, along gradients times down, with those of
// the formula of another.
func noStepLonger[T kernels.Float](t *testing.T, rule, formula Rule, down, tol float64) {
	if _, ok := rule.(RAdam); ok {
		tol = max(tol, 1e-10) // its rho, a difference of large numbers, has many times the error of beta2^t
	}
	u, err := newUpdater[T](rule)
	if err != nil {
		t.Skip(err)
	}
	if r, ok := formula.(LAMB); ok { // its direction is a step of Adam
		formula = Adam{LR: r.LR, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps}
	}
	root, flushed, eps := math.Sqrt(float64(generic.Floor[T]())), float64(generic.Tiny[T]()), 0.0
	for _, o := range optionsOf(rule) {
		if o.Name == "Eps" {
			eps = o.Value
		}
	}
	largest, oneSign, slack := math.Sqrt(math.MaxFloat32)/100, false, 8*flushed/(root+eps)
	switch r := rule.(type) {
	case RMSprop:
		// A velocity gathers steps of either sign. Where these are shorter by different
		// factors, less may cancel.
		oneSign = r.Momentum > 0
	case Adamax: // has no floor
		slack = 8 * flushed / eps
	case Adadelta: // the quotient under its root must not be subnormal
		largest = math.Sqrt(eps) * 0x1p60
	}

	const magnitudes, kinds = 61, 7 // of gradients: 1e-30, 1e-29, ... and faint
	const n = magnitudes * kinds
	p, g := make([]T, n), make([]T, n)
	state := freshState(t, rule, u, p)
	o := newOracle(formula, make([]float64, n))
	rng := rand.New(rand.NewPCG(51, 52))
	exact := make([]float64, n)
	scale := make([]float64, n) // of the last steps
	same := 0
	for step := 1; step <= 150; step++ {
		for i := range g {
			x := math.Pow(10, float64(i%magnitudes)-30)
			switch i / magnitudes {
			case 0: // constant
			case 1: // alternating
				x *= float64(1 - step%2*2)
			case 2:
				x *= rng.NormFloat64()
			case 3: // seldom
				x *= math.Floor(float64(step%20) / 19)
			case 4: // first far larger
				x *= math.Pow(10, max(-6, -float64(step)/4))
			case 5: // first far smaller
				x *= math.Pow(10, min(0, float64(step)/4-6))
			case 6: // as it is for a while, then dead
				x *= float64(max(0, min(20-step, 1)))
			}
			if oneSign {
				x = math.Abs(x)
			}
			if math.Abs(x) > largest && rule.Name() == "Adadelta" {
				x = 0
			}
			g[i] = T(x * down)
			exact[i] = float64(g[i]) / down
		}
		// From the same place: a step's rounding does not depend on the way there.
		clear(p)
		clear(o.p)
		for s, name := range rule.State() {
			if name == "z" {
				clear(state[s])
				clear(o.more["z"])
				clear(o.more["x"])
			}
		}
		u.Prepare(StepInfo{Step: step, LR: rule.LearningRate(), Scale: 1})
		if l, ok := u.(*lamb[T]); ok {
			l.Measure(p, g, state)
			for i, r := range state[2] {
				p[i] = T(rule.LearningRate()) * r
			}
		} else {
			u.Update(p, g, state)
		}
		o.step(exact, formula.LearningRate())
		back := 1.0
		if w, ok := u.(*radam[T]); ok && !w.rectified {
			back = 1 / down // a step along the moment
		}
		for i := range p {
			got, want := math.Abs(float64(p[i]))*back, math.Abs(o.p[i])
			scale[i] = max(want, 0.9*scale[i])
			// Without the part of a moment that was flushed, less cancels.
			if !(got <= want+tol*scale[i]+slack*rule.LearningRate()) {
				t.Fatalf("step %d along %g, of kind %d: %g, formula %g", step, g[i], i/magnitudes, got, want)
			}
			// Of constant gradients a thousandth at least counts in every average. Squares
			// beyond the largest float32 are infinite, and their steps 0.
			if x := math.Abs(float64(g[i])); i < magnitudes && x > 40*root && x < largest && rule.Name() != "Adadelta" {
				same++
				if !(got >= want*(1-tol)) {
					t.Fatalf("step %d along %g: %g, formula %g", step, g[i], got, want)
				}
			}
		}
	}
	if same == 0 && rule.Name() != "Adadelta" {
		t.Error("no step was compared")
	}
}

// TestConstantGradientCentered: of a constant gradient the variance decays, and the
// steps of centered RMSprop grow, as the formula has it: not at once, when the
// difference of two averages is rounded to 0.
func TestConstantGradientCentered(t *testing.T) {
	for _, momentum := range []float64{0, 0.5} {
		rule := RMSprop{LR: 1e-3, Alpha: 0.99, Eps: 1e-8, Centered: true, Momentum: momentum}
		p := []float32{0}
		opt := mustNew(t, rule, named([][]float32{p}))
		o := newOracle(rule, []float64{0})
		for step := 1; step <= 2500; step++ {
			p[0], o.p[0] = 0, 0
			mustStep(t, opt, [][]float32{{0.7}})
			o.step([]float64{float64(float32(0.7))}, rule.LR)
			got, want := -float64(p[0]), -o.p[0]
			if !(got <= want*1.001) || step <= 1500 && !(got >= want*0.999) {
				t.Fatalf("momentum %v, step %d: %g, formula %g", momentum, step, got, want)
			}
		}
	}
}

// TestInitialSums: an initial sum of squares below the floor starts there, and none
// at 0.
func TestInitialSums(t *testing.T) {
	for _, c := range []struct{ initial, want float64 }{{0, 0}, {1e-300, 0x1p-102}, {1e-40, 0x1p-102}, {1e-30, 1e-30}, {0.5, 0.5}} {
		opt := mustNew(t, Adagrad{LR: 1, InitialAccumulatorValue: c.initial, Eps: 1}, named([][]float32{{3}}))
		if got := opt.params[0].state[0][0]; got != float32(c.want) {
			t.Errorf("from %g the sum starts at %g, want %g", c.initial, got, c.want)
		}
	}
}

// TestRowAdagradSmallEps is TestNoStepLonger for the rule of rows.
func TestRowAdagradSmallEps(t *testing.T) {
	for x := 1e-30; x < 1e18; x *= 10 {
		for _, eps := range []float64{1e-30, 1e-20, 1e-10, 1e-3} {
			table := []float32{0, 0}
			o := newTableOnly(t, RowAdagrad{LR: 1e-3, Eps: eps}, table, 2)
			sum := 0.0
			for step := range 50 {
				clear(table)
				mustStepGradients(t, o, rowsOnly([]int{0}, []float32{float32(x), 0}))
				sum += x * x / 2
				got, want := -float64(table[0]), 1e-3*x/(math.Sqrt(sum)+eps)
				if !(got <= want*(1+1e-5)) || x > 1e-14 && !(got >= want*(1-1e-5)) {
					t.Fatalf("gradient %g, eps %g, step %d: %g, formula %g", x, eps, step+1, got, want)
				}
			}
		}
	}
}

// TestRestoresZeroMoments: a state whose second moment is 0 beside a first one that is
// not, as older ones may be, is as good as one at the floor.
func TestRestoresZeroMoments(t *testing.T) {
	next := func(v float32) float32 {
		p := []float32{0}
		opt := mustNew(t, Adam{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-15}, named([][]float32{p}))
		mustStep(t, opt, [][]float32{{1e-13}})
		s, err := opt.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		s.Params[0].Value[0], s.Params[0].State[1].Value[0] = 0, v
		if err := opt.Restore(s); err != nil {
			t.Fatal(err)
		}
		mustStep(t, opt, [][]float32{{0}})
		return p[0]
	}
	// m/(1-Beta1²) is 4.7e-14, the floor's root over sqrt(1-Beta2²) 1e-14.
	if zero, floor := next(0), next(0x1p-102); zero != floor || !(zero < -0.004 && zero > -0.005) {
		t.Errorf("the step from 0 goes %g, from the floor %g, want -0.0043", zero, floor)
	}
}
