package engine

import (
	"errors"
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/formula"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

var surfaceHandlers = map[string]handler{"surface": answerSurface}

// Coordinates are a point, and bounds a box, as the page reads them.
type coordinates struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

type bounds struct {
	X0 float64 `json:"x0"`
	X1 float64 `json:"x1"`
	Y0 float64 `json:"y0"`
	Y1 float64 `json:"y1"`
}

// maxNodes is how many numbers a grid may have.
const maxNodes = 1 << 20

// answerSurface has the objective's values on a grid of {width, height}, in the box {x0, x1, y0,
// y1}, the experiment's or the objective's if there is none, with row 0 at y0, its contours and
// its stationary points. An objective of one parameter has one row and no contours. The array
// "contours" has for each line its level's index, its number of points, and their coordinates.
func answerSurface(_ *Engine, s *spec.State, args string) (*Reply, error) {
	p := s.Surface
	if p == nil {
		return nil, errors.New("a network has no surface of two parameters")
	}
	b := p.Kind.Box
	if s.View.Box != nil {
		b = *s.View.Box
	}
	a := struct {
		Width  int `json:"width"`
		Height int `json:"height"`
		bounds
	}{160, 120, bounds(b)}
	if err := arguments(args, &a); err != nil {
		return nil, err
	}
	b = surface.Box(a.bounds)
	if p.Kind.Dim == 1 {
		a.Height = 1
	}
	if a.Width < 2 || a.Height < p.Kind.Dim || a.Width > maxNodes/a.Height {
		return nil, fmt.Errorf("a grid of %d times %d numbers, want 2 to %d in a row and %d in all", a.Width, a.Height, maxNodes, maxNodes)
	}
	if !(b.X0 < b.X1) || p.Kind.Dim == 2 && !(b.Y0 < b.Y1) {
		return nil, fmt.Errorf("a box from %v, %v to %v, %v", b.X0, b.Y0, b.X1, b.Y1)
	}
	drawing, err := formula.MathML(p.Kind.Formula)
	if err != nil {
		return nil, err
	}

	grid := surface.Grid32(p, b, a.Width, a.Height)
	levels := surface.Levels(grid)
	r := &Reply{Value: struct {
		Kind    string        `json:"kind"`
		Title   string        `json:"title"`
		About   string        `json:"about"`
		Formula string        `json:"formula"` // MathML
		Dim     int           `json:"dim"`
		Width   int           `json:"width"`
		Height  int           `json:"height"`
		Box     bounds        `json:"box"`
		Minima  []coordinates `json:"minima"`
		Maxima  []coordinates `json:"maxima"`
		Saddles []coordinates `json:"saddles"`
		Least   float64       `json:"least"`
		Levels  []float64     `json:"levels"`
	}{
		p.Kind.Name, p.Kind.Title, p.Kind.About, drawing, p.Kind.Dim, a.Width, a.Height, a.bounds,
		pointsOf(p.Minima), pointsOf(p.Maxima), pointsOf(p.Saddles), p.Least, append([]float64{}, levels...),
	}}
	r.Add32("grid", grid)
	contours := []float64{}
	for _, line := range surface.Contours(grid, a.Width, a.Height, b, levels) {
		contours = append(contours, float64(line.Level), float64(len(line.Points)))
		for _, at := range line.Points {
			contours = append(contours, at.X, at.Y)
		}
	}
	r.Add64("contours", contours)
	return r, nil
}

func pointsOf(points []surface.Point) []coordinates {
	list := make([]coordinates, len(points))
	for i, p := range points {
		list[i] = coordinates(p)
	}
	return list
}
