package engine

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/surface"
)

// picture is what the page reads of the answer to "surface".
type picture struct {
	Kind, Title, About, Formula string
	Dim, Width, Height          int
	Box                         struct{ X0, X1, Y0, Y1 float64 }
	Minima, Maxima, Saddles     []struct{ X, Y float64 }
	Least                       float64
	Levels                      []float64
}

// TestSurface: the grid is the loss, the box is the one that is asked for, and the contours can
// be read.
func TestSurface(t *testing.T) {
	for _, k := range surface.Kinds() {
		const args = `{"width":31,"height":21}`
		v, r := value[picture](t, New(), "surface", "f="+k.Name, args)
		if v.Kind != k.Name || v.Title != k.Title || v.About != k.About || v.Dim != k.Dim || !strings.HasPrefix(v.Formula, "<math") {
			t.Errorf("%s: %+v", k.Name, v)
		}
		p, err := k.New()
		if err != nil {
			t.Fatal(err)
		}
		if surface.Box(v.Box) != k.Box || v.Least != p.Least || fmt.Sprint(v.Minima, v.Maxima, v.Saddles) != fmt.Sprint(p.Minima, p.Maxima, p.Saddles) {
			t.Errorf("%s: %+v", k.Name, v)
		}
		grid := r.Array("grid")
		if height := 21*(k.Dim-1) + 2 - k.Dim; v.Width != 31 || v.Height != height || len(grid) != v.Width*v.Height {
			t.Errorf("%s: %d numbers, %d times %d, want a height of %d", k.Name, len(grid), v.Width, v.Height, height)
		}
		i, j := 7, min(13, v.Height-1)
		at := []float32{float32(v.Box.X0 + (v.Box.X1-v.Box.X0)*7/30), float32(v.Box.Y0 + (v.Box.Y1-v.Box.Y0)*13/20)}
		if want := float64(surface.Eval(p, nil, at[:k.Dim], nil)); math.Abs(grid[j*31+i]-want) > 1e-4*(1+want) {
			t.Errorf("%s: the grid has %v at %v, want %v", k.Name, grid[j*31+i], at, want)
		}
		lines := 0
		for c := r.Array("contours"); len(c) > 0; lines++ {
			n := int(c[1])
			if c[0] < 0 || int(c[0]) >= len(v.Levels) || n < 2 || len(c) < 2+2*n {
				t.Fatalf("%s: line %d: level %v, %v points", k.Name, lines, c[0], c[1])
			}
			c = c[2+2*n:]
		}
		if (lines == 0) != (k.Dim == 1) {
			t.Errorf("%s: %d lines", k.Name, lines)
		}
	}
}

// TestSurfaceBox: of the arguments, else of the experiment, else of the objective.
func TestSurfaceBox(t *testing.T) {
	for _, c := range []struct{ query, args, want string }{
		{"f=rosenbrock", ``, "{-2 2 -1 3}"},
		{"f=rosenbrock&box=-1,1,0,3", ``, "{-1 1 0 3}"},
		{"f=rosenbrock&box=-1,1,0,3", `{"x1":5}`, "{-1 5 0 3}"},
		{"f=rosenbrock", `{"x0":-7,"x1":-6,"y0":1e3,"y1":2e3}`, "{-7 -6 1000 2000}"},
	} {
		v, r := value[picture](t, New(), "surface", c.query, c.args)
		if fmt.Sprint(v.Box) != c.want || len(r.Array("grid")) != 160*120 {
			t.Errorf("%s %s: box %v and %d numbers, want %s", c.query, c.args, v.Box, len(r.Array("grid")), c.want)
		}
	}
}

func TestSurfaceErrors(t *testing.T) {
	for _, c := range []struct{ query, args, want string }{
		{"f=network()", ``, "network"},
		{"f=beale", `{"width":1}`, "a grid of 1 times 120"},
		{"f=beale", `{"height":1}`, "a grid of 160 times 1 "},
		{"f=beale", `{"width":-5,"height":-5}`, "a grid of -5"},
		{"f=beale", `{"width":100000,"height":100000}`, "a grid of 100000"},
		{"f=beale", `{"x0":5}`, "a box from 5"},
		{"f=beale", `{"y0":4.5}`, "a box from -4.5, 4.5 to 4.5, 4.5"},
		{"f=beale", `{"width":"wide"}`, "arguments"},
	} {
		if r := New().Call("surface", c.query, c.args); !strings.Contains(r.Error, c.want) {
			t.Errorf("%s %s: error %q, want %q", c.query, c.args, r.Error, c.want)
		}
	}
}

// TestSurfaceFarOut: a box in which losses overflow has an answer all the same.
func TestSurfaceFarOut(t *testing.T) {
	for _, k := range surface.Kinds() {
		r := New().Call("surface", "f="+k.Name, `{"x0":-1e30,"x1":1e30,"y0":-1e300,"y1":1e300}`)
		if r.Error != "" {
			t.Errorf("%s: %s", k.Name, r.Error)
		}
		for i, v := range r.Array("contours") {
			if v-v != 0 {
				t.Fatalf("%s: contours have %v at %d", k.Name, v, i)
			}
		}
	}
}
