package main

import (
	"bytes"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Colours that people with every kind of sight tell apart: those of Okabe and Ito.
var (
	blue   = color.RGBA{0x00, 0x72, 0xB2, 0xFF}
	orange = color.RGBA{0xE6, 0x9F, 0x00, 0xFF}
	green  = color.RGBA{0x00, 0x9E, 0x73, 0xFF}
	red    = color.RGBA{0xD5, 0x5E, 0x00, 0xFF}
	sky    = color.RGBA{0xBB, 0xDD, 0xF0, 0xFF}
	black  = color.RGBA{0x22, 0x22, 0x22, 0xFF}
	grey   = color.RGBA{0xDD, 0xDD, 0xDD, 0xFF}
	middle = color.RGBA{0x99, 0x99, 0x99, 0xFF}
)

// small is the size of what is written beside axes and points.
const small = 10

// textStyle returns a style of a size in points.
func textStyle(size vg.Length) text.Style {
	return text.Style{Color: black, Font: font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size), Handler: plot.DefaultTextHandler}
}

// newPlot returns an empty picture of our style.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = 8
	set := func(s *text.Style, size vg.Length) {
		own := textStyle(size)
		own.XAlign, own.YAlign, own.Rotation = s.XAlign, s.YAlign, s.Rotation
		*s = own
	}
	set(&p.Title.TextStyle, 12)
	set(&p.Legend.TextStyle, small)
	p.Legend.Padding = 3
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		set(&a.Label.TextStyle, 11)
		set(&a.Tick.Label, small)
		a.Padding = 0
		a.LineStyle.Color, a.Tick.LineStyle.Color = black, black
	}
	return p
}

// paint draws a plot, with the label of the horizontal axis in its middle. Where package plot
// expects it on a logarithmic axis, there is no room for it, and the picture gets narrower.
func paint(p *plot.Plot, c draw.Canvas) {
	name := p.X.Label.Text
	p.X.Label.Text = ""
	style := p.X.Label.TextStyle
	style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
	above := draw.Crop(c, 0, 0, style.Font.Size+6, 0)
	p.Draw(above)
	inside := p.DataCanvas(above)
	c.FillText(style, vg.Point{X: inside.Center().X, Y: c.Min.Y}, name)
}

// logarithmic makes an axis logarithmic.
func logarithmic(a *plot.Axis) { a.Scale, a.Tick.Marker = plot.LogScale{}, decades{} }

// decades marks the powers of ten, their double and fivefold where there are few, and some
// where there are many.
type decades struct{}

func (decades) Ticks(least, most float64) []plot.Tick {
	const many = 12
	first, last := math.Floor(math.Log10(least)), math.Log10(most)
	few, step, multiples := most < 100*least, max(1, math.Ceil((last-first)/many)), 10.0
	if step > 1 {
		multiples = 2
	}
	var all []plot.Tick
	for exponent := first; exponent <= last; exponent += step {
		for m := 1.0; m < multiples; m++ {
			x := m * math.Pow(10, exponent)
			if x < least || x > most {
				continue
			}
			label := ""
			if m == 1 || few && (m == 2 || m == 5) {
				label = strconv.FormatFloat(x, 'g', max(3, int(exponent)+1), 64)
			}
			all = append(all, plot.Tick{Value: x, Label: label})
		}
	}
	return all
}

// grid returns thin lines at the labelled ticks.
func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = grey, grey
	return g
}

// line returns a style of a width in points.
func line(c color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}

// diamond is the shape that package draw lacks.
type diamond struct{}

func (diamond) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	c.SetColor(s.Color)
	r := s.Radius * 1.2
	var p vg.Path
	p.Move(vg.Point{X: at.X, Y: at.Y + r})
	p.Line(vg.Point{X: at.X + r, Y: at.Y})
	p.Line(vg.Point{X: at.X, Y: at.Y - r})
	p.Line(vg.Point{X: at.X - r, Y: at.Y})
	p.Close()
	c.Fill(p)
}

// glyphs are points. Package plotter's make the picture narrower for points at its edge.
type glyphs struct {
	plotter.XYs
	color color.Color
	shape draw.GlyphDrawer
}

func (g glyphs) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for _, at := range g.XYs {
		c.DrawGlyph(draw.GlyphStyle{Color: g.color, Radius: pointRadius, Shape: g.shape}, vg.Point{X: toX(at.X), Y: toY(at.Y)})
	}
}

// sample is what stands for something in a legend.
type sample func(c *draw.Canvas)

func (s sample) Thumbnail(c *draw.Canvas) { s(c) }

// box is the sample of what is drawn as a surface.
func box(of color.Color) sample {
	return func(c *draw.Canvas) {
		c.FillPolygon(of, []vg.Point{c.Min, {X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y}})
	}
}

// stroke is the sample of a line, with a point if there is a shape.
func stroke(s draw.LineStyle, shape draw.GlyphDrawer) sample {
	return func(c *draw.Canvas) {
		at := c.Center()
		c.StrokeLine2(s, c.Min.X, at.Y, c.Max.X, at.Y)
		if shape != nil {
			c.DrawGlyph(draw.GlyphStyle{Color: s.Color, Radius: pointRadius, Shape: shape}, at)
		}
	}
}

// pointRadius is that of a picture's points.
const pointRadius = 3.5

// fonts are those of the first of these that a reader's machine has: all have letters of the
// same widths but the last.
var fonts = [2][]byte{[]byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;")}

// render draws a picture as SVG on white.
func render(draws painter, width, height vg.Length) ([]byte, error) {
	canvas := vgsvg.New(width, height)
	c := draw.New(canvas)
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	draws(draw.Crop(c, 8, -14, 8, -8))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(b.Bytes(), fonts[0], fonts[1]), nil
}
