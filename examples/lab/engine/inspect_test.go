package engine

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

type inspectValue struct {
	Rule          string
	Before, After place
	Given         []start
	Lines         []term
	Check, Note   string
}

// TestInspect: for every method the last term is where the race's path goes, and all of it can
// be shown.
func TestInspect(t *testing.T) {
	e := New()
	for _, m := range spec.Methods() {
		for _, kind := range []string{"f32", "f64"} {
			query := "f=logistic&steps=4&type=" + kind + "&run=SGD&run=" + m.Name
			v, _ := value[inspectValue](t, e, "inspect", query, `{"run":1,"step":2}`)
			last := v.Lines[len(v.Lines)-1]
			ulps, err := strconv.ParseFloat(v.Check, 64)
			if v.Rule != m.Name || err != nil || ulps > 3 || last.Name != "p[t]" || len(last.Values) != 2 {
				t.Errorf("%s: %s is %v, %s ulps off (%v)", m.Name, last.Name, last.Values, v.Check, err)
			}
			_, r := value[raceValue](t, e, "race", query, "")
			x, y := r.Array("x/1"), r.Array("y/1")
			if m.Name != "ScheduleFreeAdamW" { // whose path is that of its average
				if got, want := fmt.Sprint(v.Before, v.After), fmt.Sprint(pointText(kind, x[1], y[1]), pointText(kind, x[2], y[2])); got != want {
					t.Errorf("%s goes from %s, in the race from %s", m.Name, got, want)
				}
			}
			arrows := map[string]bool{}
			for _, l := range v.Lines {
				arrows[string(l.Arrow)] = true
				for _, x := range l.Values {
					if _, err := strconv.ParseFloat(x, 64); err != nil {
						t.Errorf("%s: %s is %v", m.Name, l.Name, l.Values)
					}
				}
				drawn(t, l.Symbol)
				if l.Formula != "" {
					drawn(t, l.Formula)
				}
				if l.About == "" {
					t.Errorf("%s: nothing about %s", m.Name, l.Name)
				}
			}
			if !arrows["gradient"] || !arrows["step"] {
				t.Errorf("%s has the arrows %v", m.Name, arrows)
			}
		}
	}
}

func pointText(kind string, x, y float64) place {
	bits := 64
	if kind == "f32" {
		bits = 32
	}
	return place{strconv.FormatFloat(x, 'g', -1, bits), strconv.FormatFloat(y, 'g', -1, bits)}
}

// drawn fails unless a text is XML.
func drawn(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// TestInspectedStep: the step is that which leads to the position, the last one at most.
func TestInspectedStep(t *testing.T) {
	e := New()
	for args, want := range map[string]int{"": 4, `{"step":0}`: 1, `{"step":2}`: 2, `{"step":9}`: 9, `{"step":30}`: 9, `{"step":-1}`: 9} {
		if v, _ := value[struct{ Step int }](t, e, "inspect", "steps=9&step=4", args); v.Step != want {
			t.Errorf("arguments %s: step %d, want %d", args, v.Step, want)
		}
	}
	const query = "f=parabola&steps=9&rates=best&budget=5&run=SGD(LR=0.01)"
	v, _ := value[inspectValue](t, e, "inspect", query, "")
	w, _ := value[raceValue](t, e, "race", query, "")
	if got := v.Given[1]; got.Name != "gamma" || got.Values[0] != w.Runs[0].LR {
		t.Errorf("the rate is %+v, that of the race %s", got, w.Runs[0].LR)
	}
}

func TestInspectErrors(t *testing.T) {
	for _, test := range []struct{ query, args, want string }{
		{"", `{"run":1}`, "run 1 of 1"},
		{"", `{"run":-1}`, "run -1 of 1"},
		{"", `{"step":"x"}`, "arguments"},
		{"f=parabola&run=NaturalGradient", "", "NaturalGradient takes no step: parabola is no model"},
		{"f=network(Data=xor)", "", "network"},
	} {
		if r := New().Call("inspect", test.query, test.args); !strings.Contains(r.Error, test.want) || strings.Contains(r.Error, "goroutine") {
			t.Errorf("%s %s: error %q, want %s", test.query, test.args, r.Error, test.want)
		}
	}
}

type formulasValue struct{ Rule, Schedule *reference }

// TestFormulas: there are formulas of everything that a run may name.
func TestFormulas(t *testing.T) {
	e := New()
	check := func(r *reference) {
		t.Helper()
		if r == nil || len(r.Lines) == 0 {
			t.Fatal("no formulas")
		}
		for _, l := range r.Lines {
			drawn(t, l.Formula)
			if l.Formula == "" && l.Arrow == "" || l.About == "" {
				t.Errorf("%s: %+v", r.Name, l)
			}
		}
	}
	for _, m := range spec.Methods() {
		v, _ := value[formulasValue](t, e, "formulas", "run="+m.Name, "")
		check(v.Rule)
		w, _ := value[formulasValue](t, e, "formulas", "", `{"rule":"`+m.Name+`"}`)
		if fmt.Sprint(*v.Rule) != fmt.Sprint(*w.Rule) || v.Rule.Name != m.Name {
			t.Errorf("the formulas of %s are not those of a run of it", m.Name)
		}
	}
	for _, name := range []string{"Constant", "StepDecay", "MultiStep", "Exponential", "InverseTime", "Polynomial", "Cosine",
		"CosineWarmRestarts", "OneCycle", "Plateau", "WarmupStableDecay", "Warmup", "Sequence"} {
		v, _ := value[formulasValue](t, e, "formulas", "", `{"schedule":"`+name+`()"}`)
		if check(v.Schedule); v.Schedule.Name != name || v.Rule != nil {
			t.Errorf("%s: %+v", name, v)
		}
	}
	v, _ := value[formulasValue](t, e, "formulas", "run=Adam(Schedule=Warmup(Then=Cosine(TMax=9)))", "")
	if check(v.Schedule); len(v.Schedule.Inner) != 1 || v.Schedule.Inner[0].Name != "Cosine" {
		t.Errorf("%+v", v.Schedule)
	}
	if value[formulasValue](t, e, "formulas", "rates=best", ""); e.tuners.known {
		t.Error("formulas wait for the best rates")
	}
	if r := e.Call("formulas", "", `{"rule":"Sprint"}`); r.Error == "" {
		t.Error("no error for a rule that there is not")
	}
}
