package spec

import (
	"fmt"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/surface"
)

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

// parseLesson takes any name: what lessons there are is not known here.
func parseLesson(p *parser, n node) error {
	if strings.Trim(n.text, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || len(n.text) > 40 {
		return fmt.Errorf("%s, want a name of small letters", n.text)
	}
	p.state.View.Lesson = n.text
	return nil
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
	v, err := natural(n)
	if err == nil {
		p.state.Seed = v
	}
	return err
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

func numbersText(v ...float64) string {
	text := make([]string, len(v))
	for i := range v {
		text[i] = Number(v[i])
	}
	return strings.Join(text, ",")
}

func parseStart(p *parser, n node) error {
	v, err := numbers(n)
	if err != nil {
		return err
	}
	dim := p.state.dim()
	switch {
	case dim == 0:
		return fmt.Errorf("a network starts where its Init says")
	case len(v) != dim:
		return fmt.Errorf("%d numbers for the %d parameters of %s", len(v), dim, p.state.objective())
	}
	p.state.Start = surface.Point{X: v[0]}
	if len(v) == 2 {
		p.state.Start.Y = v[1]
	}
	return nil
}

func startText(s *State) string {
	switch s.dim() {
	case 0:
		return ""
	case 1:
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
	if b := (surface.Box{X0: v[0], X1: v[1], Y0: v[2], Y1: v[3]}); p.state.Surface == nil || b != p.state.Surface.Kind.Box {
		p.state.View.Box = &b
	}
	return nil
}

func boxText(s *State) string {
	b := s.View.Box
	switch {
	case b == nil:
		return ""
	case b.Y0 == b.Y1:
		return numbersText(b.X0, b.X1)
	}
	return numbersText(b.X0, b.X1, b.Y0, b.Y1)
}
