package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/chromedp/kb"

	"github.com/seed63264101/steepest/examples/lab/engine"
)

// trained is what the engine here answers of a training that is done.
type trained struct {
	Done                                                      bool
	Step, Steps, Epoch, Batch, Samples, Validates, Parameters int
	Layers                                                    int
	Runs                                                      []struct {
		Label, LR, Note, Loss, Accuracy, Validation, ValidationAccuracy string
		Diverged                                                        int
	}
	Hash string
}

func (p *panel) network() {
	const net, rest = "f=network(Samples=60)", "&steps=40&batch=16&run=Adam(LR=0.02)&run=SGD(LR=0.2)"
	for _, data := range []string{"spirals", "xor", "circles", "digits"} {
		p.show("steps=9")
		p.click("#network-begin-" + data)
		p.reaches("f=network(Data=" + data + ")&steps=600&batch=16&run=Adam(LR=0.02)&run=SGD(LR=0.2)")
		p.goes(net + rest)
		p.settled()
		p.click("#network-data-" + data)
		p.reaches("f=network(Samples=60,Data=" + data + ")" + rest)
	}
	p.show(net + rest)
	p.learnt()
	p.press("#network-runs-1-look")
	p.becomes(net + rest + "&sel=1")
	p.learnt()
	for _, slice := range []string{"pca", "hessian", "random"} {
		p.press("#network-slice-" + slice)
		p.becomes(net + rest + "&sel=1&slice=" + slice)
		p.cut()
	}
	p.focus("#network-step")
	p.key(kb.Home)
	p.becomes(net + rest + "&sel=1&step=0")
	p.same("#network-step-count", "step 0")
	m := p.bounded()
	p.hover(p.cell("#network-boundary", m, 20, 30))
	p.readout("#network-boundary", m, 20, 30)
	for i := range 3 {
		if step := p.pick(fmt.Sprintf("#network-curves > :nth-child(%d)", i+1)); step < 18 || step > 22 {
			p.Errorf("the middle of curve %d leads to step %d of 40", i, step)
		}
		p.same("#network-step-count", fmt.Sprintf("step %d", p.experiment().View.Step))
	}
	p.bounded()
	p.elsewhere("network-slice-map") // a map without a choice, of which the table is read
	p.digits("f=network(Data=digits,Samples=60,Hidden=(8))&steps=20&batch=16&run=Adam(LR=0.02)")
	p.stopped(net + "&steps=5000&run=Adam(LR=0.02)")
	p.goes(net + rest)
	p.settled()
	p.learnt()
}

// learn has the engine here train to the end.
func (p *panel) learn() (trained, *engine.Reply) {
	p.Helper()
	for {
		if v, arrays := reply[trained](p, "train", p.query(), `{"ms":1000}`); v.Done {
			return v, arrays
		}
	}
}

// learnt fails unless the panel shows the training as the engine here has it.
func (p *panel) learnt() {
	p.Helper()
	s := p.experiment()
	v, arrays := p.learn()
	p.until("the sharpness", `document.querySelector("#network-sharpness figure") && document.getElementById("network-sharpness-progress").hidden`)
	p.settled()
	count := strconv.Itoa
	p.facts("#network-facts", fmt.Sprintf("%d of %d", v.Step, v.Steps), count(v.Epoch), count(v.Samples), count(v.Batch), count(v.Validates), count(v.Parameters), v.Hash)
	var rows [][]string
	array := func(format string, args ...any) []float64 { return arrays.Array(fmt.Sprintf(format, args...)) }
	var at []float64
	loss, accuracy, norms := chart{x: "step", log: true}, chart{x: "step"}, chart{x: "step", log: true, at: array("at/%d", s.View.Run)}
	for i, run := range v.Runs {
		diverged := ""
		if run.Diverged >= 0 {
			diverged = fmt.Sprintf("diverged at step %d", run.Diverged)
		}
		rows = append(rows, []string{run.Label, run.LR, run.Loss, run.Accuracy, orDash(run.Validation), orDash(run.ValidationAccuracy), noteOf(diverged, run.Note)})
		if a := array("at/%d", i); len(a) > len(at) {
			at = a
		}
		loss.curves = append(loss.curves, curve{run.Label, array("loss/%d", i)}, curve{run.Label + ", validation", array("validation/%d", i)})
		accuracy.curves = append(accuracy.curves, curve{run.Label, array("accuracy/%d", i)}, curve{run.Label + ", validation", array("validationAccuracy/%d", i)})
	}
	for l := range v.Layers {
		norms.curves = append(norms.curves, curve{fmt.Sprintf("layer %d", l+1), array("norm/%d/%d", s.View.Run, l)})
	}
	loss.at, accuracy.at = at, at
	p.rows("#network-runs", rows)
	for i, c := range []chart{loss, accuracy, norms} {
		p.drawn(fmt.Sprintf("#network-curves > :nth-child(%d)", i+1), c)
	}
	p.bounded()
	p.cut()
	sharp, curves := reply[struct{ Limited, Full bool }](p, "sharpness", p.query(), fmt.Sprintf(`{"run":%d,"points":31,"more":1000}`, s.View.Run))
	c := chart{x: "step", log: true, at: curves.Array("at"), curves: []curve{{"largest curvature", curves.Array("sharpness")}}}
	if limit := curves.Array("limit"); limit != nil {
		c.curves = append(c.curves, curve{"what the rate bears", limit})
	}
	p.drawn("#network-sharpness", c)
	words := "no limit"
	if sharp.Limited {
		words = "the edge of stability"
	}
	if got := p.text("#network-sharpness-about"); !strings.Contains(got, words) {
		p.Errorf("at %s the panel says of the limit: %q", p.query(), got)
	}
}

// shownStep is the step whose network the panel shows.
func (p *panel) shownStep(steps int) int {
	if step := p.experiment().View.Step; step >= 0 {
		return min(step, steps)
	}
	return steps
}

// bounded fails unless the panel shows what the network makes of the plane.
func (p *panel) bounded() cells {
	p.Helper()
	v, _ := p.learn()
	_, arrays := reply[any](p, "boundary", p.query(), fmt.Sprintf(`{"run":%d,"step":%d,"width":56,"height":56}`, p.experiment().View.Run, p.shownStep(v.Step)))
	m := cells{56, 56, arrays.Array("grid"), func(v float64) string { return about(v) }}
	// The text has the class before its share.
	rows, lines := p.table("#network-plane"), spread(56, 24)
	slices.Reverse(lines)
	for r, line := range lines {
		for c, column := range spread(56, 24) {
			if v := m.values[line*56+column]; !leans(rows[r+1][c+1], v) {
				p.Fatalf("at %s the boundary says %q, want %v", p.query(), rows[r+1][c+1], v)
			}
		}
	}
	m.text = func(v float64) string {
		return eval[string](p.tab, `async (v) => (await import("lab/scales.js")).leaningScale("class 0", "class 1").text(v)`, v)
	}
	return m
}

// leans reports whether a text is that of a leaning to a class.
func leans(text string, v float64) bool {
	class, share, _ := strings.Cut(text, ", ")
	want := "class 1"
	if v < 0 {
		want, v = "class 0", -v
	}
	return class == want && reads(share, v)
}

// cut fails unless the panel shows the slice of the loss that is chosen.
func (p *panel) cut() {
	p.Helper()
	p.learn()
	s := p.experiment()
	v, arrays := reply[struct {
		Shares []string
		Loss   string
	}](p, "slice", p.query(), fmt.Sprintf(`{"run":%d,"kind":%q,"width":31,"height":31}`, s.View.Run, s.View.Slice))
	words := p.text("#network-shares")
	var want []float64
	for i, text := range append(slices.Clone(v.Shares), v.Loss) {
		share, err := strconv.ParseFloat(text, 64)
		p.must(err)
		if i < 2 {
			share *= 100
		}
		want = append(want, share)
	}
	p.numbersIn(words, want...)
	if !strings.Contains(words, "loss "+v.Loss+".") {
		p.Errorf("at %s the panel says %q, want the loss %s", p.query(), words, v.Loss)
	}
	rows, lines, grid := p.table("#network-slice-place"), spread(31, 24), arrays.Array("grid")
	slices.Reverse(lines)
	for r, line := range lines {
		for c, column := range spread(31, 24) {
			if text, ok := strings.CutPrefix(rows[r+1][c+1], "loss "); !ok || !reads(text, grid[line*31+column]) {
				p.Fatalf("at %s the slice says %q, want %v", p.query(), rows[r+1][c+1], grid[line*31+column])
			}
		}
	}
}

// digits draws a digit for a network that reads some, and fails unless the panel says what it takes
// that for, and the digits of its page.
func (p *panel) digits(query string) {
	p.Helper()
	p.show(query)
	v, _ := p.learn()
	_, arrays := reply[any](p, "boundary", p.query(), fmt.Sprintf(`{"run":0,"step":%d,"pictures":40}`, v.Step))
	rows := [][]string{{"picture", "digit", "taken for", "probability"}}
	for i, label := range arrays.Array("label") {
		rows = append(rows, []string{strconv.Itoa(i + 1), about(label), about(arrays.Array("guess")[i]), strconv.FormatFloat(arrays.Array("sure")[i], 'f', 3, 64)})
	}
	p.tabled("#network-page", rows)
	pad := p.middle("#network-pad")
	p.uses("#network-pad")
	p.mouse(line(point{pad.X, pad.Y - 40}, point{pad.X, pad.Y + 40}, 8)...)
	p.guessed(4)
	p.press("#network-pad-clear")
	if text := p.text("#network-pad-said"); !strings.HasPrefix(text, "Draw a digit") {
		p.Errorf("of an empty pad the page says %q", text)
	}
	p.focus("#network-pad")
	p.key(" ", kb.ArrowRight, kb.ArrowDown, " ")
	p.guessed(2)
	p.key(" ")
	p.guessed(1)
	p.press("#network-pad-clear")
}

// guessed fails unless the panel says what the network takes the drawn pixels for, of which there
// are so many at least.
func (p *panel) guessed(least int) {
	p.Helper()
	p.settled()
	args := eval[string](p.tab, `() => asked.guess.args`)
	var asked struct{ Pixels []float64 }
	p.must(json.Unmarshal([]byte(args), &asked))
	drawn := 0
	for _, v := range asked.Pixels {
		if v > 0 {
			drawn++
		}
	}
	if drawn < least || drawn > 10*least {
		p.Errorf("%d pixels are drawn, want %d or some more", drawn, least)
	}
	p.learn()
	v, arrays := reply[struct {
		Best int
		Sure string
	}](p, "guess", p.query(), args)
	p.same("#network-pad-said", fmt.Sprintf("It takes this for a %d, with probability %s.", v.Best, v.Sure))
	rows := [][]string{{"", "value"}}
	for i, share := range arrays.Array("p") {
		rows = append(rows, []string{strconv.Itoa(i), about(share)})
	}
	p.tabled("#network-guess", rows)
}

// stopped stops a long training, and lets it go on.
func (p *panel) stopped(query string) {
	p.Helper()
	p.goes(query + "&tab=network")
	step := func() int {
		n, _ := strconv.Atoi(strings.Fields(p.text("#network-facts b"))[0])
		return n
	}
	grown := `(parseInt(document.querySelector("#network-facts b").textContent) > %d && document.querySelector("#network-facts").textContent.includes("of 5000"))`
	began := func(behind int) {
		p.Helper()
		if !eval[bool](p.tab, `async (condition) => {
			const test = new Function("return " + condition);
			for (const end = performance.now() + 10000; performance.now() < end; await new Promise(requestAnimationFrame)) if (test()) return true;
			return false;
		}`, fmt.Sprintf(grown, behind)) {
			p.Fatalf("the training stays at %s", p.text("#network-facts"))
		}
	}
	began(0)
	p.click("#network-pause")
	p.settle()
	p.same("#network-pause", "Train on")
	at := step()
	p.settle()
	if n := step(); n != at || n >= 5000 {
		p.Errorf("after the pause the training is at step %d, before at %d", n, at)
	}
	p.click("#network-pause")
	began(at)
}
