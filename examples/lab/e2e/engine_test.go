package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/engine"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// native is the engine that the page is compared with: the same package, compiled for this
// machine.
var native = engine.New()

// asking is held while it is asked: an Engine answers one question at a time.
var asking sync.Mutex

// answer asks it for a value.
func answer[V any](t testing.TB, method, query, args string) V {
	t.Helper()
	v, _ := reply[V](t, method, query, args)
	return v
}

// reply asks it for a value, and for the arrays beside it.
func reply[V any](t testing.TB, method, query, args string) (V, *engine.Reply) {
	t.Helper()
	asking.Lock()
	defer asking.Unlock()
	r := native.Call(method, query, args)
	if r.Error != "" {
		t.Fatalf("%s of %q: %s", method, query, r.Error)
	}
	text, err := json.Marshal(r.Value)
	var v V
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatalf("%s of %q: %v", method, query, err)
	}
	return v, r
}

// A race is what the page says of the runs.
type race struct {
	Runs []struct {
		Label, Text, LR, Final, X, Y, Note string
		Diverged, Reached, Steps           int
		Theory                             *struct {
			Factor string
			Bound  bool
		}
	}
	Hash  string
	Steps int
	Best  bool
}

// raceOf is the race of an experiment.
func raceOf(t testing.TB, query string) race {
	t.Helper()
	return answer[race](t, "race", query, "")
}

// sentences are how the runs went, in the words of their cards.
func (r race) sentences() []string {
	list := make([]string, len(r.Runs))
	for i, run := range r.Runs {
		rate, note := "", ""
		if r.Best {
			rate = fmt.Sprintf("rate %s, ", run.LR)
		}
		if run.Note != "" {
			note = ": " + run.Note
		}
		switch {
		case run.Diverged >= 0:
			list[i] = fmt.Sprintf("%sdiverged at step %d%s", rate, run.Diverged, note)
		case run.Reached >= 0:
			list[i] = fmt.Sprintf("%sat the goal after %d steps, loss %s%s", rate, run.Reached, run.Final, note)
		default:
			list[i] = fmt.Sprintf("%sloss %s%s", rate, run.Final, note)
		}
	}
	return list
}

// canonical is an experiment's text as the engine writes it.
func canonical(t testing.TB, query string) string {
	t.Helper()
	s, problems := spec.Parse(query)
	if len(problems) > 0 {
		t.Fatalf("%q: %v", query, problems)
	}
	return s.Format()
}

// another returns a value that an option can have in an experiment, and that is not the one it
// has. with writes the experiment with a value.
func another(t testing.TB, o spec.Option, with func(value string) string) string {
	t.Helper()
	var values []string
	switch o.Kind {
	case "bool":
		values = []string{"1", "0"}
	case "word":
		values = o.Words
	case "integers":
		values = []string{"(3,4)", "(3)"}
	case "schedule":
		values = []string{"Cosine"}
	case "integer":
		values = []string{"3", "12"}
	default:
		values = []string{"0.25", "0.5", "2", "12", "-0.5"}
	}
	was, _ := spec.Parse(with(o.Default))
	for _, v := range values {
		s, problems := spec.Parse(with(v))
		if len(problems) == 0 && s.Format() != was.Format() {
			return v
		}
	}
	t.Fatalf("no value of %v suits %s", values, with("..."))
	return ""
}

// shown is what the page says of an experiment.
type shown struct {
	Query    string
	Problems []string
	Results  []string
	Formula  string
	Count    string
}

// agrees fails unless the page shows an experiment as the engine here sees it.
func (p *tab) agrees(want string) {
	p.Helper()
	got := eval[shown](p, `async () => ({
		Query: (await import("lab/state.js")).query(),
		Problems: [...document.querySelectorAll("#problems li, #controls .message:not([hidden])")].map((e) => e.textContent),
		Results: [...document.querySelectorAll("#runs .result")].map((e) => e.textContent),
		Formula: document.getElementById("objective-formula").innerHTML,
		Count: document.getElementById("step-count").value,
	})`)
	p.noNotice()
	if len(got.Problems) > 0 {
		p.Errorf("at %s the page says: %q", got.Query, got.Problems)
	}
	want = canonical(p, want)
	if got.Query != want {
		p.Fatalf("the page has\n%s, want\n%s", got.Query, want)
	}
	if state, _ := spec.Parse(want); state.Network != nil {
		return
	}
	r := raceOf(p, want)
	if sentences := r.sentences(); !slices.Equal(got.Results, sentences) {
		p.Errorf("at %s the page says\n%q, want\n%q", want, got.Results, sentences)
	}
	if count := fmt.Sprintf("%d / %d", r.Steps, r.Steps); got.Count != count {
		p.Errorf("at %s the step is %s, want %s", want, got.Count, count)
	}
	s := answer[struct{ Formula string }](p, "surface", want, `{"width":2,"height":2}`)
	if formula := eval[string](p, `(f) => { const t = document.createElement("template"); t.innerHTML = f; return t.innerHTML; }`, s.Formula); got.Formula != formula {
		p.Errorf("at %s the formula is %s, want %s", want, got.Formula, formula)
	}
}

// join writes a text of parts that are not empty.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "&")
}
