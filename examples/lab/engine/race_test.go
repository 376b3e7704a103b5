package engine

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// value asks a question, and reads the answer's value as the page does.
func value[V any](t testing.TB, e *Engine, method, query, args string) (V, *Reply) {
	t.Helper()
	var v V
	r := e.Call(method, query, args)
	if r.Error != "" {
		t.Fatalf("%s of %q: %s", method, query, r.Error)
	}
	for _, a := range r.arrays {
		for i, x := range r.Array(a.Name) {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("%s of %q: %s has %v at %d", method, query, a.Name, x, i)
			}
		}
	}
	text, err := json.Marshal(r.Value)
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatalf("%s of %q: %v", method, query, err)
	}
	return v, r
}

type raceValue struct {
	Runs  []contender
	Hash  string
	Steps int
}

// TestRace: the answer is the race of the experiment.
func TestRace(t *testing.T) {
	const query = "steps=30&run=SGD(LR=0.0005)&run=Adam(LR=0.1)&run=SGD(LR=1)&run=LBFGS()"
	e := New()
	v, r := value[raceValue](t, e, "race", query, "")
	s, _ := spec.Parse(query)
	want, err := race.Run(s)
	if err != nil {
		t.Fatal(err)
	}
	if v.Hash != want.Hash || v.Steps != 30 || len(v.Runs) != 4 {
		t.Errorf("%+v, want the hash %s", v, want.Hash)
	}
	for i, p := range want.Runs {
		for name, x := range map[string][]float64{"x": p.X, "y": p.Y, "loss": p.Loss, "norm": p.Norm, "rate": p.Rate, "clip": p.Clip} {
			if got := r.Array(name + "/" + strconv.Itoa(i)); !slices.Equal(got, x) {
				t.Errorf("run %d: %s is %v, want %v", i, name, got, x)
			}
		}
		last := len(p.X) - 1
		c := v.Runs[i]
		if c.Text != s.Runs[i].String() || c.Steps != last || c.Diverged != p.Diverged || c.Reached != p.Reached || c.Note != p.Note {
			t.Errorf("run %d: %+v, want %+v", i, c, p)
		}
		if final, err := strconv.ParseFloat(c.Final, 64); i < 3 && float32(final) != float32(p.Loss[last]) || err != nil {
			t.Errorf("run %d: final loss %s, want %v", i, c.Final, p.Loss[last])
		}
	}
}

// TestRaceOnce: what the page shows of a race does not run it again.
func TestRaceOnce(t *testing.T) {
	e := New()
	value[raceValue](t, e, "race", "steps=30", "")
	first := e.races.answer
	value[raceValue](t, e, "race", "steps=30&tab=noise&step=7&axis=loglog&theme=dark", "")
	if e.races.answer != first {
		t.Error("another view is another race")
	}
	value[raceValue](t, e, "race", "steps=31", "")
	if e.races.answer == first {
		t.Error("another number of steps is the same race")
	}
}

// TestCSV: the numbers of the race, to be read by other programs.
func TestCSV(t *testing.T) {
	const query = "type=f64&steps=20&run=SGD(LR=0.0005)&run=Momentum(LR=0.0005,Schedule=MultiStep(Milestones=(3,9)))&run=Momentum(LR=0.0005,Schedule=MultiStep(Milestones=(4,9)))"
	e := New()
	v, _ := value[map[string]string](t, e, "csv", query, "")
	lines, err := csv.NewReader(strings.NewReader(v["text"])).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	s, _ := spec.Parse(query)
	want, _ := race.Run(s)
	if len(lines) != 1+3*21 || !slices.Equal(lines[0], []string{"step", "run", "x", "y", "loss", "norm", "rate"}) {
		t.Fatalf("%d lines, the first %v", len(lines), lines[0])
	}
	for n, line := range lines[1:] {
		i, k := n/21, n%21
		p := want.Runs[i]
		numbers := []float64{p.X[k], p.Y[k], p.Loss[k], p.Norm[k]}
		if k > 0 {
			numbers = append(numbers, p.Rate[k-1])
		}
		if line[0] != strconv.Itoa(k) || line[1] != s.Labels()[i] {
			t.Errorf("line %d: %v", n, line)
		}
		for j, x := range numbers {
			if got, err := strconv.ParseFloat(line[2+j], 64); err != nil || got != x {
				t.Errorf("line %d: %v, want %v", n, line, numbers)
			}
		}
	}
}
