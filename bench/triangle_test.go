package bench

import (
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestTriangleContendersAgree holds every level's function against gonum's on the same data,
// and checks that they stay what they were: of what is done in place, two calls undo each
// other.
func TestTriangleContendersAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range triangleSpecs(tinyCaches) {
		if s.N != 64 {
			continue
		}
		tolerance := s.tolerance(1e-5, 1e-13)
		expect := func(d *Contender, i, reps int, want []float64) {
			_, got := after(s, i, reps)
			for j, x := range want {
				if !near(got[j], x, tolerance) {
					t.Fatalf("%s %s %s, %d times: element %d of the arena is %v, want %v", s.Ops[0], s.Type, d.Label(), reps, j, got[j], x)
				}
			}
		}
		var before, theirs []float64
		changed := 0
		for i, d := range s.Build(&Arena{}).Contenders {
			switch d.Role {
			case Gonum:
				_, before = after(s, i, 0)
				_, theirs = after(s, i, 1)
				changed = changes(before, theirs)
			case Kernel:
				expect(&d, i, 1, theirs)
				if strings.HasPrefix(s.Ops[0], "Tr") { // in place
					expect(&d, i, 20, before)
				}
			}
		}
		if want := s.N * s.N / 2; changed < want {
			t.Errorf("%s %s: gonum's changes %d elements, want %d at least", s.Ops[0], s.Type, changed, want)
		}
	}
}

// TestTriangleTraffic counts what is read and written: the triangle of n = 64 rows, which has
// 2080 elements, matrices of 4096, and results twice.
func TestTriangleTraffic(t *testing.T) {
	want := map[string]int{"Symm/LL": 2080 + 3*4096, "Syrk/LN": 4096 + 2*2080, "Trmm/LLN": 2080 + 2*4096,
		"Trsm/LLN": 2080 + 2*4096, "Trsm/RLT": 2080 + 2*4096}
	for _, s := range triangleSpecs(tinyCaches) {
		if s.N == 64 && s.Type == "f64" {
			if got := s.Build(&Arena{}).Bytes; got != 8*want[s.Ops[0]] {
				t.Errorf("%s: %d bytes, want %d", s.Ops[0], got, 8*want[s.Ops[0]])
			}
			delete(want, s.Ops[0])
		}
	}
	if len(want) > 0 {
		t.Errorf("no cases: %v", want)
	}
}
