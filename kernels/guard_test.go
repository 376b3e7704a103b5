//go:build unix

package kernels_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestGuardPages runs every kernel on slices that touch an inaccessible page, in
// front and behind. A stray access ends the test binary.
func TestGuardPages(t *testing.T) { eachOp(t, guardPages[float32], guardPages[float64]) }

func guardPages[T kernels.Float](t *testing.T, op kerneltest.Op[T], l kernels.Level) {
	const rows, many, maxInc, maxLen = 6, 64, 7, 301
	var guards []*kerneltest.Guard
	for range len(op.Params) + many {
		g, err := kerneltest.NewGuard((rows*kerneltest.FarStride(rows) + maxInc*maxLen) * 8)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		guards = append(guards, g)
	}
	draw := kerneltest.Draw[T](kerneltest.Normal, rand.New(rand.NewPCG(9, 10)))
	for n := range maxLen {
		for _, place := range []func(*kerneltest.Guard, int) []T{kerneltest.First[T], kerneltest.Last[T]} {
			alloc := func(i, n int) []T { return place(guards[i], n) }
			s := kerneltest.Shape{N: n, Rows: 1 + n%rows, Stride: n + n%2, Incs: incs[n%len(incs)][:]}
			switch { // more than the first-level cache holds: rows far apart, and many
			case n%4 == 3:
				s.Stride = max(n, kerneltest.FarStride(s.Rows))
			case n%4 < 2 && n > 8192/many && op.IsRows():
				s.Rows = 1 + 8192/n
			}
			a := kerneltest.New(op, s, alloc, draw)
			if err := kerneltest.Compare(op, l, a); err != nil {
				t.Fatalf("n=%d rows=%d stride=%d: %v", n, s.Rows, s.Stride, err)
			}
		}
	}
}
