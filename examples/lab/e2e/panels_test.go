package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

// A panel is one of those behind the tabs, with the controls that ever were in it.
type panel struct {
	*tab
	id    string
	there map[string]bool
}

// panels are the tests of the panels, by their tabs.
var panels = map[string]func(*panel){
	"race": (*panel).race, "inspect": (*panel).inspect, "stability": (*panel).stability,
	"noise": (*panel).noise, "schedule": (*panel).schedule, "formats": (*panel).formats, "network": (*panel).network,
	"second": (*panel).second, "tour": (*panel).tour, "take": (*panel).take,
}

// TestPanels uses every control inside of the panels: buttons, fields, maps of cells, charts and
// the tables behind them. After each use the panel says what the engine here answers for the
// experiment that the page has then. No control that ever was in a panel is left.
func TestPanels(t *testing.T) {
	for _, name := range spec.Tabs {
		t.Run(name, func(t *testing.T) {
			use := panels[name]
			if use == nil {
				t.Fatal("this test knows nothing of the panel")
			}
			p := &panel{openLab(t, "steps=9"), name, map[string]bool{}}
			use(p)
			p.usedAll(p.there)
		})
	}
}

// show has the panel show an experiment.
func (p *panel) show(query string) {
	p.Helper()
	p.reset(join(query, "tab="+p.id))
	p.settled()
}

// settled waits until the panel has done its work, and fails if something went wrong.
func (p *panel) settled() {
	p.Helper()
	p.settle()
	if p.id == "network" {
		p.settle() // what is asked of a network begins when it is trained
	}
	p.note()
	p.noNotice()
	if text := p.text("#panel-" + p.id + " .message:not([hidden])"); text != "" {
		p.Errorf("at %s the panel says: %s", p.query(), text)
	}
}

// becomes waits like settled, and fails unless the experiment is another one, beside the tab.
func (p *panel) becomes(want string) {
	p.Helper()
	p.settled()
	p.is(join(want, "tab="+p.id))
}

// is fails unless the page has an experiment.
func (p *tab) is(want string) {
	p.Helper()
	if got, want := canonical(p, p.query()), canonical(p, want); got != want {
		p.Fatalf("the page has\n%s, want\n%s", got, want)
	}
}

// reaches waits until the page has an experiment, whatever the panel goes on to do.
func (p *panel) reaches(want string) {
	p.Helper()
	want = canonical(p, want)
	eval[bool](p.tab, `async (want) => {
		const { query } = await import("lab/state.js");
		for (const end = performance.now() + 10000; query() !== want && performance.now() < end; await new Promise(requestAnimationFrame));
		return true;
	}`, want)
	p.note()
	p.is(want)
}

// goes writes the address, and waits for nothing.
func (p *panel) goes(query string) {
	p.Helper()
	eval[bool](p.tab, `(q) => { location.hash = q; return true; }`, query)
}

// note adds the controls that the panel shows.
func (p *panel) note() {
	p.Helper()
	for _, name := range eval[[]string](p.tab, `(id) => [...document.getElementById(id).querySelectorAll("button, input, select, textarea, summary, canvas[tabindex], [data-arrow], .u-over")]
		.filter((e) => e.checkVisibility()).map(controlName)`, "panel-"+p.id) {
		p.there[generic(name)] = true
	}
}

// elsewhere says which controls another test uses.
func (p *panel) elsewhere(names ...string) {
	for _, name := range names {
		p.used[name] = true
	}
}

// experiment is the one that the page has.
func (p *tab) experiment() *spec.State {
	p.Helper()
	s, problems := spec.Parse(p.query())
	if len(problems) > 0 {
		p.Errorf("the page has %s: %v", p.query(), problems)
	}
	return s
}

// loss returns what charts of losses show of some values: how far they are above the least, on a
// log scale.
func (p *tab) loss(values []float64) []float64 {
	p.Helper()
	s := p.experiment()
	if s.View.Axis == "linear" || s.Surface == nil {
		return values
	}
	least := answer[struct{ Least float64 }](p, "surface", p.query(), `{"width":2,"height":2}`).Least
	above := make([]float64, len(values))
	for i, v := range values {
		above[i] = v - least
	}
	return above
}

// rows fails unless a table of runs has these texts, three digits for numbers after a ~.
func (p *panel) rows(selector string, want [][]string) {
	p.Helper()
	got := p.cellsOf(selector)
	if !slices.EqualFunc(got, want, func(a, b []string) bool { return slices.EqualFunc(a, b, says) }) {
		p.Errorf("at %s %s says\n%q, want\n%q", p.query(), selector, got, want)
	}
}

// facts fails unless the numbers in bold print are these, as in rows.
func (p *panel) facts(selector string, want ...string) {
	p.Helper()
	if got := p.texts(selector + " b"); !slices.EqualFunc(got, want, says) {
		p.Errorf("at %s %s says %q, want %q", p.query(), selector, got, want)
	}
}

// formulas fails unless the elements have MathML like these texts.
func (p *panel) formulas(selector string, want []string) {
	p.Helper()
	if wrong := eval[string](p.tab, `(s, want) => {
		const got = [...document.querySelectorAll(s)].map((e) => e.innerHTML);
		const plain = want.map((f) => { const t = document.createElement("template"); t.innerHTML = f; return t.innerHTML; });
		return JSON.stringify(got) === JSON.stringify(plain) ? "" : got.length + " formulas " + got.join() + ", want " + plain.length + " " + plain.join();
	}`, selector, append([]string{}, want...)); wrong != "" {
		p.Errorf("at %s %s has %s", p.query(), selector, wrong)
	}
}

// orDash is a text, or a dash for none.
func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// noteOf is what a row of a run says of its end.
func noteOf(diverged, note string) string {
	return strings.Join(slices.DeleteFunc([]string{diverged, note}, func(s string) bool { return s == "" }), ": ")
}
