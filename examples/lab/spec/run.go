package spec

import (
	"fmt"
	"strings"
)

// parseRun adds a run.
func parseRun(p *parser, n node) error {
	if p.runs == maxRuns {
		return fmt.Errorf("more than %d runs", maxRuns)
	}
	r, err := p.readRun(n)
	if err != nil {
		return err
	}
	if p.runs == 0 {
		p.state.Runs = nil
	}
	p.runs++
	p.state.Runs = append(p.state.Runs, r)
	return nil
}

// readRun returns the run of a call.
func (p *parser) readRun(n node) (Run, error) {
	m := findMethod(n.word)
	if m == nil || n.list {
		names := make([]string, len(methods))
		for i := range methods {
			names[i] = methods[i].Name
		}
		return Run{}, fmt.Errorf("no rule or method %q, want %s", n.text, oneOf(names))
	}
	o := m.options()
	checked := func() error { return p.state.check(m.run(o)) }
	if err := checked(); err != nil { // the method is not for this objective
		return Run{}, err
	}
	p.fill(o, m.Name, n.args, checked)
	return m.run(o), nil
}

// ParseRun returns the run of a text, for float64 or float32, or an error for the first problem.
func ParseRun(text string, double bool) (Run, error) {
	p := &parser{state: &State{Double: double}, key: "run", strict: true}
	n, err := readValue(text)
	if err != nil {
		return Run{}, err
	}
	r, err := p.readRun(n)
	if err == nil && len(p.problems) > 0 {
		err = fmt.Errorf("%s", p.problems[0].Message)
	}
	return r, err
}

// With returns a run with other values of some options, each given as Name=value, or an error
// for what cannot be.
func (r Run) With(double bool, args ...string) (Run, error) {
	m, o := optionsOf(r)
	p := &parser{state: &State{Double: double}, key: "run", strict: true}
	n, err := readValue(call(m.Name, args))
	if err != nil {
		return Run{}, err
	}
	p.fill(o, m.Name, n.args, func() error { return p.state.check(m.run(o)) })
	if len(p.problems) > 0 {
		return Run{}, fmt.Errorf("%s", p.problems[0].Message)
	}
	return m.run(o), nil
}

// String returns the run's canonical text: Adam(LR=0.1).
func (r Run) String() string {
	m, o := optionsOf(r)
	return call(m.Name, differing(o, m.options()))
}

func runTexts(s *State) []string {
	texts := make([]string, len(s.Runs))
	for i, r := range s.Runs {
		texts[i] = r.String()
	}
	return texts
}

// Labels returns a name for each run: the method's, with the options that tell it from other
// runs of the same one.
func (s *State) Labels() []string {
	labels := make([]string, len(s.Runs))
	for i, r := range s.Runs {
		m, o := optionsOf(r)
		var args []string
		for _, name := range fieldNames(o) {
			f, _ := findField(o, &name)
			for _, other := range s.Runs {
				if other.Method != r.Method {
					continue
				}
				_, theirs := optionsOf(other)
				if g, _ := findField(theirs, &name); formatField(f) != formatField(g) {
					if text := formatField(f); text != "" {
						args = append(args, name+" "+text)
					} else {
						args = append(args, "no "+name)
					}
					break
				}
			}
		}
		labels[i] = strings.Join(append([]string{m.Name}, args...), " ")
	}
	return labels
}
