package optim

import (
	"math"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// A squares is the sum of squares sum * 4^exp. The exponent is 0 unless float64
// squares left the range of float64.
type squares struct {
	sum float64
	exp int
}

// squaresOf returns the sum of a vector's squares.
func squaresOf[T kernels.Float](x []T) squares {
	sum, exp := kernels.SumSquaresExp(x)
	return squares{sum, exp}
}

// isCertain reports whether a sum of plain float64 squares of T is what it says.
// Squares of float32 neither overflow nor underflow in float64. Of float64 elements
// a sum in this range tells the norm to rounding; beyond it the squares lie, and
// infinite means nothing.
func isCertain[T kernels.Float](s squares) bool {
	return unsafe.Sizeof(T(0)) == 4 || math.IsNaN(s.sum) || s.sum >= 0x1p-900 && s.sum <= 0x1p900
}

// plus adds sums. Those of squaresOf do not overflow, and with different exponents
// they differ by so much that nothing is lost.
func (s squares) plus(t squares) squares {
	if s.exp == t.exp {
		return squares{s.sum + t.sum, s.exp}
	}
	w := wide{s.sum, 2 * s.exp}.plus(wide{t.sum, 2 * t.exp})
	return squares{w.frac, w.exp / 2}
}

// root returns the norm. It is infinite or NaN exactly if some element is.
func (s squares) root() wide { return wide{math.Sqrt(s.sum), s.exp} }

// mean returns the mean of the squares of n elements multiplied by scale.
func (s squares) mean(n int, scale float64) float64 {
	if x := float64(float64(scale*scale) * (s.sum / float64(n))); s.exp == 0 && within(x) {
		return x
	}
	f := wide{frac: scale}
	return wide{s.sum / float64(n), 2 * s.exp}.times(f).times(f).value()
}

// square is the inverse of root.
func (w wide) square() squares {
	if w.frac != 0 && !(w.frac >= 0x1p-450 && w.frac <= 0x1p450) {
		w = w.normalized()
	}
	return squares{float64(w.frac * w.frac), w.exp}
}

// clip returns the coefficient that brings a norm down to limit, as
// torch.nn.utils.clip_grad_norm_ computes it: limit/(norm+1e-6), at most 1.
func (w wide) clip(limit float64) wide {
	if v := w.value(); !math.IsInf(v, 1) {
		w = wide{frac: v + 1e-6}
	}
	if c := (wide{frac: limit}).over(w); c.value() < 1 {
		return c
	}
	return one
}

// overflows reports whether a finite gradient multiplied by a factor is not: only
// a loss scale below 1 can do that.
func overflows[T kernels.Float](grads [][]T, n wide, factor float64) bool {
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
			x = T(x * T(factor)) // rounded before it is subtracted
		}
		if x-x != 0 {
			return j, float64(x), true
		}
	}
	return 0, 0, false
}
