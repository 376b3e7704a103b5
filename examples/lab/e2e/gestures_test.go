package e2e

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

const gesture = "steps=40&run=SGD&run=Adam(LR=0.1)"

// at returns where the picture shows a place of the plane.
func (p *tab) at(place surface.Point) point {
	p.Helper()
	p.middle("#picture")
	box := answer[struct {
		Box struct{ X0, X1, Y0, Y1 float64 }
	}](p, "surface", p.query(), `{"width":2,"height":2}`).Box
	return eval[point](p, `async (place, box) => {
		const { frameOf, scaleOf } = await import("lab/axes.js");
		const r = document.getElementById("picture").getBoundingClientRect();
		const s = scaleOf(frameOf(r.width, r.height), { x0: box.X0, x1: box.X1, y0: box.Y0, y1: box.Y1 });
		return { X: r.x + s.px(place.X), Y: r.y + s.py(place.Y) };
	}`, place, box)
}

// start returns where the runs begin.
func (p *tab) start() surface.Point {
	p.Helper()
	s, _ := spec.Parse(p.query())
	return s.Start
}

// near fails unless the runs begin near a place, and the page shows what comes of that.
func (p *tab) near(want surface.Point) {
	p.Helper()
	p.rest()
	got := p.start()
	if math.Hypot(float64(got.X-want.X), float64(got.Y-want.Y)) > 0.02 {
		p.Errorf("the start is %v, want %v", got, want)
	}
	p.agrees(p.query())
}

// until waits for a condition of the page.
func (p *tab) until(what, condition string) {
	p.Helper()
	if !eval[bool](p, `async (condition) => {
		const test = new Function("return " + condition);
		for (const end = performance.now() + 10000; performance.now() < end; await new Promise(requestAnimationFrame)) if (test()) return true;
		return false;
	}`, condition) {
		p.Fatalf("%s: %s never holds", what, condition)
	}
	p.rest()
}

// TestDrag drags the start with the mouse and with a finger. One undo takes back the whole drag.
func TestDrag(t *testing.T) {
	to := surface.Point{X: 0.5, Y: -0.5}
	t.Run("Mouse", func(t *testing.T) {
		p := openLab(t, gesture)
		before := p.start()
		p.mouse(line(p.at(before), p.at(to), 12)...)
		p.near(to)
		p.do(chromedp.NavigateBack())
		p.near(before)
		p.do(chromedp.NavigateForward())
		p.near(to)
	})
	t.Run("Touch", func(t *testing.T) {
		p := open(t)
		p.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch))
		p.load(address, gesture)
		p.touch(line(p.at(p.start()), p.at(to), 12))
		p.near(to)
	})
	t.Run("Keys", func(t *testing.T) {
		p := openLab(t, gesture)
		before := p.start()
		box := surface.Find("rosenbrock").Box
		p.focus("#picture")
		for range 10 {
			p.key(kb.ArrowRight)
		}
		p.near(surface.Point{X: before.X + float64(0.1*(box.X1-box.X0)), Y: before.Y})
	})
}

// width is that of what the picture shows.
func (p *tab) width() float64 {
	p.Helper()
	s, _ := spec.Parse(p.query())
	b := s.Surface.Kind.Box
	if s.View.Box != nil {
		b = *s.View.Box
	}
	return b.X1 - b.X0
}

// TestZoom zooms by buttons, wheel, keys and two fingers, and shows all again.
func TestZoom(t *testing.T) {
	p := open(t)
	p.do(chromedp.EmulateViewport(1280, 900, chromedp.EmulateTouch))
	p.load(address, gesture)
	whole := p.width()
	boxed, free := `location.hash.includes("box=")`, `!location.hash.includes("box=")`
	middle := func() point { return p.middle("#picture") }
	for name, act := range map[string]struct {
		do     func()
		larger bool
	}{
		"zoom-in":  {func() { p.click("#zoom-in") }, false},
		"zoom-out": {func() { p.click("#zoom-out") }, true},
		"wheel": {func() {
			at := middle()
			call(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: at.X, Y: at.Y, DeltaX: 1, DeltaY: -100})
		}, false},
		"keys": {func() { p.focus("#picture"); p.key("+") }, false},
		"fingers": {func() {
			m := middle()
			p.touch(line(point{m.X - 40, m.Y}, point{m.X - 120, m.Y}, 8), line(point{m.X + 40, m.Y}, point{m.X + 120, m.Y}, 8))
		}, false},
	} {
		act.do()
		p.until(name, boxed)
		p.agrees(p.query())
		if w := p.width(); w > whole != act.larger {
			t.Errorf("%s: the picture shows a width of %v, of %v before", name, w, whole)
		}
		p.click("#zoom-reset")
		p.until(name, free)
	}
	p.click("#zoom-in")
	p.until("zoom-in", boxed)
	at := middle()
	p.do(chromedp.MouseClickXY(at.X, at.Y, chromedp.ClickCount(1)), chromedp.MouseClickXY(at.X, at.Y, chromedp.ClickCount(2)))
	p.until("double click", free)
}

// TestPlayback plays, pauses, steps on and back, and scrubs. The table behind the picture has the
// positions of the step that is shown.
func TestPlayback(t *testing.T) {
	p := openLab(t, gesture)
	p.click("#stage details.data > summary")
	step := func() int {
		n, _ := strconv.Atoi(strings.Fields(property[string](p, "#step-count", "value"))[0])
		return n
	}
	at := func(want int) {
		t.Helper()
		p.rest()
		if got := step(); got != want {
			t.Errorf("step %d is shown, want %d", got, want)
		}
		p.positions(want)
	}
	at(40)
	p.press("#first")
	at(0)
	p.press("#forward")
	p.press("#forward")
	at(2)
	p.press("#back")
	at(1)
	p.press("#last")
	at(40)
	p.focus("#scrub")
	p.key(kb.Home, kb.ArrowRight, kb.ArrowRight, kb.ArrowRight)
	at(3)
	if got, _ := spec.Parse(p.query()); got.View.Step != 3 {
		t.Errorf("the address has %s", p.query())
	}
	scrub := p.middle("#scrub")
	p.mouse(line(scrub, point{scrub.X + 30, scrub.Y}, 5)...)
	p.rest()
	if n := step(); n < 20 || n == 40 {
		t.Errorf("scrubbed to step %d, want one in the second half", n)
	}
	p.positions(step())
	// The keys of the page.
	p.do(chromedp.Blur(chromedp.CSS("#scrub")))
	p.key(kb.Home, kb.ArrowRight)
	at(1)
	p.choose("#speed", "20")
	p.press("#first")
	p.click("#play")
	p.until("play", `document.getElementById("step-count").value > "0 /" && document.getElementById("play").title === "Pause"`)
	p.click("#play")
	p.rest()
	n := step()
	if n == 0 || n == 40 {
		t.Errorf("paused at step %d", n)
	}
	eval[any](p, `() => new Promise((done) => setTimeout(done, 300, 0))`)
	at(n)
	p.choose("#speed", "200")
	p.click("#play")
	p.until("play", `document.getElementById("step-count").value === "40 / 40" && document.getElementById("play").title === "Play"`)
	at(40)
}

// positions fails unless the table behind the picture has the runs' places at a step.
func (p *tab) positions(step int) {
	p.Helper()
	rows := eval[[][]string](p, `() => [...document.querySelectorAll("#stage details.data tbody tr")].map((r) => [...r.cells].map((c) => c.textContent))`)
	r := native.Call("race", p.query(), "")
	if len(rows) != len(raceOf(p, p.query()).Runs) {
		p.Fatalf("%d rows of runs", len(rows))
	}
	for i, row := range rows {
		for k, name := range []string{"x", "y", "loss"} {
			all := r.Array(name + "/" + strconv.Itoa(i))
			want := all[min(step, len(all)-1)]
			got, err := strconv.ParseFloat(strings.ReplaceAll(row[k+2], "−", "-"), 64)
			if err != nil || math.Abs(got-want) > float64(0.006*math.Abs(want)) {
				p.Errorf("%s of run %d at step %d is %s, want %v", name, i, step, row[k+2], want)
			}
		}
	}
}

// TestAddress: what is in the address is the experiment, in a new tab as well, and back undoes one
// change after the other.
func TestAddress(t *testing.T) {
	p := openLab(t, gesture)
	p.enter("#steps", "30")
	p.enter("#steps", "20")
	p.choose("#run-0-method", "Momentum")
	p.press("#tab-take")
	want := "steps=20&run=Momentum&run=Adam(LR=0.1)&tab=take"
	p.agrees(want)
	p.until("the address", `location.hash.includes("steps=20")`)
	address, err := chromedp.Run(p.ctx, chromedp.Location())
	p.must(err)
	other := open(t)
	other.do(chromedp.Navigate(address))
	other.until("the page", `document.getElementById("objective")`)
	other.agrees(want)
	for _, before := range []string{"steps=20&run=Momentum&run=Adam(LR=0.1)", "steps=20&run=SGD&run=Adam(LR=0.1)", "steps=30&run=SGD&run=Adam(LR=0.1)", gesture} {
		p.do(chromedp.NavigateBack())
		p.rest()
		p.agrees(before)
	}
	p.do(chromedp.NavigateForward())
	p.rest()
	p.agrees("steps=30&run=SGD&run=Adam(LR=0.1)")
	if p.reset("f=himmelblau&steps=9"); p.query() != "f=himmelblau&steps=9" {
		t.Errorf("a new address leaves %s", p.query())
	}
}

// TestEmbedded: for a talk there is the picture with its steps, and a link to the rest.
func TestEmbedded(t *testing.T) {
	p := openLab(t, gesture+"&embed=1")
	for selector, want := range map[string]bool{
		"#picture": true, "#playback": true, "#open-lab": true,
		"#controls": false, "#panels": false, "#bar": false,
	} {
		if got := eval[bool](p, `(s) => document.querySelector(s).checkVisibility()`, selector); got != want {
			t.Errorf("%s is shown: %v", selector, got)
		}
	}
	if link := property[string](p, "#open-lab", "href"); link != address+"#"+gesture {
		t.Errorf("the link leads to %s", link)
	}
	p.press("#back")
	if got := property[string](p, "#step-count", "value"); got != "39 / 40" {
		t.Errorf("the step is %s", got)
	}
}

// TestSingleFile: the page in one file works from disk.
func TestSingleFile(t *testing.T) {
	p := open(t)
	p.load("file://"+singleFile, gesture)
	p.agrees(gesture)
	p.press("#run-add")
	p.agrees(gesture + "&run=Momentum")
	p.mouse(line(p.at(p.start()), p.at(surface.Point{X: 0.5, Y: -0.5}), 6)...)
	p.near(surface.Point{X: 0.5, Y: -0.5})
}
