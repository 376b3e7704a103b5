package race

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/formula"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/optim"
)

// steady are runs of which a limit is known, but for their rate.
var steady = map[string]spec.Run{
	"SGD":            by(optim.NewSGD(1)),
	"SGD decay":      by(optim.SGD{LR: 1, WeightDecay: 3}),
	"Momentum":       by(optim.NewMomentum(1, 0.9)),
	"Momentum 0.5":   by(optim.NewMomentum(1, 0.5)),
	"dampening":      by(optim.Momentum{LR: 1, Momentum: 0.8, Dampening: 0.5}),
	"Nesterov":       by(optim.Momentum{LR: 1, Momentum: 0.9, Nesterov: true}),
	"Nesterov 0.3":   by(optim.Momentum{LR: 1, Momentum: 0.3, Nesterov: true, WeightDecay: 0.5}),
	"Newton":         {Method: "Newton", LR: 1},
	"damped Newton":  {Method: "Newton", LR: 1, Damping: 2},
	"Preconditioned": {Method: "Preconditioned", LR: 1},
	"whole":          {Method: "Preconditioned", LR: 1, Full: true},
}

// TestLimits: a run just below its limit ends nearer to the minimum than it began, and one just
// above farther away, on quadratics of which no axis is that of a parameter.
func TestLimits(t *testing.T) {
	for _, name := range []string{"parabola", "quadratic", "regression"} {
		for what, r := range steady {
			s := experiment(t, name, 3000)
			s.Double = true
			s.Target = 0
			if r.Rule != nil && r.Rule.(optim.Decayer).Decay() != 0 && name == "regression" {
				continue // whose minimum is not that with the decay
			}
			limit := LimitAt(s, r, s.Start)
			if limit.LR <= 0 {
				t.Errorf("%s on %s: no limit: %s", what, name, limit.About)
				continue
			}
			for _, share := range []float64{0.98, 1.02} {
				run, err := withRate(s, r, share*limit.LR)
				if err != nil {
					t.Fatal(err)
				}
				p := Follow(s, run)
				last := len(p.X) - 1
				was := math.Hypot(p.X[0]-s.Surface.Minima[0].X, p.Y[0]-s.Surface.Minima[0].Y)
				is := math.Hypot(p.X[last]-s.Surface.Minima[0].X, p.Y[last]-s.Surface.Minima[0].Y)
				if (is > was) != (share > 1) || share < 1 && is > 0.1*was || share > 1 && p.Diverged < 0 {
					t.Errorf("%s on %s at %v of %v: distance from %v to %v in %d steps: %s", what, name, share, limit.LR, was, is, last, p.Note)
				}
			}
		}
	}
}

// TestLimitFormulas: what is shown is what is computed.
func TestLimitFormulas(t *testing.T) {
	s := experiment(t, "rosenbrock", 1)
	for what, r := range steady {
		if r.Rule == nil {
			continue
		}
		values := map[string][]float64{"L": {AxesAt(s.Surface, s.Start).Values[0]}, "lambda": {r.Rule.(optim.Decayer).Decay()}}
		if m, ok := r.Rule.(optim.Momentum); ok {
			values["mu"], values["tau"] = []float64{m.Momentum}, []float64{m.Dampening}
		}
		l := LimitAt(s, r, s.Start)
		f, err := formula.Parse(l.Formula)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		got, err := f.Eval(values)
		if err != nil || math.Abs(got[0]/l.LR-1) > 1e-15 {
			t.Errorf("%s: %s is %v, want %v: %v", what, l.Formula, got, l.LR, err)
		}
	}
}

// TestMatrixLimits: wherever a method goes, its limit is 2 if it divides the Hessian by itself. A
// matrix whose eigenvalues are equal but for rounding is not a singular one.
func TestMatrixLimits(t *testing.T) {
	for _, name := range []string{"quadratic", "rosenbrock", "himmelblau", "logistic"} {
		s := experiment(t, name, 1)
		box := s.Surface.Kind.Box
		for i := range 100 {
			s.Start = Center(s.Surface, box, i%10, i/10, 10, 10)
			for _, r := range []spec.Run{{Method: "Newton", LR: 1}, {Method: "Newton", LR: 1, Absolute: true}, {Method: "Preconditioned", LR: 1, Full: true}} {
				axes := AxesAt(s.Surface, s.Start)
				if axes.Values[0] < 0 && (r.Absolute || r.Full) {
					continue // which bears any rate
				}
				if l := LimitAt(s, r, s.Start); math.Abs(l.LR-2) > 1e-6 {
					t.Errorf("%s on %s at %v: limit %v: %s", r, name, s.Start, l.LR, l.About)
				}
			}
		}
	}
}

// TestNoLimit: where there is none, it says why.
func TestNoLimit(t *testing.T) {
	s := experiment(t, "saddle", 1)
	for _, r := range []spec.Run{by(optim.NewAdam(0.1)), by(optim.SGD{LR: 1, Maximize: true}), {Method: "LBFGS"}, {Method: "NaturalGradient", LR: 1}} {
		if l := LimitAt(s, r, s.Start); l.LR != 0 || l.Formula != "" || l.About == "" {
			t.Errorf("%s: %+v", r.Method, l)
		}
	}
	if l := LimitAt(s, by(optim.NewSGD(1)), s.Surface.Saddles[0]); l.LR <= 0 {
		t.Errorf("at a saddle: %+v", l)
	}
	s = experiment(t, "himmelblau", 1)
	if l := LimitAt(s, by(optim.NewSGD(1)), s.Surface.Maxima[0]); l.LR != 0 || l.About == "" {
		t.Errorf("at a maximum: %+v", l)
	}
}

// TestTheory: distances along the axes shrink as foreseen, and losses no slower.
func TestTheory(t *testing.T) {
	for name, rate := range map[string]float64{"parabola": 0.3, "quadratic": 0.15, "regression": 0.1} {
		s := experiment(t, name, 60, by(optim.NewSGD(rate)), by(optim.NewMomentum(rate, 0.5)), by(optim.Momentum{LR: rate, Momentum: 0.6, Nesterov: true}))
		s.Double = true
		result := run(t, s)
		for i := range s.Runs {
			th, ok := TheoryOf(s, s.Runs[i])
			if !ok {
				t.Fatalf("%s: nothing is known", name)
			}
			p := &result.Runs[i]
			for axis, d := range Distances(s.Surface, p) {
				// The mean factor of the last 40 steps, over some turns where roots are conjugate.
				largest := func(from int) (m float64) {
					for _, v := range d[from : from+20] {
						m = max(m, math.Abs(v))
					}
					return m
				}
				if largest(40) < 1e-12 {
					continue // rounding
				}
				got := math.Pow(largest(40)/largest(10), 1.0/30)
				if math.Abs(got-th.Factors[axis]) > 0.02 {
					t.Errorf("%s, run %d, axis %d: factor %v, want %v", name, i, axis, got, th.Factors[axis])
				}
				if i == 0 {
					for k, v := range d {
						if want := math.Abs(d[0]) * math.Pow(th.Factors[axis], float64(k)); math.Abs(math.Abs(v)-want) > 1e-12 {
							t.Fatalf("%s, axis %d, step %d: %v, want %v", name, axis, k, v, want)
						}
					}
				}
			}
			if th.Bound != (i == 0) {
				t.Errorf("%s, run %d: bound %v", name, i, th.Bound)
			}
			for k, loss := range p.Loss {
				if bound := (p.Loss[0] - s.Surface.Least) * math.Pow(th.Factor, float64(2*k)); i == 0 && loss-s.Surface.Least > bound+1e-12 {
					t.Fatalf("%s, step %d: loss %v above %v", name, k, loss, bound)
				}
			}
		}
	}
}

// TestTheoryRounds: the product of rate and curvature is rounded before it is subtracted.
func TestTheoryRounds(t *testing.T) {
	for _, rate := range []float64{0.1, 0.13, 0.17, 0.19} {
		s := experiment(t, "regression", 1)
		th, ok := TheoryOf(s, by(optim.Momentum{LR: rate, Momentum: 0.9, Nesterov: true}))
		if !ok {
			t.Fatal("nothing is known")
		}
		for i, l := range AxesAt(s.Surface, s.Start).Values {
			if want := contraction(float64(rate*l), 0.9, 0, true); th.Factors[i] != want {
				t.Errorf("rate %v, axis %d: %v, want %v", rate, i, th.Factors[i], want)
			}
		}
	}
}

// TestBestTheory: no rate or momentum contracts more.
func TestBestTheory(t *testing.T) {
	s := experiment(t, "quadratic", 1)
	factor := func(r optim.Rule) Theory {
		th, ok := TheoryOf(s, by(r))
		if !ok {
			t.Fatalf("nothing is known of %+v", r)
		}
		return th
	}
	th := factor(optim.NewSGD(0.1))
	if at := factor(optim.NewSGD(th.BestLR)); math.Abs(at.Factor-th.Best) > 1e-12 || math.Abs(th.BestLR-2.0/11) > 1e-12 {
		t.Errorf("descent: %+v, but with that rate %+v", th, at)
	}
	for _, share := range []float64{0.9, 0.99, 1.01, 1.1} {
		if at := factor(optim.NewSGD(share * th.BestLR)); at.Factor <= th.Best {
			t.Errorf("descent: %v of the rate contracts by %v, the best is %v", share, at.Factor, th.Best)
		}
	}
	th = factor(optim.NewMomentum(0.1, 0.5))
	if at := factor(optim.NewMomentum(th.BestLR, th.BestMomentum)); math.Abs(at.Factor-th.Best) > 1e-6 {
		t.Errorf("momentum: %+v, but with those %+v", th, at)
	}
	for _, lr := range []float64{0.9, 1, 1.1} {
		for _, momentum := range []float64{0.9, 1, 1.1} {
			if at := factor(optim.NewMomentum(lr*th.BestLR, momentum*th.BestMomentum)); at.Factor < th.Best-1e-6 {
				t.Errorf("momentum: %v, %v contracts by %v, the best is %v", lr, momentum, at.Factor, th.Best)
			}
		}
	}
}

// TestNoTheory: whatever else there is, nothing is foreseen.
func TestNoTheory(t *testing.T) {
	clipped := by(optim.NewSGD(0.1))
	clipped.ClipNorm = 1
	for _, r := range []spec.Run{by(optim.NewAdam(0.1)), by(optim.SGD{LR: 0.1, WeightDecay: 1}), clipped, {Method: "Newton", LR: 1}} {
		if _, ok := TheoryOf(experiment(t, "quadratic", 1), r); ok {
			t.Errorf("%+v has a theory", r)
		}
	}
	s := experiment(t, "regression", 1)
	s.Batch = 5
	if _, ok := TheoryOf(s, by(optim.NewSGD(0.1))); ok {
		t.Error("noise has a theory")
	}
	if _, ok := TheoryOf(experiment(t, "rosenbrock", 1), by(optim.NewSGD(0.1))); ok {
		t.Error("Rosenbrock's valley has a theory")
	}
}
