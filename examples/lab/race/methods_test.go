package race

import (
	"math"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

// TestEigen: matrices times their vectors.
func TestEigen(t *testing.T) {
	for _, m := range []surface.Hessian{{XX: 2, YY: 5}, {XX: 5, YY: 2}, {XX: 1, XY: 3, YY: -4}, {XX: -4, XY: -3, YY: 1}, {XX: 1, XY: 1e-9, YY: 1e4}, {XX: 1, XY: 2, YY: 1}, {XX: 1e200, XY: -3e200, YY: 1e180}, {XX: 1e-200, XY: 1e-200, YY: 1e-200}, {XX: 3e-300, XY: -1e-300}, {}} {
		high, low, c, s := eigen(m.XX, m.XY, m.YY)
		size := math.Abs(high) + math.Abs(low)
		for _, v := range []struct{ value, x, y float64 }{{high, c, s}, {low, -s, c}} {
			x, y := m.XX*v.x+m.XY*v.y-v.value*v.x, m.XY*v.x+m.YY*v.y-v.value*v.y
			if high < low || math.Abs(x)+math.Abs(y) > 1e-15*size || math.Abs(v.x*v.x+v.y*v.y-1) > 1e-15 {
				t.Errorf("%v: %v with %v, %v", m, v.value, v.x, v.y)
			}
		}
	}
}

// TestSolve: multiplying back, and what Absolute and Damping do along the eigenvectors.
func TestSolve(t *testing.T) {
	for _, c := range []struct {
		m       surface.Hessian
		damping float64
	}{{surface.Hessian{XX: 3, XY: 1, YY: 2}, 0}, {surface.Hessian{XX: 3, XY: 1, YY: 2}, 0.5}, {surface.Hessian{XX: 1, XY: 3, YY: -4}, 0}} {
		x, y, ok := solve(c.m.XX, c.m.XY, c.m.YY, c.damping, false, 0.3, -0.7)
		gx, gy := (c.m.XX+c.damping)*x+c.m.XY*y, c.m.XY*x+(c.m.YY+c.damping)*y
		if !ok || math.Abs(gx-0.3) > 1e-15 || math.Abs(gy+0.7) > 1e-15 {
			t.Errorf("%+v: %v, %v leads back to %v, %v", c, x, y, gx, gy)
		}
	}
	if x, y, ok := solve(2, 0, -4, 1, true, 6, 10); x != 2 || y != 2 || !ok {
		t.Errorf("absolute: %v, %v, %v, want 2, 2", x, y, ok)
	}
	if _, _, ok := solve(1, 0, 0, 0, false, 1, 1); ok {
		t.Error("a singular matrix is divided by")
	}
	if x, y, ok := solve(4, 0, 0, 0, false, 1, 0); x != 0.25 || y != 0 || !ok {
		t.Errorf("one dimension: %v, %v, %v, want 0.25, 0", x, y, ok)
	}
}

// TestOneStep: on quadratics one step by the inverse Hessian leads to the minimum, and so does
// one by the Fisher matrix of a regression, which is its Hessian.
func TestOneStep(t *testing.T) {
	newton, full, natural := spec.Run{Method: "Newton", LR: 1}, spec.Run{Method: "Preconditioned", LR: 1, Full: true}, spec.Run{Method: "NaturalGradient", LR: 1}
	for name, runs := range map[string][]spec.Run{"parabola": {newton, full}, "quadratic": {newton, full}, "regression": {newton, full, natural}} {
		both(t, experiment(t, name, 1, runs...), func(t *testing.T, s *spec.State) {
			eps := 1e-6
			if s.Double {
				eps = 1e-14
			}
			best := s.Surface.Minima[0]
			for i, p := range run(t, s).Runs {
				if len(p.X) != 2 || math.Abs(p.X[1]-best.X) > 10*eps || math.Abs(p.Y[1]-best.Y) > 10*eps || p.Reached != 1 {
					t.Errorf("%s on %s: at %v, %v, want %v: %s", s.Runs[i].Method, name, p.X, p.Y, best, p.Note)
				}
			}
		})
	}
}

// TestNaturalGradient: a step on the logistic model, with the Fisher matrix summed up from the
// definition, the mean of the outer products of the score over samples and classes.
func TestNaturalGradient(t *testing.T) {
	s := experiment(t, "logistic", 1, spec.Run{Method: "NaturalGradient", LR: 0.5, Damping: 0.125})
	s.Double = true
	p := run(t, s).Runs[0]
	f, ok := s.Surface.Fisher(s.Start)
	if !ok {
		t.Fatal("no Fisher matrix")
	}
	g := make([]float64, 2)
	surface.Eval(s.Surface, nil, []float64{s.Start.X, s.Start.Y}, g)
	xx, xy, yy := f.XX+0.125, f.XY, f.YY+0.125
	det := xx*yy - xy*xy
	x := s.Start.X - 0.5*(yy*g[0]-xy*g[1])/det
	y := s.Start.Y - 0.5*(xx*g[1]-xy*g[0])/det
	if math.Abs(p.X[1]-x) > 1e-13 || math.Abs(p.Y[1]-y) > 1e-13 {
		t.Errorf("at %v, %v, want %v, %v", p.X[1], p.Y[1], x, y)
	}
}

// TestSaddle: Newton's method goes to the saddle, and with magnitudes away from it.
func TestSaddle(t *testing.T) {
	s := experiment(t, "saddle", 30, spec.Run{Method: "Newton", LR: 1}, spec.Run{Method: "Newton", LR: 0.5, Absolute: true, Damping: 0.1})
	s.Double = true
	at := s.Surface.Saddles[0]
	s.Start = surface.Point{X: at.X + 0.1, Y: at.Y + 0.1}
	runs := run(t, s).Runs
	for i, p := range runs {
		last := len(p.X) - 1
		if stays := math.Hypot(p.X[last]-at.X, p.Y[last]-at.Y) < 1e-6; stays != (i == 0) {
			t.Errorf("run %d ends at %v, %v, the saddle is %v: %s", i, p.X[last], p.Y[last], at, p.Note)
		}
	}
	if runs[1].Reached < 0 {
		t.Errorf("no minimum is reached: loss %v", runs[1].Loss[30])
	}
}

// TestPreconditioned: where the objective curves downwards it descends all the same.
func TestPreconditioned(t *testing.T) {
	s := experiment(t, "himmelblau", 20, spec.Run{Method: "Preconditioned", LR: 0.2}, spec.Run{Method: "Preconditioned", LR: 0.2, Full: true})
	top := s.Surface.Maxima[0]
	s.Start = surface.Point{X: top.X + 0.2, Y: top.Y - 0.1}
	for i, p := range run(t, s).Runs {
		if p.Loss[1] >= p.Loss[0] || len(p.X) != 21 {
			t.Errorf("run %d: losses %v: %s", i, p.Loss, p.Note)
		}
	}
}

// TestNewtonIsQuadratic: near the minimum the distance is about squared with each step.
func TestNewtonIsQuadratic(t *testing.T) {
	s := experiment(t, "rosenbrock", 20, spec.Run{Method: "Newton", LR: 1})
	s.Double = true
	p := run(t, s).Runs[0]
	if p.Reached < 0 || p.Reached > 10 || p.Loss[len(p.Loss)-1] > 1e-25 {
		t.Errorf("reached at %d, losses %v", p.Reached, p.Loss)
	}
}

// TestQuasi: L-BFGS gets to the bottom of the valley, in float64 whatever the type, and its
// path is as long as it says.
func TestQuasi(t *testing.T) {
	both(t, experiment(t, "rosenbrock", 200, spec.Run{Method: "LBFGS"}), func(t *testing.T, s *spec.State) {
		p := run(t, s).Runs[0]
		checkFinite(t, "LBFGS", p)
		last := len(p.X) - 1
		if p.Loss[last] > 1e-20 || last > 100 || p.X[1] == p.X[0] || p.Reached < 0 || !strings.Contains(p.Note, "no step lowers") && !strings.Contains(p.Note, "gradient is 0") {
			t.Errorf("loss %v after %d steps, reached %d: %s", p.Loss[last], last, p.Reached, p.Note)
		}
		s.Steps = 7
		cut := run(t, s).Runs[0]
		if len(cut.X) != 8 || cut.X[7] != p.X[7] || cut.Note != "" {
			t.Errorf("7 steps: %d positions, note %q", len(cut.X), cut.Note)
		}
	})
}

// TestSingular: a method without Damping does not advise it.
func TestSingular(t *testing.T) {
	for method, advised := range map[string]bool{"Newton": true, "Preconditioned": false} {
		r := spec.Run{Method: method, LR: 1}
		s := experiment(t, "ravine", 5, r)
		if said := Follow(s, r).Note; !strings.Contains(said, "eigenvalue 0") || strings.Contains(said, "Damping") != advised {
			t.Errorf("%s: %q", method, said)
		}
	}
}
