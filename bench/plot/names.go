package main

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// names writes the columns' names in a row above the roof, upright, with a thin line from
// each to its highest point.
type names struct {
	columns []column
	above   float64 // GFLOP/s
}

// nameWidth is what a name that stands upright takes of the row.
const nameWidth = small + 2

func (n names) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	cs := slices.Clone(n.columns)
	slices.SortStableFunc(cs, func(a, b column) int { return cmp.Compare(a.top().X, b.top().X) })
	var want []float64
	for _, column := range cs {
		want = append(want, float64(toX(column.top().X)))
	}
	style, y := textStyle(small), toY(n.above)+14
	style.Rotation, style.YAlign = math.Pi/2, draw.YCenter
	for i, x := range apart(want, nameWidth, float64(c.Min.X)+nameWidth, float64(c.Max.X)-nameWidth) {
		top := cs[i].top()
		at := vg.Point{X: toX(top.X), Y: toY(top.Y) + pointRadius}
		c.StrokeLine2(line(middle, 0.5), vg.Length(x), y-2, at.X, at.Y)
		c.FillText(style, vg.Point{X: vg.Length(x), Y: y}, cs[i].name)
	}
}

// apart returns the rising places nearest to those wanted, which rise too, that are so far
// apart and lie between two others as far as there is room: neighbours that are too close
// share the mean of what each alone would want.
func apart(want []float64, gap, least, most float64) []float64 {
	type group struct {
		sum   float64 // of where its first would be for each of them
		count int
	}
	var groups []group
	mean := func(g group) float64 { return g.sum / float64(g.count) }
	for _, x := range want {
		g := group{x, 1}
		for len(groups) > 0 {
			before := groups[len(groups)-1]
			if mean(before)+gap*float64(before.count) <= mean(g) {
				break
			}
			g = group{before.sum + g.sum - gap*float64(before.count*g.count), before.count + g.count}
			groups = groups[:len(groups)-1]
		}
		groups = append(groups, g)
	}
	var places []float64
	for _, g := range groups {
		// Where the first of all would be, with each a gap behind the one before.
		first := max(least, min(mean(g)-gap*float64(len(places)), most-gap*float64(len(want)-1)))
		for range g.count {
			places = append(places, first+gap*float64(len(places)))
		}
	}
	return places
}
