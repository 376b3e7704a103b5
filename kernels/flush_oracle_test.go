package kernels_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// threshold is the documented one below which gradients and stored first moments
// count as zero.
func threshold[T kernels.Float]() T {
	f := 0x1p-959
	if size[T]() == 4 {
		f = 0x1p-95
	}
	return T(f)
}

// floor is the documented least value of a second moment.
func floor[T kernels.Float]() T {
	f := 0x1p-968
	if size[T]() == 4 {
		f = 0x1p-102
	}
	return T(f)
}

// below returns the next T towards zero.
func below[T kernels.Float](x T) T {
	if size[T]() == 4 {
		return T(math.Nextafter32(float32(x), 0))
	}
	return T(math.Nextafter(float64(x), 0))
}

// kind says what a rule does with a state vector.
type kind int

const (
	moment kind = iota // flushed: a first moment, a velocity
	square             // kept at or above the floor: a second moment
	sum                // that, and it never decays
	other              // what is no moment
)

// stored checks what the contract promises of a state vector after a step: +0 or not
// below the threshold, or not below the floor; so never subnormal.
func stored[T kernels.Float](t *testing.T, k kind, what string, step int, x []T) {
	t.Helper()
	for i, v := range x {
		a := math.Abs(float64(v))
		switch k {
		case moment:
			if a < float64(threshold[T]()) && math.Float64bits(float64(v)) != 0 {
				t.Fatalf("step %d: %s[%d] = %g is stored, neither +0 nor at least %g", step, what, i, v, threshold[T]())
			}
		case square, sum:
			if !(v >= floor[T]()) {
				t.Fatalf("step %d: %s[%d] = %g is stored, not at least %g", step, what, i, v, floor[T]())
			}
		}
	}
}

// momentRule is a kernel with state.
type momentRule[T kernels.Float] struct {
	name  string
	state []kind
	step  func(p, g []T, s [][]T)
}

// momentRules returns all kernels with state. Every average keeps beta of itself and
// takes gain of what comes in, of squares root². The eps of those that gather steps
// in a velocity, or squares of steps, is large: it keeps these small.
func momentRules[T kernels.Float](scale, beta, gain, root, eps, lr T) []momentRule[T] {
	heavy := kernels.MomentumCoef[T]{Scale: scale, Mu: beta, Gain: gain, LR: lr}
	adam := kernels.AdamCoef[T]{Scale: scale, Decay: 1, Beta1: beta, OneMinusBeta1: gain, Beta2: beta, Root: root, Eps: eps, Step: lr}
	adamax := kernels.AdamaxCoef[T]{Scale: scale, Decay: 1, Beta1: beta, OneMinusBeta1: gain, Beta2: beta, Eps: eps, Step: lr}
	nadam := kernels.NAdamCoef[T]{Scale: scale, Decay: 1, Beta1: beta, OneMinusBeta1: gain, Beta2: beta, Root: root, Eps: eps, StepGrad: lr, StepMoment: lr}
	adagrad := kernels.AdagradCoef[T]{Scale: scale, Eps: eps, LR: lr}
	rms := kernels.RMSpropCoef[T]{Scale: scale, Alpha: beta, OneMinusAlpha: gain, Root: root, Eps: 1, Mu: beta, LR: lr}
	delta := kernels.AdadeltaCoef[T]{Scale: scale, Rho: beta, Root: root, Eps: 1, LR: lr}
	lion := kernels.LionCoef[T]{Scale: scale, Decay: 1, Beta1: beta, OneMinusBeta1: gain, Beta2: beta, OneMinusBeta2: gain, LR: lr}
	lamb := kernels.LAMBCoef[T]{Scale: scale, Beta1: beta, OneMinusBeta1: gain, Beta2: beta, Root: root, Eps: eps, Step: 1}
	free := kernels.ScheduleFreeCoef[T]{Scale: scale, Beta2: beta, Root: root, Eps: eps, Step: 1, Average: lr, Look: -lr / 10, LR: lr}
	return []momentRule[T]{
		{"Momentum", []kind{moment}, func(p, g []T, s [][]T) { kernels.Momentum(p, g, s[0], heavy) }},
		{"Nesterov", []kind{moment}, func(p, g []T, s [][]T) { kernels.Nesterov(p, g, s[0], heavy) }},
		{"Adam", []kind{moment, square}, func(p, g []T, s [][]T) { kernels.Adam(p, g, s[0], s[1], adam) }},
		{"AMSGrad", []kind{moment, square, sum}, func(p, g []T, s [][]T) { kernels.AMSGrad(p, g, s[0], s[1], s[2], adam) }},
		{"Adamax", []kind{moment, other}, func(p, g []T, s [][]T) { kernels.Adamax(p, g, s[0], s[1], adamax) }},
		{"NAdam", []kind{moment, square}, func(p, g []T, s [][]T) { kernels.NAdam(p, g, s[0], s[1], nadam) }},
		{"AdamWarmup", []kind{moment, square}, func(p, g []T, s [][]T) { kernels.AdamWarmup(p, g, s[0], s[1], adam) }},
		{"Adagrad", []kind{sum}, func(p, g []T, s [][]T) { kernels.Adagrad(p, g, s[0], adagrad) }},
		{"RMSprop", []kind{square}, func(p, g []T, s [][]T) { kernels.RMSprop(p, g, s[0], rms) }},
		{"RMSpropMomentum", []kind{square, moment}, func(p, g []T, s [][]T) { kernels.RMSpropMomentum(p, g, s[0], s[1], rms) }},
		{"RMSpropCentered", []kind{square, moment}, func(p, g []T, s [][]T) { kernels.RMSpropCentered(p, g, s[0], s[1], rms) }},
		{"RMSpropCenteredMomentum", []kind{square, moment, moment}, func(p, g []T, s [][]T) {
			kernels.RMSpropCenteredMomentum(p, g, s[0], s[1], s[2], rms)
		}},
		{"Adadelta", []kind{square, moment}, func(p, g []T, s [][]T) { kernels.Adadelta(p, g, s[0], s[1], delta) }},
		{"Lion", []kind{moment}, func(p, g []T, s [][]T) { kernels.Lion(p, g, s[0], lion) }},
		{"LAMBDirection", []kind{moment, square, other}, func(p, g []T, s [][]T) { kernels.LAMBDirection(s[2], p, g, s[0], s[1], lamb) }},
		{"ScheduleFree", []kind{other, square}, func(p, g []T, s [][]T) { kernels.ScheduleFree(p, g, s[0], s[1], free) }},
	}
}

// TestMomentRules: no kernel with state is missing above.
func TestMomentRules(t *testing.T) {
	have := map[string]bool{"SGD": true} // which has none
	for _, rule := range momentRules[float32](1, 0, 1, 1, 1, 1) {
		have[rule.name] = true
	}
	for _, op := range kerneltest.Ops[float32]() {
		if op.Family == "update" && !have[op.Name] {
			t.Errorf("momentRules has no %s", op.Name)
		}
	}
}

// dying returns gradients that lead to tiny moments in many ways: after a few
// ordinary steps they vanish, become tiny or subnormal, or change their signs.
func dying[T kernels.Float](step, i int) T {
	tiny := least[T]()
	th := threshold[T]()
	if step < 2 {
		return T(1+i%5) - 3
	}
	all := []T{0, T(math.Copysign(0, -1)), T(1e-20), -T(1e-20), tiny, -tiny, 1000 * tiny, th, -th,
		below(th), -below(th), 3 * th, T(math.Sqrt(float64(th))), T(math.Sqrt(float64(tiny))), T(math.Sqrt(float64(th))) * 2}
	g := all[i%len(all)]
	if i%2 == 1 && step%2 == 1 {
		g = -g
	}
	if step > 400 {
		return 0
	}
	return g
}

// TestStoredMoments lets moments decay, long enough that plain arithmetic would
// have left subnormal numbers behind, and looks at all that is stored on the way.
func TestStoredMoments(t *testing.T) {
	onEveryLevel(t, storedMoments[float32], storedMoments[float64])
}

func storedMoments[T kernels.Float](t *testing.T) {
	const n, steps = 45, 800
	// A decay fast enough to pass the exponents in a modest number of steps.
	beta := T(0.7)
	if size[T]() == 8 {
		beta = 0.1
	}
	root := T(math.Sqrt(float64(1 - beta)))
	for _, rule := range momentRules[T](1, beta, 1-beta, root, 1e-8, 0.1) {
		p, g := make([]T, n), make([]T, n)
		state := zeroState[T](rule, n)
		for step := range steps {
			for i := range g {
				g[i] = dying[T](step, i)
			}
			rule.step(p, g, state)
			for i, k := range rule.state {
				stored(t, k, fmt.Sprintf("%s's state %d", rule.name, i), step, state[i])
			}
		}
		// In the end all gradients were 0. Of a dead unit's state nothing is left.
		for i, k := range rule.state {
			end := map[kind]T{moment: 0, square: floor[T]()}
			if want, ok := end[k]; ok {
				for j, v := range state[i] {
					if v != want {
						t.Fatalf("%s: after %d steps element %d of state %d is %g, want %g", rule.name, steps, j, i, v, want)
					}
				}
			}
		}
	}
}

func zeroState[T kernels.Float](rule momentRule[T], n int) [][]T {
	state := make([][]T, len(rule.state))
	for i := range state {
		state[i] = make([]T, n)
	}
	return state
}

// TestThresholds checks the documented thresholds themselves, to the last bit.
func TestThresholds(t *testing.T) { onEveryLevel(t, thresholds[float32], thresholds[float64]) }

func thresholds[T kernels.Float](t *testing.T) {
	th, fl, inf, nan := threshold[T](), floor[T](), T(math.Inf(1)), T(math.NaN())
	in := []T{th, -th, below(th), -below(th), 2 * th, fl, below(fl), -fl, 2 * fl,
		least[T](), -least[T](), 0, T(math.Copysign(0, -1)), inf, -inf, nan, 1, -1}
	flushed := []T{th, -th, 0, 0, 2 * th, 0, 0, 0, 0, 0, 0, 0, 0, inf, -inf, nan, 1, -1}
	kept := []T{th, fl, below(th), fl, 2 * th, fl, fl, fl, 2 * fl, fl, fl, fl, fl, inf, fl, nan, 1, fl}
	n := len(in)
	check := func(what string, got []T, want func(i int) T) {
		t.Helper()
		for i := range got {
			if g, w := got[i], want(i); g != w && (g == g || w == w) || g == 0 && math.Signbit(float64(g)) {
				t.Errorf("%s of %g is %g, want %g", what, in[i], g, w)
			}
		}
	}
	zeros := func() []T { return make([]T, n) }

	// Gradients: what SGD subtracts from 0, far above the threshold again.
	up := 1 / th
	p := zeros()
	kernels.SGD(p, in, kernels.SGDCoef[T]{Scale: up, LR: -1})
	check("SGD's gradient", p, func(i int) T { return up * flushed[i] })

	// State that only decays, by the factor 1, with dead gradients: one vector of
	// each rule after the other.
	for _, rule := range momentRules[T](1, 1, 0, 0, 1, 1) {
		for i, k := range rule.state {
			state := zeroState[T](rule, n)
			copy(state[i], in)
			rule.step(zeros(), zeros(), state)
			what := fmt.Sprintf("%s's state %d", rule.name, i)
			switch {
			case rule.name == "Adadelta" && k == moment:
				check(what, state[i], func(i int) T { return flushed[i] + 0*in[i] }) // a dead gradient times an infinite ratio
			case k == moment:
				check(what, state[i], func(i int) T { return flushed[i] })
			case rule.name == "AMSGrad" && k == sum:
				check(what, state[i], func(i int) T { // a maximum, which passes over NaN
					if in[i] != in[i] {
						return fl
					}
					return kept[i]
				})
			case k == square || k == sum:
				check(what, state[i], func(i int) T { return kept[i] })
			}
		}
	}

	// Gradients of the rules with state, through a coefficient that lifts them.
	for _, rule := range momentRules[T](up, 0, 1, 1, 1, 0) {
		state := zeroState[T](rule, n)
		rule.step(zeros(), in, state)
		for i, k := range rule.state {
			what := fmt.Sprintf("in %s's state %d the gradient", rule.name, i)
			switch {
			case strings.HasPrefix(rule.name, "RMSprop") || rule.name == "Adadelta":
				// Quotients, or a variance that this decay makes 0 or NaN.
			case k == moment:
				check(what, state[i], func(i int) T { return up * flushed[i] })
			case k == square || k == sum:
				check(what, state[i], func(i int) T {
					if d := up * flushed[i]; d != 0 {
						return d * d
					}
					return fl
				})
			}
		}
	}
}
