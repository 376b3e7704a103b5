package main

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// places are where data can lie, from near to far, and how what lies there is drawn.
var places = []struct {
	name  string
	color color.Color
	shape draw.GlyphDrawer
}{
	{"L1", blue, draw.CircleGlyph{}},
	{"L2", orange, draw.BoxGlyph{}},
	{"L3", green, draw.PyramidGlyph{}},
	{"memory", red, diamond{}},
}

// roomAbove is how much higher than the roof the picture is, for names.
const roomAbove = 3.5

// A roof is what limits a core: the rates of its probes.
type roof struct {
	bandwidth map[string]float64 // by place, in GB/s
	peak      float64            // in GFLOP/s
}

// newRoof returns the best that any probe reached.
func newRoof(all []speed) roof {
	r := roof{bandwidth: map[string]float64{}}
	for _, s := range all {
		switch {
		case s.Probe == multiplyAdds:
			r.peak = max(r.peak, s.Ceiling)
		case s.Ceiling > 0:
			r.bandwidth[s.Place] = max(r.bandwidth[s.Place], s.Ceiling)
		}
	}
	return r
}

// A column is an operation's points, by place: operations for a byte, and GFLOP/s.
type column struct {
	name   string
	points map[string]plotter.XY
}

// columns returns the operations' best points.
func columns(all []speed, ops []string) []column {
	var cs []column
	for _, op := range ops {
		c := column{label(op), map[string]plotter.XY{}}
		for _, s := range all {
			if s.Op == op && s.GFlops > c.points[s.Place].Y && s.GBps > 0 {
				c.points[s.Place] = plotter.XY{X: s.GFlops / s.GBps, Y: s.GFlops}
			}
		}
		if len(c.points) > 0 {
			cs = append(cs, c)
		}
	}
	return cs
}

// top returns the column's highest point.
func (c column) top() (top plotter.XY) {
	for _, at := range c.points {
		if at.Y > top.Y {
			top = at
		}
	}
	return top
}

// roofline draws what the operations reach under what limits the core.
func roofline(o *options, data []byte) (painter, error) {
	all, err := o.speeds(data)
	if err != nil {
		return nil, err
	}
	ops, err := o.chosen(all)
	if err != nil {
		return nil, err
	}
	r, cs := newRoof(all), columns(all, ops)
	switch {
	case len(cs) == 0:
		return nil, fmt.Errorf("-ops %q: none of them has operations that are counted", o.ops)
	case r.peak == 0:
		return nil, fmt.Errorf("-in %q: no rate of multiply-adds; the report's -ops has to match a Gemm", o.in)
	case len(r.bandwidth) == 0:
		return nil, fmt.Errorf("-in %q: no rate of memory; the report's -ops has to match a kernel like Axpy", o.in)
	}

	p := newPlot("Roofline: "+o.title, "floating-point operations for a byte", "GFLOP/s")
	logarithmic(&p.X)
	logarithmic(&p.Y)
	least, most := plotter.XY{X: math.Inf(1), Y: math.Inf(1)}, plotter.XY{}
	for _, c := range cs {
		for _, at := range c.points {
			least = plotter.XY{X: min(least.X, at.X), Y: min(least.Y, at.Y)}
			most = plotter.XY{X: max(most.X, at.X), Y: max(most.Y, at.Y)}
		}
	}
	for _, b := range r.bandwidth {
		most.X = max(most.X, 2*r.peak/b)
	}
	p.X.Min, p.X.Max = least.X/1.5, most.X*1.5
	p.Y.Min, p.Y.Max = least.Y/1.5, max(r.peak, most.Y)*roomAbove
	p.Add(grid())
	r.add(p)
	p.Add(names{cs, max(r.peak, most.Y)})
	addPoints(p, cs)
	return func(c draw.Canvas) { paint(p, c) }, nil
}

// add draws the ceilings. A bandwidth's ends where it meets the peak.
func (r roof) add(p *plot.Plot) {
	peak, first := line(black, 1.5), math.Inf(1)
	for _, place := range places {
		b := r.bandwidth[place.name]
		if b == 0 {
			continue
		}
		style, ridge := line(place.color, 1.5), r.peak/b
		first = min(first, ridge)
		p.Add(&plotter.Line{XYs: plotter.XYs{{X: p.X.Min, Y: b * p.X.Min}, {X: ridge, Y: r.peak}}, LineStyle: style})
		p.Legend.Add(fmt.Sprintf("%s, %.0f GB/s", place.name, b), stroke(style, place.shape))
	}
	p.Add(&plotter.Line{XYs: plotter.XYs{{X: first, Y: r.peak}, {X: p.X.Max, Y: r.peak}}, LineStyle: peak})
	p.Legend.Add(fmt.Sprintf("multiply-adds, %.0f GFLOP/s", r.peak), stroke(peak, nil))
	p.Legend.XOffs, p.Legend.YOffs = -8, 8
}

// addPoints draws the points, place by place.
func addPoints(p *plot.Plot, cs []column) {
	for _, place := range places {
		var at plotter.XYs
		for _, c := range cs {
			if xy, ok := c.points[place.name]; ok {
				at = append(at, xy)
			}
		}
		if at != nil {
			p.Add(glyphs{at, place.color, place.shape})
		}
	}
}
