package surface

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// descend returns where a rule is after some steps from the kind's start, and the highest loss
// on the way.
func descend(t *testing.T, p *Problem, rule optim.Rule, steps int, options ...optim.Option) (end Point, highest float64) {
	t.Helper()
	at := []float64{p.Kind.Start.X, p.Kind.Start.Y}[:p.Kind.Dim]
	opt, err := optim.New(rule, []optim.Param[float64]{{Name: "at", Value: at}}, options...)
	if err != nil {
		t.Fatal(err)
	}
	g := [][]float64{make([]float64, p.Kind.Dim)}
	for range steps {
		highest = max(highest, Eval(p, nil, at, g[0]))
		if _, err := opt.Step(g); err != nil {
			t.Fatal(err)
		}
	}
	return Point{at[0], append(at, 0)[1]}, highest
}

func problem(t *testing.T, name string, values ...float64) *Problem {
	t.Helper()
	p, err := Find(name).New(values...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestLessons: what the texts about the objectives say happens.
func TestLessons(t *testing.T) {
	above := func(p *Problem, at Point) float64 { return p.loss(at) - p.Least }

	for _, name := range []string{"parabola", "quadratic"} {
		p := problem(t, name)
		limit := 2 / p.Values[0]
		below, _ := descend(t, p, optim.SGD{LR: 0.99 * limit}, 1000)
		_, beyond := descend(t, p, optim.SGD{LR: 1.01 * limit}, 1000)
		if above(p, below) > 1e-6 || beyond < 1e6 {
			t.Errorf("%s: %v below the limit, %v beyond", name, above(p, below), beyond)
		}
	}

	p := problem(t, "saddle")
	if at, _ := descend(t, p, optim.NewAdam(0.05), 1000); at.Y != 0 || math.Abs(at.X) > 1e-3 {
		t.Errorf("saddle: Adam goes from the ridge to %v", at)
	}

	p = problem(t, "plateau")
	slow, _ := descend(t, p, optim.SGD{LR: 0.1}, 200)
	fast, _ := descend(t, p, optim.NewAdam(0.1), 200)
	if above(p, slow) < 0.95 || above(p, fast) > 0.01 {
		t.Errorf("plateau: descent ends %v above the minimum, Adam %v", above(p, slow), above(p, fast))
	}

	p = problem(t, "cliff")
	thrown, _ := descend(t, p, optim.NewMomentum(0.2, 0.9), 300)
	saved, _ := descend(t, p, optim.NewMomentum(0.2, 0.9), 300, optim.ClipNorm(1))
	if above(p, thrown) < 1 || above(p, saved) > 1e-6 {
		t.Errorf("cliff: momentum ends %v above the minimum, with clipping %v", above(p, thrown), above(p, saved))
	}

	p = problem(t, "ravine")
	jumps, _ := descend(t, p, optim.SGD{LR: 0.1}, 1000)
	arrives, _ := descend(t, p, optim.SGD{LR: 0.1}, 1000, optim.WithSchedule(schedule.Cosine{TMax: 1000}))
	if above(p, jumps) < 30*above(p, arrives) {
		t.Errorf("ravine: %v above the minimum at a constant rate, %v at a falling one", above(p, jumps), above(p, arrives))
	}

	raw, round := problem(t, "regression", 60, 0.5, 4, 0, 1), problem(t, "regression", 60, 0.5, 4, 1, 1)
	far, _ := descend(t, raw, optim.SGD{LR: 1.9 / (1 + 17)}, 50)
	near, _ := descend(t, round, optim.SGD{LR: 0.9}, 50)
	if above(raw, far) < 1e6*above(round, near) {
		t.Errorf("regression: %v above the minimum, normalized %v", above(raw, far), above(round, near))
	}
}
