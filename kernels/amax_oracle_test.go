package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestAmax puts one element after the other at every place of vectors of zeros.
func TestAmax(t *testing.T) { onEveryLevel(t, amax[float32], amax[float64]) }

func amax[T kernels.Float](t *testing.T) {
	inf, nan, zero := T(math.Inf(1)), T(math.NaN()), T(0)
	same(t, kernels.Amax[T](nil), 0, "Amax of nothing")
	same(t, kernels.Amax([]T{-zero, T(math.Copysign(0, -1)), 0}), 0, "Amax of zeros") // +0
	same(t, kernels.Amax([]T{T(math.Copysign(0, -1))}), 0, "Amax of -0")
	for _, n := range []int{1, 5, 64, 100, 257} {
		x := make([]T, n)
		for i := range x {
			for _, v := range []T{-2, least[T](), -greatest[T](), -inf, nan} {
				x[i] = v
				same(t, kernels.Amax(x), T(math.Abs(float64(v))), "Amax of %d zeros but element %d", n, i)
				// A NaN wins over everything, in front of it and behind it.
				if n > 1 {
					other := (i + 1 + n/2) % n
					if other == i {
						other = (i + 1) % n
					}
					x[other] = inf
					want := inf
					if v != v {
						want = nan
					}
					same(t, kernels.Amax(x), want, "Amax of %d zeros but elements %d = %v and %d = %v", n, i, v, other, inf)
					x[other] = 0
				}
			}
			x[i] = 0
		}
	}
	// Across blocks, among ordinary numbers.
	r := rand.New(rand.NewPCG(17, 18))
	x := make([]T, 2*blockOf[T]()+9)
	want := T(0)
	for i := range x {
		x[i] = T(r.NormFloat64())
		want = max(want, T(math.Abs(float64(x[i]))))
	}
	same(t, kernels.Amax(x), want, "Amax of %d elements", len(x))
	for _, i := range []int{0, blockOf[T]() - 1, blockOf[T](), len(x) - 1} {
		y := append([]T(nil), x...)
		y[i] = nan
		same(t, kernels.Amax(y), nan, "Amax of %d elements, element %d NaN", len(y), i)
	}
}
