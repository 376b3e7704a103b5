package bench

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// after returns what a contender returns, and the numbers of the arena once it has done its
// work on new data so many times.
func after(s Spec, i, reps int) (result float64, numbers []float64) {
	var m Arena
	c := s.Build(&m)
	if c.Reset != nil {
		c.Reset()
	}
	d := &c.Contenders[i]
	if d.Prepare != nil {
		d.Prepare()
	}
	if reps > 0 {
		result = d.Run(reps)
	}
	return result, arenaValues(&m, s.Type)
}

// changes counts the numbers that are not what they were.
func changes(before, numbers []float64) (n int) {
	for j, x := range numbers {
		if x != before[j] {
			n++
		}
	}
	return n
}

// tolerance returns the one of a spec's type.
func (s *Spec) tolerance(f32, f64 float64) float64 {
	if s.Type == "f32" {
		return f32
	}
	return f64
}

// agree holds every contender against the first, the plain loop, which must return something
// and change so many numbers.
func agree(t *testing.T, s Spec, reps, least int, tolerance float64) {
	t.Helper()
	_, before := after(s, 0, 0)
	result, want := after(s, 0, reps)
	if n := changes(before, want); result == 0 || n < least {
		t.Errorf("%s %s: the plain loop returns %v and changes %d numbers", s.Ops[0], s.Type, result, n)
	}
	for i, d := range s.Build(&Arena{}).Contenders {
		got, numbers := after(s, i, reps)
		if !near(got/result, 1, tolerance) {
			t.Errorf("%s %s %s returns %v, want %v", s.Ops[0], s.Type, d.Label(), got, result)
		}
		for j, x := range want {
			if !near(numbers[j], x, tolerance) {
				t.Fatalf("%s %s %s: number %d of the arena is %v, want %v", s.Ops[0], s.Type, d.Label(), j, numbers[j], x)
			}
		}
	}
}

// TestLinearContendersAgree holds every contender against the plain loop, after many very
// small steps.
func TestLinearContendersAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range linearSpecs(tinyCaches) {
		if s.N <= 256*512 {
			agree(t, s, 1000, 1, s.tolerance(1e-3, 1e-11))
		}
	}
}

// TestEntropyContendersAgree holds every contender against the plain loop, which must write
// the gradient.
func TestEntropyContendersAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range entropySpecs(tinyCaches) {
		agree(t, s, 1, s.N, s.tolerance(1e-5, 1e-13))
	}
}

// TestNormContendersAgree holds every level's function against the plain loop.
func TestNormContendersAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	for _, s := range normSpecs(tinyCaches) {
		if s.N == 64*512 {
			agree(t, s, 2, 64, s.tolerance(1e-3, 1e-12))
		}
	}
}
