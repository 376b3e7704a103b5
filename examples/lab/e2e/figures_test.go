package e2e

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/chromedp"
)

// says reports whether a text of the page is the one that is wanted. One that begins with ~ is a
// number, of which the page shows three digits.
func says(got, want string) bool {
	number, ok := strings.CutPrefix(want, "~")
	if !ok {
		return got == want
	}
	v, err := strconv.ParseFloat(number, 64)
	return err == nil && reads(got, v)
}

// about is the text for says of a number.
func about(v float64) string { return "~" + strconv.FormatFloat(v, 'g', -1, 64) }

// reads reports whether a text is a number, but for digits behind the third.
func reads(text string, want float64) bool {
	text = strings.NewReplacer("−", "-", "∞", "Inf", "not a number", "NaN").Replace(text)
	got, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(want) {
		return err == nil && math.IsNaN(got)
	}
	return got == want || math.Abs(got-want) <= float64(0.0051*math.Abs(want))
}

var numbers = regexp.MustCompile(`[−-]?(\d+(\.\d+)?(e[−-]?\d+)?|∞)`)

// numbersIn fails unless a text has these numbers, in order.
func (p *tab) numbersIn(text string, want ...float64) {
	p.Helper()
	if got := numbers.FindAllString(text, -1); !slices.EqualFunc(got, want, reads) {
		p.Errorf("at %s the page says %q, want the numbers %v", p.query(), text, want)
	}
}

// cellsOf returns the texts of a table's rows.
func (p *tab) cellsOf(selector string) [][]string {
	p.Helper()
	return eval[[][]string](p, `(s) => [...document.querySelectorAll(s + " tr")].map((r) => [...r.cells].map((c) => (c.querySelector("button span") ?? c).textContent))`, selector)
}

// table opens the table behind a figure, and returns its rows, the head first.
func (p *panel) table(figure string) [][]string {
	p.Helper()
	summary := figure + " summary"
	if eval[bool](p.tab, `(s) => !document.querySelector(s).parentElement.open`, summary) {
		p.press(summary)
		p.note()
	}
	return p.cellsOf(figure + " table")
}

// A chart is what the page draws of some curves.
type chart struct {
	x      string
	at     []float64 // 0, 1, 2, ... if nil
	log    bool
	loglog bool
	curves []curve
}

type curve struct {
	label  string
	values []float64
}

// drawn fails unless a chart shows these curves: in the table behind it, and under the pointer at
// both its ends, which are the first and the last place.
func (p *panel) drawn(figure string, c chart) {
	p.Helper()
	n := len(c.at)
	head := []string{c.x}
	for _, k := range c.curves {
		n, head = max(n, len(k.values)), append(head, k.label)
	}
	place := func(i int) float64 {
		if c.at != nil {
			return c.at[i]
		}
		return float64(i)
	}
	rows := p.table(figure)
	if !slices.Equal(rows[0], head) {
		p.Errorf("at %s the chart %s is of %q, want %q", p.query(), figure, rows[0], head)
		return
	}
	places := evenly(n)
	if len(rows)-1 != len(places) {
		p.Errorf("at %s the chart %s has %d rows, want %d", p.query(), figure, len(rows)-1, len(places))
		return
	}
	for r, i := range places {
		want := []string{about(place(i))}
		for _, k := range c.curves {
			if i < len(k.values) {
				want = append(want, about(k.values[i]))
			} else {
				want = append(want, "")
			}
		}
		if !slices.EqualFunc(rows[r+1], want, says) {
			p.Errorf("at %s the chart %s says %q, want %q", p.query(), figure, rows[r+1], want)
			return
		}
	}
	first := 0
	if c.loglog && c.at == nil {
		first = 1 // a log scale has no place for 0
	}
	if n-first < 2 {
		return
	}
	for end, near := range map[float64][]int{0: {first, first + 1}, 1: {n - 1, n - 2}} {
		got := p.pointer(figure, end)
		if !slices.ContainsFunc(near, func(i int) bool {
			return slices.EqualFunc(got, c.curves, func(text string, k curve) bool {
				if i >= len(k.values) || math.IsNaN(k.values[i]) || math.IsInf(k.values[i], 0) || (c.log || c.loglog) && k.values[i] <= 0 {
					return text == ""
				}
				return reads(text, k.values[i])
			})
		}) {
			p.Errorf("at %s the end %v of the chart %s says %q, want what is at step %d", p.query(), end, figure, got, near[0])
		}
	}
}

// evenly are the places among n of which the table of a chart has rows.
func evenly(n int) []int {
	var places []int
	for i := 0; i < n; i += max(1, (n+99)/100) {
		places = append(places, i)
	}
	if n > 0 && places[len(places)-1] != n-1 {
		places = append(places, n-1)
	}
	return places
}

// pointer moves the mouse to a chart, a share of the way from its left end to its right one, and
// returns what the legend says of each curve there.
func (p *panel) pointer(figure string, share float64) []string {
	p.Helper()
	p.hover(p.on(figure, share))
	return p.texts(figure + " .legend li span")
}

// on brings a chart into view, and returns a place on it.
func (p *panel) on(figure string, share float64) point {
	p.Helper()
	over := figure + " .u-over"
	p.middle(over)
	p.uses(over)
	return eval[point](p.tab, `(s, share) => {
		const r = document.querySelector(s).getBoundingClientRect();
		return { X: r.x + Math.min(r.width - 0.5, Math.max(0.5, share * r.width)), Y: r.y + r.height / 2 };
	}`, over, share)
}

// pick clicks in the middle of a chart, and returns the step that is shown then.
func (p *panel) pick(figure string) int {
	p.Helper()
	p.pointer(figure, 0.5)
	at := p.on(figure, 0.5)
	p.do(chromedp.MouseClickXY(at.X, at.Y))
	p.settled()
	return p.experiment().View.Step
}

// A cells is what a map of the page shows.
type cells struct {
	width, height int
	values        []float64
	text          func(v float64) string // as says takes it
}

// mapped fails unless the table behind a map has its cells.
func (p *panel) mapped(figure string, m cells) {
	p.Helper()
	columns, lines := spread(m.width, 24), spread(m.height, 24)
	slices.Reverse(lines)
	rows := p.table(figure)
	if len(rows) != len(lines)+1 || len(rows[0]) != len(columns)+1 {
		p.Errorf("at %s the map %s has %d rows of %d, want %d of %d", p.query(), figure, len(rows)-1, len(rows[0])-1, len(lines), len(columns))
		return
	}
	wrong := 0
	for r, line := range lines {
		for c, column := range columns {
			want := m.text(m.values[line*m.width+column])
			if got := rows[r+1][c+1]; !says(got, want) && wrong < 3 {
				p.Errorf("at %s the map %s says %q in column %d of row %d, want %q", p.query(), figure, got, column, line, want)
				wrong++
			}
		}
	}
}

// spread returns at most count of the numbers below n, evenly chosen.
func spread(n, count int) []int {
	var list []int
	for i := 0; i < n; i += (n + count - 1) / count {
		list = append(list, i)
	}
	return list
}

// cell returns the middle of a cell of a map on the page.
func (p *panel) cell(canvas string, m cells, column, row int) point {
	p.Helper()
	p.middle(canvas)
	p.uses(canvas)
	return eval[point](p.tab, `async (s, x, y) => {
		const { frameOf } = await import("lab/axes.js");
		const r = document.querySelector(s).getBoundingClientRect();
		const f = frameOf(r.width, r.height, { left: 62 });
		return { X: r.x + f.x + x * f.w, Y: r.y + f.y + f.h - y * f.h };
	}`, canvas, (float64(column)+0.5)/float64(m.width), (float64(row)+0.5)/float64(m.height))
}

// readout fails unless the line under a map is about a cell.
func (p *panel) readout(canvas string, m cells, column, row int) {
	p.Helper()
	_, got, ok := strings.Cut(p.text(canvas+"-readout"), ": ")
	if want := m.text(m.values[row*m.width+column]); !ok || !says(got, want) {
		p.Errorf("at %s the map %s says %q of column %d of row %d, want %q", p.query(), canvas, got, column, row, want)
	}
}

func absolute(values []float64) []float64 {
	list := make([]float64, len(values))
	for i, v := range values {
		list[i] = math.Abs(v)
	}
	return list
}
