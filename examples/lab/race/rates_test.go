package race

import (
	"slices"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestRates: those that the run's steps report.
func TestRates(t *testing.T) {
	plain, nested, plateau := by(optim.NewAdam(0.1)), by(optim.NewAdam(0.1)), by(optim.NewSGD(0.001))
	nested.Schedule = schedule.Warmup{Steps: 5, Then: schedule.CosineWarmRestarts{T0: 7, TMult: 2}}
	p := schedule.NewPlateau()
	p.Patience = 0
	plateau.Schedule = p
	s := experiment(t, "rosenbrock", 60, plain, nested, plateau, spec.Run{Method: "Newton", LR: 0.5})
	for i, path := range run(t, s).Runs {
		if got := Rates(s, s.Runs[i]); !slices.Equal(got, path.Rate) {
			t.Errorf("run %d: %v, want %v", i, got, path.Rate)
		}
	}
	// A schedule that does not follow the loss goes on where the run has diverged.
	diverges := by(optim.NewSGD(1))
	diverges.Schedule = schedule.Exponential{Gamma: 0.99}
	if got := Rates(s, diverges); len(got) != 60 || got[59] >= got[0] {
		t.Errorf("rates %v", got)
	}
}

// TestFindRate: for each rule, a rate that lowers the loss.
func TestFindRate(t *testing.T) {
	for _, rule := range rules {
		both(t, experiment(t, "regression", 30, by(rule)), func(t *testing.T, s *spec.State) {
			c, err := FindRate(s, s.Runs[0])
			if err != nil {
				t.Fatalf("%s: %v", rule.Name(), err)
			}
			if n := len(c.Rates); n < 2 || len(c.Losses) != n || len(c.Smoothed) != n || !finite(c.Losses...) || !finite(c.Smoothed...) || !finite(c.Suggest, c.Steepest, c.Lowest) {
				t.Errorf("%s: %+v", rule.Name(), c)
			}
			r, err := withRate(s, s.Runs[0], c.Suggest)
			if err != nil {
				t.Fatal(err)
			}
			if p := Follow(s, r); p.Loss[len(p.Loss)-1] >= p.Loss[0] {
				t.Errorf("%s at %v: losses %v", rule.Name(), c.Suggest, p.Loss)
			}
		})
	}
	// With mini-batches it goes by theirs.
	s := experiment(t, "regression", 30, by(optim.NewSGD(0.1)))
	whole, err := FindRate(s, s.Runs[0])
	if s.Batch = 20; err != nil {
		t.Fatal(err)
	}
	if c, err := FindRate(s, s.Runs[0]); err != nil || slices.Equal(c.Losses[:10], whole.Losses[:10]) {
		t.Errorf("losses of batches %v: %v", c.Losses, err)
	}
	s = experiment(t, "parabola", 1)
	if _, err := FindRate(s, spec.Run{Method: "Newton", LR: 1}); err == nil {
		t.Error("Newton's method has a rate to find")
	}
}
