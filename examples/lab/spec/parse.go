package spec

import (
	"fmt"
	"strings"
)

// A Problem is something that a text says and that cannot be.
type Problem struct {
	Key     string `json:"key"`     // "run", "steps", ...
	Text    string `json:"text"`    // the value as it stands there
	Message string `json:"message"` // what is wrong, and what is taken instead
}

// A parser collects what a text says.
type parser struct {
	state    *State
	key      string // that is read
	runs     int    // that the text has
	strict   bool   // the first problem is an error, and nothing is taken instead
	problems []Problem
}

// problem adds one of the present key, unless there are more than anyone reads. instead is what is
// taken, if that is worth a word.
func (p *parser) problem(text string, err error, instead string) {
	if len(p.problems) == maxProblems {
		return
	}
	message := err.Error()
	if instead != "" && !p.strict {
		message += "; " + instead + " is taken instead"
	}
	p.problems = append(p.problems, Problem{p.key, text, message})
}

// Parse returns the experiment of a text. What cannot be is a Problem and left as Default has it.
func Parse(query string) (*State, []Problem) {
	p := &parser{state: Default()}
	if len(query) > maxText {
		return p.tooLong(query, len(query))
	}
	given := p.split(strings.TrimPrefix(query, "#"))
	for i, k := range keys {
		p.key = k.Name
		for n, text := range given[i] {
			if n > 0 && !k.many {
				p.problem(text, fmt.Errorf("%s is there twice", k.Name), given[i][0])
				break
			}
			value, err := readValue(text)
			if err == nil {
				err = k.parse(p, value)
			}
			if err != nil {
				p.problem(text, err, k.instead(p.state))
			}
		}
	}
	p.finish()
	// The canonical text may be a little longer, with 100000 for 1e5, and must be a text itself.
	if len(query) > maxText/2 {
		if n := len(p.state.Format()); n > maxText {
			return (&parser{state: Default()}).tooLong(query, n)
		}
	}
	return p.state, p.problems
}

// tooLong is what a text comes to that has too many bytes itself, or in its canonical form.
func (p *parser) tooLong(query string, n int) (*State, []Problem) {
	p.problem(query[:40]+"...", fmt.Errorf("a text of %d bytes, want at most %d", n, maxText), "the usual experiment")
	return p.state, p.problems
}

// split returns the values of each key, in the order of keys.
func (p *parser) split(query string) [][]string {
	given := make([][]string, len(keys))
parts:
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, _, _ := strings.Cut(part, "=")
		p.key = name
		text, err := unescape(part)
		if err != nil {
			p.problem(part, err, "")
			continue
		}
		name, text, ok := strings.Cut(text, "=")
		if p.key = name; !ok {
			p.problem(part, fmt.Errorf("%q, want key=value", part), "")
			continue
		}
		for i, k := range keys {
			if strings.EqualFold(k.Name, name) {
				if text != "" {
					given[i] = append(given[i], text)
				}
				continue parts
			}
		}
		p.problem(text, fmt.Errorf("no key %q, want %s", name, oneOf(keyNames())), "")
	}
	return given
}

// finish sees to what depends on several keys.
func (p *parser) finish() {
	s := p.state
	if p.key = "sel"; s.View.Run >= len(s.Runs) {
		p.problem(fmt.Sprint(s.View.Run), fmt.Errorf("no run %d among %d, the first is 0", s.View.Run, len(s.Runs)), "0")
		s.View.Run = 0
	}
}
