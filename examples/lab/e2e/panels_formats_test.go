package e2e

import (
	"fmt"
	"strconv"
	"strings"
)

func (p *panel) formats() {
	run := func(args string) string { return "steps=60&run=SGD&run=Adam(LR=0.1" + args + ")&sel=1" }
	p.show(run(""))
	if why := p.text("#formats-none"); !strings.Contains(why, "in float32") || p.text("#formats-versions") != "" {
		p.Errorf("of a run in float32 the panel says %q", why)
	}
	p.choose("#formats-State", "bfloat16")
	p.becomes(run(",State=bfloat16"))
	p.compared()
	p.choose("#formats-Params", "split")
	p.becomes(run(",State=bfloat16,Params=split"))
	p.compared()
	p.choose("#formats-State", "int8")
	p.choose("#formats-Params", "bfloat16")
	p.becomes(run(",State=int8,Params=bfloat16"))
	p.compared()
	for _, number := range []string{"0/1", "1/0", "2/1"} {
		p.choose("#formats-number", number)
		p.settled()
		p.compared()
	}
	p.enter("#formats-RoundingSeed", "18446744073709551615")
	p.becomes(run(",State=int8,Params=bfloat16,RoundingSeed=18446744073709551615"))
	p.compared()
	p.press("#formats-next-seed")
	p.becomes(run(",State=int8,Params=bfloat16"))
	if step := p.pick("#formats-losses"); step < 28 || step > 32 {
		p.Errorf("the middle of the chart leads to step %d of 60", step)
	}
	p.show("f=parabola&steps=20&run=Momentum(LR=0.1,Params=bfloat16)")
	p.compared()
	p.show("type=f64&steps=9&run=Adam")
	if why := p.text("#formats-none"); !strings.Contains(why, "float64") {
		p.Errorf("of float64 the panel says %q", why)
	}
	p.show("f=network&steps=9&run=SGD&run=Adam&sel=1")
	p.choose("#formats-State", "int8")
	p.becomes("f=network&steps=9&run=SGD&run=Adam(State=int8)&sel=1")
	p.press("#formats-beside")
	p.is("f=network&steps=9&run=SGD&run=Adam(State=int8)&run=Adam&sel=1")
}

// compared fails unless the panel says what the engine here does of the versions of a run.
func (p *panel) compared() {
	p.Helper()
	v, arrays := reply[struct {
		Versions []struct {
			Differ, Apart, State, Params int
			Final, Note                  string
		}
	}](p, "formats", p.query(), fmt.Sprintf(`{"run":%d}`, p.experiment().View.Run))
	number := property[string](p.tab, "#formats-number", "value")
	at := func(step int) string {
		if step < 0 {
			return "–"
		}
		return fmt.Sprintf("step %d", step)
	}
	losses, away, kept := chart{x: "step", log: true}, chart{x: "step", log: true}, chart{x: "step"}
	var rows [][]string
	for i, label := range []string{"in its formats", "in float32", "rounded to nearest"} {
		w := v.Versions[i]
		array := func(name string) []float64 { return arrays.Array(fmt.Sprintf(name, i)) }
		row := []string{label, strconv.Itoa(w.State), strconv.Itoa(w.Params), "", "", w.Final, w.Note}
		if i != 1 {
			row[3], row[4] = at(w.Differ), at(w.Apart)
			away.curves = append(away.curves, curve{label, array("away/%d")})
		}
		rows = append(rows, row)
		losses.curves = append(losses.curves, curve{label, p.loss(array("loss/%d"))})
		kept.curves = append(kept.curves, curve{label, array("kept/%d/" + number)})
	}
	kept.log = strings.HasPrefix(number, "2/") // second moments
	p.rows("#formats-versions", rows)
	p.drawn("#formats-losses", losses)
	p.drawn("#formats-away", away)
	p.drawn("#formats-kept", kept)
}
