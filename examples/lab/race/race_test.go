package race

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// rules are all of package optim, with rates for Rosenbrock's valley.
var rules = []optim.Rule{
	optim.NewSGD(0.0005), optim.NewMomentum(0.0005, 0.9), optim.NewAdagrad(0.5), optim.NewRowAdagrad(0.5),
	optim.NewRMSprop(0.01), optim.NewAdadelta(1), optim.NewAdam(0.01), optim.NewAdamW(0.01), optim.NewAdamax(0.02),
	optim.NewNAdam(0.01), optim.NewRAdam(0.01), optim.NewAdaBelief(0.01), optim.NewLion(0.005), optim.NewFTRL(0.5),
	optim.NewLARS(2), optim.NewLAMB(0.01), optim.NewProdigy(1), optim.NewScheduleFreeAdamW(0.05), optim.NewMuon(0.01),
	optim.NewAdafactor(0.02),
}

// TestEveryRuleDescends runs them all, and looks at every number.
func TestEveryRuleDescends(t *testing.T) {
	s := experiment(t, "rosenbrock", 200)
	for _, rule := range rules {
		s.Runs = append(s.Runs, by(rule))
	}
	both(t, s, func(t *testing.T, s *spec.State) {
		for i, p := range run(t, s).Runs {
			name := s.Runs[i].Method
			checkFinite(t, name, p)
			if n := len(p.Rate); n != s.Steps || len(p.Clip) != n || len(p.X) != n+1 || len(p.Y) != n+1 || len(p.Loss) != n+1 || len(p.Norm) != n+1 {
				t.Errorf("%s: %d rates, %d clips, %d positions, %d losses for %d steps: %s", name, len(p.Rate), len(p.Clip), len(p.X), len(p.Loss), s.Steps, p.Note)
			}
			if last := p.Loss[len(p.Loss)-1]; last >= p.Loss[0] {
				t.Errorf("%s: loss from %v to %v", name, p.Loss[0], last)
			}
			if p.X[0] != -1.5 || p.Y[0] != 2 || p.Note != "" || p.Diverged != -1 {
				t.Errorf("%s: starts at %v, %v, diverged %d, note %q", name, p.X[0], p.Y[0], p.Diverged, p.Note)
			}
		}
	})
}

func checkFinite(t *testing.T, name string, p Path) {
	t.Helper()
	for _, x := range [][]float64{p.X, p.Y, p.Loss, p.Norm, p.Rate, p.Clip} {
		for i, v := range x {
			if v-v != 0 {
				t.Fatalf("%s: %v at %d", name, v, i)
			}
		}
	}
}

// TestOptions compares runs with those of a loop of the test's own.
func TestOptions(t *testing.T) {
	adam, sgd := optim.NewAdam(0.05), optim.NewSGD(0.002)
	everywhere := func(string) bool { return true }
	for name, c := range map[string]struct {
		run  spec.Run
		opts []optim.Option
	}{
		"plain":      {spec.Run{Rule: adam}, nil},
		"schedule":   {spec.Run{Rule: adam, Schedule: schedule.Warmup{Steps: 5, Then: schedule.Cosine{TMax: 25}}}, []optim.Option{optim.WithSchedule(schedule.Warmup{Steps: 5, Then: schedule.Cosine{TMax: 25}})}},
		"clip norm":  {spec.Run{Rule: sgd, ClipNorm: 1}, []optim.Option{optim.ClipNorm(1)}},
		"clip value": {spec.Run{Rule: sgd, ClipValue: 0.5}, []optim.Option{optim.ClipValue(0.5)}},
		"L1":         {spec.Run{Rule: sgd, L1: 30}, []optim.Option{optim.WithGroup(everywhere, optim.L1(30))}},
		"bounds":     {spec.Run{Rule: sgd, Bounds: &[2]float64{-1.6, 1.5}}, []optim.Option{optim.WithGroup(everywhere, optim.Bounds(-1.6, 1.5))}},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, experiment(t, "rosenbrock", 40, c.run), func(t *testing.T, s *spec.State) {
				got := run(t, s).Runs[0]
				x, y, loss := loop[float32](t, s, c.opts)
				if s.Double {
					x, y, loss = loop[float64](t, s, c.opts)
				}
				if !reflect.DeepEqual(got.X, x) || !reflect.DeepEqual(got.Y, y) || !reflect.DeepEqual(got.Loss, loss) {
					t.Errorf("got %v, %v, %v\nwant %v, %v, %v", got.X, got.Y, got.Loss, x, y, loss)
				}
			})
		})
	}
}

func loop[T kernels.Float](t *testing.T, s *spec.State, opts []optim.Option) (x, y, loss []float64) {
	p, g := []T{T(s.Start.X), T(s.Start.Y)}, make([]T, 2)
	opt, err := optim.New(s.Runs[0].Rule, []optim.Param[T]{{Name: "p", Value: p}}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		l := surface.Eval(s.Surface, nil, p, g)
		x, y, loss = append(x, float64(p[0])), append(y, float64(p[1])), append(loss, float64(l))
		if i == s.Steps {
			return x, y, loss
		}
		if _, err := opt.Step([][]T{g}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDivergence: a rate far too large ends a run early, and with finite numbers.
func TestDivergence(t *testing.T) {
	for _, lr := range []float64{0.1, 1e10, 1e30} {
		both(t, experiment(t, "rosenbrock", 50, by(optim.NewSGD(lr))), func(t *testing.T, s *spec.State) {
			p := run(t, s).Runs[0]
			checkFinite(t, "SGD", p)
			if n := len(p.Rate); p.Diverged != n || n >= 50 || p.Note == "" || len(p.X) != n+1 {
				t.Errorf("rate %v: %d steps, diverged at %d: %q", lr, n, p.Diverged, p.Note)
			}
		})
	}
}

// TestReached: the first position within the target.
func TestReached(t *testing.T) {
	s := experiment(t, "parabola", 100, by(optim.NewSGD(0.1)))
	p := run(t, s).Runs[0]
	for i, loss := range p.Loss {
		if (loss <= s.Target) != (i >= p.Reached) {
			t.Fatalf("reached at %d, but the loss of %d is %v", p.Reached, i, loss)
		}
	}
	s.Target = 0
	if p := run(t, s).Runs[0]; p.Reached != -1 {
		t.Errorf("without a target reached at %d", p.Reached)
	}
}

// TestPlateau: the schedule follows the loss, and no run sees what another one's has seen.
func TestPlateau(t *testing.T) {
	plateau := schedule.NewPlateau()
	plateau.Patience = 0
	plateau.Threshold = 0.01
	one := by(optim.NewSGD(0.001))
	one.Schedule = schedule.Warmup{Steps: 2, StartFactor: 1, Then: plateau}
	both(t, experiment(t, "rosenbrock", 100, one, one), func(t *testing.T, s *spec.State) {
		p := run(t, s).Runs
		if !reflect.DeepEqual(p[0], p[1]) {
			t.Error("two runs of the same options differ")
		}
		if p[0].Rate[0] != 0.001 || p[0].Rate[99] >= 0.001 {
			t.Errorf("rates from %v to %v", p[0].Rate[0], p[0].Rate[99])
		}
	})
	if plateau.State != (schedule.PlateauState{}) {
		t.Errorf("the experiment's own schedule has observed: %+v", plateau.State)
	}
}

// TestScheduleFree: what is shown is the average, and gradients are taken elsewhere.
func TestScheduleFree(t *testing.T) {
	s := experiment(t, "rosenbrock", 0, by(optim.NewScheduleFreeAdamW(0.05)))
	s.Double = true
	r, err := Start(s, s.Runs[0])
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		before, err := Optimizer[float64](r).Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if !r.Step() {
			t.Fatal(r.Note())
		}
		g := make([]float64, 2)
		surface.Eval(s.Surface, nil, before.Params[0].Value, g)
		if r.Gradient() != (surface.Point{X: g[0], Y: g[1]}) {
			t.Fatalf("gradient %v, want %v", r.Gradient(), g)
		}
	}
	after, _ := Optimizer[float64](r).Snapshot()
	y, z := after.Params[0].Value, after.Params[0].State[0].Value
	if name := after.Params[0].State[0].Name; name != "z" {
		t.Fatalf("state %q", name)
	}
	// y = (1-Beta1)*z + Beta1*x
	if x := (y[0] - 0.1*z[0]) / 0.9; math.Abs(x-r.At().X) > 1e-12 || x == y[0] {
		t.Errorf("at %v, want %v", r.At().X, x)
	}
}

// TestStepsAllocateNothing, or the garbage collector would be seen on the page.
func TestStepsAllocateNothing(t *testing.T) {
	for _, rule := range rules {
		both(t, experiment(t, "rosenbrock", 1, by(rule)), func(t *testing.T, s *spec.State) {
			r, err := Start(s, s.Runs[0])
			if err != nil {
				t.Fatal(err)
			}
			r.Step()
			if n := testing.AllocsPerRun(50, func() { r.Step() }); n != 0 {
				t.Errorf("%s: %v allocations per step", rule.Name(), n)
			}
		})
	}
}

// TestErrors: what cannot start is a path of its start, beside others that run.
func TestErrors(t *testing.T) {
	s := experiment(t, "rosenbrock", 10, by(optim.NewAdam(-1)), spec.Run{Method: "NaturalGradient", LR: 1}, by(optim.NewAdam(0.1)))
	runs := run(t, s).Runs
	for i, want := range []string{"Adam: LR", "no Fisher matrix", ""} {
		p := runs[i]
		checkFinite(t, want, p)
		if !strings.Contains(p.Note, want) || (want != "") != (len(p.X) == 1) {
			t.Errorf("%q: note %q after %d positions", want, p.Note, len(p.X))
		}
	}
	s.Surface = nil
	if _, err := Run(s); err == nil {
		t.Error("a network is no error")
	}
	if _, err := Run(experiment(t, "rosenbrock", 10)); err == nil {
		t.Error("no runs are no error")
	}
}
