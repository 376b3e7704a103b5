package engine

import (
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/tour"
)

// TestTour: the page gets for each preset the hash that the tour says.
func TestTour(t *testing.T) {
	e := New()
	got, _ := value[struct {
		Presets  []tour.Preset
		Machines []string
	}](t, e, "tour", "", "")
	if len(got.Presets) != len(tour.Presets()) || len(got.Machines) == 0 {
		t.Fatalf("%d presets, %d machines", len(got.Presets), len(got.Machines))
	}
	for _, p := range got.Presets {
		method := "race"
		if s, _ := spec.Parse(p.Query); s.Network != nil {
			method = "train"
		}
		hash := ""
		for asked := 0; hash == "" && asked < 1000; asked++ { // training takes several
			r, _ := value[struct{ Hash string }](t, e, method, p.Query, "")
			hash = r.Hash
		}
		if hash != p.Hash {
			t.Errorf("%s: hash %s, want %s", p.ID, hash, p.Hash)
		}
	}
}
