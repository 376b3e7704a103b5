package spec

import (
	"fmt"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/surface"
)

// dim returns the number of the parameters that a picture shows, 0 for a network.
func (s *State) dim() int {
	if s.Network != nil {
		return 0
	}
	return s.Surface.Kind.Dim
}

// samples returns the number of samples that the loss is a mean of, 0 if it is none.
func (s *State) samples() int {
	if s.Network != nil {
		return s.Network.Samples
	}
	return s.Surface.Samples
}

// objective returns the text of the objective.
func (s *State) objective() string {
	if s.Network != nil {
		return expandNetwork(s.Network).Text
	}
	k := s.Surface.Kind
	var args []string
	for i, o := range k.Options {
		if v := s.Surface.Values[i]; v != o.Default {
			args = append(args, o.Name+"="+optionText(o, v))
		}
	}
	return call(k.Name, args)
}

// optionText returns how the value of a surface's option is written.
func optionText(o surface.Option, v float64) string {
	if o.Words != nil {
		return o.Words[int(v)]
	}
	return Number(v)
}

// parseObjective sets the objective, and the start that it has if nothing else is said.
func parseObjective(p *parser, n node) error {
	if strings.EqualFold(n.word, networkName) && !n.list {
		parseNetwork(p, n)
		return nil
	}
	k := surface.Find(strings.ToLower(n.word))
	if k == nil || n.list {
		return fmt.Errorf("no objective %q, want %s", n.text, oneOf(objectiveNames()))
	}
	values := make([]float64, len(k.Options))
	given := make([]string, len(k.Options))
	for i, o := range k.Options {
		values[i] = o.Default
	}
	for _, a := range n.args {
		i := optionIndex(k, a.name)
		switch {
		case i < 0:
			var names []string
			for _, o := range k.Options {
				names = append(names, o.Name)
			}
			p.problem(a.text, noOption(k.Name, a.name, names), "")
			continue
		case given[i] != "":
			p.problem(a.text, fmt.Errorf("%s has %s twice", k.Name, a.name), given[i])
			continue
		case a.value.text == "":
			continue
		}
		given[i] = a.text
		v, err := readOption(k.Options[i], a.value)
		if err == nil {
			err = k.Options[i].Check(v)
		}
		if err != nil {
			p.problem(a.text, fmt.Errorf("%s: %w", k.Name, err), optionText(k.Options[i], values[i]))
			continue
		}
		values[i] = v
	}
	problem, err := k.New(values...)
	if err != nil { // options that do not go together
		p.problem(n.text, err, k.Name)
		if problem, err = k.New(); err != nil {
			return err
		}
	}
	p.state.Surface, p.state.Start = problem, k.Start
	return nil
}

func readOption(o surface.Option, n node) (float64, error) {
	if o.Words != nil {
		i, err := choice(n, o.Words)
		return float64(i), err
	}
	return number(n)
}

func optionIndex(k *surface.Kind, name string) int {
	for i, o := range k.Options {
		if strings.EqualFold(o.Name, name) {
			return i
		}
	}
	return -1
}

func objectiveNames() (names []string) {
	for _, k := range surface.Kinds() {
		names = append(names, k.Name)
	}
	return append(names, networkName)
}
