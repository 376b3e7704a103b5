package gonumopt

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"
)

// near fails unless two vectors agree, and have their zeros in the same places.
func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol) || (got[i] == 0) != (w == 0) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], w)
		}
	}
}

// TestOWLQNSoftThreshold: with f = |x-b|²/2 the minimum is b, moved towards 0 by λ.
func TestOWLQNSoftThreshold(t *testing.T) {
	b := []float64{3, -2, 0.5, -0.25, 0.125, 1, 7}
	f := optimize.Problem{
		Func: func(x []float64) (f float64) {
			for i, v := range x {
				f += (v - b[i]) * (v - b[i]) / 2
			}
			return f
		},
		Grad: func(g, x []float64) {
			for i, v := range x {
				g[i] = v - b[i]
			}
		},
	}
	each := []float64{1, 0.5, 0.5, 0, 0, 0.25, 9}
	for _, m := range []*OWLQN{{L1: 0.75}, {L1Each: each}, {}, {L1: 0.75, Store: 1}} {
		var want []float64
		var sum float64
		for i, v := range b {
			l1 := m.L1
			if m.L1Each != nil {
				l1 = m.L1Each[i]
			}
			x := math.Copysign(max(math.Abs(v)-l1, 0), v)
			want = append(want, x)
			sum += (x-v)*(x-v)/2 + l1*math.Abs(x)
		}
		// From several orthants, and again with the same Method.
		for _, start := range [][]float64{make([]float64, 7), {-1, -1, -1, -1, 1, -1, -1}, {9, -9, 9, -9, 9, -9, 9}, want} {
			r, err := optimize.Minimize(f, start, nil, m)
			if err != nil || r.Status != optimize.GradientThreshold {
				t.Fatalf("%+v from %v: %v, status %v", m, start, err, r.Status)
			}
			near(t, "soft threshold", r.X, want, 1e-11)
			if math.Abs(r.F-sum) > 1e-12 {
				t.Errorf("F = %v, want %v with the penalty", r.F, sum)
			}
			for i, g := range r.Gradient {
				if !(math.Abs(g) < 1e-12) {
					t.Errorf("Gradient[%d] = %v at the minimum", i, g)
				}
			}
		}
	}
}

// TestOWLQNLogistic compares with coordinate descent, and with what a minimum has to
// satisfy.
func TestOWLQNLogistic(t *testing.T) {
	l1s := []float64{0.1, 0.03, 0.01}
	if testing.Short() {
		l1s = l1s[1:2]
	}
	for name, d := range samples(t) {
		for _, l1 := range l1s {
			weight, bias := make([]float64, d.columns), []float64{0}
			params := []optim.Param[float64]{{Name: "weight", Value: weight}, {Name: "bias", Value: bias}}
			m := &OWLQN{GradStopThreshold: 1e-7, L1Each: Penalties(params, func(name string) float64 {
				if name == "bias" {
					return 0
				}
				return l1
			})}
			r, err := Minimize(params, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
				loss, bias := d.gradient(g.Dense[0], weight, bias[0])
				g.Dense[1][0] += bias
				return loss, nil
			}, &optimize.Settings{Converger: optimize.NeverTerminate{}}, m)
			if err != nil || r.Status.Early() {
				t.Fatalf("%s, λ = %v: %v, status %v after %d iterations", name, l1, err, r.Status, r.MajorIterations)
			}
			if got := slices.Concat(weight, bias); !slices.Equal(got, r.X) {
				t.Errorf("%s: parameters %v, result %v", name, got, r.X)
			}
			zeros := 0
			g := make([]float64, d.columns)
			_, biasGradient := d.gradient(g, weight, bias[0])
			for i, w := range weight {
				bad := !(math.Abs(g[i]) <= l1) // 0 is a minimum along the element
				if w != 0 {
					bad = !(math.Abs(g[i]+math.Copysign(l1, w)) < 1e-7)
				} else {
					zeros++
				}
				if bad {
					t.Errorf("%s, λ = %v: weight %d is %v at a gradient of %v", name, l1, i, w, g[i])
				}
			}
			if zeros == 0 || zeros == d.columns || math.Abs(biasGradient) > 1e-7 {
				t.Errorf("%s, λ = %v: %d zeros of %d, gradient of the bias %v", name, l1, zeros, d.columns, biasGradient)
			}
			if want := d.coordinateDescent(l1, 400); r.F > want+1e-12 || r.F < want-1e-6 {
				t.Errorf("%s, λ = %v: minimum %v, by coordinate descent %v", name, l1, r.F, want)
			}
			t.Logf("%s, λ = %v: %d zeros, %d iterations, %d evaluations, F = %v, status %v", name, l1, zeros, r.MajorIterations, r.FuncEvaluations, r.F, r.Status)
		}
	}
}

// TestL1OfGroups: the option L1 of package optim, in a Method, leads to the same minimum,
// by proximal gradient descent.
func TestL1OfGroups(t *testing.T) {
	d := generated(60, 8)
	f := optimize.Problem{
		Func: func(x []float64) float64 { f, _ := d.gradient(make([]float64, 8), x, 0); return f },
		Grad: func(g, x []float64) { clear(g); d.gradient(g, x, 0) },
	}
	want, err := optimize.Minimize(f, make([]float64, 8), nil, &OWLQN{L1: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	all := func(string) bool { return true }
	for _, c := range []struct {
		rule optim.Rule
		l1   float64
	}{
		{optim.SGD{LR: 1}, 0.05},
		{optim.Momentum{LR: 0.2, Momentum: 0.75}, 0.2}, // its steps add up to 4 times the gradient's
	} {
		r, err := optimize.Minimize(f, make([]float64, 8), &optimize.Settings{MajorIterations: 1000, Converger: optimize.NeverTerminate{}},
			&Method{Rule: c.rule, Options: []optim.Option{optim.WithGroup(all, optim.L1(c.l1))}})
		if err != nil || r.Status != optimize.IterationLimit {
			t.Fatalf("%s: %v, status %v", c.rule.Name(), err, r.Status)
		}
		near(t, c.rule.Name(), r.X, want.X, 1e-7)
	}
	if zeros := len(want.X) - count(want.X); zeros == 0 || zeros == 8 {
		t.Errorf("%d zeros in %v", zeros, want.X)
	}
}

// count returns the number of elements that are not 0.
func count(x []float64) (n int) {
	for _, v := range x {
		if v != 0 {
			n++
		}
	}
	return n
}

// TestOWLQNWithoutPenalty: it is L-BFGS.
func TestOWLQNWithoutPenalty(t *testing.T) {
	f := functions.ExtendedRosenbrock{}
	r, err := optimize.Minimize(optimize.Problem{Func: f.Func, Grad: f.Grad}, []float64{-1.2, 1, -1.2, 1, -1.2, 1}, nil, &OWLQN{})
	if err != nil || r.Status.Early() || r.F > 1e-15 {
		t.Errorf("%v, status %v, F = %v at %v", err, r.Status, r.F, r.X)
	}
	near(t, "Rosenbrock", r.X, []float64{1, 1, 1, 1, 1, 1}, 1e-7)
	t.Logf("%+v", r.Stats)
}

// TestOWLQNValley: a penalty does not make a long way of a narrow valley.
func TestOWLQNValley(t *testing.T) {
	f := functions.ExtendedRosenbrock{}
	for _, l1 := range []float64{1, 0.1, 0.01, 1e-4} {
		r, err := optimize.Minimize(optimize.Problem{Func: f.Func, Grad: f.Grad}, []float64{-1.2, 1, -1.2, 1}, nil, &OWLQN{L1: l1, GradStopThreshold: 1e-6})
		if err != nil || r.Status != optimize.GradientThreshold || r.FuncEvaluations > 200 {
			t.Errorf("λ = %v: %v, status %v, %d evaluations", l1, err, r.Status, r.FuncEvaluations)
		}
	}
}

// TestOWLQNEnds: settings go by the sum, known initial values are not evaluated again, and
// limits end a run in the midst of a step.
func TestOWLQNEnds(t *testing.T) {
	m := &OWLQN{L1: 0.5}
	for limit := 1; limit < 8; limit++ {
		r, err := optimize.Minimize(bowl, []float64{40, 0}, &optimize.Settings{FuncEvaluations: limit}, m)
		if err != nil || r.Status != optimize.FunctionEvaluationLimit || r.FuncEvaluations != limit {
			t.Errorf("%v, status %v, %d evaluations, want %d", err, r.Status, r.FuncEvaluations, limit)
		}
		if want := bowl.Func(r.X) + 0.5*(math.Abs(r.X[0])+math.Abs(r.X[1])); r.MajorIterations > 0 && r.F != want {
			t.Errorf("F = %v, want %v with the penalty", r.F, want)
		}
	}
	r, err := optimize.Minimize(bowl, []float64{0, 0}, &optimize.Settings{
		MajorIterations: 1,
		InitValues:      &optimize.Location{F: 9.5, Gradient: []float64{-1, 6}},
	}, m)
	if err != nil || r.FuncEvaluations != 0 || r.GradEvaluations != 0 || r.F != 9.5 || !slices.Equal(r.Gradient, []float64{-0.5, 5.5}) {
		t.Errorf("%v, %+v", err, r)
	}
	r, err = optimize.Minimize(bowl, []float64{40, 40}, &optimize.Settings{GradientThreshold: 1e-3}, m)
	if err != nil || r.Status != optimize.GradientThreshold {
		t.Errorf("%v, status %v", err, r.Status)
	}
	near(t, "bowl", r.X, []float64{0.5, -2.75}, 1e-3)
	m.GradStopThreshold = math.NaN()
	r, err = optimize.Minimize(bowl, []float64{0.5, -2.75}, nil, m)
	if err != nil || r.Status != optimize.GradientThreshold || r.MajorIterations != 1 {
		t.Errorf("at the minimum: %v, status %v", err, r.Status)
	}
}

func TestOWLQNErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	fail := func(p optimize.Problem, m *OWLQN, want ...string) {
		t.Helper()
		r, err := optimize.Minimize(p, []float64{1, 2}, nil, m)
		wantError(t, err, append(want, "gonumopt: OWLQN")...)
		if r.Status != optimize.Failure {
			t.Errorf("status %v, want Failure", r.Status)
		}
	}
	for _, bad := range []float64{-1, nan, inf} {
		fail(bowl, &OWLQN{L1: bad}, "L1 = ", "want a finite number >= 0")
		fail(bowl, &OWLQN{L1Each: []float64{0, bad}}, "L1Each[1] = ", "want a finite number >= 0")
	}
	fail(bowl, &OWLQN{L1: 2, L1Each: []float64{0, 1}}, "L1 = 2", "L1Each")
	fail(bowl, &OWLQN{L1Each: []float64{1, 2, 3}}, "L1Each has 3", "2 variables")
	fail(bowl, &OWLQN{L1Each: []float64{}}, "L1Each has 0", "2 variables")
	fail(bowl, &OWLQN{Store: -4}, "Store = -4")

	bad := bowl
	bad.Func = func([]float64) float64 { return nan }
	fail(bad, &OWLQN{}, "function is NaN at the start")
	fail(bowl, &OWLQN{L1: math.MaxFloat64}, "function with the penalty is +Inf at the start")
	bad = bowl
	bad.Grad = func(g, x []float64) { g[0], g[1] = 1, inf }
	fail(bad, &OWLQN{}, "gradient is +Inf at element 1")
	// A gradient that leads uphill, from the start and after some steps.
	bad.Grad = func(g, x []float64) { bowl.Grad(g, x); g[0], g[1] = -g[0], -g[1] }
	fail(bad, &OWLQN{L1: 0.125}, "no step lowers the function", "is it the function's gradient?")
	bad.Grad = func(g, x []float64) { bowl.Grad(g, x); g[0] += 0.5 }
	fail(bad, &OWLQN{}, "no step lowers the function")
	// Where no number is to be had beyond the start.
	bad = bowl
	bad.Func = func(x []float64) float64 {
		if x[0] != 1 || x[1] != 2 {
			return nan
		}
		return 0
	}
	fail(bad, &OWLQN{}, "no step lowers the function")
	if _, err := new(OWLQN).Uses(optimize.Available{}); !errors.Is(err, optimize.ErrMissingGrad) {
		t.Errorf("without gradient: %v", err)
	}
}
