package main

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed63264101/steepest/optim/train"
)

// mostPieces is up to how many pieces a training is cut in, of each of which a picture has the
// range of the losses, the last average and the last validation.
const mostPieces = 300

// A curve is a training, as it is drawn.
type curve struct {
	loss        plotter.XYs // of each iteration, if they are few
	low, high   plotter.XYs // of each piece, if not
	average     plotter.XYs
	validation  plotter.XYs
	least, most float64
}

// largest is up to what a number is drawn: what an axis computes with it is finite.
const largest = 1e300

// newCurve returns what there is of a training. Numbers that are not finite, or nearly, are
// left out: a run that diverges ends before.
func newCurve(records []train.Record) curve {
	c := curve{least: math.Inf(1), most: math.Inf(-1)}
	add := func(list *plotter.XYs, r train.Record, y float64) {
		if !(math.Abs(y) <= largest) {
			return
		}
		*list = append(*list, plotter.XY{X: float64(r.Iteration), Y: y})
		c.least, c.most = min(c.least, y), max(c.most, y)
	}
	size := (len(records) + mostPieces - 1) / mostPieces
	for ; len(records) > 0; records = records[min(size, len(records)):] {
		piece := records[:min(size, len(records))]
		var losses, validated plotter.XYs
		for _, r := range piece {
			add(&losses, r, r.Loss)
			if r.Validated {
				add(&validated, r, r.Metric)
			}
		}
		c.validation = append(c.validation, validated[max(0, len(validated)-1):]...)
		last := piece[len(piece)-1]
		add(&c.average, last, last.Average)
		if size == 1 {
			c.loss = append(c.loss, losses...)
		} else if losses != nil {
			low, high := losses[0].Y, losses[0].Y
			for _, at := range losses {
				low, high = min(low, at.Y), max(high, at.Y)
			}
			c.low = append(c.low, plotter.XY{X: losses[0].X, Y: low})
			c.high = append(c.high, plotter.XY{X: losses[0].X, Y: high})
		}
	}
	return c
}

// loss draws a training's table.
func loss(o *options, data []byte) (painter, error) {
	var history train.History
	if err := history.RestoreState(string(data)); err != nil {
		return nil, fmt.Errorf("-in %q: want the table of a training, as -history of the examples writes it: %w", o.in, err)
	}
	c := newCurve(history.Records)
	if c.least > c.most {
		return nil, fmt.Errorf("-in %q: %w", o.in, errors.New("no iteration with a finite loss"))
	}
	p := newPlot(o.title, "iteration", "loss")
	p.X.Min, p.X.Max = 0, float64(history.Records[len(history.Records)-1].Iteration)
	if c.least > 0 {
		logarithmic(&p.Y)
		p.Y.Min, p.Y.Max = max(c.least/1.2, 1/largest), c.most*1.2
	} else {
		p.Y.Min, p.Y.Max = c.least, c.most
	}
	p.Add(grid())
	c.add(p)
	p.Legend.Top = true
	p.Legend.XOffs, p.Legend.YOffs = -8, -8
	return func(c draw.Canvas) { paint(p, c) }, nil
}

// add draws the curves, what is most important last.
func (c curve) add(p *plot.Plot) {
	if c.loss != nil {
		p.Add(&plotter.Line{XYs: c.loss, LineStyle: line(sky, 1)})
		p.Legend.Add("loss of a batch", stroke(line(sky, 1), nil))
	}
	if c.low != nil {
		p.Add(band{c.low, c.high, sky})
		p.Legend.Add("losses of batches", box(sky))
	}
	if c.average != nil {
		p.Add(&plotter.Line{XYs: c.average, LineStyle: line(blue, 2)})
		p.Legend.Add("their moving average", stroke(line(blue, 2), nil))
	}
	if c.validation != nil {
		style := line(red, 1.5, 5, 3)
		p.Add(&plotter.Line{XYs: c.validation, LineStyle: style})
		p.Add(glyphs{c.validation, red, draw.CircleGlyph{}})
		p.Legend.Add("validation", stroke(style, draw.CircleGlyph{}))
	}
}

// band is the surface between two lines with the same places along the horizontal axis.
type band struct {
	low, high plotter.XYs
	color     color.Color
}

func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	var around []vg.Point
	for _, at := range b.low {
		around = append(around, vg.Point{X: toX(at.X), Y: toY(at.Y)})
	}
	for i := len(b.high) - 1; i >= 0; i-- {
		around = append(around, vg.Point{X: toX(b.high[i].X), Y: toY(b.high[i].Y)})
	}
	c.FillPolygon(b.color, around)
}
