package engine

import (
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

var mapHandlers = map[string]handler{
	"map":    answerMap,
	"basins": answerBasins,
}

// An axis is one of a map.
type axis struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// chosen returns an experiment with the rates that its runs have, and one of these runs.
func (e *Engine) chosen(s *spec.State, run int) (*spec.State, spec.Run, error) {
	if _, err := runOf(s, run); err != nil {
		return nil, spec.Run{}, err
	}
	s, err := e.settled(s)
	if err != nil {
		return nil, spec.Run{}, err
	}
	return s, s.Runs[run], nil
}

// chosenBy is chosen for the run that is all that the arguments say, or else the one that is
// looked at.
func (e *Engine) chosenBy(s *spec.State, args string) (*spec.State, spec.Run, error) {
	a := struct{ Run int }{s.View.Run}
	if err := arguments(args, &a); err != nil {
		return nil, spec.Run{}, err
	}
	return e.chosen(s, a.Run)
}

// runOf returns a run as the experiment's text has it.
func runOf(s *spec.State, run int) (spec.Run, error) {
	if run < 0 || run >= len(s.Runs) {
		return spec.Run{}, fmt.Errorf("run %d of %d", run, len(s.Runs))
	}
	return s.Runs[run], nil
}

// rows limits a range of rows to those that there are. A range without an end goes on to
// the last.
func rows(from, to, n int) (int, int) {
	if to < 0 || to > n {
		to = n
	}
	from = max(from, 0)
	return min(from, to), to
}

// answerMap answers with some rows of a map, the steps to the target of a run at each rate, for
// some values of another option.
func answerMap(e *Engine, s *spec.State, args string) (*Reply, error) {
	a := struct{ Run, From, To int }{s.View.Run, 0, -1}
	if err := arguments(args, &a); err != nil {
		return nil, err
	}
	s, run, err := e.chosen(s, a.Run)
	if err != nil {
		return nil, err
	}
	m, err := race.NewMap(s, run, s.View.Map)
	if err != nil { // the option may be that of another run
		if m, err = race.NewMap(s, run, ""); err != nil {
			return nil, err
		}
	}
	from, to := rows(a.From, a.To, len(m.Values))
	cells, texts := []float32{}, [][]string{}
	for row := from; row < to; row++ {
		line := make([]string, len(m.Rates))
		for i := range m.Rates {
			cells = append(cells, m.Cell(i, row))
			if cell, err := m.Run(i, row); err == nil {
				line[i] = cell.String()
			}
		}
		texts = append(texts, line)
	}
	r := &Reply{Value: struct {
		X       axis       `json:"x"`
		Y       axis       `json:"y"`
		Options []string   `json:"options"` // that the map may have instead
		From    int        `json:"from"`
		To      int        `json:"to"`
		Texts   [][]string `json:"texts"` // of the runs of these rows, "" for one that cannot be
	}{axis{"LR", m.Rates}, axis{m.Option, m.Values}, race.MapOptions(s, run), from, to, texts}}
	r.Add32("cells", cells)
	return r, nil
}

// answerBasins answers with some rows of a picture: the minimum that a run ends at from there.
func answerBasins(e *Engine, s *spec.State, args string) (*Reply, error) {
	a := struct {
		Run, From, To, Width, Height int
		X0, X1, Y0, Y1               *float64
	}{Run: s.View.Run, To: -1, Width: 48, Height: 36}
	if err := arguments(args, &a); err != nil {
		return nil, err
	}
	s, run, err := e.chosen(s, a.Run)
	if err != nil {
		return nil, err
	}
	if s.Surface == nil {
		return nil, fmt.Errorf("a network has no basins to draw")
	}
	if a.Width < 1 || a.Height < 1 || a.Width > 1000 || a.Height > 1000 {
		return nil, fmt.Errorf("basins of %d by %d cells", a.Width, a.Height)
	}
	box := s.Surface.Kind.Box
	if s.View.Box != nil {
		box = *s.View.Box
	}
	for _, end := range []struct{ given, of *float64 }{{a.X0, &box.X0}, {a.X1, &box.X1}, {a.Y0, &box.Y0}, {a.Y1, &box.Y1}} {
		if end.given != nil {
			*end.of = *end.given
		}
	}
	if s.Surface.Kind.Dim == 1 {
		a.Height = 1
	}
	from, to := rows(a.From, a.To, a.Height)
	cells := []float32{}
	for row := from; row < to; row++ {
		for column := range a.Width {
			start := race.Center(s.Surface, box, column, row, a.Width, a.Height)
			cells = append(cells, float32(race.Basin(s, run, start)))
		}
	}
	minima := []surface.Point{}
	minima = append(minima, s.Surface.Minima...)
	r := &Reply{Value: struct {
		From   int             `json:"from"`
		To     int             `json:"to"`
		Width  int             `json:"width"`
		Height int             `json:"height"`
		Steps  int             `json:"steps"`
		Minima []surface.Point `json:"minima"`
	}{from, to, a.Width, a.Height, s.Steps, minima}}
	r.Add32("cells", cells)
	return r, nil
}
