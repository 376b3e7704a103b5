package kernels_test

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestSoftThreshold checks what the documentation of SoftThreshold says of zeros, infinities
// and NaN, and of the edge of the interval.
func TestSoftThreshold(t *testing.T) { onEveryLevel(t, softThreshold[float32], softThreshold[float64]) }

func softThreshold[T kernels.Float](t *testing.T) {
	inf, nan, minusZero := T(math.Inf(1)), T(math.NaN()), T(math.Copysign(0, -1))
	for _, c := range []struct{ x, lambda, want T }{
		{5, 1, 4}, {-5, 1, -4}, {0.5, 1, 0}, {-0.5, 1, 0}, {1, 1, 0}, {-1, 1, 0}, {0, 1, 0}, {minusZero, 1, 0},
		{5, 0, 5}, {-5, 0, -5}, {0, 0, 0}, {minusZero, 0, 0}, {least[T](), 0, least[T]()},
		{2 * least[T](), least[T](), least[T]()}, {inf, 1, inf}, {-inf, 1, -inf},
		{7, inf, 0}, {inf, inf, nan}, {-inf, inf, nan}, {nan, 1, nan}, {nan, 0, nan}, {nan, inf, nan},
		{7, nan, 0}, {-7, nan, 0}, {minusZero, nan, 0}, {inf, nan, nan}, {-inf, nan, nan}, {nan, nan, nan},
	} {
		for _, n := range []int{1, 19, 64} {
			x := make([]T, n)
			for i := range x {
				x[i] = c.x
			}
			kernels.SoftThreshold(x, x, c.lambda)
			for i := range x {
				same(t, x[i], c.want, "%v moved by %v towards 0, element %d of %d,", c.x, c.lambda, i, n)
			}
		}
	}
}

// TestSqrt has the roots of what is no positive number.
func TestSqrt(t *testing.T) { onEveryLevel(t, roots[float32], roots[float64]) }

func roots[T kernels.Float](t *testing.T) {
	inf, nan, minusZero := T(math.Inf(1)), T(math.NaN()), T(math.Copysign(0, -1))
	x := []T{0, minusZero, -1, -least[T](), -inf, inf, nan, 4}
	want := []T{0, minusZero, nan, nan, nan, inf, nan, 2}
	kernels.Sqrt(x, x)
	for i := range x {
		same(t, x[i], want[i], "root %d", i)
	}
}

// TestFTRLZeros checks that FTRL leaves nothing, and no sign, of what the penalty L1
// outweighs, also on its edge, and the rest of what lies beyond; and nothing at all of what an
// infinite or NaN penalty is for.
func TestFTRLZeros(t *testing.T) { onEveryLevel(t, ftrlZeros[float32], ftrlZeros[float64]) }

func ftrlZeros[T kernels.Float](t *testing.T) {
	g := []T{0.5, -0.5, 1, -1, 0, 3, -3}
	want := []T{0, 0, 0, 0, 0, -0.5, 0.5} // -(3-1) / (1+3)
	p, lin, sum := make([]T, len(g)), make([]T, len(g)), make([]T, len(g))
	kernels.FTRL(p, g, lin, sum, kernels.FTRLCoefs[T](kernels.FTRLOptions{LR: 1, Beta: 1, L1: 1}, 1, 1))
	for i := range p {
		same(t, p[i], want[i], "the parameter of gradient %v", g[i])
	}
	for _, l1 := range []float64{math.Inf(1), math.NaN()} {
		p, lin, sum := make([]T, len(g)), make([]T, len(g)), make([]T, len(g))
		kernels.FTRL(p, g, lin, sum, kernels.FTRLCoefs[T](kernels.FTRLOptions{LR: 1, Beta: 1, L1: l1}, 1, 1))
		for i := range p {
			same(t, p[i], 0, "the parameter of gradient %v with L1 = %v", g[i], l1)
		}
	}
}
