package neural

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// by returns the contender of a rule.
func by(rule optim.Rule) Contender {
	return func(params []optim.Param[float32]) (*optim.Optimizer[float32], error) {
		return optim.New(rule, params)
	}
}

// trained returns a trainer that has taken all its steps.
func trained(t testing.TB, c Config, steps, batch int, contenders ...Contender) *Trainer {
	tr, err := NewTrainer(c, steps, batch, 1, contenders...)
	if err != nil {
		t.Fatal(err)
	}
	for !tr.Done() {
		tr.Advance()
	}
	return tr
}

// last returns the last point of a run.
func last(r *Run) Point { return r.Points[len(r.Points)-1] }

// TestTraining: what networks learn, and what they cannot.
func TestTraining(t *testing.T) {
	if testing.Short() {
		t.Skip("2000 steps")
	}
	for _, c := range []struct {
		name         string
		change       func(c *Config)
		rule         optim.Rule
		steps, batch int
		lo, hi       float64 // accuracy over both kinds of samples
	}{
		{"spirals", func(c *Config) { c.Hidden = []int{16, 16} }, optim.NewAdam(0.02), 400, 0, 0.95, 1},
		{"spirals in mini-batches", func(c *Config) { c.Hidden = []int{16, 16} }, optim.NewAdam(0.02), 400, 64, 0.95, 1},
		{"spirals by one layer", func(c *Config) { c.Hidden = nil }, optim.NewAdam(0.02), 200, 0, 0.4, 0.75},
		{"xor by tanh", func(c *Config) { c.Data = "xor"; c.Hidden = []int{8} }, optim.NewAdam(0.05), 300, 0, 0.95, 1},
		{"xor by identity", func(c *Config) { c.Data, c.Activation = "xor", "identity" }, optim.NewAdam(0.05), 300, 0, 0.3, 0.7},
		{"circles", func(c *Config) { c.Data, c.Activation, c.Init = "circles", "relu", "he" }, optim.NewSGD(0.5), 200, 0, 0.95, 1},
		{"digits", func(c *Config) {
			c.Data, c.Activation, c.Hidden, c.Samples, c.Normalize = "digits", "gelu", []int{16}, 300, false
		}, optim.NewAdam(0.01), 60, 0, 0.9, 1},
	} {
		g := Default()
		c.change(&g)
		p := last(trained(t, g, c.steps, c.batch, by(c.rule)).Runs[0])
		t.Logf("%s: %+v", c.name, p)
		if low, high := min(p.Accuracy, p.ValidationAccuracy), max(p.Accuracy, p.ValidationAccuracy); low < c.lo || high > c.hi {
			t.Errorf("%s: accuracy %v, validation %v, want %v to %v", c.name, p.Accuracy, p.ValidationAccuracy, c.lo, c.hi)
		}
	}
}

// TestSymmetry: from weights of zero all units of a layer stay each other's copies.
func TestSymmetry(t *testing.T) {
	c := Default()
	c.Init = "zero"
	for _, activation := range []string{"tanh", "sigmoid"} {
		c.Activation = activation
		tr := trained(t, c, 200, 32, by(optim.NewAdam(0.05)))
		for _, l := range tr.Runs[0].Network.layers[:2] {
			for i, w := range l.weights {
				if w != l.weights[i-i%l.out] {
					t.Fatalf("%s: weight %d is %v, its row begins with %v", activation, i, w, l.weights[i-i%l.out])
				}
			}
		}
		if p := last(tr.Runs[0]); p.Accuracy > 0.75 {
			t.Errorf("%s: accuracy %v", activation, p.Accuracy)
		}
	}
}

// TestPlainLoop: a plain loop over the network's methods, train.Batches and optim gives the bits
// of the trainer.
func TestPlainLoop(t *testing.T) {
	c := Default()
	const steps, batch = 30, 48
	r := trained(t, c, steps, batch, by(optim.NewMomentum(0.1, 0.9))).Runs[0]
	n, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	opt, err := optim.New(optim.NewMomentum(0.1, 0.9), n.Params())
	if err != nil {
		t.Fatal(err)
	}
	grads := n.NewGradients()
	batches := train.Batches{Samples: c.Samples, Size: batch, Seed: 1}
	for step := range steps {
		loss := n.Objective(batches.Append(nil, step), grads)
		if loss != r.Losses[step] {
			t.Fatalf("step %d: loss %v, the trainer's %v", step, loss, r.Losses[step])
		}
		if _, err := opt.Step(grads); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(n.Flat(nil), r.Network.Flat(nil)) {
		t.Error("other parameters than the trainer's")
	}
}

// TestCurves: where the points lie, and that they are what the network says there.
func TestCurves(t *testing.T) {
	c := Default()
	tr := trained(t, c, 450, 0, by(optim.NewAdam(0.01)), by(optim.NewScheduleFreeAdamW(0.01)))
	for _, r := range tr.Runs {
		if len(r.Points) != 151 || r.Points[1].Step != 3 || last(r).Step != 450 || len(r.Losses) != 450 || len(r.Path) != 151 {
			t.Fatalf("%d points, %d losses, %d places", len(r.Points), len(r.Losses), len(r.Path))
		}
		n, p := newNetwork(c, r.Network.Data), r.Points[100]
		n.Set(r.Path[100])
		loss, accuracy := n.objective(nil, nil)
		validation, share := n.Validate()
		if loss != p.Loss || accuracy != p.Accuracy || validation != p.Validation || share != p.ValidationAccuracy {
			t.Errorf("point %+v, the network's %v, %v, %v, %v", p, loss, accuracy, validation, share)
		}
		if !slices.Equal(r.Path[150], r.Network.Flat(nil)) {
			t.Error("the path ends elsewhere")
		}
	}
	if tr.Runs[0].Points[100].Loss != tr.Runs[0].Losses[300] {
		t.Error("the loss of all samples is not the step's")
	}
}

// TestDivergence: a run that diverges ends, the other goes on.
func TestDivergence(t *testing.T) {
	c := Default()
	c.Activation, c.Init = "relu", "large"
	tr := trained(t, c, 50, 0, by(optim.NewSGD(1e30)), by(optim.NewSGD(1e-4)))
	bad, good := tr.Runs[0], tr.Runs[1]
	if bad.Diverged < 1 || bad.Diverged > 5 || !strings.Contains(bad.Note, "diverged") {
		t.Errorf("diverged at %d: %s", bad.Diverged, bad.Note)
	}
	if !slices.Equal(bad.Network.Flat(nil), bad.Path[len(bad.Path)-1]) {
		t.Error("the parameters are not the last good ones")
	}
	if good.Diverged != -1 || good.Note != "" || last(good).Step != 50 {
		t.Errorf("the other: diverged at %d, %s", good.Diverged, good.Note)
	}
}

func TestTrainerErrors(t *testing.T) {
	c := Default()
	c.Data = "rings"
	if _, err := NewTrainer(c, 1, 0, 0); err == nil || !strings.Contains(err.Error(), `Data = "rings"`) {
		t.Errorf("error %v", err)
	}
	if _, err := NewTrainer(Default(), 1, 0, 0, by(optim.NewSGD(-1))); err == nil || !strings.Contains(err.Error(), "LR") {
		t.Errorf("error %v", err)
	}
}

// TestInfiniteGradient: a run whose loss is finite and whose gradient is not diverges, too.
func TestInfiniteGradient(t *testing.T) {
	c := Default()
	c.Activation, c.Hidden = "gelu", []int{2}
	tr, err := NewTrainer(c, 30, 0, 1, by(optim.NewSGD(0.1)))
	if err != nil {
		t.Fatal(err)
	}
	r := tr.Runs[0]
	for i := range r.Network.layers[0].weights {
		r.Network.layers[0].weights[i] = 1e30
	}
	clear(r.Network.layers[1].weights)
	for !tr.Done() {
		tr.Advance()
	}
	if r.Diverged != 0 || len(r.Losses) != 0 || len(r.Points) != 1 {
		t.Errorf("diverged at %d with %d losses and %d points: %s", r.Diverged, len(r.Losses), len(r.Points), r.Note)
	}
}
