package e2e

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/engine"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

func (p *panel) noise() {
	p.show("steps=9")
	for _, name := range []string{"regression", "logistic"} {
		p.press("#noise-" + name)
		p.becomes("f=" + name + "&batch=8&steps=9")
		p.clouded()
		p.show("steps=9")
	}
	base := func(more string) string { return "f=regression&steps=40&run=SGD(LR=0.02)&" + more }
	p.show(base("batch=8&fan=12&step=3"))
	p.clouded()
	p.fanned()
	p.sized()
	p.enter("#noise-batch", "5")
	p.becomes(base("batch=5&fan=12&step=3"))
	p.clouded()
	p.sized()
	p.press("#noise-batch-0")
	p.settle()
	p.is(base("fan=12&step=3&tab=noise"))
	p.same("#noise-cloud-message", "The batch is all samples: there is no noise.")
	if p.text("#noise-facts") != "" || p.text("#noise-cloud-place") != "" {
		p.Error("all samples have a cloud")
	}
	for _, size := range []string{"32", "8", "1"} {
		p.press("#noise-batch-" + size)
		p.becomes(base("fan=12&step=3&batch=" + size))
		p.clouded()
	}
	p.enter("#noise-seed", "6")
	p.becomes(base("batch=1&fan=12&step=3&seed=6"))
	p.press("#noise-next-seed")
	p.becomes(base("batch=1&fan=12&step=3&seed=7"))
	p.clouded()
	p.fanned()
	p.enter("#noise-seeds", "3")
	p.becomes(base("batch=1&fan=3&step=3&seed=7"))
	p.fanned()
	p.press("#noise-fifty")
	p.becomes(base("batch=1&fan=50&step=3&seed=7"))
	p.fanned()
}

// clouded fails unless the panel has the gradients of mini-batches that the engine here has.
func (p *panel) clouded() {
	p.Helper()
	s := p.experiment()
	step := s.View.Step
	if step < 0 {
		step = s.Steps
	}
	v, arrays := reply[struct {
		Batch           int
		Full, Mean, Std [2]string
	}](p, "noise", p.query(), fmt.Sprintf(`{"run":%d,"step":%d}`, s.View.Run, step))
	got := p.texts("#noise-facts b")
	var parts []string
	for _, text := range got {
		parts = append(parts, strings.Split(text, ", ")...)
	}
	want := []string{strconv.Itoa(v.Batch)}
	for _, pair := range [][2]string{v.Full, v.Mean, v.Std} {
		want = append(want, "~"+pair[0], "~"+pair[1])
	}
	if !slices.EqualFunc(parts, want, says) {
		p.Errorf("at %s the panel says %q, want %q", p.query(), got, want)
	}
	rows := [][]string{{"vector", "x", "y"}, {"all samples", "~" + v.Full[0], "~" + v.Full[1]}, {"mean of the batches", "~" + v.Mean[0], "~" + v.Mean[1]}}
	x, y := arrays.Array("gx"), arrays.Array("gy")
	for i := range x {
		rows = append(rows, []string{strconv.Itoa(i), about(x[i]), about(y[i])})
	}
	p.tabled("#noise-cloud-place", rows)
}

// tabled fails unless the table behind a figure has these rows, the head first.
func (p *panel) tabled(figure string, want [][]string) {
	p.Helper()
	got := p.table(figure)
	if len(got) != len(want) {
		p.Errorf("at %s the table of %s has %d rows, want %d", p.query(), figure, len(got), len(want))
		return
	}
	for i := range want {
		if !slices.EqualFunc(got[i], want[i], says) {
			p.Errorf("at %s row %d of the table of %s is %q, want %q", p.query(), i, figure, got[i], want[i])
			return
		}
	}
}

// ends is a row of where a path ends.
func ends(label string, r *engine.Reply, i int) []string {
	x, y := r.Array(fmt.Sprintf("x/%d", i)), r.Array(fmt.Sprintf("y/%d", i))
	last := len(x) - 1
	return []string{label, strconv.Itoa(last), about(x[last]), about(y[last])}
}

// fanned fails unless the panel has the runs with other seeds.
func (p *panel) fanned() {
	p.Helper()
	s := p.experiment()
	v, arrays := reply[struct{ Seeds []string }](p, "fan", p.query(), fmt.Sprintf(`{"run":%d}`, s.View.Run))
	rows := [][]string{{"path", "steps", "x", "y"}}
	var losses [][]float64
	steps := 0
	for i, seed := range v.Seeds {
		rows = append(rows, ends("seed "+seed, arrays, i))
		losses = append(losses, arrays.Array(fmt.Sprintf("loss/%d", i)))
		steps = max(steps, len(losses[i]))
	}
	p.tabled("#noise-fan-place", rows)
	var low, middle, high []float64
	for t := range steps {
		var all []float64
		for _, l := range losses {
			all = append(all, l[min(t, len(l)-1)])
		}
		slices.Sort(all)
		low, middle, high = append(low, all[0]), append(middle, all[len(all)/2]), append(high, all[len(all)-1])
	}
	p.drawn("#noise-fan-losses-place", chart{x: "step", log: true, curves: []curve{{"highest", p.loss(high)}, {"median", p.loss(middle)}, {"lowest", p.loss(low)}}})
	p.numbersIn(p.text("#noise-fan-facts"), low[steps-1], high[steps-1], middle[steps-1])
}

// sized fails unless the panel compares batches of three sizes.
func (p *panel) sized() {
	p.Helper()
	v, arrays := reply[struct {
		Batches []int
		Samples int
	}](p, "sizes", p.query(), fmt.Sprintf(`{"run":%d}`, p.experiment().View.Run))
	bySteps := chart{x: "step", log: true}
	byReads := chart{x: "samples read", log: true}
	paths := [][]string{{"path", "steps", "x", "y"}}
	var most []float64
	for i, batch := range v.Batches {
		label := fmt.Sprintf("batches of %d", batch)
		if batch == v.Samples {
			label = fmt.Sprintf("all %d", batch)
		} else if batch == 1 {
			label = "single samples"
		}
		read := arrays.Array(fmt.Sprintf("read/%d", i))
		most = append(most, read[len(read)-1])
		bySteps.curves = append(bySteps.curves, curve{label, p.loss(arrays.Array(fmt.Sprintf("loss/%d", i)))})
		paths = append(paths, ends(label, arrays, i))
	}
	slices.Sort(most)
	end := most[max(0, len(most)-2)]
	for k := range 201 {
		byReads.at = append(byReads.at, math.Floor(float64(float64(k)*end)/200+0.5))
	}
	for i, c := range bySteps.curves {
		read := arrays.Array(fmt.Sprintf("read/%d", i))
		behind := make([]float64, len(byReads.at))
		for k, n := range byReads.at {
			if behind[k] = math.NaN(); n <= read[len(read)-1] {
				last, found := slices.BinarySearch(read, n)
				for found && last+1 < len(read) && read[last+1] == n {
					last++
				}
				if !found {
					last--
				}
				behind[k] = c.values[last]
			}
		}
		byReads.curves = append(byReads.curves, curve{c.label, behind})
	}
	p.drawn("#noise-by-steps-place", bySteps)
	p.drawn("#noise-by-reads-place", byReads)
	p.tabled("#noise-sizes-place", paths)
}

func (p *panel) schedule() {
	run := func(schedule string) string {
		return "steps=60&run=SGD(LR=0.001,Schedule=" + schedule + ")&run=Adam(LR=0.1)"
	}
	p.show("steps=60&run=SGD(LR=0.001)&run=Adam(LR=0.1)")
	p.scheduled()
	for _, example := range [][2]string{
		{"step", "StepDecay(StepSize=20,Gamma=0.1)"}, {"cosine", "Cosine(TMax=60)"},
		{"warmup", "Warmup(Steps=6,StartFactor=0.01,Then=Cosine(TMax=54))"}, {"restarts", "CosineWarmRestarts(T0=20)"},
		{"cycle", "OneCycle(TotalSteps=60)"}, {"constant", ""},
	} {
		p.press("#schedule-" + example[0])
		p.becomes(run(example[1]))
		p.scheduled()
	}
	p.show(run("Cosine(TMax=60)") + "&sel=1")
	p.scheduled()
	suggested := p.found()
	p.press("#schedule-take")
	p.settled()
	if s := p.experiment(); math.Abs(s.Runs[1].LR-suggested) > float64(0.051*suggested) {
		p.Errorf("the rate is %v, want the suggestion %v", s.Runs[1].LR, suggested)
	}
	p.agrees(p.query())
	for _, figure := range []string{"1", "2"} {
		if step := p.pick("#schedule-charts figure:nth-of-type(" + figure + ")"); step < 28 || step > 32 {
			p.Errorf("the middle of chart %s leads to step %d of 60", figure, step)
		}
	}
	p.editor("schedule", "steps=12&tab=schedule", spec.NewCatalog(), p.note)
}

// scheduled fails unless the panel has the losses, the rates and the formulas of the runs.
func (p *panel) scheduled() {
	p.Helper()
	s := p.experiment()
	r, arrays := reply[race](p, "race", p.query(), "")
	losses, rates := chart{x: "step", log: true}, chart{x: "step"}
	for i, run := range r.Runs {
		losses.curves = append(losses.curves, curve{run.Label, p.loss(arrays.Array(fmt.Sprintf("loss/%d", i)))})
		rates.curves = append(rates.curves, curve{run.Label, arrays.Array(fmt.Sprintf("rate/%d", i))})
	}
	p.same("#schedule-title", "Schedule of "+r.Runs[s.View.Run].Label)
	p.drawn("#schedule-charts figure:nth-of-type(1)", losses)
	p.drawn("#schedule-charts figure:nth-of-type(2)", rates)
	type reference struct {
		Name  string
		Lines []struct{ Symbol, Formula string }
		Inner []reference
	}
	v := answer[struct{ Schedule *reference }](p, "formulas", p.query(), fmt.Sprintf(`{"run":%d}`, s.View.Run))
	var names, formulas []string
	var add func(r reference)
	add = func(r reference) {
		names = append(names, r.Name)
		for _, l := range r.Lines {
			if l.Formula == "" {
				l.Formula = l.Symbol
			}
			formulas = append(formulas, l.Formula)
		}
		for _, in := range r.Inner {
			add(in)
		}
	}
	if v.Schedule != nil {
		add(*v.Schedule)
	}
	if got := p.texts("#schedule-formulas code"); !slices.Equal(got, names) {
		p.Errorf("at %s the schedules are %q, want %q", p.query(), got, names)
	}
	p.formulas("#schedule-formulas .formula", formulas)
}

// found fails unless the panel has the curve of growing rates, and what it suggests. It returns that.
func (p *panel) found() float64 {
	p.Helper()
	v, arrays := reply[struct{ Suggest, Steepest, Lowest string }](p, "findrate", p.query(), fmt.Sprintf(`{"run":%d}`, p.experiment().View.Run))
	number := func(text string) float64 {
		v, err := strconv.ParseFloat(text, 64)
		p.must(err)
		return v
	}
	suggest := number(v.Suggest)
	p.numbersIn(p.text("#schedule-suggestion"), suggest, number(v.Steepest), number(v.Lowest))
	losses := arrays.Array("losses")
	p.drawn("#schedule-find", chart{x: "rate", at: arrays.Array("rates"), loglog: slices.Min(losses) > 0,
		curves: []curve{{"loss", losses}, {"smoothed", arrays.Array("smoothed")}}})
	return suggest
}
