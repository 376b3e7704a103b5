package optim

import (
	"fmt"
	"math"
	"testing"
)

// These tests hold the rules against what is known of them in theory (Yu.
// Nesterov, Lectures on convex optimization, 2018, chapter 2, unless noted). A
// quadratic sum of cᵢxᵢ²/2 has its minimum 0 at 0; the largest curvature is L, the
// smallest mu.

// minimize takes steps from x by the rule and the gradient function, and calls
// after (if not nil) with the number of steps taken. It ends when a step is
// skipped, for then the run has left the range of numbers.
func minimize(t *testing.T, rule Rule, x []float64, grad func(g, x []float64), steps int, after func(step int)) {
	t.Helper()
	opt := mustNew(t, rule, []Param[float64]{{Name: "x", Value: x}})
	grads := [][]float64{make([]float64, len(x))}
	for step := range steps {
		grad(grads[0], x)
		r, err := opt.Step(grads)
		if err != nil {
			t.Fatal(err)
		}
		if r.Skipped {
			return
		}
		if after != nil {
			after(step + 1)
		}
	}
}

// quadratic returns the gradient function of the quadratic.
func quadratic(curvatures ...float64) func(g, x []float64) {
	return func(g, x []float64) {
		for i, c := range curvatures {
			g[i] = c * x[i]
		}
	}
}

func norm2(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s)
}

// TestRateBound: plain descent on a quadratic converges for every rate below 2/L
// and diverges above.
func TestRateBound(t *testing.T) {
	curvatures := []float64{4, 1, 0.5}
	const L = 4
	for _, c := range []struct {
		rate      float64 // times 2/L
		converges bool
	}{
		{1e-2, true}, {0.1, true}, {0.5, true}, {0.9, true}, {0.99, true}, {0.999, true},
		{1.001, false}, {1.01, false}, {1.1, false}, {2, false}, {100, false},
	} {
		x := []float64{1, 1, 1}
		var half float64 // the error half way
		minimize(t, SGD{LR: c.rate * 2 / L}, x, quadratic(curvatures...), 8000, func(step int) {
			if step == 4000 {
				half = norm2(x)
			}
		})
		last := norm2(x)
		if c.converges && !(last < 1e-6 && last <= half) {
			t.Errorf("rate %v·2/L: error %g after half of the steps, %g after all", c.rate, half, last)
		}
		if !c.converges && !(last > 1e3) {
			t.Errorf("rate %v·2/L: error %g, want it to grow", c.rate, last)
		}
	}
	// At 2/L itself the error along L's direction neither shrinks nor grows.
	x := []float64{1}
	minimize(t, SGD{LR: 2. / L}, x, quadratic(L), 1001, nil)
	if x[0] != -1 {
		t.Errorf("rate 2/L: from 1 to %v, want -1", x[0])
	}
}

// TestLinearConvergence: at rate 1/L the error of a strongly convex function
// shrinks at least as (1-mu/L)^t, and on a quadratic just so in the direction of
// mu.
func TestLinearConvergence(t *testing.T) {
	for _, c := range [][]float64{{1, 1}, {10, 1, 3}, {100, 1, 20, 50}, {1e4, 1, 300}} {
		L, mu := c[0], c[1]
		x := make([]float64, len(c))
		for i := range x {
			x[i] = 1
		}
		begin := norm2(x)
		minimize(t, SGD{LR: 1 / L}, x, quadratic(c...), 1000, func(step int) {
			shrink := math.Pow(1-mu/L, float64(step))
			if got := norm2(x); !(got <= begin*shrink*(1+1e-12)+1e-300) {
				t.Fatalf("L/mu = %v: error %g after %d steps, the bound is %g", L/mu, got, step, begin*shrink)
			}
			if math.Abs(x[1]-shrink) > 1e-12 {
				t.Fatalf("L/mu = %v: %g after %d steps in the direction of mu, want %g", L/mu, x[1], step, shrink)
			}
		})
	}
}

// TestConvexBound: on a convex function that is not strongly convex, descent at
// rate 1/L has f(x) - f* <= L·|x0-x*|²/(2t).
func TestConvexBound(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(x float64) float64
		g    func(x float64) float64
		L    float64
		x0   float64
		tail float64 // by how much f must have fallen in the end, so that the test is not idle
	}{
		{"x⁴ on [-1, 1]", func(x float64) float64 { return x * x * x * x }, func(x float64) float64 { return 4 * x * x * x }, 12, 1, 1e-4},
		{"Huber", func(x float64) float64 {
			if math.Abs(x) <= 1 {
				return x * x / 2
			}
			return math.Abs(x) - 0.5
		}, func(x float64) float64 { return max(-1, min(x, 1)) }, 1, 300, 1e-3},
		{"flat", func(x float64) float64 { return max(math.Abs(x)-1, 0) * max(math.Abs(x)-1, 0) / 2 },
			func(x float64) float64 { return x - max(-1, min(x, 1)) }, 1, -5, 1e-3},
	} {
		x := []float64{c.x0}
		distance := c.x0 * c.x0 // to 0, where all three are least
		minimize(t, SGD{LR: 1 / c.L}, x, func(g, x []float64) { g[0] = c.g(x[0]) }, 2000, func(step int) {
			if got, bound := c.f(x[0]), c.L*distance/(2*float64(step)); !(got <= bound) {
				t.Fatalf("%s: %g after %d steps, the bound is %g", c.name, got, step, bound)
			}
		})
		if got := c.f(x[0]) / c.f(c.x0); !(got < c.tail) {
			t.Errorf("%s: only down to %g of the beginning", c.name, got)
		}
	}
}

// TestMomentumBeatsDescent: at condition number κ = 1e4 plain descent, even at its
// best rate 2/(L+mu), shrinks the error by (κ-1)/(κ+1) a step, Polyak's momentum
// by (√κ-1)/(√κ+1), and Nesterov's, in the long run, by √(1-1/√κ)
// or more.
func TestMomentumBeatsDescent(t *testing.T) {
	const L, mu, steps = 1e4, 1, 1500
	gradient := quadratic(L, mu, 30, 1e3)
	run := func(rule Rule) float64 {
		x := []float64{1, 1, 1, 1}
		minimize(t, rule, x, gradient, steps, nil)
		return norm2(x) / 2
	}
	q := (math.Sqrt(L/mu) - 1) / (math.Sqrt(L/mu) + 1)
	plain := run(SGD{LR: 2. / (L + mu)})
	polyak := run(Momentum{LR: 4 / math.Pow(math.Sqrt(L)+math.Sqrt(mu), 2), Momentum: q * q})
	nesterov := run(Momentum{LR: 1. / L, Momentum: q, Nesterov: true})
	// Along L and along mu, half of the squared error, 0.74 of the error is left:
	// (κ-1)/(κ+1) to the 1500th.
	if !(plain > 0.52 && plain < 0.53) {
		t.Errorf("plain descent: %g of the error is left, theory wants 0.524", plain)
	}
	if !(polyak < 1e-9) {
		t.Errorf("Polyak's momentum: error %g", polyak)
	}
	if !(nesterov < 1e-5) {
		t.Errorf("Nesterov's momentum: error %g", nesterov)
	}
}

// TestBadScaling: features on scales from 1e-3 to 1e3 give curvatures from 1e-6 to
// 1e6. No rate serves plain descent; the rules that scale each element by its own
// gradients do not notice.
func TestBadScaling(t *testing.T) {
	scales := []float64{1e-3, 1, 1e3}
	// The loss is the sum of (s·x - s)²/2.
	gradient := func(g, x []float64) {
		for i, s := range scales {
			g[i] = s * (s*x[i] - s)
		}
	}
	worst := func(rule Rule, steps int) float64 {
		x := make([]float64, len(scales))
		minimize(t, rule, x, gradient, steps, nil)
		var worst float64
		for _, v := range x {
			worst = max(worst, math.Abs(v-1)) // 1 at first
		}
		return worst
	}
	for rate := 1e-9; rate < 1e7; rate *= 10 {
		if got := worst(SGD{LR: rate}, 3000); got < 0.9 {
			t.Errorf("plain descent at rate %g: an error of %g is left, theory wants more", rate, got)
		}
	}
	for _, rule := range scaleFree {
		if got := worst(rule, 3000); !(got < 0.05) {
			t.Errorf("%s: an error of %g is left", rule.Name(), got)
		}
	}
}

// scaleFree are rules whose steps do not depend on the scale of the gradient.
var scaleFree = []Rule{
	Adam{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-15},
	AdamW{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-15},
	RMSprop{LR: 0.01, Alpha: 0.99, Eps: 1e-15},
	RMSprop{LR: 0.01, Alpha: 0.99, Eps: 1e-15, Centered: true, Momentum: 0.5},
}

// TestSaddle: f = x²/2 - y²/2 + y⁴/4 has a saddle point at 0 and minima at
// y = ±1. From a point next to the ridge that leads to the saddle (J. D. Lee et
// al., Gradient descent only converges to minimizers, 2016) every rule leaves it.
func TestSaddle(t *testing.T) {
	gradient := func(g, x []float64) { g[0], g[1] = x[0], x[1]*x[1]*x[1]-x[1] }
	for _, rule := range append([]Rule{
		SGD{LR: 0.1},
		Momentum{LR: 0.02, Momentum: 0.9},
		Momentum{LR: 0.02, Momentum: 0.9, Nesterov: true},
	}, scaleFree...) {
		for _, y := range []float64{1e-8, -1e-8} {
			x := []float64{1, y}
			minimize(t, rule, x, gradient, 2000, nil)
			if want := math.Copysign(1, y); !(math.Abs(x[0]) < 0.02 && math.Abs(x[1]-want) < 0.02) {
				t.Errorf("%s from (1, %g): ends at %v, want (0, %v)", rule.Name(), y, x, want)
			}
		}
		// On the ridge itself the gradient's y is 0, and so every rule stays on it.
		x := []float64{1, 0}
		minimize(t, rule, x, gradient, 500, nil)
		if x[1] != 0 {
			t.Errorf("%s from the ridge: ends at %v", rule.Name(), x)
		}
	}
}

// TestLinearRegression: descent on the mean of (w·x+b-y)² over the points, not
// half of it nor the sum, with rate 0.01 from zero.
func TestLinearRegression(t *testing.T) {
	xs, ys := []float64{1, 2, 3, 4}, []float64{2, 4, 5, 4}
	p := []float64{0, 0}
	gradient := func(g, p []float64) {
		g[0], g[1] = 0, 0
		for i, x := range xs {
			r := p[0]*x + p[1] - ys[i]
			g[0] += 2 * r * x / 4
			g[1] += 2 * r / 4
		}
	}
	minimize(t, SGD{LR: 0.01}, p, gradient, 8000, func(step int) {
		if step == 500 {
			if got := fmt.Sprintf("w=%.5f, b=%.5f", p[0], p[1]); got != "w=0.81995, b=1.64734" {
				t.Errorf("after 500 steps %s, want w=0.81995, b=1.64734", got)
			}
		}
	})
	if !(math.Abs(p[0]-0.7) < 1e-9 && math.Abs(p[1]-2) < 1e-9) {
		t.Errorf("converges to w=%v, b=%v, want 0.7 and 2", p[0], p[1])
	}
}
