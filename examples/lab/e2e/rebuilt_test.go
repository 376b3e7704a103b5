package e2e

import "testing"

// TestRebuilt: a chart that other runs make a new one of has their numbers, from the first step to
// the last.
func TestRebuilt(t *testing.T) {
	const base = "f=himmelblau&steps=30&run=SGD(LR=0.001)"
	p := &panel{openLab(t, base), "race", map[string]bool{}}
	for _, change := range []struct {
		name  string
		do    func(*panel)
		query string // then
	}{
		{"Nothing", func(*panel) {}, base},
		{"Run", func(p *panel) { p.press("#run-add") }, base + "&run=Momentum"},
		{"Method", func(p *panel) { p.choose("#run-0-method", "Adam") }, "f=himmelblau&steps=30&run=Adam&run=Momentum"},
		{"Steps", func(p *panel) { p.enter("#steps", "50") }, "f=himmelblau&steps=50&run=Adam&run=Momentum"},
		{"Axes", func(p *panel) { p.click("#race-axis-loglog") }, "f=himmelblau&steps=50&run=Adam&run=Momentum&axis=loglog"},
		{"Fewer", func(p *panel) { p.press("#run-0-remove") }, "f=himmelblau&steps=50&run=Momentum&axis=loglog"},
		{"Theme", func(p *panel) { p.choose("#theme", "dark") }, "f=himmelblau&steps=50&run=Momentum&axis=loglog&theme=dark"},
		{"Hidden", func(p *panel) { p.press("#tab-take"); p.press("#run-add"); p.press("#tab-race") },
			"f=himmelblau&steps=50&run=Momentum&run=SGD&axis=loglog&theme=dark"},
	} {
		t.Run(change.name, func(t *testing.T) {
			p := &panel{p.in(t), p.id, p.there}
			change.do(p)
			p.becomes(change.query)
			p.raced()
		})
	}
}
