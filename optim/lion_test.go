package optim

import (
	"math"
	"slices"
	"testing"
)

// TestLionSign: where there is no gradient and no moment, nothing moves.
func TestLionSign(t *testing.T) {
	p := []float64{1, 1, 1, 1}
	opt := mustNew(t, NewLion(0.25), named([][]float64{p}))
	mustStep(t, opt, [][]float64{{0, math.Copysign(0, -1), 1e-30, -1e30}})
	if want := []float64{1, 1, 0.75, 1.25}; !slices.Equal(p, want) {
		t.Errorf("parameters %v, want %v", p, want)
	}
}
