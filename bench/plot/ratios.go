package main

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ratios draws, for each operation, its speed-ups to the left and its fraction of the limit
// to the right.
func ratios(o *options, data []byte) (painter, error) {
	all, err := o.speeds(data)
	if err != nil {
		return nil, err
	}
	ops, err := o.chosen(all)
	if err != nil {
		return nil, err
	}
	var rows []speed
	for _, op := range ops {
		sizes := slices.DeleteFunc(slices.Clone(all), func(s speed) bool { return s.Op != op })
		i := slices.IndexFunc(sizes, func(s speed) bool { return s.N == o.n })
		if i < 0 && sizes[0].N == sizes[len(sizes)-1].N {
			i = 0 // it has one size, of its own
		}
		if i >= 0 && (sizes[i].Naive > 0 || sizes[i].Gonum > 0 || sizes[i].Limit > 0) {
			rows = append(rows, sizes[i])
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("-n %d: none of the operations was compared at so many elements", o.n)
	}
	slices.Reverse(rows) // the first one stands highest

	left := newPlot("", "times as fast", "")
	logarithmic(&left.X)
	right := newPlot("", "fraction of the limit", "")
	left.X.Min, left.X.Max = 1, 10
	for _, s := range rows {
		for _, x := range []float64{s.Naive, s.Gonum} {
			if x > 0 {
				left.X.Min, left.X.Max = min(left.X.Min, x/1.2), max(left.X.Max, x*1.6)
			}
		}
		right.X.Max = max(right.X.Max, 1.2, s.Limit+0.2)
	}
	right.X.Min, right.X.Tick.Marker = 0, plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 0.5, Label: "0.5"}, {Value: 1, Label: "1"}}
	var labels []plot.Tick
	for i, s := range rows {
		labels = append(labels, plot.Tick{Value: float64(i), Label: label(s.Op)})
	}
	for _, p := range []*plot.Plot{left, right} {
		p.Y.Min, p.Y.Max = -0.6, float64(len(rows))+0.4 // room for the legend
		p.Y.Tick.Length, p.Y.Tick.Marker = 0, plot.ConstantTicks(labels)
	}
	right.HideY()
	gridX(left)
	gridX(right)
	addBars(left, "than a plain Go loop", blue, rows, 0.2, 1, func(s speed) float64 { return s.Naive })
	addBars(left, "than gonum", orange, rows, -0.2, 1, func(s speed) float64 { return s.Gonum })
	addBars(right, "of the probe's rate", green, rows, 0, 0, func(s speed) float64 { return s.Limit })
	for _, p := range []*plot.Plot{left, right} {
		p.Legend.Top, p.Legend.Left = true, true
		p.Legend.XOffs, p.Legend.YOffs = 6, -4
	}
	return func(c draw.Canvas) {
		title := left.Title.TextStyle // over both
		c.FillText(title, vg.Point{X: c.Center().X, Y: c.Max.Y}, o.title)
		c = draw.Crop(c, 0, 0, 0, -2*title.Font.Size)
		width := c.Max.X - c.Min.X
		paint(left, draw.Crop(c, 0, -0.31*width, 0, 0))
		paint(right, draw.Crop(c, 0.73*width, 0, 0, 0))
	}, nil
}

// gridX adds the lines of the horizontal axis alone.
func gridX(p *plot.Plot) {
	g := grid()
	g.Horizontal.Color = nil
	p.Add(g)
}

// bars are rectangles from one value to others, with these written behind.
type bars struct {
	color  color.Color
	from   float64
	at     []float64 // along the vertical axis
	values []float64
	half   float64 // of a bar's height
}

// addBars adds a bar for each row that has a value, a little above or below its middle.
func addBars(p *plot.Plot, name string, c color.Color, rows []speed, off, from float64, value func(speed) float64) {
	b := bars{color: c, from: from, half: 0.18}
	if off == 0 {
		b.half = 0.3
	}
	for i, s := range rows {
		if x := value(s); x > 0 {
			b.at, b.values = append(b.at, float64(i)+off), append(b.values, x)
		}
	}
	if b.at != nil {
		p.Add(b)
		p.Legend.Add(name, box(c))
	}
}

func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	style := textStyle(small - 1)
	style.YAlign = draw.YCenter
	for i, x := range b.values {
		low, high, from, to := toY(b.at[i]-b.half), toY(b.at[i]+b.half), toX(b.from), toX(x)
		c.FillPolygon(b.color, []vg.Point{{X: from, Y: low}, {X: from, Y: high}, {X: to, Y: high}, {X: to, Y: low}})
		c.FillText(style, vg.Point{X: max(from, to) + 3, Y: (low + high) / 2}, short(x, b.from == 0))
	}
}

// short writes a number in two digits, a fraction with two behind the point.
func short(x float64, fraction bool) string {
	switch {
	case fraction:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x >= 9.95:
		return strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'f', 1, 64)
}
