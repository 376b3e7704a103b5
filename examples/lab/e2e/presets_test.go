package e2e

import (
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/tour"
)

// TestHashes: each preset of the tour has the hash in Chromium that it has on all machines.
func TestHashes(t *testing.T) {
	p := openLab(t, "")
	for _, preset := range tour.Presets() {
		t.Run(preset.ID, func(t *testing.T) {
			p := p.in(t)
			s, problems := spec.Parse(preset.Query)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if s.Network == nil {
				p.reset(preset.Query)
				p.same("#badge", "same bits: "+preset.Hash)
				p.agrees(preset.Query)
				return
			}
			p.reset(preset.Query + "&tab=network")
			p.settle() // or the hash may be that of the training before
			p.until("training", `document.getElementById("network-hash")`)
			p.same("#network-hash", preset.Hash)
		})
	}
}

// same fails unless an element says a text.
func (p *tab) same(selector, want string) {
	p.Helper()
	if got := p.text(selector); got != want {
		p.Errorf("%s says %q, want %q", selector, got, want)
	}
}
