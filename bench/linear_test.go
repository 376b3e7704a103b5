package bench

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestLinearContendersAgree holds every contender against the plain loop, which must change
// the gradient.
func TestLinearContendersAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range linearSpecs(tinyCaches) {
		if s.N > 256*512 {
			continue
		}
		tolerance := 1e-13
		if s.Type == "f32" {
			tolerance = 1e-5
		}
		var m Arena
		c := s.Build(&m)
		c.Reset()
		before := arenaValues(&m, s.Type)
		run := func(d *Contender) (float64, []float64) {
			c.Reset()
			if d.Prepare != nil {
				d.Prepare()
			}
			const reps = 1000 // of very small steps
			return d.Run(reps), arenaValues(&m, s.Type)
		}
		value, want := run(&c.Contenders[0])
		changed := 0
		for j := range want {
			if want[j] != before[j] {
				changed++
			}
		}
		if changed == 0 || value == 0 {
			t.Errorf("%s %s: a loss of %v, %d numbers changed", s.Ops[0], s.Type, value, changed)
		}
		for i := range c.Contenders {
			got, data := run(&c.Contenders[i])
			label := c.Contenders[i].Label()
			if !near(got/value, 1, 100*tolerance) {
				t.Errorf("%s %s %s: loss %v, want %v", s.Ops[0], s.Type, label, got, value)
			}
			for j, x := range want {
				if !near(data[j], x, 100*tolerance) {
					t.Fatalf("%s %s %s: number %d of the arena is %v, want %v", s.Ops[0], s.Type, label, j, data[j], x)
				}
			}
		}
	}
}
