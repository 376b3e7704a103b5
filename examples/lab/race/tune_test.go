package race

import (
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/optim"
)

func TestLadder(t *testing.T) {
	for i, want := range map[int]float64{0: 1, 1: 2, 2: 5, 3: 10, -1: 0.5, -2: 0.2, -3: 0.1, -4: 0.05, -9: 0.001} {
		if got := coins.rung(i); got != want {
			t.Errorf("rung %d is %v, want %v", i, got, want)
		}
	}
	for v, want := range map[float64]float64{1: 1, 1.3: 1, 1.5: 2, 3: 2, 3.3: 5, 7: 5, 7.2: 10, 9.99: 10, 0.03: 0.02, 0.0099: 0.01} {
		if got := coins.rung(coins.nearest(v)); got != want {
			t.Errorf("nearest to %v is %v, want %v", v, got, want)
		}
	}
	if len(digits2.values) != 90 || len(digits3.values) != 900 || digits3.rung(digits3.nearest(0.0123)) != 0.0123 {
		t.Errorf("%d and %d rungs, nearest to 0.0123 is %v", len(digits2.values), len(digits3.values), digits3.rung(digits3.nearest(0.0123)))
	}
}

// TestTuneParabola: the best rate of descent is 1/Curvature, and one step is enough.
func TestTuneParabola(t *testing.T) {
	for _, given := range []float64{0.5, 0.001, 0.9, 100} {
		both(t, experiment(t, "parabola", 30, by(optim.NewSGD(given))), func(t *testing.T, s *spec.State) {
			s.Budget = 25
			if lr := Tuned(withBest(s)).Runs[0].LR; lr != 0.5 {
				t.Errorf("from %v: %v, want 0.5", given, lr)
			}
		})
	}
}

func withBest(s *spec.State) *spec.State {
	c := *s
	c.Best = true
	return &c
}

// TestTuneIsFair: every run has its budget, begins with the rate that is given, and ends
// with one that is no worse than any that were tried.
func TestTuneIsFair(t *testing.T) {
	names := []string{"rosenbrock", "quadratic", "logistic"}
	if testing.Short() {
		names = names[:1]
	}
	for _, name := range names {
		s := experiment(t, name, 60, by(optim.NewSGD(0.001)), by(optim.NewMomentum(0.3, 0.9)), by(optim.NewAdam(0.05)), by(optim.NewLion(1e-4)),
			spec.Run{Method: "LBFGS"}, spec.Run{Method: "Preconditioned", LR: 1e-3})
		s.Best, s.Target = true, 0.1
		tuner := NewTuner(s)
		var done []int
		for tuner.Next() {
			d, total := tuner.Progress()
			done = append(done, d)
			if total != 6*s.Budget {
				t.Fatalf("%d trials in all", total)
			}
		}
		if d, total := tuner.Progress(); d != total || !slices.IsSorted(done) {
			t.Errorf("%d of %d done, %v", d, total, done)
		}
		tuned := tuner.State()
		after := run(t, tuned).Runs
		for i, r := range s.Runs {
			trials := tuner.Trials(i)
			if r.Method == "LBFGS" {
				if len(trials) != 0 {
					t.Errorf("%d trials of a method without a rate", len(trials))
				}
				continue
			}
			if len(trials) != s.Budget || trials[0].LR != r.LR {
				t.Errorf("%s on %s: %d trials from %v, want %d from %v", r.Method, name, len(trials), trials[0].LR, s.Budget, r.LR)
			}
			got := trialOf(after[i])
			rates := make(map[float64]bool)
			for _, trial := range trials {
				if rates[trial.LR] {
					t.Errorf("%s: rate %v is tried twice", r.Method, trial.LR)
				}
				rates[trial.LR] = true
				run, err := withRate(s, r, trial.LR)
				if err != nil {
					t.Fatal(err)
				}
				// A trial may have been cut short.
				if whole := trialOf(Follow(s, run)); whole.better(got) {
					t.Errorf("%s on %s: %+v is worse than %+v", r.Method, name, got, whole)
				}
			}
		}
		again := NewTuner(s)
		for again.Next() {
		}
		if !reflect.DeepEqual(again.trials, tuner.trials) {
			t.Errorf("%s: another tuner has other trials", name)
		}
		if r := run(t, s); !reflect.DeepEqual(r.Runs, after) {
			t.Errorf("%s: a race at the best rates is another one", name)
		}
	}
}

// TestTryGoesOn: a trial that has diverged after all is no reason to end another one early, which
// then would seem not to diverge.
func TestTryGoesOn(t *testing.T) {
	s := experiment(t, "parabola", 500)
	r := by(optim.NewSGD(1))
	lr := 1.01 * LimitAt(s, r, s.Start).LR
	if got := try(s, r, lr, Trial{Diverged: true, Reached: 1}); !got.Diverged {
		t.Errorf("%+v, want one that diverges", got)
	}
	if got := try(s, r, lr, Trial{Reached: 1}); got.Diverged {
		t.Errorf("%+v, want one that ends after a step", got)
	}
}

func trialOf(p Path) Trial {
	return Trial{LR: p.LR, Diverged: p.Diverged >= 0, Reached: p.Reached, Loss: p.Loss[len(p.Loss)-1]}
}
