package surface

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// bilinear returns a grid's value at a point, between its nodes.
func bilinear(grid []float32, w, h int, b Box, p Point) float64 {
	u, v := (p.X-b.X0)/(b.X1-b.X0)*float64(w-1), (p.Y-b.Y0)/(b.Y1-b.Y0)*float64(h-1)
	i, j := min(int(u), w-2), min(int(v), h-2)
	u, v = u-float64(i), v-float64(j)
	at := func(i, j int) float64 { return float64(grid[j*w+i]) }
	return (1-v)*((1-u)*at(i, j)+u*at(i+1, j)) + v*((1-u)*at(i, j+1)+u*at(i+1, j+1))
}

// crossings counts the edges of a grid's cells on which a level lies.
func crossings(grid []float32, w, h int, level float64) (n int) {
	for j := range h {
		for i := range w {
			above := float64(grid[j*w+i]) >= level
			if i+1 < w && above != (float64(grid[j*w+i+1]) >= level) {
				n++
			}
			if j+1 < h && above != (float64(grid[(j+1)*w+i]) >= level) {
				n++
			}
		}
	}
	return n
}

// TestContours: each vertex has the level and lies on an edge of a cell, each edge that a level
// crosses has one, and lines are closed or end at the border.
func TestContours(t *testing.T) {
	const w, h = 41, 30
	each(t, func(t *testing.T, p *Problem) {
		if p.Kind.Dim == 1 {
			return
		}
		b := p.Kind.Box
		grid := Grid32(p, b, w, h)
		levels := Levels(grid)
		vertices := make([]int, len(levels))
		for _, line := range Contours(grid, w, h, b, levels) {
			level, points := levels[line.Level], line.Points
			vertices[line.Level] += len(points)
			if points[0] == points[len(points)-1] {
				vertices[line.Level]--
			} else if !onBorder(points[0], b) || !onBorder(points[len(points)-1], b) {
				t.Errorf("a line of %v ends inside, at %v or %v", level, points[0], points[len(points)-1])
			}
			for i, at := range points {
				if got := bilinear(grid, w, h, b, at); math.Abs(got-level) > 1e-9*(math.Abs(level)+steepest(grid)) {
					t.Errorf("%v has the value %v, want %v", at, got, level)
				}
				if i > 0 {
					before := points[i-1]
					if math.Abs(at.X-before.X) > (b.X1-b.X0)/(w-1)*1.0001 || math.Abs(at.Y-before.Y) > (b.Y1-b.Y0)/(h-1)*1.0001 {
						t.Errorf("a line jumps from %v to %v", before, at)
					}
				}
			}
		}
		for i, level := range levels {
			if slices.Contains(grid, float32(level)) {
				continue // some vertices are one
			}
			if want := crossings(grid, w, h, level); vertices[i] != want {
				t.Errorf("%d vertices at %v, want %d", vertices[i], level, want)
			}
		}
	})
}

func onBorder(p Point, b Box) bool {
	return p.X == b.X0 || p.X == b.X1 || p.Y == b.Y0 || p.Y == b.Y1
}

// steepest returns the largest magnitude of a grid, which bounds the rounding between nodes.
func steepest(grid []float32) float64 {
	return max(math.Abs(float64(slices.Max(grid))), math.Abs(float64(slices.Min(grid))))
}

// TestCrosswise: the middle of a cell decides which of its corners are joined.
func TestCrosswise(t *testing.T) {
	box := Box{0, 1, 0, 1}
	for _, c := range []struct {
		grid  []float32 // bottom left, bottom right, top left, top right
		joins string
	}{
		{[]float32{4, 0, 0, 4}, "[[{0.75 0} {1 0.25}] [{0.25 1} {0 0.75}]]"},
		{[]float32{2, -2, -2, 2}, "[[{0 0.25} {0.25 0}] [{1 0.75} {0.75 1}]]"},
		{[]float32{0, 4, 4, 0}, "[[{0 0.25} {0.25 0}] [{1 0.75} {0.75 1}]]"},
		{[]float32{-2, 2, 2, -2}, "[[{0.75 0} {1 0.25}] [{0.25 1} {0 0.75}]]"},
		{[]float32{1, 0, 0, 0}, "[]"}, // a line that is a point
	} {
		var lines [][]Point
		for _, l := range Contours(c.grid, 2, 2, box, []float64{1}) {
			lines = append(lines, l.Points)
		}
		if got := fmt.Sprint(lines); got != c.joins {
			t.Errorf("%v: %v, want %v", c.grid, got, c.joins)
		}
	}
}

// TestNotFinite: cells with such numbers have no lines, and lines that meet them end there.
func TestNotFinite(t *testing.T) {
	const w, h = 5, 4
	box := Box{0, 4, 0, 3}
	grid := make([]float32, w*h)
	for i := range grid {
		grid[i] = float32(i % w)
	}
	grid[2*w+3] = float32(math.NaN())
	grid[0] = float32(math.Inf(1))
	got := fmt.Sprint(Contours(grid, w, h, box, []float64{1.5, 2.5}))
	want := "[{0 [{1.5 0} {1.5 1} {1.5 2} {1.5 3}]} {1 [{2.5 0} {2.5 1}]}]"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := fmt.Sprint(Levels(grid)); got != "[0.5 1 1.5 2 2.5 3 3.5]" {
		t.Errorf("levels %s", got)
	}
	if lines := Contours(grid[:w], w, 1, box, []float64{1.5}); lines != nil {
		t.Error(lines)
	}
}

// TestLevels: round numbers inside of the range, neither few nor many.
func TestLevels(t *testing.T) {
	each(t, func(t *testing.T, p *Problem) {
		grid := Grid32(p, p.Kind.Box, 41, 30)
		levels := Levels(grid)
		if len(levels) < 5 || len(levels) > 16 || !slices.IsSorted(levels) {
			t.Errorf("levels %v", levels)
		}
		for _, v := range levels {
			if text := fmt.Sprintf("%.2g", v); fmt.Sprint(v) != fmt.Sprint(parse(t, text)) {
				t.Errorf("level %v", v)
			}
			if !(v > float64(slices.Min(grid)) && v < float64(slices.Max(grid))) {
				t.Errorf("level %v of %v to %v", v, slices.Min(grid), slices.Max(grid))
			}
		}
	})
	for _, c := range []struct {
		grid []float32
		want string
	}{
		{[]float32{-3, 4}, "[-2.5 -2 -1.5 -1 -0.5 0 0.5 1 1.5 2 2.5 3 3.5]"},
		{[]float32{1, 1, 1}, "[]"},
		{nil, "[]"},
		{[]float32{float32(math.NaN()), float32(math.Inf(1))}, "[]"},
		{[]float32{0, 0, 0, 100}, "[0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2 5 10 20 50]"},
		{[]float32{5, 6, 7, 8, 50}, "[6 8 10 12 15 20 25 30 40]"},
		{[]float32{1000, 1001}, "[1000.1 1000.2 1000.3 1000.4 1000.5 1000.6 1000.7 1000.8 1000.9]"},
	} {
		if got := fmt.Sprint(Levels(c.grid)); got != c.want {
			t.Errorf("Levels(%v) = %s, want %s", c.grid, got, c.want)
		}
	}
}

func parse(t *testing.T, text string) (v float64) {
	if _, err := fmt.Sscan(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
