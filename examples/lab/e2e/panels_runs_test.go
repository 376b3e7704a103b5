package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/chromedp/kb"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

func (p *panel) race() {
	const base = "f=quadratic&steps=60&run=SGD(LR=0.05)&run=Momentum(LR=0.02)&run=Adam(LR=0.1)"
	p.show(base)
	p.raced()
	for _, axis := range []string{"linear", "loglog", "log"} {
		p.press("#race-axis-" + axis)
		p.becomes(base + "&axis=" + axis)
		p.raced()
	}
	p.press("#race-rates-best")
	p.becomes(base + "&rates=best")
	p.raced()
	p.press("#race-trials > summary")
	p.tried()
	p.press("#race-rates-given")
	p.becomes(base)
	p.press("#race-runs-1-look")
	p.becomes(base + "&sel=1")
	p.raced()
	p.press("#race-level")
	p.becomes("f=quadratic&steps=60&run=SGD(LR=0.02)&run=Momentum(LR=0.02)&run=Adam(LR=0.02)&sel=1")
	p.raced()
	if step := p.pick("#race-chart"); step < 28 || step > 32 {
		p.Errorf("the middle of the chart leads to step %d of 60", step)
	}
	p.show("f=network&steps=9&run=Adam")
	p.press("#race-network")
	p.is("f=network&steps=9&run=Adam")
}

// raced fails unless the race panel says what the engine here does of the runs.
func (p *panel) raced() {
	p.Helper()
	query, s := p.query(), p.experiment()
	r, arrays := reply[race](p, "race", query, "")
	c := chart{x: "step", log: s.View.Axis == "log", loglog: s.View.Axis == "loglog"}
	var rows [][]string
	for i, run := range r.Runs {
		c.curves = append(c.curves, curve{run.Label, p.loss(arrays.Array(fmt.Sprintf("loss/%d", i)))})
		factor, reached, diverged := "–", "–", ""
		if run.Theory != nil {
			factor = "~" + run.Theory.Factor
		}
		if run.Reached >= 0 {
			reached = strconv.Itoa(run.Reached)
		}
		if run.Diverged >= 0 {
			diverged = fmt.Sprintf("diverged at step %d", run.Diverged)
		}
		rows = append(rows, []string{run.Label, run.LR, reached, run.Final, factor, noteOf(diverged, run.Note)})
	}
	for i, run := range r.Runs {
		if run.Theory == nil {
			continue
		}
		word := "foreseen"
		if run.Theory.Bound {
			word = "bound"
		}
		c.curves = append(c.curves, curve{run.Label + ", " + word, p.loss(arrays.Array(fmt.Sprintf("theory/%d", i)))})
	}
	p.rows("#race-runs", rows)
	p.drawn("#race-chart", c)
	looked := r.Runs[s.View.Run]
	words := p.text("#race-theory")
	if looked.Theory == nil {
		if words != "" {
			p.Errorf("of %s without a theory the page says %q", looked.Text, words)
		}
	} else if factor := numbers.FindString(strings.TrimPrefix(words, looked.Label)); !says(factor, "~"+looked.Theory.Factor) {
		p.Errorf("of %s the page says %q, want the factor %s", looked.Text, words, looked.Theory.Factor)
	}
}

// tried fails unless the table of trials has those of the engine here.
func (p *panel) tried() {
	p.Helper()
	raceOf(p, p.query()) // until all are done
	r := answer[struct {
		Rates  []string
		Trials [][]struct {
			LR, Loss string
			Reached  int
			Diverged bool
		}
	}](p, "tune", p.query(), "")
	rows := p.cellsOf("#race-trials table")
	for i, trials := range r.Trials {
		var got []string
		for _, row := range rows[1:] {
			if row[i] != "" {
				got = append(got, row[i])
			}
		}
		if len(got) != len(trials) {
			p.Errorf("%d trials of run %d, want %d", len(got), i, len(trials))
		}
		for _, t := range trials {
			want := "~" + t.Loss
			if t.Diverged {
				want = "diverges"
			} else if t.Reached >= 0 {
				want = fmt.Sprintf("%d steps", t.Reached)
			}
			if !slices.ContainsFunc(got, func(text string) bool {
				rate, result, _ := strings.Cut(text, ": ")
				return rate == t.LR && says(result, want)
			}) {
				p.Errorf("trials %q of run %d, want %s at %s", got, i, want, t.LR)
			}
		}
	}
	for i, rate := range r.Rates {
		best := p.texts(fmt.Sprintf("#race-trials td.best:nth-child(%d)", i+1))
		if len(best) != 1 || !strings.HasPrefix(best[0], rate+": ") {
			p.Errorf("the best of run %d are %q, want %s", i, best, rate)
		}
	}
}

func (p *panel) inspect() {
	const base = "steps=30&run=SGD(LR=0.001)&run=Adam(LR=0.1)&sel=1"
	step := func(n int) string { return fmt.Sprintf("%s&step=%d", base, n) }
	p.show(base)
	p.taken()
	p.show(step(4))
	p.taken()
	p.press("#inspect-on")
	p.becomes(step(5))
	p.taken()
	p.press("#inspect-back")
	p.becomes(step(4))
	p.press("#inspect-first")
	p.becomes(step(0))
	p.taken()
	p.enter("#inspect-step", "7")
	p.becomes(step(6))
	p.taken()
	p.lights()
	for _, m := range spec.NewCatalog().Methods {
		query := "steps=9&step=1&run=" + m.Name
		if m.Name == "NaturalGradient" {
			query = "f=logistic&" + query
		}
		p.show(query)
		p.hover(point{1, 1}) // and of no row
		p.taken()
		p.lights()
	}
	p.show("f=parabola&steps=9&step=2&run=Momentum(LR=0.1)")
	p.taken()
}

// lights fails unless each row with an arrow shows this one alone while it has the focus.
func (p *panel) lights() {
	p.Helper()
	for _, kind := range eval[[]string](p.tab, `() => [...new Set([...document.querySelectorAll("#inspect-lines [data-arrow]")].map((e) => e.dataset.arrow))]`) {
		row := fmt.Sprintf("#inspect-lines [data-arrow=%s]", kind)
		p.focus(row)
		p.rest()
		if lit := p.arrows(); len(lit) == 0 || slices.ContainsFunc(lit, func(a arrow) bool { return a.Kind != kind }) {
			p.Errorf("the row of %s lights %v", kind, lit)
		}
		eval[bool](p.tab, `(s) => { document.querySelector(s).blur(); return true; }`, row)
	}
}

// An arrow is one on the picture.
type arrow struct {
	Kind string
	X, Y float64
}

func (p *panel) arrows() []arrow {
	p.Helper()
	return eval[[]arrow](p.tab, `async () => (await import("lab/lab.js")).lab.overlay.arrows`)
}

// taken fails unless the panel takes the step apart as the engine here does.
func (p *panel) taken() {
	p.Helper()
	query, s := p.query(), p.experiment()
	run := raceOf(p, query).Runs[s.View.Run]
	shown := s.View.Step
	if shown < 0 {
		shown = s.Steps
	}
	step := min(shown+1, run.Steps)
	type place struct{ X, Y string }
	want := answer[struct {
		Before, After place
		Given         []struct {
			Symbol string
			Values []string
		}
		Lines []struct {
			Symbol, Formula, About, Arrow string
			Values                        []string
		}
		Check, Note string
	}](p, "inspect", query, fmt.Sprintf(`{"run":%d,"step":%d}`, s.View.Run, step))
	at := func(q place) string {
		if s.Surface.Kind.Dim == 1 {
			return q.X
		}
		return q.X + ", " + q.Y
	}
	p.same("#inspect-title", fmt.Sprintf("%s, step %d", run.Label, step))
	p.same("#inspect-where", fmt.Sprintf("From %s to %s.", at(want.Before), at(want.After)))
	if got := property[string](p.tab, "#inspect-step", "value"); got != strconv.Itoa(step) {
		p.Errorf("the step is %s, want %d", got, step)
	}
	check := "but for " + want.Check + " units in the last place"
	if want.Check == "0" {
		check = "to the last bit"
	}
	if got := p.text("#inspect-check"); !strings.Contains(got, check) {
		p.Errorf("at %s the check says %q, want %s", query, got, check)
	}
	if got := p.text("#inspect-note"); !strings.HasPrefix(got, want.Note) {
		p.Errorf("at %s the note is %q, want %q", query, got, want.Note)
	}
	var given, values, formulas []string
	var arrows []arrow
	for _, g := range want.Given {
		if len(g.Values) > 0 {
			given = append(given, strings.Join(g.Values, ", "))
		}
	}
	for _, l := range want.Lines {
		values = append(values, strings.Join(l.Values, ", "))
		formula := l.Formula
		if formula == "" {
			formula = l.Symbol
		}
		formulas = append(formulas, formula)
		if l.Arrow != "" && len(l.Values) == 2 && shown < step {
			x, _ := strconv.ParseFloat(l.Values[0], 64)
			y, _ := strconv.ParseFloat(l.Values[1], 64)
			arrows = append(arrows, arrow{l.Arrow, x, y})
		}
	}
	p.facts("#inspect-given", given...)
	p.formulas("#inspect-lines .formula", formulas)
	got := eval[[]string](p.tab, `() => [...document.querySelectorAll("#inspect-lines td")].map((e) => [...e.children].map((c) => c.textContent).join(", "))`)
	if !slices.Equal(got, values) {
		p.Errorf("at %s the terms are\n%q, want\n%q", query, got, values)
	}
	if got := p.arrows(); !slices.Equal(got, arrows) {
		p.Errorf("at %s the arrows are %v, want %v", query, got, arrows)
	}
}

func (p *panel) stability() {
	const base, other = "f=quadratic&steps=60", "&run=Adam(LR=0.1)"
	p.show(base + "&run=SGD(LR=0.02)" + other + "&step=5")
	p.borne()
	m, texts := p.rated()
	p.do(clickAt(p.cell("#stability-picture", m, 3, 2)))
	p.becomes(base + "&run=" + texts[2][3] + other + "&step=5")
	p.borne()
	m, texts = p.rated()
	p.press("#stability-cell-add")
	p.hover(p.cell("#stability-picture", m, 3, 2))
	p.readout("#stability-picture", m, 3, 2)
	p.focus("#stability-picture")
	p.key(kb.ArrowRight, kb.ArrowUp)
	p.readout("#stability-picture", m, 4, 3)
	p.key(kb.Enter)
	p.becomes(join(base, "run="+p.experiment().Runs[0].String()) + other + "&run=" + texts[3][4] + "&step=5")
	p.rated()
	p.press("#stability-cell-set")
	p.show(base + "&run=Momentum(LR=0.02)&sel=0")
	p.borne()
	p.choose("#stability-map", "WeightDecay")
	p.becomes(base + "&run=Momentum(LR=0.02)&map=WeightDecay")
	p.rated()
	p.show("steps=60&run=SGD(LR=0.02)" + other + "&sel=1")
	p.borne()
}

// borne fails unless the panel says which rate the run bears.
func (p *panel) borne() {
	p.Helper()
	query, s := p.query(), p.experiment()
	step := s.View.Step
	if step < 0 {
		step = s.Steps
	}
	v, arrays := reply[struct {
		Limit, Formula, About string
		Above                 bool
		Step                  int
		L, LR                 string
		Values                []string
	}](p, "stability", query, fmt.Sprintf(`{"run":%d,"step":%d}`, s.View.Run, step))
	want := []string{strconv.Itoa(v.Step), "~" + v.L}
	if n := len(v.Values); n > 1 {
		want = append(want, "~"+v.Values[n-1])
	}
	limit := "none"
	if v.Limit != "" {
		limit = "~" + v.Limit
	}
	p.facts("#stability-facts", append(want, v.LR, limit)...)
	p.formulas("#stability-formula", []string{v.Formula})
	p.same("#stability-about", v.About)
	if v.Limit != "" {
		word := "below"
		if v.Above {
			word = "above"
		}
		label := property[string](p.tab, "#stability-gauge", "ariaLabel")
		if !strings.Contains(label, "rate "+v.LR+" is "+word) {
			p.Errorf("at %s the gauge says %q, want the rate %s %s the limit", query, label, v.LR, word)
		}
	}
	if arrays.Array("c1") == nil {
		if p.text("#stability-axes") != "" {
			p.Errorf("at %s there are axes", query)
		}
		return
	}
	c := chart{x: "step", log: true}
	for i, name := range []string{"steepest axis", "flattest axis"} {
		c.curves = append(c.curves, curve{name, absolute(arrays.Array(fmt.Sprintf("c%d", i+1)))})
		if theory := arrays.Array(fmt.Sprintf("theory%d", i+1)); theory != nil {
			c.curves = append(c.curves, curve{name + ", foreseen", theory})
		}
	}
	p.drawn("#stability-modes", c)
}

// rated fails unless the map of rates has the cells that the engine here computes. It returns them
// and the runs that they are.
func (p *panel) rated() (cells, [][]string) {
	p.Helper()
	v, arrays := reply[struct {
		X, Y    struct{ Values []string }
		Options []string
		Texts   [][]string
	}](p, "map", p.query(), fmt.Sprintf(`{"run":%d}`, p.experiment().View.Run))
	m := cells{len(v.X.Values), len(v.Y.Values), arrays.Array("cells"), func(v float64) string {
		if text, ok := map[float64]string{-1: "diverged", -2: "target not reached", -3: "cannot be", 1: "1 step"}[v]; ok {
			return text
		}
		return fmt.Sprintf("%v steps", v)
	}}
	p.mapped("#stability-place", m)
	if got := p.texts("#stability-map option"); !slices.Equal(got, v.Options) {
		p.Errorf("at %s the map may have %q, want %q", p.query(), got, v.Options)
	}
	return m, v.Texts
}
