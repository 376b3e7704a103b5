package direct_test

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/internal/direct"
)

// TestFollowsLevel checks that the direct calls run on the level that they are for,
// and only there: a level's tests that ran another's kernels would prove nothing.
func TestFollowsLevel(t *testing.T) {
	before := kernels.ActiveLevel()
	t.Cleanup(func() {
		if err := kernels.SetLevel(before); err != nil {
			t.Fatal(err)
		}
	})
	x, y := []float64{1, 2, 3}, []float64{4, 5, 6}
	for _, l := range kernels.Levels() {
		if err := kernels.SetLevel(l); err != nil {
			t.Fatal(err)
		}
		want := l == kernels.AVX512 || l == kernels.NEON
		if direct.Widest != want {
			t.Fatalf("level %v: Widest is %v", l, direct.Widest)
		}
		if !direct.Widest {
			continue
		}
		if dot := direct.DotF64(x, y); dot != 32 {
			t.Errorf("level %v: Dot = %v", l, dot)
		}
		if direct.SwapF64(x, y); x[0] != 4 || y[0] != 1 {
			t.Errorf("level %v: Swap left %v and %v", l, x, y)
		}
	}
}
