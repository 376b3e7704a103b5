package race

import (
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
)

// experiment returns one of runs on a surface, from its usual start.
func experiment(t testing.TB, name string, steps int, runs ...spec.Run) *spec.State {
	t.Helper()
	kind := surface.Find(name)
	if kind == nil {
		t.Fatalf("no surface %q", name)
	}
	p, err := kind.New()
	if err != nil {
		t.Fatal(err)
	}
	return &spec.State{Surface: p, Start: kind.Start, Steps: steps, Runs: runs, Budget: 20, Target: 1e-3}
}

// by returns a run by a rule.
func by(r optim.Rule) spec.Run {
	return spec.Run{Method: r.Name(), Rule: r, LR: r.LearningRate()}
}

// both calls f for both types of elements.
func both(t *testing.T, s *spec.State, f func(t *testing.T, s *spec.State)) {
	for _, double := range []bool{false, true} {
		c := *s
		c.Double = double
		t.Run(map[bool]string{false: "f32", true: "f64"}[double], func(t *testing.T) { f(t, &c) })
	}
}

func run(t testing.TB, s *spec.State) *Result {
	t.Helper()
	r, err := Run(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
