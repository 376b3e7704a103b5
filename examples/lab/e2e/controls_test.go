package e2e

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

// TestControls uses every control of the experiment, by keys or the mouse. What it has to use is
// what the catalogue has: each objective, method and schedule with each option, and each key.
// After each change the page shows the experiment with that change, with the numbers that the
// engine has for it here. In the end no control that ever was on the page is left.
func TestControls(t *testing.T) {
	p := openLab(t, "steps=12")
	c := spec.NewCatalog()
	there := map[string]bool{}
	parts := []struct {
		name string
		run  func(*tab, *spec.Catalog, map[string]bool)
	}{
		{"Objectives", (*tab).objectives}, {"Methods", (*tab).methods}, {"Schedules", (*tab).schedules},
		{"Keys", (*tab).keys}, {"Runs", (*tab).runs}, {"Others", (*tab).others},
	}
	done := 0
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			part.run(p.in(t), c, there)
			done++
		})
	}
	if done < len(parts) {
		return // a run of some parts alone
	}
	p.usedAll(there)
}

// usedAll fails if there are controls that no test has used.
func (p *tab) usedAll(there map[string]bool) {
	p.Helper()
	var left []string
	for _, name := range slices.Sorted(maps.Keys(there)) {
		if !p.used[name] {
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		p.Errorf("controls that this test knows no use of: %s", strings.Join(left, ", "))
	}
	p.Logf("%d controls", len(there))
}

// Controls of all runs are the same, and so are those of schedules inside others.
var (
	runNumber = regexp.MustCompile(`^run-\d`)
	ofRun     = regexp.MustCompile(`^(\w+-runs|tour-choice)-\d`)
	nested    = regexp.MustCompile(`-(Then|Schedules-\d)`)
)

// note adds what controls there are outside of the panels.
func (p *tab) note(there map[string]bool) {
	p.Helper()
	for _, name := range eval[[]string](p, `() => [...document.querySelectorAll("button, input, select, textarea, summary")]
		.filter((e) => !e.closest("#panel-bodies, #help") && (e.id || e.closest("#controls")))
		.filter((e) => !e.closest("[hidden]"))
		.map((e) => e.id)`) {
		there[generic(name)] = true
	}
}

// generic is the id that stands for all controls like one.
func generic(name string) string {
	return ofRun.ReplaceAllString(runNumber.ReplaceAllString(nested.ReplaceAllString(name, ""), "run-0"), "$1-0")
}

// set changes a control to a value by the means of its kind, and checks what the page makes of it.
func (p *tab) set(name string, o spec.Option, value, want string) {
	p.Helper()
	at := id(name)
	switch o.Kind {
	case "bool":
		p.click(at)
		p.rest()
	case "word", "schedule":
		p.choose(at, value)
	default:
		p.enter(at, strings.Trim(value, "()"))
	}
	p.agrees(want)
}

// reset writes the address anew, which is what a reader does who starts afresh.
func (p *tab) reset(query string) {
	p.Helper()
	eval[any](p, `(q) => { location.hash = q; return 0; }`, query)
	p.rest()
}

func (p *tab) objectives(c *spec.Catalog, there map[string]bool) {
	for _, o := range c.Objectives {
		p.reset("steps=12")
		if o.Name != spec.Default().Surface.Kind.Name {
			p.choose("#objective", o.Name)
		}
		base := "steps=12"
		p.agrees(join("f="+o.Name, base))
		p.note(there)
		if o.Network {
			p.press("#objective-more")
		}
		for _, option := range o.Options {
			with := func(v string) string { return join(fmt.Sprintf("f=%s(%s=%s)", o.Name, option.Name, v), base) }
			v := another(p, option, with)
			p.set("f-"+option.Name, option, v, with(v))
			p.reset(join("f="+o.Name, base))
		}
		for i, axis := range []string{"x", "y"}[:o.Dim] {
			at := slices.Repeat([]string{"0"}, o.Dim)
			if s, _ := spec.Parse("f=" + o.Name); i == 0 {
				at[i] = "0.75"
				if o.Dim == 2 {
					at[1] = spec.Number(s.Start.Y)
				}
			} else {
				at = []string{spec.Number(s.Start.X), "0.75"}
			}
			p.set("at-"+axis, spec.Option{Kind: "number"}, "0.75", join("f="+o.Name, base, "at="+strings.Join(at, ",")))
			p.reset(join("f="+o.Name, base))
		}
	}
}

func (p *tab) methods(c *spec.Catalog, there map[string]bool) {
	for _, m := range c.Methods {
		base := "steps=12"
		if m.Name == "NaturalGradient" {
			base = "f=logistic&steps=12" // which has a Fisher matrix
		}
		other := "SGD"
		if m.Name == other {
			other = "Adam"
		}
		p.reset(join(base, "run="+other))
		p.choose("#run-0-method", m.Name)
		p.agrees(join(base, "run="+m.Name))
		p.note(there)
		options := slices.Clone(m.Options)
		if m.Rule && m.Name == "Adam" {
			for _, o := range c.Common {
				if !slices.ContainsFunc(options, func(own spec.Option) bool { return own.Name == o.Name }) {
					options = append(options, o)
				}
			}
		}
		for _, o := range options {
			with := func(v string) string { return join(base, fmt.Sprintf("run=%s(%s=%s)", m.Name, o.Name, v)) }
			v := another(p, o, with)
			p.set("run-0-"+o.Name, o, v, with(v))
			p.reset(join(base, "run="+m.Name))
		}
	}
}

func (p *tab) schedules(c *spec.Catalog, there map[string]bool) {
	p.editor("run-0-Schedule", "steps=12", c, func() { p.note(there) })
}

// editor sets all that an editor of schedules can, that of the first run of an experiment. note
// notes what controls there are.
func (p *tab) editor(name, base string, c *spec.Catalog, note func()) {
	for _, s := range c.Schedules {
		with := func(schedule string) string { return join(base, "run=SGD(Schedule="+schedule+")") }
		p.reset(join(base, "run=SGD"))
		p.choose(id(name), s.Name)
		p.agrees(with(s.Name))
		note()
		for _, o := range s.Options {
			if o.Kind == "schedules" {
				continue
			}
			one := func(v string) string { return with(fmt.Sprintf("%s(%s=%s)", s.Name, o.Name, v)) }
			v := another(p, o, one)
			p.set(name+"-"+o.Name, o, v, one(v))
			note()
			p.reset(with(s.Name))
		}
	}
	p.reset(join(base, "run=SGD(Schedule=Warmup(Then=Cosine))"))
	p.enter(id(name+"-Then-TMax"), "30")
	p.agrees(join(base, "run=SGD(Schedule=Warmup(Then=Cosine(TMax=30)))"))
	// A list of schedules: another one at its end, the first one changed and removed.
	p.reset(join(base, "run=SGD(Schedule=Sequence(Schedules=(Constant,Exponential),Milestones=(4,8)))"))
	p.press(id(name + "-Schedules-add"))
	p.agrees(join(base, "run=SGD(Schedule=Sequence(Schedules=(Constant,Exponential,Constant),Milestones=(4,8)))"))
	p.choose(id(name+"-Schedules-0"), "Cosine")
	p.agrees(join(base, "run=SGD(Schedule=Sequence(Schedules=(Cosine,Exponential,Constant),Milestones=(4,8)))"))
	p.enter(id(name+"-Milestones"), "5")
	if got := p.query(); !strings.Contains(got, "Milestones=(5)") {
		p.Errorf("milestones: %s", got)
	}
	p.press(id(name + "-Schedules-0-remove"))
	p.agrees(join(base, "run=SGD(Schedule=Sequence(Schedules=(Exponential,Constant),Milestones=(5)))"))
	note()
}

// keys are set on an objective with samples, for which all of them mean something.
func (p *tab) keys(c *spec.Catalog, there map[string]bool) {
	elsewhere := map[string]bool{ // that another test sets, or a panel
		"at": true, "tab": true, "step": true, "sel": true, "axis": true, "box": true, "three": true, "embed": true, "map": true, "slice": true, "lens": true, "fan": true, "lesson": true, "guess": true,
	}
	for _, k := range c.Keys {
		if elsewhere[k.Name] {
			continue
		}
		base := "f=regression&steps=12&run=SGD(LR=0.01)"
		if k.Name == "budget" {
			base = "f=regression&steps=12&rates=best&run=SGD(LR=0.01)"
		}
		with := func(v string) string {
			if k.Name == "steps" {
				return strings.Replace(base, "steps=12", "steps="+v, 1)
			}
			return join(base, k.Name+"="+v)
		}
		p.reset(base)
		p.note(there)
		v := another(p, k, with)
		if k.Name == "steps" {
			v = "7"
		}
		p.set(k.Name, k, v, with(v))
	}
	p.reset("")
}

func (p *tab) runs(_ *spec.Catalog, there map[string]bool) {
	base := "steps=12"
	p.reset(join(base, "run=SGD"))
	p.press("#run-add")
	p.agrees(join(base, "run=SGD&run=Momentum"))
	p.press("#run-1-copy")
	p.agrees(join(base, "run=SGD&run=Momentum&run=Momentum"))
	p.press("#run-2-look")
	p.agrees(join(base, "run=SGD&run=Momentum&run=Momentum&sel=2"))
	p.press("#run-0-remove")
	p.agrees(join(base, "run=Momentum&run=Momentum&sel=1"))
	// The slider of the rate: a key is a tenth of a power of ten, and the ends are what they say.
	for key, rate := range map[string]string{keyEnd: "100", keyHome: "0.000001"} {
		p.focus("#run-0-rate")
		p.key(key)
		p.rest()
		p.agrees(join(base, "run=Momentum(LR="+rate+")&run=Momentum&sel=1"))
	}
	p.used["run-0-rate"] = true
	p.press("#run-0-options")
	p.press("#settings-more")
	p.note(there)
}

// others are the buttons of the bar and of the picture.
func (p *tab) others(_ *spec.Catalog, there map[string]bool) {
	p.reset("steps=12&run=SGD")
	p.note(there)
	p.press("#run-add")
	p.press("#undo")
	p.agrees("steps=12&run=SGD")
	p.press("#redo")
	p.agrees("steps=12&run=SGD&run=Momentum")
	p.press("#help-open")
	if words := p.text("#help"); !strings.Contains(words, "play or pause") {
		p.Errorf("the help says %q", words)
	}
	p.press("#help-close")
	if p.text("#help") != "" {
		p.Error("the help stays")
	}
	p.press("#lens")
	p.agrees("steps=12&run=SGD&run=Momentum&lens=basins")
	p.press("#lens")
	p.press("#three")
	p.agrees("steps=12&run=SGD&run=Momentum&three=1")
	p.press("#three")
	p.agrees("steps=12&run=SGD&run=Momentum")
	p.press("#badge")
	p.agrees("steps=12&run=SGD&run=Momentum&tab=take")
	for _, b := range []string{"zoom-in", "zoom-out", "zoom-reset", "first", "back", "forward", "last", "play", "scrub", "speed"} {
		p.used[b] = true // TestPlayback and TestZoom
	}
	for _, tab := range eval[[]string](p, `() => [...document.querySelectorAll("[role=tab]")].map((e) => e.id)`) {
		p.press(id(tab))
		p.settle() // what the panel shows may move the tabs
		if !eval[bool](p, `(s) => document.querySelector(s).getAttribute("aria-selected") === "true"`, id(tab)) {
			p.Errorf("%s shows nothing", tab)
		}
	}
	p.reset("steps=12&run=SGD")
}
