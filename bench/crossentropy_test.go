package bench

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestEntropyContendersAgree holds every contender against the plain loop, which must write
// the gradient.
func TestEntropyContendersAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range entropySpecs(tinyCaches) {
		tolerance := 1e-13
		if s.Type == "f32" {
			tolerance = 1e-5
		}
		run := func(i int) (float64, []float64) {
			var m Arena
			d := &s.Build(&m).Contenders[i]
			if d.Prepare != nil {
				d.Prepare()
			}
			return d.Run(1), arenaValues(&m, s.Type)
		}
		loss, want := run(0)
		written := 0
		for _, x := range want[len(want)/2:] {
			if x != 0 {
				written++
			}
		}
		if loss <= 0 || written < s.N {
			t.Errorf("%s %s: a loss of %v, %d numbers of the gradient", s.Ops[0], s.Type, loss, written)
		}
		for i, d := range s.Build(&Arena{}).Contenders {
			got, data := run(i)
			if !near(got/loss, 1, tolerance) {
				t.Errorf("%s %s %s: loss %v, want %v", s.Ops[0], s.Type, d.Label(), got, loss)
			}
			for j, x := range want {
				if !near(data[j], x, tolerance) {
					t.Fatalf("%s %s %s: number %d of the arena is %v, want %v", s.Ops[0], s.Type, d.Label(), j, data[j], x)
				}
			}
		}
	}
}
