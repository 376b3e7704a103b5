package gonumopt

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"
)

var wantError = opttest.WantError

// bowl is (x-1)²/2 + 2(y+3)²/2.
var bowl = optimize.Problem{
	Func: func(x []float64) float64 { return (x[0]-1)*(x[0]-1)/2 + (x[1]+3)*(x[1]+3) },
	Grad: func(g, x []float64) { g[0], g[1] = x[0]-1, 2*(x[1]+3) },
}

// TestMethod: every rule reaches the minimum, in the very steps that it takes by
// itself.
func TestMethod(t *testing.T) {
	for _, rule := range []optim.Rule{
		optim.SGD{LR: 0.3},
		optim.Momentum{LR: 0.05, Momentum: 0.8},
		optim.NewAdam(0.1),
	} {
		x := []float64{0, 0}
		opt, err := optim.New(rule, []optim.Param[float64]{{Name: "x", Value: x}}, optim.ClipNorm(2))
		if err != nil {
			t.Fatal(err)
		}
		method := &Method{Rule: rule, Options: []optim.Option{optim.ClipNorm(2)}, GradStopThreshold: 1e-7}
		for run := range 2 { // the second with fresh state
			r, err := optimize.Minimize(bowl, []float64{0, 0}, &optimize.Settings{Converger: optimize.NeverTerminate{}}, method)
			if err != nil || r.Status != optimize.GradientThreshold {
				t.Fatalf("%s: %v, status %v", rule.Name(), err, r.Status)
			}
			if !(math.Abs(r.X[0]-1) < 1e-6 && math.Abs(r.X[1]+3) < 1e-6 && r.F < 1e-12) {
				t.Errorf("%s: minimum %v at %v", rule.Name(), r.F, r.X)
			}
			if r.FuncEvaluations != r.MajorIterations || r.GradEvaluations != r.MajorIterations {
				t.Errorf("%s: %+v", rule.Name(), r.Stats)
			}
			if run == 0 {
				g := []float64{0, 0}
				for range r.MajorIterations - 1 {
					bowl.Grad(g, x)
					if _, err := opt.Step([][]float64{g}); err != nil {
						t.Fatal(err)
					}
				}
			}
			if !slices.Equal(r.X, x) {
				t.Errorf("%s: %v, by itself %v", rule.Name(), r.X, x)
			}
		}
	}
}

// TestMethodEnds: gonum's own limits hold, known initial values are not evaluated
// again, and the default threshold is gonum's.
func TestMethodEnds(t *testing.T) {
	m := &Method{Rule: optim.SGD{LR: 0.1}}
	r, err := optimize.Minimize(bowl, []float64{0, 0}, &optimize.Settings{MajorIterations: 5}, m)
	if err != nil || r.Status != optimize.IterationLimit || r.MajorIterations != 5 {
		t.Errorf("%v, status %v, %d iterations", err, r.Status, r.MajorIterations)
	}
	r, err = optimize.Minimize(bowl, []float64{0, 0}, &optimize.Settings{
		MajorIterations: 5,
		InitValues:      &optimize.Location{F: 9.5, Gradient: []float64{-1, 6}},
	}, m)
	if err != nil || r.FuncEvaluations != 4 || r.GradEvaluations != 4 {
		t.Errorf("%v, %+v", err, r.Stats)
	}
	r, err = optimize.Minimize(bowl, []float64{1, -3}, nil, m)
	if err != nil || r.Status != optimize.GradientThreshold || r.MajorIterations != 1 {
		t.Errorf("at the minimum: %v, status %v", err, r.Status)
	}
	m.GradStopThreshold = math.NaN()
	r, err = optimize.Minimize(bowl, []float64{1, -3}, nil, m)
	if err != nil || r.Status != optimize.FunctionConvergence {
		t.Errorf("at the minimum, without threshold: %v, status %v", err, r.Status)
	}
}

func TestMethodErrors(t *testing.T) {
	fail := func(p optimize.Problem, m *Method, want ...string) {
		t.Helper()
		r, err := optimize.Minimize(p, []float64{0, 0}, nil, m)
		wantError(t, err, want...)
		if r.Status != optimize.Failure {
			t.Errorf("status %v, want Failure", r.Status)
		}
	}
	bad := bowl
	bad.Grad = func(g, x []float64) { g[0], g[1] = 1, math.Inf(1) }
	fail(bad, &Method{Rule: optim.SGD{LR: 1}}, "gonumopt: SGD", "+Inf", "element 1", "0 steps")
	bad = bowl
	bad.Func = func(x []float64) float64 { return math.NaN() }
	fail(bad, &Method{Rule: optim.SGD{LR: 1}}, "gonumopt: SGD", "NaN", "0 steps")
	fail(bowl, &Method{Rule: optim.SGD{LR: -1}}, "SGD", "LR", "-1")
	fail(bowl, &Method{}, "nil")
	rate := schedule.Func(func(_ float64, step int) float64 { return 0.1 - float64(step) })
	fail(bowl, &Method{Rule: optim.SGD{}, Options: []optim.Option{optim.WithSchedule(rate)}}, "step 2", "-0.9")
	// A schedule that would wait for metrics in vain.
	plateau := optim.WithSchedule(schedule.Warmup{Steps: 2, Then: schedule.NewPlateau()})
	fail(bowl, &Method{Rule: optim.SGD{LR: 0.1}, Options: []optim.Option{plateau}}, "gonumopt: SGD", "*schedule.Plateau", "metric")
	if _, err := new(Method).Uses(optimize.Available{}); !errors.Is(err, optimize.ErrMissingGrad) {
		t.Errorf("without gradient: %v", err)
	}
}

// rosenbrock returns the objective of the extended Rosenbrock function over two
// parameters.
func rosenbrock(a, b []float64) train.Objective[float64] {
	return func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		x := slices.Concat(a, b)
		grad := make([]float64, len(x))
		functions.ExtendedRosenbrock{}.Grad(grad, x)
		for i := range a {
			g.Dense[0][i] += grad[i]
		}
		for i := range b {
			g.Dense[1][i] += grad[len(a)+i]
		}
		return functions.ExtendedRosenbrock{}.Func(x), nil
	}
}

func TestMinimize(t *testing.T) {
	for _, method := range []optimize.Method{
		nil, &optimize.LBFGS{}, &optimize.BFGS{}, &optimize.CG{}, &optimize.NelderMead{},
		&optimize.LBFGS{Linesearcher: &optimize.Backtracking{}},
	} {
		a, b := []float64{-1.2}, []float64{1, -1.2, 1}
		r, err := Minimize([]optim.Param[float64]{{Name: "a", Value: a}, {Name: "b", Value: b}}, rosenbrock(a, b),
			&optimize.Settings{Converger: &optimize.FunctionConverge{Absolute: 1e-14, Iterations: 200}}, method)
		if err != nil {
			t.Fatalf("%T: %v", method, err)
		}
		if !slices.Equal(slices.Concat(a, b), r.X) {
			t.Errorf("%T: parameters %v %v, result %v", method, a, b, r.X)
		}
		for _, v := range r.X {
			if math.Abs(v-1) > 1e-4 {
				t.Errorf("%T: minimum at %v, want 1", method, r.X)
				break
			}
		}
	}
}

// TestProblem: loss and gradient of a point come from one call, a Hessian can be
// added, and other values of the parameters are not mistaken for it.
func TestProblem(t *testing.T) {
	w := []float64{5}
	calls := 0
	o, err := NewObjective([]optim.Param[float64]{{Name: "w", Value: w}}, func(b train.Batch, g *optim.Gradients[float64]) (float64, error) {
		calls++
		if b.Step != 0 || g.Dense[0][0] != 0 {
			t.Errorf("called with step %d and gradient %v", b.Step, g.Dense[0])
		}
		g.Dense[0][0] += 4 * w[0]
		return 2 * w[0] * w[0], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p := o.Problem()
	g := []float64{0}
	if f := p.Func([]float64{3}); f != 18 || w[0] != 3 {
		t.Errorf("f(3) = %v with parameter %v", f, w[0])
	}
	if p.Grad(g, []float64{3}); g[0] != 12 || calls != 1 {
		t.Errorf("gradient %v after %d calls", g, calls)
	}
	if p.Grad(g, []float64{2}); g[0] != 8 || p.Func([]float64{2}) != 8 || calls != 2 {
		t.Errorf("gradient %v after %d calls", g, calls)
	}
	if err := o.Set([]float64{7}); err != nil || o.X()[0] != 7 || p.Func([]float64{2}) != 8 || w[0] != 2 || calls != 3 {
		t.Errorf("Set: error %v, parameter %v, %d calls", err, w[0], calls)
	}
	wantError(t, o.Set([]float64{1, 2}), "Set", "2 values", "1")

	p.Hess = func(h *mat.SymDense, x []float64) { h.SetSym(0, 0, 4) }
	r, err := optimize.Minimize(p, o.X(), nil, &optimize.Newton{})
	if err != nil || math.Abs(r.X[0]) > 1e-12 || r.MajorIterations > 3 {
		t.Errorf("Newton: %v, %+v", err, r)
	}
}

// TestSparse: the rows of a table add up to the gradient of all of it.
func TestSparse(t *testing.T) {
	table := []float64{3, 1, 4, 1, 5, 9}
	want := []float64{0.5, 1, 0.5, 1, 5, 9}
	params := []optim.Param[float64]{{Name: "table", Value: table, Shape: []int{3, 2}, Sparse: true}}
	r, err := Minimize(params, func(_ train.Batch, g *optim.Gradients[float64]) (loss float64, err error) {
		for i := range 4 { // twice each of the first two rows
			row := table[2*(i%2):][:2]
			room := g.Rows[0].Add(i % 2)
			for j, v := range row {
				d := v - want[j]
				loss += d * d
				room[j] = 2 * d
			}
		}
		return loss, nil
	}, nil, &optimize.LBFGS{GradStopThreshold: 1e-9})
	if err != nil || !slices.Equal(r.X, table) {
		t.Fatalf("%v, result %v, parameters %v", err, r.X, table)
	}
	for i, v := range table {
		if math.Abs(v-want[i]) > 1e-9 {
			t.Errorf("element %d is %v, want %v", i, v, want[i])
		}
	}
	_, err = Minimize(params, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		g.Rows[0].Add(3)
		return 0, nil
	}, nil, nil)
	wantError(t, err, "gonumopt: objective", `"table"`, "index 3")
}

func TestObjectiveErrors(t *testing.T) {
	w := []float64{5, 5}
	params := []optim.Param[float64]{{Name: "w", Value: w[:1]}, {Name: "v", Value: w[1:]}}
	own := errors.New("own")
	f := rosenbrock(w[:1], w[1:])
	for _, at := range []int{1, 2, 9} {
		calls := 0
		w[0], w[1] = 5, 5
		r, err := Minimize(params, func(b train.Batch, g *optim.Gradients[float64]) (float64, error) {
			if calls++; calls == at {
				return 0, own
			}
			return f(b, g)
		}, nil, &optimize.LBFGS{})
		wantError(t, err, "gonumopt", "objective", "own")
		if !errors.Is(err, own) || calls != at || r.Status != optimize.Failure {
			t.Errorf("error in call %d: %v, %d calls, status %v", at, err, calls, r.Status)
		}
		if at == 1 && (w[0] != 5 || w[1] != 5) {
			t.Errorf("no iteration made, but the parameters became %v", w)
		}
	}
	// A method that cannot be used, and one that is not there.
	for _, c := range []struct {
		method optimize.Method
		want   []string
	}{
		{&optimize.Newton{}, []string{"*optimize.Newton", optimize.ErrMissingHess.Error()}},
		{(*optimize.LBFGS)(nil), []string{"*optimize.LBFGS", "nil"}},
		{(*Method)(nil), []string{"*gonumopt.Method", "nil"}},
	} {
		_, err := Minimize(params, f, nil, c.method)
		wantError(t, err, c.want...)
	}
	// A point that the parameters do not have, and the same objective afterwards.
	o, err := NewObjective(params, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range [][]float64{{1}, {1, 2, 3}} {
		r, err := optimize.Minimize(o.Problem(), x, nil, &optimize.LBFGS{})
		wantError(t, err, "gonumopt", fmt.Sprint(len(x), " values"), "with 2")
		if r.Status != optimize.Failure {
			t.Errorf("status %v, want Failure", r.Status)
		}
		o.Problem().Grad(nil, x)
	}
	if r, err := optimize.Minimize(o.Problem(), []float64{5, 5}, nil, &optimize.LBFGS{}); err != nil || math.Abs(r.X[0]-1) > 1e-4 {
		t.Errorf("afterwards: %v, %v", r, err)
	}
	var zero Objective
	p := zero.Problem()
	if f := p.Func(nil); !math.IsNaN(f) {
		t.Errorf("the zero Objective has the value %v", f)
	}
	p.Grad(nil, nil)
	_, err = p.Status()
	wantError(t, err, "gonumopt", "NewObjective")

	_, err = Minimize(params, nil, nil, nil)
	wantError(t, err, "nil Objective")
	_, err = NewObjective(slices.Concat(params, params), func(train.Batch, *optim.Gradients[float64]) (float64, error) { return 0, nil })
	wantError(t, err, `"w"`)
}
