package race

import (
	"fmt"
	"strconv"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

// A Map is a run at many rates, and with many values of one other option.
type Map struct {
	Option string
	Rates  []string // decimal text, growing
	Values []string // of the option

	state *spec.State
	run   spec.Run
}

// The cells of a Map that are no numbers of steps.
const (
	CellDiverged = -1
	CellNever    = -2 // within the steps
	CellInvalid  = -3 // rate and value do not go together
)

// The rates of a map lie around that of the run, and the values of an option that is no share
// around its own.
var (
	mapRates  = newLadder("1", "1.5", "2", "3", "5", "7")
	mapValues = newLadder("1", "3")
)

const (
	mapWidth  = 24
	mapHeight = 16
)

// shares are the values of options that must be below 1, such as decays of moments.
var shares = []string{"0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.85", "0.9", "0.95", "0.97", "0.98", "0.99", "0.995"}

// NewMap returns the map of a run and one of its options, which is the first of MapOptions if
// it is "". It is an error if there is none.
func NewMap(s *spec.State, run spec.Run, option string) (*Map, error) {
	if s.Surface == nil {
		return nil, errNetwork
	}
	options := mapOptions(s, run)
	if len(options) == 0 {
		return nil, fmt.Errorf("%s has no number for a map beside the rate", run.Method)
	}
	for _, o := range options {
		if option != "" && o.Name != option {
			continue
		}
		m := &Map{Option: o.Name, Values: shares, state: s, run: run}
		for i := range mapWidth {
			m.Rates = append(m.Rates, spec.Number(mapRates.rung(mapRates.nearest(run.LR)+i-mapWidth/2)))
		}
		if !isShare(run, o.Name) {
			m.Values = valuesAround(run, o)
		}
		return m, nil
	}
	return nil, fmt.Errorf("%s has no option %q that is a number", run.Method, option)
}

// MapOptions returns the names of the options of a run that a map may have beside the rate.
// Shares come first.
func MapOptions(s *spec.State, run spec.Run) []string {
	names := []string{}
	for _, o := range mapOptions(s, run) {
		names = append(names, o.Name)
	}
	return names
}

func mapOptions(s *spec.State, run spec.Run) []spec.Value {
	var first, then []spec.Value
	alone := *s
	alone.Runs = []spec.Run{run}
	for _, o := range alone.Expand().Runs[0].Options {
		switch {
		case o.Kind != "number" || o.Name == "LR" || o.Name == "Lower" || o.Name == "Upper":
		case isShare(run, o.Name):
			first = append(first, o)
		case allows(run, o.Name, "0.5"):
			then = append(then, o)
		}
	}
	return append(first, then...)
}

// isShare reports whether an option must be below 1.
func isShare(run spec.Run, option string) bool {
	return allows(run, option, "0.5") && !allows(run, option, "1")
}

func allows(run spec.Run, option, value string) bool {
	_, err := run.With(true, option+"="+value)
	return err == nil
}

// valuesAround returns 0, if an option may be that, and powers of 10 and 3 times those around
// its value, or around 0.1 if that is 0.
func valuesAround(run spec.Run, o spec.Value) (values []string) {
	middle, err := strconv.ParseFloat(o.Text, 64)
	if err != nil || middle <= 0 {
		middle = 0.1
	}
	if allows(run, o.Name, "0") {
		values = append(values, "0")
	}
	at := mapValues.nearest(middle) - mapHeight/2
	for i := len(values); i < mapHeight; i++ {
		values = append(values, spec.Number(mapValues.rung(at+i)))
	}
	return values
}

// Run returns the run of a cell, or an error if there can be none.
func (m *Map) Run(rate, value int) (spec.Run, error) {
	return m.run.With(m.state.Double, "LR="+m.Rates[rate], m.Option+"="+m.Values[value])
}

// Cell returns the first step after which the run of a cell is within the target, or one of the
// constants above.
func (m *Map) Cell(rate, value int) float32 {
	run, err := m.Run(rate, value)
	if err != nil {
		return CellInvalid
	}
	r, err := Start(m.state, run)
	if err != nil {
		return CellInvalid
	}
	for {
		switch {
		case arrived(m.state, r):
			return float32(r.Steps())
		case r.Steps() < m.state.Steps && r.Step():
		case r.Diverged():
			return CellDiverged
		default:
			return CellNever
		}
	}
}

// Basin returns the number of the minimum that a run of an experiment ends at if it begins at
// a point, -1 for none.
func Basin(s *spec.State, run spec.Run, from surface.Point) int {
	elsewhere := *s
	elsewhere.Start = from
	r, err := Start(&elsewhere, run)
	if err != nil {
		return -1
	}
	for r.Steps() < s.Steps && r.Step() {
	}
	if r.Diverged() {
		return -1
	}
	return nearest(s.Surface, r.At())
}

// nearest returns the number of the minimum that a point is at, up to a hundredth of the
// picture's diagonal, or -1.
func nearest(p *surface.Problem, at surface.Point) int {
	b := p.Kind.Box
	least, which := length(surface.Point{X: b.X1 - b.X0, Y: b.Y1 - b.Y0})/100, -1
	for i, m := range p.Minima {
		if d := length(surface.Point{X: at.X - m.X, Y: at.Y - m.Y}); d <= least {
			least, which = d, i
		}
	}
	return which
}

// Center returns the middle of a cell of a grid over a box. Row 0 has the lowest y. An objective
// of one parameter has y 0.
func Center(p *surface.Problem, b surface.Box, column, row, width, height int) surface.Point {
	at := surface.Point{X: b.X0 + float64((b.X1-b.X0)*(float64(column)+0.5)/float64(width))}
	if p.Kind.Dim > 1 {
		at.Y = b.Y0 + float64((b.Y1-b.Y0)*(float64(row)+0.5)/float64(height))
	}
	return at
}
