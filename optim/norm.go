package optim

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// A norm is the number frac * 2^exp. The exponent is 0 unless float64 squares
// left the range of float64.
type norm struct {
	frac float64
	exp  int
}

// value returns the norm, +Inf if it is beyond the largest float64.
func (n norm) value() float64 { return math.Ldexp(n.frac, n.exp) }

// isFinite reports whether every gradient is.
func (n norm) isFinite() bool { return n.frac-n.frac == 0 }

// times returns the norm of the gradients multiplied by f. The product is rounded
// explicitly: fused into isFinite's subtraction it would leave its rounding error.
func (n norm) times(f float64) norm { return norm{float64(n.frac * f), n.exp} }

// clip returns the coefficient that brings the norm down to limit, as
// torch.nn.utils.clip_grad_norm_ computes it: limit/(norm+1e-6), at most 1.
func (n norm) clip(limit float64) float64 {
	if v := n.value(); !math.IsInf(v, 1) {
		return min(1, limit/(v+1e-6))
	}
	return min(1, math.Ldexp(limit/n.frac, -n.exp))
}

// newNorm returns the Euclidean norm of all gradients together, given their sum
// of squares. Its fraction is infinite or NaN exactly if some gradient is.
func newNorm[T kernels.Float](grads [][]T, sum float64) norm {
	// Squares of float32 neither overflow nor underflow in float64. Of float64
	// gradients a sum in this range tells the norm to rounding; beyond it the
	// squares lie, and infinite means nothing.
	const least, largest = 0x1p-900, math.MaxFloat64
	if math.IsNaN(sum) || sum >= least && sum <= largest {
		return norm{frac: math.Sqrt(sum)}
	}
	if _, ok := any(T(0)).(float32); ok {
		return norm{frac: math.Sqrt(sum)}
	}
	var amax float64
	for _, g := range grads {
		amax = max(amax, float64(kernels.Amax(g)))
	}
	if amax == 0 || amax-amax != 0 {
		return norm{frac: amax}
	}
	// Scaling by a power of two is exact where it matters. This is far off the
	// common path, so a plain loop will do.
	_, exp := math.Frexp(amax)
	up := max(-1000, min(-exp, 1000)) // 2^up is a normal number
	scale := math.Ldexp(1, up)
	sum = 0
	for _, g := range grads {
		for _, x := range g {
			v := float64(x) * scale
			sum += float64(v * v)
		}
	}
	return norm{math.Sqrt(sum), -up}
}

// overflows reports whether a finite gradient multiplied by a factor is not: only
// a loss scale below 1 can do that.
func overflows[T kernels.Float](grads [][]T, n norm, factor float64) bool {
	if factor <= 1 || !math.IsInf(float64(T(n.value())), 1) {
		return false // no element is larger than the norm
	}
	for _, g := range grads {
		if x := T(kernels.Amax(g) * T(factor)); x-x != 0 {
			return true
		}
	}
	return false
}

// blame returns the first element that is not finite, by itself or multiplied by
// the factor.
func blame[T kernels.Float](g []T, factor float64) (element int, value float64, found bool) {
	for j, x := range g {
		if x-x == 0 {
			x = T(x * T(factor)) // rounded, see times
		}
		if x-x != 0 {
			return j, float64(x), true
		}
	}
	return 0, 0, false
}
