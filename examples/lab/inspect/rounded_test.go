package inspect

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// TestRounded: a step in formats is that of float32 from what the formats had, up to where it is
// rounded; its last lines are what the optimizer keeps, at most a last place off.
func TestRounded(t *testing.T) {
	for _, c := range []struct {
		run   string
		lines []string // the last ones
	}{
		{"Adam(State=bfloat16)", []string{"p[t]", "m[t]'", "v[t]'"}},
		{"AdamW(WeightDecay=0.1,State=int8,RoundingSeed=5)", []string{"p[t]", "m[t]'", "v[t]'"}},
		{"Momentum(State=int8,Params=bfloat16)", []string{"p[t]", "b[t]'", "p[t]'"}},
		{"Lion(State=bfloat16,Params=split)", []string{"p[t]", "m[t]'", "p[t]'"}},
		{"SGD(LR=0.001,Params=bfloat16,ClipNorm=1)", []string{"p[t]", "p[t]'"}},
		{"RMSprop(Params=split)", []string{"p[t]", "p[t]'"}},
		{"NAdam(State=int8)", []string{"p[t]", "m[t]'", "v[t]'"}},
	} {
		for _, objective := range []string{"rosenbrock", "parabola", "regression&batch=8"} {
			s := experiment(t, objective, c.run, false)
			for _, step := range steps {
				took, err := Take(s, s.Runs[0], step)
				if err != nil {
					t.Fatalf("%s on %s, step %d: %v", c.run, objective, step, err)
				}
				rest := took.Lines[len(took.Lines)-len(c.lines):]
				names := make([]string, len(rest))
				for i, l := range rest {
					names[i] = l.Name
				}
				if !slices.Equal(names, c.lines) || !(took.Check <= 3) {
					t.Errorf("%s on %s, step %d: lines %q, %v ulps off", c.run, objective, step, names, took.Check)
				}
				kept, at := keptBy(t, s, step)
				for _, l := range rest[1:] {
					exact := took.Lines[slices.IndexFunc(took.Lines, func(o Line) bool { return o.Name+"'" == l.Name })].Values
					switch {
					case l.Name == "p[t]'":
						if l.Values[0] != at {
							t.Errorf("%s on %s, step %d: %s is %v, the path goes to %v", c.run, objective, step, l.Name, l.Values, at)
						}
					case !slices.ContainsFunc(kept, func(x []float64) bool { return slices.Equal(x, l.Values) }) || !near(l.Values, exact):
						t.Errorf("%s on %s, step %d: %s is %v of %v", c.run, objective, step, l.Name, l.Values, exact)
					}
				}
			}
		}
	}
}

// keptBy returns the vectors that an optimizer keeps after a step, and x there.
func keptBy(t *testing.T, s *spec.State, step int) (kept [][]float64, x float64) {
	r, err := race.Start(s, s.Runs[0])
	if err != nil {
		t.Fatal(err)
	}
	for range step {
		r.Step()
	}
	snapshot, err := race.Optimizer[float32](r).Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for i := range snapshot.Params[0].State {
		kept = append(kept, race.Kept(&snapshot.Params[0], i))
	}
	return kept, r.At().X
}

// near reports whether vectors differ by at most what 8 bits round by.
func near(x, exact []float64) bool {
	var largest, difference float64
	for i, v := range exact {
		largest, difference = max(largest, math.Abs(v)), max(difference, math.Abs(v-x[i]))
	}
	return difference <= largest/8
}
