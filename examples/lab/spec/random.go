package spec

import (
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/surface"
)

// Random returns a text for tests: of a seed that is even one without a Problem, of one that is
// odd mostly one with several.
func Random(seed uint64) string {
	d := &dice{state: seed}
	text := d.query()
	if seed%2 == 1 {
		text = d.broken(text)
	}
	return text
}

// dice are random numbers that are the same everywhere (G. L. Steele et al., Fast splittable
// pseudorandom number generators, 2014).
type dice struct{ state uint64 }

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

// pick returns one of some words, or nothing of none.
func (d *dice) pick(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[d.below(len(words))]
}

// decimal returns a number of two digits between others.
func (d *dice) decimal(lo, hi float64) string {
	steps := float64((hi - lo) / 100)
	return strconv.FormatFloat(lo+float64(steps*float64(d.below(101))), 'g', 3, 64)
}

// query returns a text without a Problem.
func (d *dice) query() string {
	s := d.objective()
	parts := []string{"f=" + s.objective()}
	if s.Double = s.Network == nil && d.below(2) == 1; s.Double {
		parts = append(parts, "type=f64")
	}
	for range 1 + d.below(maxRuns) {
		s.Runs = append(s.Runs, d.run(s))
		parts = append(parts, "run="+s.Runs[len(s.Runs)-1].String())
	}
	for _, k := range keys {
		if text := d.value(&k, s); text != "" && d.below(3) == 0 {
			parts = append(parts, k.Name+"="+text)
		}
	}
	for i := len(parts) - 1; i > 0; i-- {
		j := d.below(i + 1)
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, "&")
}

func (d *dice) objective() *State {
	if d.below(5) == 0 {
		p := &parser{state: &State{}}
		n, _ := readValue(call(networkName, d.args(describeNetwork(), 0)))
		parseNetwork(p, n) // what cannot be is left out
		return p.state
	}
	k := surface.Kinds()[d.below(len(surface.Kinds()))]
	values := make([]float64, len(k.Options))
	for i, o := range k.Options {
		values[i] = o.Default
		v, _ := strconv.ParseFloat(d.decimal(o.Min, o.Max), 64)
		if o.Integer || o.Words != nil {
			v = o.Min + float64(d.below(int(o.Max-o.Min)+1))
		}
		if d.below(2) == 0 && o.Check(v) == nil {
			values[i] = v
		}
	}
	p, err := k.New(values...)
	if err != nil {
		return d.objective()
	}
	return &State{Surface: p}
}

// run returns a run with some of its options set, at values that go together.
func (d *dice) run(s *State) Run {
	m := methods[d.below(len(methods))]
	r := m.run(m.options())
	if s.check(r) != nil {
		return d.run(s)
	}
	for _, fields := range m.options() {
		for _, arg := range d.args(describe(m.Name, fields), 3) {
			if next, err := r.With(s.Double, arg); err == nil {
				r = next
			}
		}
	}
	return r
}

// args returns values for some of the options, with schedules inside each other to a depth.
func (d *dice) args(options []Option, depth int) (args []string) {
	for _, o := range options {
		if d.below(3) == 0 && (depth > 0 || !strings.HasPrefix(o.Kind, "schedule")) {
			args = append(args, o.Name+"="+d.option(o, depth))
		}
	}
	return args
}

// option returns a value that the option may have, or not.
func (d *dice) option(o Option, depth int) string {
	switch o.Kind {
	case "number":
		return d.pick([]string{"0", "1e-8", "0.001", "0.02", "0.5", "0.9", "1", "2", "30", "-0.8", "1e6"})
	case "integer":
		return d.pick([]string{"0", "1", "2", "7", "50", "300"})
	case "bool":
		return d.pick([]string{"0", "1"})
	case "word":
		return d.pick(o.Words)
	case "integers":
		return d.pick([]string{"()", "(7)", "(10,20)", "(1,2,3)"})
	case "schedules":
		list := make([]string, 1+d.below(3))
		for i := range list {
			list[i] = d.schedule(depth - 1)
		}
		return "(" + strings.Join(list, ",") + ")"
	}
	return d.schedule(depth - 1)
}

func (d *dice) schedule(depth int) string {
	s := schedules[d.below(len(schedules))]
	return call(scheduleName(s), d.args(describe("", structOf(s)), depth))
}

// value returns one that a key may have, or none for those that query sees to.
func (d *dice) value(k *key, s *State) string {
	switch k.Name {
	case "at":
		switch s.dim() {
		case 0:
			return ""
		case 1:
			return d.decimal(-5, 5)
		}
		return d.decimal(-5, 5) + "," + d.decimal(-5, 5)
	case "box":
		return d.decimal(-5, -1) + "," + d.decimal(1, 5) + "," + d.decimal(-5, -1) + "," + d.decimal(1, 5)
	case "sel":
		return strconv.Itoa(d.below(len(s.Runs)))
	case "batch":
		return strconv.Itoa(d.below(s.samples() + 1))
	case "target", "seed":
		return strconv.Itoa(1 + d.below(1000))
	case "lesson":
		return d.pick([]string{"descent", "no-such-lesson", "7"})
	case "type":
		return ""
	}
	switch k.Kind {
	case "word":
		if k.Name == "rates" && s.Network != nil {
			return ""
		}
		return d.pick(k.Words)
	case "bool":
		return d.pick([]string{"0", "1"})
	case "integer":
		lo, _ := strconv.Atoi(k.Min)
		hi, _ := strconv.Atoi(k.Max)
		return strconv.Itoa(lo + d.below(hi-lo+1))
	}
	return ""
}

// broken returns a text with something wrong in a few places.
func (d *dice) broken(text string) string {
	for range 1 + d.below(4) {
		at := d.below(len(text) + 1)
		before, after := text[:at], text[at:]
		switch d.below(6) {
		case 0:
			text = before + d.pick([]string{"(", ")", ",", "=", "&", "%", "%4", "%28", "\x00", "é", "-", "e", "9", "NaN", "Inf", "1e999", "#", "+"}) + after
		case 1:
			text = before + after[min(len(after), 1+d.below(5)):]
		case 2:
			text = before
		case 3:
			text += "&" + d.pick(keys[d.below(len(keys))].Words) // no value
		case 4:
			text += "&" + keys[d.below(len(keys))].Name + "=" + d.pick([]string{"NaN", "-1", "1e400", "()", "((1))", "Adam(Adam=Adam)", "SGD(LR=-1)",
				"f(x=1", "SGD(Schedule=" + strings.Repeat("Warmup(Then=", 1+d.below(200)), "SGD(Schedule=MultiStep(Milestones=(1" + strings.Repeat(",1", d.below(200)) + ")))"})
		case 5:
			parts := strings.Split(text, "&")
			text += strings.Repeat("&"+d.pick(parts), 1+d.below(10))
		}
	}
	return text
}
