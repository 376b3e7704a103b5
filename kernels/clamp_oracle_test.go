package kernels_test

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestClamp checks what Clamp's documentation says of NaN and of empty intervals,
// and that Lerp ends where it should.
func TestClamp(t *testing.T) { onEveryLevel(t, clamp[float32], clamp[float64]) }

func clamp[T kernels.Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	for _, c := range []struct{ x, lo, hi, want T }{
		{5, -1, 1, 1}, {-5, -1, 1, -1}, {0.5, -1, 1, 0.5}, {1, -1, 1, 1}, {-1, -1, 1, -1},
		{inf, -1, 1, 1}, {-inf, -1, 1, -1}, {7, -inf, inf, 7}, {inf, -inf, inf, inf},
		{nan, -1, 1, nan}, {nan, 1, -1, nan}, {nan, nan, nan, nan},
		{5, nan, 1, 1}, {-5, nan, 1, -5}, {-5, -1, nan, -1}, {5, -1, nan, 5}, {5, nan, nan, 5},
		{0, 1, -1, -1}, {5, 1, -1, -1}, {-5, 1, -1, -1},
	} {
		for _, n := range []int{1, 19, 64} {
			x, dst := make([]T, n), make([]T, n)
			for i := range x {
				x[i] = c.x
			}
			kernels.Clamp(dst, x, c.lo, c.hi)
			for i := range dst {
				same(t, dst[i], c.want, "%v clamped to [%v, %v] by Clamp, element %d of %d,", c.x, c.lo, c.hi, i, n)
			}
		}
	}
	y := []T{1, 2, -3}
	x := []T{5, -2, 0.5}
	kernels.Lerp(0, x, y)
	for i, want := range []T{1, 2, -3} {
		same(t, y[i], want, "Lerp by 0: y[%d]", i)
	}
	kernels.Lerp(0.25, x, y)
	for i, want := range []T{2, 1, -2.125} {
		same(t, y[i], want, "Lerp by 1/4: y[%d]", i)
	}
	kernels.Lerp(1, x, y)
	for i, want := range x {
		same(t, y[i], want, "Lerp by 1: y[%d]", i)
	}
}
