package e2e

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

var axe = flag.String("axe", "", "`file` of axe-core, which finds faults of accessibility")

// perTab returns experiments that have every panel full of something to show.
func perTab() []string {
	var list []string
	for _, tab := range spec.Tabs {
		query := "f=quadratic&steps=60&run=Momentum(LR=0.02)&run=Adam(LR=0.1)"
		switch tab {
		case "noise":
			query = "f=regression&steps=60&batch=8&run=SGD(LR=0.02)"
		case "formats":
			query = "f=quadratic&steps=60&run=Momentum(LR=0.02)&run=Adam(LR=0.1,State=int8,Params=bfloat16)&sel=1"
		case "network":
			query = "f=network&steps=30&run=Adam"
		}
		list = append(list, query+"&tab="+tab)
	}
	return list
}

// phone makes the tab that of a phone.
func (p *tab) phone() {
	p.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch))
}

// TestPhone: on a phone nothing is wider than the window, controls are large enough for a finger,
// and a finger works them.
func TestPhone(t *testing.T) {
	p := open(t)
	p.phone()
	p.load(address, gesture)
	for _, query := range append(perTab(), gesture+"&three=1", gesture+"&embed=1") {
		p.reset(query)
		p.settle()
		if wide := eval[int](p, `() => document.scrollingElement.scrollWidth`); wide > 360 {
			t.Errorf("%s is %d pixels wide: %s", query, wide, eval[[]string](p, `() => [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > 361 && !e.closest(".scroll, #tabs")).slice(0, 5).map((e) => e.tagName + "#" + e.id + "." + e.className)`))
		}
		eval[any](p, `() => { for (const d of document.querySelectorAll("details")) d.open = true; return 0; }`)
		p.settle()
		for _, fault := range eval[[]string](p, smallTargets) {
			t.Errorf("%s: %s", query, fault)
		}
	}
	p.reset(gesture)
	p.tap("#run-add")
	p.agrees(gesture + "&run=Momentum")
	p.tap("#back")
	p.tap("#tab-take")
	if got, want := p.query(), gesture+"&run=Momentum&tab=take&step=39"; got != want {
		t.Errorf("fingers lead to %s, want %s", got, want)
	}
}

// smallTargets lists what a finger does not hit: less than 24 pixels high or wide, or outside of
// the window. A control in a label is as large as the label, and links in a text as the text.
const smallTargets = `() => {
	const faults = [];
	for (const e of document.querySelectorAll("button, input, select, textarea, summary, a[href], [role=tab]")) {
		if (!e.checkVisibility() || e.closest(".skip, .hidden") || e.matches(".hidden") || (e.tagName === "A" && e.closest("p"))) continue;
		const r = (e.closest("label") ?? e).getBoundingClientRect();
		const name = e.tagName.toLowerCase() + "#" + e.id + " " + (e.textContent || e.getAttribute("aria-label") || "").slice(0, 20);
		if (r.width < 24 || r.height < 23.5) faults.push(name + " is " + r.width.toFixed(1) + " by " + r.height.toFixed(1));
		if ((r.left < -1 || r.right > innerWidth + 1) && !e.closest(".scroll, #tabs")) faults.push(name + " is from " + r.left + " to " + r.right);
	}
	return faults;
}`

// tap touches an element.
func (p *tab) tap(selector string) {
	p.Helper()
	at := p.middle(selector)
	p.do(chromedp.TapXY(at.X, at.Y))
	p.rest()
}

// TestKeyboard: Tab leads to everything that can be used, and shows where it is. A run is
// changed, played and inspected with nothing but keys.
func TestKeyboard(t *testing.T) {
	for _, query := range perTab() {
		p := openLab(t, query)
		p.settle()
		want := eval[[]string](p, tabbable)
		var got []string
		for range 3 * len(want) {
			p.key(kb.Tab)
			at := eval[struct{ Name, Outline string }](p, `() => {
				const e = document.activeElement;
				const s = getComputedStyle(e), near = getComputedStyle(e.closest("label") ?? e), next = e.nextElementSibling ? getComputedStyle(e.nextElementSibling) : s;
				const shows = [s, near, next].some((s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none");
				return { Name: nameOf(e), Outline: e === document.body || (e.matches(":focus-visible") && shows) ? "" : "cannot be seen" };
			}`)
			if slices.Contains(got, at.Name) {
				break
			}
			if at.Outline != "" {
				t.Errorf("%s: the focus on %s %s", query, at.Name, at.Outline)
			}
			got = append(got, at.Name)
		}
		for _, name := range want {
			if !slices.Contains(got, name) {
				t.Errorf("%s: Tab does not lead to %s", query, name)
			}
		}
	}
	p := openLab(t, gesture)
	p.tabTo("run-0-method")
	p.key(kb.ArrowDown)
	p.rest()
	p.agrees("steps=40&run=Momentum&run=Adam(LR=0.1)")
	p.tabTo("first")
	p.key(" ")
	p.tabTo("play")
	p.key(kb.Enter)
	p.until("play", `document.getElementById("step-count").value === "40 / 40" && document.getElementById("play").title === "Play"`)
	p.tabTo("tab-race")
	p.key(kb.ArrowRight)
	p.settle()
	if got := p.query(); !strings.Contains(got, "tab=inspect") {
		t.Errorf("arrow keys between the tabs lead to %s", got)
	}
	if p.text("#panel-inspect math") == "" {
		t.Error("the panel shows no formula")
	}
}

// tabbable names what Tab has to lead to. Of radio buttons, and of tabs, that
// belong together it is one.
const tabbable = `() => {
	globalThis.nameOf = (e) => {
		if (e.type === "radio") return "radio " + e.name;
		if (e.id) return e.tagName.toLowerCase() + "#" + e.id;
		const all = [...document.querySelectorAll(e.tagName)];
		return e.tagName.toLowerCase() + " " + all.indexOf(e) + " " + e.className;
	};
	const all = [...document.querySelectorAll("button, input, select, textarea, summary, a[href], [tabindex='0']")];
	return [...new Set(all.filter((e) => e.checkVisibility() && !e.disabled && (e.tabIndex >= 0 || !e.matches("[role=tab]"))).map(nameOf))];
}`

// tabTo presses Tab until an element has the focus.
func (p *tab) tabTo(name string) {
	p.Helper()
	for range 400 {
		if eval[string](p, `() => document.activeElement.id`) == name {
			return
		}
		p.key(kb.Tab)
	}
	p.Fatalf("Tab does not lead to %s", name)
}

// TestReducedMotion: for readers who want less motion nothing moves by itself, and playing goes in
// half seconds.
func TestReducedMotion(t *testing.T) {
	p := open(t)
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
	p.load(address, "steps=400&run=SGD")
	p.press("#first")
	p.choose("#speed", "20")
	changes := eval[int](p, `async () => {
		const seen = new Set();
		document.getElementById("play").click();
		for (const end = performance.now() + 1700; performance.now() < end; await new Promise(requestAnimationFrame)) seen.add(document.getElementById("step-count").value);
		document.getElementById("play").click();
		return seen.size - 1;
	}`)
	if changes < 1 || changes > 3 {
		t.Errorf("%d pictures in 1.7 seconds", changes)
	}
	if n := eval[int](p, `() => document.getAnimations().length`); n > 0 {
		t.Errorf("%d animations", n)
	}
	for _, tab := range []string{"#tab-race", "#tab-take", "#help-open"} {
		p.click(tab)
		if n := eval[int](p, `() => document.getAnimations().length`); n > 0 {
			t.Errorf("%s: %d animations", tab, n)
		}
	}
}

// TestAxe has axe-core look at every panel, in light and dark, wide and on a phone.
func TestAxe(t *testing.T) {
	if *axe == "" {
		t.Skip("no -axe")
	}
	source, err := os.ReadFile(*axe)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []string{"wide", "phone"} {
		p := open(t)
		if size == "phone" {
			p.phone()
		}
		p.load(address, "")
		p.do(chromedp.Evaluate[chromedp.Void](string(source)))
		for _, theme := range []string{"light", "dark"} {
			for _, query := range append(perTab(), gesture+"&three=1", gesture+"&embed=1", "run=SGD(LR=-1)&f=x") {
				p.reset(query + "&theme=" + theme)
				p.settle()
				for _, fault := range eval[[]string](p, `async () => {
					const { violations } = await axe.run(document, { resultTypes: ["violations"] });
					return violations.filter((v) => v.impact === "serious" || v.impact === "critical")
						.flatMap((v) => v.nodes.slice(0, 4).map((n) => v.impact + " " + v.id + ": " + n.target + " " + n.any.concat(n.all, n.none).map((c) => c.message).join("; ")));
				}`) {
					t.Error(fmt.Sprintf("%s, %s, %s: %s", query, theme, size, fault))
				}
			}
		}
	}
}
