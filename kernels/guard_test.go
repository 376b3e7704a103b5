//go:build unix

package kernels_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestGuardPages runs every kernel on slices that touch an inaccessible page, in
// front and behind. A stray access ends the test binary.
func TestGuardPages(t *testing.T) { eachOp(t, guardPages[float32], guardPages[float64]) }

func guardPages[T kernels.Float](t *testing.T, op kerneltest.Op[T], l kernels.Level) {
	const rows, many, maxInc, maxLen = 6, 64, 7, 301
	edges := slices.DeleteFunc(edgeShapes(op), func(s edgeShape) bool { // what would take long
		return s.N > 20000 || s.N*s.Rows > 150000 || s.Rows%2 == 0 && s.N*s.Rows < 131072
	})
	most := rows*kerneltest.FarStride(rows) + maxInc*maxLen
	for _, s := range edges {
		most = max(most, maxInc*s.N, s.Elements(kerneltest.Matrix, 1))
	}
	var guards []*kerneltest.Guard
	for range len(op.Params) + many {
		g, err := kerneltest.NewGuard(most * 8)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		guards = append(guards, g)
	}
	draw := kerneltest.Draw[T](kerneltest.Normal, rand.New(rand.NewPCG(9, 10)))
	check := func(s kerneltest.Shape, place func(*kerneltest.Guard, int) []T) {
		t.Helper()
		s.Incs = incs[s.N%len(incs)][:]
		a := kerneltest.New(op, s, func(i, n int) []T { return place(guards[i], n) }, draw)
		if err := kerneltest.Compare(op, l, a); err != nil {
			t.Fatalf("n=%d rows=%d stride=%d: %v", s.N, s.Rows, s.Stride, err)
		}
	}
	for n := range maxLen {
		for _, place := range []func(*kerneltest.Guard, int) []T{kerneltest.First[T], kerneltest.Last[T]} {
			s := kerneltest.Shape{N: n, Rows: 1 + n%rows, Stride: n + n%2}
			switch { // more than the first-level cache holds: rows far apart, and many
			case n%4 == 3:
				s.Stride = max(n, kerneltest.FarStride(s.Rows))
			case n%4 < 2 && n > 8192/many && op.IsRows():
				s.Rows = 1 + 8192/n
			}
			check(s, place)
		}
	}
	// Around the edges of blocks, what runs too far does so at the back, or where a
	// stride is negative at the front.
	for i, s := range edges {
		check(s.Shape, kerneltest.Last[T])
		if op.IsStrided() && i%3 == 0 {
			check(s.Shape, kerneltest.First[T])
		}
	}
}
