package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// threshold is the documented one below which gradients and stored moments count
// as zero.
func threshold[T kernels.Float]() T {
	f := 0x1p-959
	if size[T]() == 4 {
		f = 0x1p-95
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

// stored checks what the contract promises of moments and velocities: +0, or not
// below the threshold; so never subnormal.
func stored[T kernels.Float](t *testing.T, what string, step int, x []T) {
	t.Helper()
	for i, v := range x {
		a := math.Abs(float64(v))
		if a < float64(threshold[T]()) && math.Float64bits(float64(v)) != 0 {
			t.Fatalf("step %d: %s[%d] = %g is stored, neither +0 nor at least %g", step, what, i, v, threshold[T]())
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
	const n = 45
	// A decay fast enough to pass float64's exponents in a modest number of steps.
	beta, steps := 0.8, 750
	if size[T]() == 8 {
		beta, steps = 0.3, 1000
	}
	p, g := make([]T, n), make([]T, n)
	heavy, look, m, v := make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	mc := kernels.MomentumCoef[T]{Scale: 1, Mu: T(beta), Gain: T(1 - beta), LR: 0.1}
	for step := range steps {
		for i := range g {
			g[i] = dying[T](step, i)
		}
		kernels.Momentum(p, g, heavy, mc)
		kernels.Nesterov(p, g, look, mc)
		kernels.Adam(p, g, m, v, kernels.AdamCoefs[T](kernels.AdamOptions{LR: 0.1, Beta1: beta, Beta2: beta, Eps: 1e-8}, step+1, 1))
		stored(t, "Momentum's buf", step, heavy)
		stored(t, "Nesterov's buf", step, look)
		stored(t, "Adam's m", step, m)
		stored(t, "Adam's v", step, v)
	}
	// In the end all gradients were 0: the state of a dead unit is 0 too.
	for _, x := range [][]T{heavy, look, m, v} {
		for i := range x {
			if x[i] != 0 {
				t.Fatalf("after %d steps element %d of a moment is still %g", steps, i, x[i])
			}
		}
	}
}

// TestStoredMomentsOfAdaptiveRules is TestStoredMoments for the rules beside Adam.
// Adamax's u and AdaGrad's sum are no decaying averages and may be smaller.
func TestStoredMomentsOfAdaptiveRules(t *testing.T) {
	onEveryLevel(t, storedMomentsOfAdaptiveRules[float32], storedMomentsOfAdaptiveRules[float64])
}

func storedMomentsOfAdaptiveRules[T kernels.Float](t *testing.T) {
	const n, steps = 45, 450
	beta := T(0.7)
	if size[T]() == 8 {
		beta = 0.1
	}
	alpha := 1 - beta
	root := T(math.Sqrt(float64(alpha)))
	adam := kernels.AdamCoef[T]{Scale: 1, Decay: 1, Beta1: beta, OneMinusBeta1: alpha, Beta2: beta, Root: root, Eps: 1e-8, Step: 0.1}
	adamax := kernels.AdamaxCoef[T]{Scale: 1, Decay: 1, Beta1: beta, OneMinusBeta1: alpha, Beta2: beta, Eps: 1e-8, Step: 0.1}
	nadam := kernels.NAdamCoef[T]{Scale: 1, Decay: 1, Beta1: beta, OneMinusBeta1: alpha, Beta2: beta, Root: root, Eps: 1e-8, StepGrad: 0.1, StepMoment: 0.1}
	// A large epsilon keeps the velocities of tiny gradients tiny.
	rms := kernels.RMSpropCoef[T]{Scale: 1, Alpha: beta, OneMinusAlpha: alpha, Root: root, Eps: 1, Mu: beta, LR: 0.1}
	delta := kernels.AdadeltaCoef[T]{Scale: 1, Rho: beta, Root: root, Eps: 1, LR: 0.1}
	lion := kernels.LionCoef[T]{Scale: 1, Decay: 1, Beta1: beta, OneMinusBeta1: alpha, Beta2: beta, OneMinusBeta2: alpha, LR: 0.1}
	lamb := kernels.LAMBCoef[T]{Scale: 1, Beta1: beta, OneMinusBeta1: alpha, Beta2: beta, Root: root, Eps: 1e-8, Step: 1}
	free := kernels.ScheduleFreeCoef[T]{Scale: 1, Beta2: beta, Root: root, Eps: 1e-8, Step: 1, Average: 0.1, Look: -0.01, LR: 0.1}
	p, g, other := make([]T, n), make([]T, n), make([]T, n)
	rules := []struct {
		name    string
		step    func(s [][]T)
		moments int
	}{
		{"AMSGrad", func(s [][]T) { kernels.AMSGrad(p, g, s[0], s[1], s[2], adam) }, 3},
		{"Adamax", func(s [][]T) { kernels.Adamax(p, g, s[0], other, adamax) }, 1},
		{"NAdam", func(s [][]T) { kernels.NAdam(p, g, s[0], s[1], nadam) }, 2},
		{"AdamWarmup", func(s [][]T) { kernels.AdamWarmup(p, g, s[0], s[1], adam) }, 2},
		{"RMSprop", func(s [][]T) { kernels.RMSprop(p, g, s[0], rms) }, 1},
		{"RMSpropMomentum", func(s [][]T) { kernels.RMSpropMomentum(p, g, s[0], s[1], rms) }, 2},
		{"RMSpropCentered", func(s [][]T) { kernels.RMSpropCentered(p, g, s[0], s[1], rms) }, 2},
		{"RMSpropCenteredMomentum", func(s [][]T) { kernels.RMSpropCenteredMomentum(p, g, s[0], s[1], s[2], rms) }, 3},
		{"Adadelta", func(s [][]T) { kernels.Adadelta(p, g, s[0], s[1], delta) }, 2},
		{"Lion", func(s [][]T) { kernels.Lion(p, g, s[0], lion) }, 1},
		{"LAMBDirection", func(s [][]T) { kernels.LAMBDirection(other, p, g, s[0], s[1], lamb) }, 2},
		{"ScheduleFree", func(s [][]T) { kernels.ScheduleFree(p, g, other, s[0], free) }, 1},
	}
	for _, rule := range rules {
		clear(p)
		state := make([][]T, rule.moments)
		for i := range state {
			state[i] = make([]T, n)
		}
		for step := range steps {
			for i := range g {
				g[i] = dying[T](step, i)
			}
			rule.step(state)
			for i := range state {
				stored(t, fmt.Sprintf("%s's moment %d", rule.name, i), step, state[i])
			}
		}
	}
}

// TestThresholds checks the documented thresholds themselves, to the last bit.
func TestThresholds(t *testing.T) { onEveryLevel(t, thresholds[float32], thresholds[float64]) }

func thresholds[T kernels.Float](t *testing.T) {
	th, inf, nan := threshold[T](), T(math.Inf(1)), T(math.NaN())
	in := []T{th, -th, below(th), -below(th), 2 * th, least[T](), -least[T](), T(math.Copysign(0, -1)), inf, -inf, nan, 1}
	out := []T{th, -th, 0, 0, 2 * th, 0, 0, 0, inf, -inf, nan, 1}
	n := len(in)
	check := func(what string, got []T, want func(i int) T) {
		t.Helper()
		for i := range got {
			if g, w := got[i], want(i); g != w && (g == g || w == w) || g == 0 && math.Signbit(float64(g)) {
				t.Errorf("%s of %g is %g, want %g", what, in[i], g, w)
			}
		}
	}
	copied := func() []T { return append([]T(nil), in...) }
	zeros := func() []T { return make([]T, n) }

	// Gradients: what SGD subtracts from 0, far above the threshold again.
	up := 1 / th
	p := zeros()
	kernels.SGD(p, in, kernels.SGDCoef[T]{Scale: up, LR: -1})
	check("SGD's gradient", p, func(i int) T { return up * out[i] })

	// Moments that only decay, by the factor 1, with dead gradients.
	keep := kernels.MomentumCoef[T]{Scale: 1, Mu: 1, Gain: 1}
	buf := copied()
	kernels.Momentum(zeros(), zeros(), buf, keep)
	check("Momentum's buf", buf, func(i int) T { return out[i] })
	buf = copied()
	kernels.Nesterov(zeros(), zeros(), buf, keep)
	check("Nesterov's buf", buf, func(i int) T { return out[i] })
	m, v := copied(), copied()
	kernels.Adam(zeros(), zeros(), m, v, kernels.AdamCoef[T]{Scale: 1, Decay: 1, Beta1: 1, Beta2: 1, Eps: 1})
	check("Adam's m", m, func(i int) T { return out[i] })
	check("Adam's v", v, func(i int) T { return out[i] })

	// Gradients of the rules with moments, through a coefficient that lifts them.
	buf = zeros()
	kernels.Momentum(zeros(), in, buf, kernels.MomentumCoef[T]{Scale: up, Gain: 1})
	check("Momentum's gradient", buf, func(i int) T { return up * out[i] })
	buf = zeros()
	kernels.Nesterov(zeros(), in, buf, kernels.MomentumCoef[T]{Scale: up, Gain: 1})
	check("Nesterov's gradient", buf, func(i int) T { return up * out[i] })
	m, v = zeros(), zeros()
	kernels.Adam(zeros(), in, m, v, kernels.AdamCoef[T]{Scale: up, OneMinusBeta1: 1, Root: 1, Eps: 1})
	check("Adam's gradient", m, func(i int) T { return up * out[i] })
	check("Adam's squared gradient", v, func(i int) T { return up * out[i] * up * out[i] })
}
