package surface

import (
	"math"
	"slices"
)

// Grid32 returns the loss over all samples at the nodes of a grid of w columns and h rows, row 0
// at Y0, the outer ones on the box's borders. A problem of one parameter has one row.
func Grid32(p *Problem, box Box, w, h int) []float32 {
	if p.Kind.Dim == 1 {
		h = 1
	}
	grid := make([]float32, w*h)
	at := make([]float32, 2)
	for j := range h {
		at[1] = float32(node(box.Y0, box.Y1, j, h))
		for i := range w {
			at[0] = float32(node(box.X0, box.X1, i, w))
			grid[j*w+i] = p.eval32(nil, at[:p.Kind.Dim], nil)
		}
	}
	return grid
}

// node returns number i of n places from a to b.
func node(a, b float64, i, n int) float64 {
	if n == 1 {
		return a
	}
	t := float64(i) / float64(n-1)
	return float64(a*(1-t)) + float64(b*t)
}

// Levels returns the values of a grid, in ascending order, at which to draw contours: round
// numbers. Of positive numbers of which half are far below the largest, they are on a log scale,
// or a valley would have none; otherwise in equal steps. Numbers that are not finite do not
// count, and a flat grid has no levels.
func Levels(grid []float32) []float64 {
	low, median, high := spread(grid)
	if !(low < high) {
		return nil
	}
	if low >= 0 && high > 3*median {
		from := max(low, high/1e5)
		for _, digits := range [][]float64{{10, 20, 50}, {10, 15, 20, 30, 50, 70}, {10, 12, 15, 20, 25, 30, 40, 50, 60, 80}} {
			if levels := logLevels(from, high, digits); len(levels) >= 8 {
				return levels
			}
		}
	}
	return linearLevels(low, high)
}

// spread returns the least finite number of a grid, the one in the middle, of some, and the
// largest.
func spread(grid []float32) (low, median, high float64) {
	step := len(grid)/1000 + 1
	var finite, some []float32
	for i, v := range grid {
		if v-v != 0 {
			continue
		}
		if len(finite) == 0 {
			finite = []float32{v, v}
		}
		finite[0], finite[1] = min(finite[0], v), max(finite[1], v)
		if i%step == 0 {
			some = append(some, v)
		}
	}
	if len(finite) == 0 {
		return 0, 0, 0
	}
	some = append(some, finite...)
	slices.Sort(some)
	return float64(finite[0]), float64(some[len(some)/2]), float64(finite[1])
}

// logLevels returns the numbers above low and below high with some digits, of which 10 is the
// first.
func logLevels(low, high float64, digits []float64) (levels []float64) {
	e := magnitude(low)
	for {
		for _, d := range digits {
			v := decimal(d, e-1)
			if v >= high {
				return levels
			}
			if v > low {
				levels = append(levels, v)
			}
		}
		e++
	}
}

// linearLevels returns the multiples between low and high of the smallest of 1, 2 and 5 times a
// power of ten that has no more than sixteen.
func linearLevels(low, high float64) (levels []float64) {
	width := (high - low) / 16
	step, e := 10.0, magnitude(width)
	for _, d := range []float64{5, 2, 1} {
		if decimal(d, e) >= width {
			step = d
		}
	}
	for i := math.Floor(low / decimal(step, e)); ; i++ {
		v := decimal(i*step, e)
		if v >= high {
			return levels
		}
		if v > low {
			levels = append(levels, v)
		}
	}
}

// magnitude returns the largest e with 10^e <= v, for v > 0.
func magnitude(v float64) (e int) {
	for decimal(1, e) > v {
		e--
	}
	for decimal(1, e+1) <= v {
		e++
	}
	return e
}

// decimal returns d * 10^e, the number next to it where 10^|e| is exact.
func decimal(d float64, e int) float64 {
	power := 1.0
	for range max(e, -e) {
		power *= 10
	}
	if e < 0 {
		return d / power
	}
	return d * power
}
