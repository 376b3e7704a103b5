package direct_test

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/internal/direct"
)

// TestFollowsLevel checks that the direct calls run on the levels that they are for,
// and only there: a level's tests that ran another's kernels would prove nothing.
func TestFollowsLevel(t *testing.T) {
	before := kernels.ActiveLevel()
	t.Cleanup(func() {
		if err := kernels.SetLevel(before); err != nil {
			t.Fatal(err)
		}
	})
	for _, l := range kernels.Levels() {
		if err := kernels.SetLevel(l); err != nil {
			t.Fatal(err)
		}
		if want := l == kernels.AVX512 || l == kernels.NEON; direct.Widest != want {
			t.Fatalf("level %v: Widest is %v", l, direct.Widest)
		}
		if want := l == kernels.AVX2; direct.Half != want {
			t.Fatalf("level %v: Half is %v", l, direct.Half)
		}
		if direct.Widest {
			computes(t, l, direct.DotF64, direct.SwapF64)
		}
		if direct.Half {
			computes(t, l, direct.HalfDotF64, direct.HalfSwapF64)
		}
	}
}

func computes(t *testing.T, l kernels.Level, dot func(x, y []float64) float64, swap func(x, y []float64)) {
	t.Helper()
	x, y := []float64{1, 2, 3}, []float64{4, 5, 6}
	if dot := dot(x, y); dot != 32 {
		t.Errorf("level %v: Dot = %v", l, dot)
	}
	if swap(x, y); x[0] != 4 || y[0] != 1 {
		t.Errorf("level %v: Swap left %v and %v", l, x, y)
	}
}
