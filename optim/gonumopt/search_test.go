package gonumopt

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/optimize"
)

// TestDirect: a direction has the signs of steepest descent where there is a penalty and a
// step would lead to 0, and everywhere under a penalty if the rest would lead up.
func TestDirect(t *testing.T) {
	for _, c := range []struct{ x, l1, want []float64 }{
		{[]float64{1, 1}, []float64{0, 0}, []float64{-0.75, -0.875}},
		{[]float64{1, 1}, []float64{1, 1}, []float64{-0.75, -0.875}},
		{[]float64{1, 0}, []float64{1, 1}, []float64{-0.75, 0}},
		{[]float64{1, 0.875}, []float64{1, 1}, []float64{-0.75, 0}},
		{[]float64{1, -0.125}, []float64{1, 1}, []float64{-0.75, -0.875}},
		{[]float64{0.75, 0.5}, []float64{1, 1}, []float64{-0.75, 0}},
		{[]float64{0.75, 1}, []float64{1, 1}, []float64{-0.75, 0}},
		{[]float64{0.75, 1}, []float64{0, 1}, []float64{-0.75, -0.875}},
		{[]float64{1, 0}, []float64{1, 0}, []float64{-0.75, -0.875}},
	} {
		s := newSearch(&optimize.Location{X: c.x}, c.l1, 0)
		s.memory.add([]float64{0, 0}, []float64{1, 2}, []float64{0, 0}, []float64{1, 0})
		s.pseudo = []float64{1, -0.125}
		if size := s.direct(); size != 1 || !slices.Equal(s.dir, c.want) {
			t.Errorf("penalties %v at %v: %v times the direction %v, want %v", c.l1, c.x, size, s.dir, c.want)
		}
	}
}

// TestMemory: the inverse Hessian takes each change of the last step to the step, keeps no
// step along which the gradient falls, and, of a quadratic function with as many steps as
// variables, is the inverse.
func TestMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 5
	diagonal := []float64{1, 2, 4, 8, 16}
	m := memory{most: n}
	x, zero := make([]float64, n), make([]float64, n)
	for range 12 {
		step, change := make([]float64, n), make([]float64, n)
		for i := range step {
			step[i] = rng.NormFloat64()
			change[i] = diagonal[i] * step[i]
		}
		m.add(x, step, zero, change)
		m.add(x, change, zero, []float64{-step[0], -step[1], -step[2], -step[3], -step[4]})
		got := slices.Clone(change)
		m.multiply(got)
		near(t, "secant", got, step, 1e-12)
	}
	if len(m.pairs) != n {
		t.Errorf("%d pairs, want %d", len(m.pairs), n)
	}
	m.forget()
	for i := range n { // along the axes
		step, change := make([]float64, n), make([]float64, n)
		step[i], change[i] = 1, diagonal[i]
		m.add(x, step, zero, change)
	}
	got := []float64{1, 1, 1, 1, 1}
	m.multiply(got)
	near(t, "inverse", got, []float64{1, 0.5, 0.25, 0.125, 0.0625}, 1e-15)
}
