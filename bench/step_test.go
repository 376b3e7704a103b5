package bench

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// stepBuilds are the step cases by operation, with sizes small enough for a test
// and large enough that two workers do share the work.
func stepBuilds(s *stepCases) map[string]func(m *Arena) *Case {
	const n = 300 * tensorLen
	return map[string]func(m *Arena) *Case{
		"Step":              func(m *Arena) *Case { return s.probed(m, "Step", n) },
		"Step/workers=2":    func(m *Arena) *Case { return s.workers(m, "Step/workers=2", n) },
		"Step/unchecked":    func(m *Arena) *Case { return s.unchecked(m, "Step/unchecked", n) },
		"Step/tensors=1000": func(m *Arena) *Case { return s.tensors(m, "Step/tensors=1000", n) },
	}
}

func TestStepSpecs(t *testing.T) {
	type key struct {
		op string
		n  int
	}
	var got []key
	for _, s := range Specs(tinyCaches, 256<<10) {
		if !s.Step {
			continue
		}
		got = append(got, key{s.Ops[0], s.N})
		if s.Type != "f32" || len(s.Ops) != 1 {
			t.Errorf("%v of type %s", s.Ops, s.Type)
		}
		if far := s.N > stepSmall; far != (s.Place == Memory) {
			t.Errorf("%s of %d lies in place %d", s.Ops[0], s.N, s.Place)
		}
	}
	want := []key{
		{"Step", 1000}, {"Step", 1000000}, {"Step", 16777216},
		{"Step/workers=2", 1000}, {"Step/workers=2", 1000000}, {"Step/workers=2", 16777216},
		{"Step/tensors=1000", 1000000},
		{"Step/unchecked", 1000000}, {"Step/unchecked", 16777216},
	}
	if !slices.Equal(got, want) {
		t.Errorf("steps %v, want %v", got, want)
	}
}

// TestStepContenders checks who takes part, and on which clock.
func TestStepContenders(t *testing.T) {
	for _, l := range kernels.Levels() {
		var m Arena
		for op, build := range stepBuilds(&stepCases{l, newPools[float32]()}) {
			var roles []Role
			for _, d := range build(&m).Contenders {
				roles = append(roles, d.Role)
				if d.Op != op || d.Level != l || d.Wall != (op == "Step/workers=2") {
					t.Errorf("%s, %v: contender %s %s, wall clock %v", op, l, d.Op, d.Label(), d.Wall)
				}
			}
			want := map[string][]Role{
				"Step":              {Kernel, Limit},
				"Step/unchecked":    {Kernel, Limit},
				"Step/workers=2":    {OneWorker, Kernel},
				"Step/tensors=1000": {OneTensor, Kernel},
			}[op]
			if l == kernels.Generic && slices.Contains(want, Limit) {
				want = want[:1] // there is no probe
			}
			if !slices.Equal(roles, want) {
				t.Errorf("%s, %v: roles %v, want %v", op, l, roles, want)
			}
		}
	}
}

// TestStepsAgree checks that the contenders of a case take the same steps, on the
// case's level, and that parameters stay ordinary numbers.
func TestStepsAgree(t *testing.T) {
	defer setLevel(kernels.ActiveLevel())
	level := slices.Max(kernels.Levels())
	s := &stepCases{level, newPools[float32]()}
	for op, build := range stepBuilds(s) {
		var m Arena
		c := build(&m)
		var norms []float64
		for i := range c.Contenders {
			d := &c.Contenders[i]
			if d.Role == Limit {
				continue
			}
			c.Reset()
			setLevel(kernels.Generic)
			d.Prepare()
			if got := kernels.ActiveLevel(); got != level {
				t.Errorf("%s %s: measured on level %v", op, d.Label(), got)
			}
			norms = append(norms, d.Run(20))
		}
		for _, x := range norms {
			if !near(x, norms[0], 1e-12) || !(x > 0) {
				t.Errorf("%s: norms of gradients %v, want the same", op, norms)
			}
		}
	}
}

// TestStepsMove checks that a step with many tensors, or two workers, moves the
// parameters as a plain one does: a little, and all of them.
func TestStepsMove(t *testing.T) {
	const n = 300 * tensorLen
	s := &stepCases{kernels.ActiveLevel(), newPools[float32]()}
	var m Arena
	for op, build := range stepBuilds(s) {
		c := build(&m)
		p := firstVector(&m, n)
		before := slices.Clone(p)
		c.Contenders[0].Run(100)
		for i := range p {
			if d := math.Abs(float64(p[i] - before[i])); !(d > 1e-6 && d < 1e-3) {
				t.Fatalf("%s: element %d moves from %v to %v", op, i, before[i], p[i])
			}
		}
		c.Reset()
		if !slices.Equal(p, before) {
			t.Errorf("%s: Reset does not restore the parameters", op)
		}
	}
}

// firstVector returns the vector at the arena's beginning.
func firstVector(m *Arena, n int) []float32 {
	used := m.used
	defer func() { m.used = used }()
	m.used = 0
	return slice[float32](m, n)
}

func TestVectors(t *testing.T) {
	x := []float32{1, 2, 3, 4, 5, 6}
	v := vectors(x, 2)
	if len(v) != 3 || !slices.Equal(slices.Concat(v...), x) || cap(v[0]) != 2 {
		t.Errorf("vectors of two: %v, capacity %d", v, cap(v[0]))
	}
}

func TestPlace(t *testing.T) {
	c := Caches{L1: 32 << 10, L2: 2 << 20, L3: 32 << 20}
	for bytes, want := range map[int]Place{
		1 << 10: L1, 32 << 10: L1, 33 << 10: L2, 2 << 20: L2, 3 << 20: L3, 32 << 20: L3, 33 << 20: Memory,
	} {
		if got := c.place(bytes); got != want {
			t.Errorf("%d bytes lie in place %d, want %d", bytes, got, want)
		}
	}
	if got := (Caches{L1: 32 << 10, L2: 1 << 20}).place(2 << 20); got != Memory {
		t.Errorf("without a third level: place %d, want memory", got)
	}
}
