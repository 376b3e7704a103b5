package spec

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A key is one part of a text.
type key struct {
	many   bool // it may be there several times
	Option      // but for the default
	parse  func(p *parser, n node) error
	format func(s *State) []string // the values
}

// instead is what a problem with a key leaves: the value that it has.
func (k *key) instead(s *State) string {
	if k.many {
		return ""
	}
	return k.text(s)
}

// text returns the value of a key that has one, or none.
func (k *key) text(s *State) string { return strings.Join(k.format(s), "") }

// The words of the keys that are choices, their defaults first.
var (
	Tabs     = []string{"race", "inspect", "stability", "noise", "schedule", "formats", "network", "second", "tour", "take"}
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
		{Option: Option{Name: "f", Kind: "objective"}, parse: parseObjective, format: single((*State).objective)},
		{Option: Option{Name: "at", Kind: "numbers", About: "where the runs begin"}, parse: parseStart, format: single(startText)},
		notForNetworks(switchKey("type", "of the parameters", types, func(s *State) *bool { return &s.Double }), "networks train in f32"),
		integerKey("steps", "of each run", 1, maxSteps, func(s *State) *int { return &s.Steps }),
		{Option: Option{Name: "run", Kind: "run"}, many: true, parse: parseRun, format: runTexts},
		notForNetworks(switchKey("rates", "the rates that the runs say, or for each run the best one that trials find", rates, func(s *State) *bool { return &s.Best }),
			"no rates are tried for networks"),
		integerKey("budget", "trials of each run to find its best rate", 1, 100, func(s *State) *int { return &s.Budget }),
		{Option: Option{Name: "target", Kind: "number", About: "loss above the least that counts as arrived"}, parse: parseTarget,
			format: single(func(s *State) string { return Number(s.Target) })},
		{Option: Option{Name: "batch", Kind: "integer", About: "samples for each step, 0 for all", Min: "0"}, parse: parseBatch,
			format: single(func(s *State) string { return strconv.Itoa(s.Batch) })},
		{Option: Option{Name: "seed", Kind: "integer", About: "of the order of samples", Min: "0"}, parse: parseSeed,
			format: single(func(s *State) string { return strconv.FormatUint(s.Seed, 10) })},

		wordKey("tab", "panel", Tabs, func(s *State) *string { return &s.View.Tab }),
		stepKey(),
		integerKey("sel", "run that is looked at", 0, maxRuns-1, func(s *State) *int { return &s.View.Run }),
		{Option: Option{Name: "box", Kind: "numbers", About: "ends of the picture: x0,x1,y0,y1"}, parse: parseBox, format: single(boxText)},
		wordKey("axis", "scale of the loss", axes, func(s *State) *string { return &s.View.Axis }),
		flagKey("three", "the surface in three dimensions", func(s *State) *bool { return &s.View.Three }),
		flagKey("embed", "the picture alone", func(s *State) *bool { return &s.View.Embed }),
		wordKey("theme", "colours", themes, func(s *State) *string { return &s.View.Theme }),
		wordKey("map", "option that the map has beside the rate", optionNames(), func(s *State) *string { return &s.View.Map }),
		wordKey("slice", "directions in which a network's loss is cut", slicings, func(s *State) *string { return &s.View.Slice }),
		wordKey("lens", "what the picture's colours mean", lenses, func(s *State) *string { return &s.View.Lens }),
		integerKey("fan", "seeds of which the paths are shown", 0, 200, func(s *State) *int { return &s.View.Fan }),
		{Option: Option{Name: "lesson", Kind: "name", About: "lesson of the tour"}, parse: parseLesson, format: single(func(s *State) string { return s.View.Lesson })},
		integerKey("guess", "answer to the lesson's question, counted from 1", 0, 9, func(s *State) *int { return &s.View.Guess }),
	}
}

func keyNames() []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	return names
}

// optionNames are the names of all numbers and switches that methods have, each once.
func optionNames() []string {
	var names []string
	for _, m := range methods {
		eachField(m.options(), func(name string, _ int, v reflect.Value) {
			if !slices.Contains(names, name) && kindOf(v.Type()) != "schedule" && kindOf(v.Type()) != "word" {
				names = append(names, name)
			}
		})
	}
	return names
}

// single is the format of a key that has one value, or none if it is empty.
func single(text func(*State) string) func(*State) []string {
	return func(s *State) []string {
		if t := text(s); t != "" {
			return []string{t}
		}
		return nil
	}
}

func integerKey(name, about string, lo, hi int, field func(*State) *int) key {
	return key{
		Option: Option{Name: name, Kind: "integer", About: about, Min: strconv.Itoa(lo), Max: strconv.Itoa(hi)},
		parse: func(p *parser, n node) error {
			v, err := integer(n, lo, hi)
			if err == nil {
				*field(p.state) = v
			}
			return err
		},
		format: single(func(s *State) string { return strconv.Itoa(*field(s)) }),
	}
}

// stepKey is the step that is shown: the last one if there is none.
func stepKey() key {
	k := integerKey("step", "that is shown, the last one if there is none", 0, maxSteps, func(s *State) *int { return &s.View.Step })
	format := k.format
	k.format = func(s *State) []string {
		if s.View.Step < 0 {
			return nil
		}
		return format(s)
	}
	return k
}

func wordKey(name, about string, words []string, field func(*State) *string) key {
	return key{
		Option: Option{Name: name, Kind: "word", About: about, Words: words},
		parse: func(p *parser, n node) error {
			i, err := choice(n, words)
			if err == nil {
				*field(p.state) = words[i]
			}
			return err
		},
		format: single(func(s *State) string { return *field(s) }),
	}
}

// switchKey is one of two words, of which the second is true.
func switchKey(name, about string, words []string, field func(*State) *bool) key {
	return key{
		Option: Option{Name: name, Kind: "word", About: about, Words: words},
		parse: func(p *parser, n node) error {
			i, err := choice(n, words)
			if err == nil {
				*field(p.state) = i == 1
			}
			return err
		},
		format: single(func(s *State) string {
			if *field(s) {
				return words[1]
			}
			return words[0]
		}),
	}
}

// notForNetworks is a switch that has its second word on surfaces alone.
func notForNetworks(k key, why string) key {
	parse := k.parse
	k.parse = func(p *parser, n node) error {
		if p.state.Network != nil && strings.EqualFold(n.word, k.Words[1]) {
			return errors.New(why)
		}
		return parse(p, n)
	}
	return k
}

func flagKey(name, about string, field func(*State) *bool) key {
	return key{
		Option: Option{Name: name, Kind: "bool", About: about},
		parse: func(p *parser, n node) error {
			v, err := flag(n)
			if err == nil {
				*field(p.state) = v
			}
			return err
		},
		format: single(func(s *State) string { return flagText(*field(s)) }),
	}
}
