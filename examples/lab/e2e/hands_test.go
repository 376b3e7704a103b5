package e2e

import (
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A point is a place in the window.
type point struct{ X, Y float64 }

// middle brings an element into view, opens what it is folded in, and returns its middle once
// it rests there and nothing covers it.
func (p *tab) middle(selector string) point {
	p.Helper()
	return eval[point](p, `async (s) => {
		const e = document.querySelector(s);
		if (!e) throw new Error("no " + s);
		for (let d = e.closest("details"); d; d = d.parentElement.closest("details")) {
			if (!e.closest("summary") || e.closest("summary").parentElement !== d) d.open = true;
		}
		for (let before = null, tries = 0; ; tries++) {
			const r = e.getBoundingClientRect();
			const at = { X: r.x + r.width / 2, Y: r.y + r.height / 2 };
			if (before && before.X === at.X && before.Y === at.Y && r.width > 0) {
				const hit = document.elementFromPoint(at.X, at.Y);
				if (hit && (e.contains(hit) || hit.contains(e) && hit.tagName === "LABEL")) return at;
				e.scrollIntoView({ block: "center", behavior: "instant" });
			}
			if (tries > 100) throw new Error(s + " is hidden, covered, or never rests");
			before = at;
			await new Promise(requestAnimationFrame);
		}
	}`, selector)
}

const (
	keyHome = kb.Home
	keyEnd  = kb.End
)

// press clicks on an element, and waits until the page has answered.
func (p *tab) press(selector string) {
	p.Helper()
	p.click(selector)
	p.rest()
}

// uses remembers that a control was used.
func (p *tab) uses(selector string) {
	p.Helper()
	p.used[generic(eval[string](p, `(s) => controlName(document.querySelector(s))`, selector))] = true
}

// click presses the mouse on an element.
func (p *tab) click(selector string) {
	p.Helper()
	at := p.middle(selector)
	p.uses(selector)
	p.do(chromedp.MouseClickXY(at.X, at.Y))
}

// focus gives an element the focus.
func (p *tab) focus(selector string) {
	p.Helper()
	p.middle(selector)
	p.uses(selector)
	eval[bool](p, `(s) => { document.querySelector(s).focus(); return true; }`, selector)
}

// key presses keys one after the other.
func (p *tab) key(keys ...string) {
	p.Helper()
	for _, k := range keys {
		p.do(chromedp.KeyEvent(k))
	}
}

// choose takes a choice of a select by arrow keys.
func (p *tab) choose(selector, value string) {
	p.Helper()
	p.focus(selector)
	n := eval[int](p, `(s, v) => {
		const e = document.querySelector(s);
		return [...e.options].findIndex((o) => o.value === v) - e.selectedIndex;
	}`, selector, value)
	arrow := kb.ArrowDown
	if n < 0 {
		n, arrow = -n, kb.ArrowUp
	}
	for range n {
		p.key(arrow)
	}
	p.rest()
}

// enter replaces what a field says, and enters it.
func (p *tab) enter(selector, text string) {
	p.Helper()
	p.focus(selector)
	p.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	p.key(kb.Delete)
	if text != "" {
		p.do(chromedp.KeyEvent(text))
	}
	p.key(kb.Enter)
	p.rest()
}

// mouse moves the pressed mouse through points.
func (p *tab) mouse(points ...point) {
	p.Helper()
	send := func(kind input.DispatchMouseEventType, at point, buttons int64) {
		call(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, Buttons: buttons, ClickCount: 1})
	}
	send(input.DispatchMouseEventTypeMousePressed, points[0], 1)
	for _, at := range points[1:] {
		send(input.DispatchMouseEventTypeMouseMoved, at, 1)
	}
	send(input.DispatchMouseEventTypeMouseReleased, points[len(points)-1], 0)
}

// touch moves fingers through points, each through its own list.
func (p *tab) touch(fingers ...[]point) {
	p.Helper()
	send := func(kind input.DispatchTouchEventType, i int) {
		var down []*input.TouchPoint
		for n, f := range fingers {
			if i >= 0 {
				down = append(down, &input.TouchPoint{X: f[i].X, Y: f[i].Y, ID: new(float64(n))})
			}
		}
		call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: down})
	}
	send(input.DispatchTouchEventTypeTouchStart, 0)
	for i := 1; i < len(fingers[0]); i++ {
		send(input.DispatchTouchEventTypeTouchMove, i)
	}
	send(input.DispatchTouchEventTypeTouchEnd, -1)
}

// line returns n+1 points from one to another.
func line(from, to point, n int) []point {
	points := make([]point, n+1)
	for i := range points {
		part := float64(i) / float64(n)
		points[i] = point{from.X + float64(part*(to.X-from.X)), from.Y + float64(part*(to.Y-from.Y))}
	}
	return points
}

// id is the selector of an id, which may have any characters.
func id(name string) string { return "[id=\"" + strings.ReplaceAll(name, `"`, `\"`) + "\"]" }

// clickAt clicks on a point of the window.
func clickAt(at point) chromedp.Action[chromedp.Void] { return chromedp.MouseClickXY(at.X, at.Y) }

// hover moves the mouse to a point of the window.
func (p *tab) hover(at point) {
	p.Helper()
	call(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at.X, Y: at.Y})
	p.rest()
}
