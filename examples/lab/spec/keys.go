package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/surface"
)

// A key is one part of a text.
type key struct {
	name   string
	many   bool // it may be there several times
	parse  func(p *parser, n node) error
	format func(s *State) []string // the values
}

// instead is what a problem with a key leaves: the value that it has.
func (k *key) instead(s *State) string {
	if k.many {
		return ""
	}
	return strings.Join(k.format(s), "")
}

// The words of the keys that are choices, their defaults first.
var (
	Tabs     = []string{"race", "inspect", "stability", "noise", "schedule", "network", "second", "tour", "take"}
	types    = []string{"f32", "f64"}
	rates    = []string{"given", "best"}
	axes     = []string{"log", "loglog", "linear"}
	themes   = []string{"auto", "light", "dark"}
	slicings = []string{"random", "pca", "hessian"}
	lenses   = []string{"loss", "basins"}
)

// keys are all, in the order of the canonical text, in which they are parsed, too: what a value
// may be depends on those before.
var keys []key

func init() {
	keys = []key{
		{name: "f", parse: parseObjective, format: func(s *State) []string { return []string{s.objective()} }},
		{name: "at", parse: parseStart, format: formatStart},
		choiceKey("type", types, func(s *State) *bool { return &s.Double }),
		integerKey("steps", 1, maxSteps, func(s *State) *int { return &s.Steps }),
		{name: "run", many: true, parse: parseRun, format: formatRuns},
		choiceKey("rates", rates, func(s *State) *bool { return &s.Best }),
		integerKey("budget", 1, 100, func(s *State) *int { return &s.Budget }),
		{name: "target", parse: parseTarget, format: func(s *State) []string { return []string{Number(s.Target)} }},
		{name: "batch", parse: parseBatch, format: func(s *State) []string { return []string{strconv.Itoa(s.Batch)} }},
		{name: "seed", parse: parseSeed, format: func(s *State) []string { return []string{strconv.FormatUint(s.Seed, 10)} }},

		wordKey("tab", Tabs, func(s *State) *string { return &s.View.Tab }),
		integerKey("step", -1, maxSteps, func(s *State) *int { return &s.View.Step }),
		integerKey("sel", 0, maxRuns-1, func(s *State) *int { return &s.View.Run }),
		{name: "box", parse: parseBox, format: formatBox},
		wordKey("axis", axes, func(s *State) *string { return &s.View.Axis }),
		flagKey("three", func(s *State) *bool { return &s.View.Three }),
		flagKey("embed", func(s *State) *bool { return &s.View.Embed }),
		wordKey("theme", themes, func(s *State) *string { return &s.View.Theme }),
		wordKey("map", optionNames(), func(s *State) *string { return &s.View.Map }),
		wordKey("slice", slicings, func(s *State) *string { return &s.View.Slice }),
		wordKey("lens", lenses, func(s *State) *string { return &s.View.Lens }),
		integerKey("fan", 0, 200, func(s *State) *int { return &s.View.Fan }),
	}
}

func keyNames() []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

// optionNames are the names of all numbers and switches that methods have, each once.
func optionNames() []string {
	var names []string
	for _, m := range methods {
		for _, name := range fieldNames(m.options()) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func integerKey(name string, lo, hi int, field func(*State) *int) key {
	return key{
		name: name,
		parse: func(p *parser, n node) error {
			v, err := integer(n, lo, hi)
			if err == nil {
				*field(p.state) = v
			}
			return err
		},
		format: func(s *State) []string { return []string{strconv.Itoa(*field(s))} },
	}
}

func wordKey(name string, words []string, field func(*State) *string) key {
	return key{
		name: name,
		parse: func(p *parser, n node) error {
			i, err := choice(n, words)
			if err == nil {
				*field(p.state) = words[i]
			}
			return err
		},
		format: func(s *State) []string { return []string{*field(s)} },
	}
}

// choiceKey is one of two words, of which the second is true.
func choiceKey(name string, words []string, field func(*State) *bool) key {
	return key{
		name: name,
		parse: func(p *parser, n node) error {
			i, err := choice(n, words)
			if err == nil {
				*field(p.state) = i == 1
			}
			return err
		},
		format: func(s *State) []string {
			if *field(s) {
				return words[1:]
			}
			return words[:1]
		},
	}
}

func flagKey(name string, field func(*State) *bool) key {
	return key{
		name: name,
		parse: func(p *parser, n node) error {
			v, err := flag(n)
			if err == nil {
				*field(p.state) = v
			}
			return err
		},
		format: func(s *State) []string { return []string{flagText(*field(s))} },
	}
}

func parseTarget(p *parser, n node) error {
	v, err := number(n)
	if err == nil && v <= 0 {
		err = fmt.Errorf("%s, want a number above 0", n.text)
	}
	if err == nil {
		p.state.Target = v
	}
	return err
}

func parseBatch(p *parser, n node) error {
	samples := p.state.samples()
	v, err := integer(n, 0, maxInt)
	switch {
	case err != nil:
		return err
	case v > 0 && samples == 0:
		return fmt.Errorf("%s has no samples to take a batch of", p.state.objective())
	case v > samples:
		return fmt.Errorf("%d, want at most the %d samples", v, samples)
	}
	p.state.Batch = v
	return nil
}

func parseSeed(p *parser, n node) error {
	v, err := strconv.ParseUint(n.word, 10, 64)
	if err != nil || n.call || n.list {
		return fmt.Errorf("%q, want a whole number of at most 64 bits", n.text)
	}
	p.state.Seed = v
	return nil
}

// numbers reads a list of numbers that a picture can show.
func numbers(n node) ([]float64, error) {
	const limit = 1e6
	v := make([]float64, len(n.elements()))
	for i, e := range n.elements() {
		var err error
		if v[i], err = number(e); err != nil {
			return nil, err
		}
		if v[i] < -limit || v[i] > limit {
			return nil, fmt.Errorf("%s, want %s to %s", e.text, Number(-limit), Number(limit))
		}
	}
	return v, nil
}

func numbersText(v ...float64) []string {
	text := make([]string, len(v))
	for i := range v {
		text[i] = Number(v[i])
	}
	return []string{strings.Join(text, ",")}
}

func parseStart(p *parser, n node) error {
	v, err := numbers(n)
	if err != nil {
		return err
	}
	if dim := p.state.dim(); len(v) != dim {
		return fmt.Errorf("%d numbers for the %d parameters of %s", len(v), dim, p.state.objective())
	}
	p.state.Start = surface.Point{X: v[0]}
	if len(v) == 2 {
		p.state.Start.Y = v[1]
	}
	return nil
}

func formatStart(s *State) []string {
	if s.dim() == 1 {
		return numbersText(s.Start.X)
	}
	return numbersText(s.Start.X, s.Start.Y)
}

func parseBox(p *parser, n node) error {
	v, err := numbers(n)
	if err != nil {
		return err
	}
	switch {
	case len(v) == 2 && p.state.dim() == 1:
		v = append(v, 0, 0)
	case len(v) != 4:
		return fmt.Errorf("%d numbers, want the box's ends x0,x1,y0,y1", len(v))
	case v[2] >= v[3]:
		return fmt.Errorf("y from %v to %v, want the lower end first", v[2], v[3])
	}
	if v[0] >= v[1] {
		return fmt.Errorf("x from %v to %v, want the lower end first", v[0], v[1])
	}
	if b := (surface.Box{X0: v[0], X1: v[1], Y0: v[2], Y1: v[3]}); b != p.state.Surface.Kind.Box {
		p.state.View.Box = &b
	}
	return nil
}

func formatBox(s *State) []string {
	b := s.View.Box
	switch {
	case b == nil:
		return nil
	case b.Y0 == b.Y1:
		return numbersText(b.X0, b.X1)
	}
	return numbersText(b.X0, b.X1, b.Y0, b.Y1)
}
