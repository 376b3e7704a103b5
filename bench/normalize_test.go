package bench

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestNormContendersAgree holds every level's function against the plain loop on the same
// data, which both must change.
func TestNormContendersAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range normSpecs(tinyCaches) {
		if s.N != 64*512 {
			continue
		}
		tolerance := 1e-12
		if s.Type == "f32" {
			tolerance = 1e-3
		}
		var m Arena
		c := s.Build(&m)
		run := func(d *Contender) []float64 {
			c.Reset()
			if d.Prepare != nil {
				d.Prepare()
			}
			d.Run(2)
			return arenaValues(&m, s.Type)
		}
		c.Reset()
		before, want := arenaValues(&m, s.Type), run(&c.Contenders[0])
		changed := 0
		for j, x := range want {
			if x != before[j] {
				changed++
			}
		}
		if changed < 64 {
			t.Errorf("%s %s: only %d numbers change", s.Ops[0], s.Type, changed)
		}
		for i := range c.Contenders {
			got := run(&c.Contenders[i])
			for j, x := range want {
				if !near(got[j], x, tolerance) {
					t.Fatalf("%s %s %s: number %d of the arena is %v, want %v", s.Ops[0], s.Type, c.Contenders[i].Label(), j, got[j], x)
				}
			}
		}
	}
}
