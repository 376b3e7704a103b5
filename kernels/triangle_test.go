package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestTriangles compares the functions of symmetric and triangular matrices with the plain
// loops, on every level: all options and small sizes, and larger ones around the edges of
// blocks. What is not to be read is NaN for the one, and 7 for the other.
func TestTriangles(t *testing.T) { onEveryLevel(t, triangles[float32], triangles[float64]) }

// drawAny returns a function that draws a source of values of any character.
func drawAny[T kernels.Float](r *rand.Rand) func() func() T {
	var sources [kerneltest.NumCases]func() T
	for c := range sources {
		sources[c] = kerneltest.Draw[T](kerneltest.Values(c), r)
	}
	return func() func() T { return sources[r.IntN(len(sources))] }
}

func triangles[T kernels.Float](t *testing.T) {
	for _, routine := range kerneltest.TriangleRoutines {
		t.Run(routine.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(31, 32))
			draw := drawAny[T](r)
			options := kerneltest.TriangleOptions[T](routine)
			check := func(options kerneltest.TriangleCall[T], m, n int) {
				t.Helper()
				got := drawTriangle(options, r, m, n, r.IntN(17), draw())
				got.Fill(T(math.NaN()))
				before, want := got.Clone(), got.Clone()
				want.Fill(7)
				got.Public()
				want.Reference()
				if err := got.Compare(before, want); err != nil {
					t.Fatal(err)
				}
			}
			any := func() kerneltest.TriangleCall[T] { return options[r.IntN(len(options))] }
			step := 1
			if kernels.ActiveLevel() == kernels.Generic {
				step = 4
			}
			if testing.Short() {
				step = 13
			}
			for m := range 21 {
				for n := m % step; n < 21; n += step {
					if routine.Vector && n > 3 {
						break // the vectors' values are drawn again
					}
					for _, p := range options {
						check(p, m, n)
					}
				}
			}
			for range max(1, 300/step) {
				check(any(), r.IntN(81), r.IntN(81))
			}
			for range max(1, 40/step) {
				check(any(), 1+r.IntN(12), 250+r.IntN(20))
				check(any(), 250+r.IntN(20), 1+r.IntN(12))
				check(any(), 60+r.IntN(10), 60+r.IntN(10))
			}
			for i := 0; i < len(options); i += step { // more than a block of terms at a time
				check(options[i], 530, 1)
				check(options[i], 1, 530)
			}
			for range max(1, 8/step) {
				check(any(), 508+r.IntN(25), 1+r.IntN(5))
				check(any(), 1+r.IntN(5), 508+r.IntN(25))
				check(any(), 1+r.IntN(150), 1+r.IntN(300))
			}
		})
	}
}

// drawTriangle gives a call of some options its sizes and numbers.
func drawTriangle[T kernels.Float](options kerneltest.TriangleCall[T], r *rand.Rand, m, n, off int, value func() T) *kerneltest.TriangleCall[T] {
	p := options.Sized(m, n, kerneltest.Heap[T](off), func() int { return r.IntN(2) * r.IntN(20) })
	p.Draw(r.IntN, value)
	return p
}
