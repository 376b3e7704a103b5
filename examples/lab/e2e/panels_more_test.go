package e2e

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/examples/lab/tour"
)

func (p *panel) second() {
	const base = "f=logistic&steps=30&run=SGD(LR=0.1)"
	for button, run := range map[string]string{
		"newton": "Newton", "saddle-free": "Newton(Absolute=1)", "damped": "Newton(Damping=1)", "natural": "NaturalGradient",
		"lbfgs": "LBFGS", "diagonal": "Preconditioned", "whole": "Preconditioned(Full=1)", "proximal": "SGD(LR=0.1,L1=1)",
	} {
		p.show(base)
		p.press("#second-" + button)
		p.becomes(base + "&run=" + run)
		p.agrees(p.query())
		p.ended()
	}
	p.press("#second-runs-1-look")
	added := p.experiment().Runs[1].String()
	p.becomes(base + "&run=" + added + "&sel=1")
	p.press("#second-clear")
	p.becomes("f=logistic&steps=30&run=" + added)
	p.ended()
	for _, query := range []string{"f=himmelblau&steps=30&run=SGD(LR=0.01)&run=Newton&sel=1", "f=himmelblau&steps=4&run=SGD(LR=0.01)"} {
		p.show(query)
		p.ended()
		m := p.basins()
		p.do(clickAt(p.cell("#second-basins", m, 40, 5)))
		p.settled()
		box := p.experiment().Surface.Kind.Box
		x, y := box.X0+float64(40.5/48*(box.X1-box.X0)), box.Y0+float64(5.5/36*(box.Y1-box.Y0))
		if at := p.start(); math.Abs(at.X-x) > float64(0.003*(box.X1-box.X0)) || math.Abs(at.Y-y) > float64(0.003*(box.Y1-box.Y0)) {
			p.Errorf("a cell at %v, %v leads to %v", x, y, at)
		}
		p.agrees(p.query())
		p.readout("#second-basins", m, 40, 5)
	}
}

// ended fails unless the table has where the runs end.
func (p *panel) ended() {
	p.Helper()
	var rows [][]string
	for _, run := range raceOf(p, p.query()).Runs {
		reached, diverged := "–", ""
		if run.Reached >= 0 {
			reached = strconv.Itoa(run.Reached)
		}
		if run.Diverged >= 0 {
			diverged = fmt.Sprintf("diverged at step %d", run.Diverged)
		}
		rows = append(rows, []string{run.Label, reached, run.Final, run.X, run.Y, noteOf(diverged, run.Note)})
	}
	p.rows("#second-runs", rows)
}

// basins fails unless the map has the minimum that the run ends at from each cell. It says of the
// cells that have none what they mean.
func (p *panel) basins() cells {
	p.Helper()
	const none = "not near a minimum"
	v, arrays := reply[struct{ Minima []surface.Point }](p, "basins", p.query(), fmt.Sprintf(`{"run":%d}`, p.experiment().View.Run))
	m := cells{48, 36, arrays.Array("cells"), func(k float64) string {
		if k < 0 {
			return none
		}
		at := v.Minima[int(k)]
		return fmt.Sprintf("minimum %v at %s, %s", k+1, digits(at.X), digits(at.Y))
	}}
	p.mapped("#second-map", m)
	if legend := p.text("#second-map .legend"); !strings.Contains(legend, none) {
		p.Errorf("the legend says %q", legend)
	}
	if words := p.text("#second-basins-about"); !strings.Contains(words, "Grey is a run that") {
		p.Errorf("the panel says %q of the map", words)
	}
	return m
}

// digits is a number with three digits, as the page writes it in a text.
func digits(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return strings.ReplaceAll(strconv.FormatFloat(v, 'f', -1, 64), "-", "−")
}

func (p *panel) tour() {
	lessons := tour.Presets()
	titles := make([]string, len(lessons))
	for i, l := range lessons {
		titles[i] = l.Title
	}
	p.show("steps=9")
	if got := p.texts("#tour-intro li"); !slices.Equal(got, titles) {
		p.Errorf("the lessons are %q, want %q", got, titles)
	}
	for i, l := range lessons {
		p.show("steps=9")
		p.press("#tour-open-" + l.ID)
		p.lesson(l)
		guess := l.Answer
		if i%2 == 1 {
			guess = (l.Answer + 1) % len(l.Choices)
		}
		p.press(fmt.Sprintf("#tour-choice-%d", guess))
		p.click("#tour-run")
		p.paused()
		p.judged(l, guess)
	}
	first, second, last := lessons[0], lessons[1], lessons[len(lessons)-1]
	p.choose("#tour-lesson", first.ID)
	p.lesson(first)
	p.press("#tour-next")
	p.lesson(second)
	p.press("#tour-back")
	p.lesson(first)
	p.press("#tour-choice-0")
	p.click("#tour-run")
	p.paused()
	p.press("#last")
	p.click("#tour-again")
	p.paused()
	p.judged(first, 0)
	// What is changed has no hash to compare, and a way back.
	p.enter("#steps", "7")
	p.settled()
	if text := p.text("#tour-hash"); strings.Contains(text, "here") {
		p.Errorf("of another experiment the lesson says %q", text)
	}
	p.press("#tour-reset")
	p.lesson(first)
	p.press("#tour-choice-0")
	p.click("#tour-run")
	p.paused()
	p.press("#tour-panel")
	if tab := p.experiment().View.Tab; tab != first.Tab {
		p.Errorf("the lesson leads to the panel %s, want %s", tab, first.Tab)
	}
	p.press("#tab-tour")
	p.choose("#tour-lesson", last.ID)
	p.lesson(last)
	p.choose("#tour-lesson", "")
	p.settled()
	if s := p.experiment(); s.View.Lesson != "" {
		p.Errorf("the tour stays at %s", s.View.Lesson)
	}
}

// paused ends the playing that a guess begins.
func (p *panel) paused() {
	p.Helper()
	p.rest()
	if p.experiment().Network == nil {
		p.until("playing", `document.getElementById("play").title === "Pause" || document.getElementById("step-count").value.split(" / ")[0] === document.getElementById("step-count").value.split(" / ")[1]`)
		if property[string](p.tab, "#play", "title") == "Pause" {
			p.press("#play")
		}
	}
	p.settled()
}

// lesson fails unless the page shows a lesson that is not answered yet.
func (p *panel) lesson(l tour.Preset) {
	p.Helper()
	p.settled()
	want := l.Query + "&tab=tour&lesson=" + l.ID
	if l.Tab != "network" {
		want += "&step=0"
	}
	p.is(want)
	p.same("#tour-title", l.Title)
	p.same("#tour-question", l.Question)
	if got := p.texts(".guesses label span"); !slices.Equal(got, l.Choices) {
		p.Errorf("of %s the choices are %q, want %q", l.ID, got, l.Choices)
	}
	if eval[bool](p.tab, `() => document.getElementById("tour-run").disabled === Boolean(document.querySelector(".guesses input:checked"))`) {
		p.Errorf("%s runs without a guess", l.ID)
	}
	if text := p.text("#tour-why"); text != "" {
		p.Errorf("%s says before the guess: %q", l.ID, text)
	}
	if n := eval[int](p.tab, `() => [...document.querySelectorAll("#runs .result")].filter((e) => e.checkVisibility({ visibilityProperty: true })).length`); n > 0 {
		p.Errorf("%s says of %d runs how they went", l.ID, n)
	}
}

// judged fails unless the page says whether a guess is right, and why.
func (p *panel) judged(l tour.Preset, guess int) {
	p.Helper()
	if s := p.experiment(); s.View.Guess != guess+1 || s.View.Lesson != l.ID {
		p.Errorf("the page has %s after the guess %d of %s", p.query(), guess, l.ID)
	}
	verdict := "✓ Right."
	if guess != l.Answer {
		verdict = "✗ No: " + l.Choices[l.Answer] + "."
	}
	p.same(".verdict", verdict)
	words := p.text("#tour-why")
	for _, want := range append([]string{l.Why, l.Look}, l.Guide...) {
		if !strings.Contains(words, want) {
			p.Errorf("of %s the page says\n%s\nwant in it\n%s", l.ID, words, want)
		}
	}
	p.same("#tour-hash code", l.Hash)
	if got := strings.HasSuffix(p.text("#tour-hash"), " and here."); got != (l.Tab != "network") {
		p.Errorf("of %s the page says %q", l.ID, p.text("#tour-hash"))
	}
}

func (p *panel) take() {
	p.elsewhere("save-program", "save-csv", "save-svg", "save-png", "save-gif", "link", "embed-code") // TestExports
	eval[bool](p.tab, `() => { navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }; return true; }`)
	for _, query := range []string{exported, "f=quadratic&steps=20&run=Newton&run=LBFGS&rates=best", "f=network(Data=xor)&steps=20&run=Adam"} {
		p.show(query)
		v := answer[struct{ Program, Command string }](p, "snippet", p.query(), "")
		program := property[string](p.tab, "#program", "textContent")
		if program != v.Program {
			p.Errorf("at %s the program is\n%s\nwant\n%s", query, program, v.Program)
		}
		p.same("#program-command", v.Command)
		hash := ""
		if p.experiment().Network == nil {
			hash = raceOf(p, p.query()).Hash
		}
		p.same("#hash", hash)
		for button, want := range map[string]string{
			"#copy-program": program, "#copy-link": property[string](p.tab, "#link", "value"), "#copy-embed": property[string](p.tab, "#embed-code", "value"),
		} {
			if p.press(button); eval[string](p.tab, `() => copied`) != want {
				p.Errorf("%s copies\n%s\nwant\n%s", button, eval[string](p.tab, `() => copied`), want)
			}
		}
	}
}
