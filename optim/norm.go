package optim

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// A Sum is a sum that may lie out of the range of float64, Value * 4^Exp. Exp is 0 for
// one within.
type Sum struct {
	Value float64
	Exp   int
}

// Float64 returns the number, infinite or 0 if it is out of range.
func (s Sum) Float64() float64 { return math.Ldexp(s.Value, 2*s.Exp) }

// sumSquares returns the sum of a vector's squares.
func sumSquares[T kernels.Float](x []T) Sum {
	sum, exp := kernels.SumSquaresExp(x)
	return Sum{sum, exp}
}

// isCertain reports whether a sum of plain float64 squares of T is what it says.
// Squares of float32 neither overflow nor underflow in float64. Of float64 elements
// a sum in this range tells the norm to rounding; beyond it the squares lie, and
// infinite means nothing.
func isCertain[T kernels.Float](s Sum) bool {
	return is32[T]() || math.IsNaN(s.Value) || s.Value >= 0x1p-900 && s.Value <= 0x1p900
}

// plus adds sums. Those of sumSquares do not overflow, and with different exponents
// they differ by so much that nothing is lost.
func (s Sum) plus(t Sum) Sum {
	if s.Exp == t.Exp {
		return Sum{s.Value + t.Value, s.Exp}
	}
	w := wide{s.Value, 2 * s.Exp}.plus(wide{t.Value, 2 * t.Exp})
	return Sum{w.frac, w.exp / 2}
}

// root returns the norm. It is infinite or NaN exactly if some element is.
func (s Sum) root() wide { return wide{math.Sqrt(s.Value), s.Exp} }

// mean returns the mean of the squares of n elements multiplied by scale.
func (s Sum) mean(n int, scale float64) float64 {
	if x := float64(float64(scale*scale) * (s.Value / float64(n))); s.Exp == 0 && within(x) {
		return x
	}
	f := wide{frac: scale}
	return wide{s.Value / float64(n), 2 * s.Exp}.times(f).times(f).value()
}

// square is the inverse of root.
func (w wide) square() Sum {
	if w.frac != 0 && !(w.frac >= 0x1p-450 && w.frac <= 0x1p450) {
		w = w.normalized()
	}
	return Sum{float64(w.frac * w.frac), w.exp}
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

// overflows reports whether a finite gradient multiplied by a factor is not, where n is the
// norm of all times the factor: only a loss scale below 1 can do that.
func (o *Optimizer[T]) overflows(n wide, factor float64) bool {
	if factor <= 1 || !math.IsInf(float64(T(n.value())), 1) {
		return false // no element is larger than the norm
	}
	return o.blame(factor) != Reason{}
}

// blame finds the first gradient that is not finite, by itself or multiplied by the factor.
func (o *Optimizer[T]) blame(factor float64) Reason {
	param, element, value := o.blameHere(factor)
	if o.world != nil {
		param, element, value = o.world.first(param, element, value)
	}
	if param < 0 {
		return Reason{}
	}
	return Reason{o.params[param].Name, element, value}
}

// blameHere is blame among what this process has. The parameter is -1 if there is none.
func (o *Optimizer[T]) blameHere(factor float64) (param, element int, value float64) {
	for i := range o.params {
		p, g := &o.params[i], o.gradientOf(i)
		scratch := o.spaces[0].scratch
		for lo := 0; lo < g.len(); lo += len(scratch) {
			piece := g.part(lo, min(g.len(), lo+len(scratch))).wide(scratch)
			j, v, found := blame(piece, factor)
			if !found {
				continue
			}
			if j += lo; p.table != nil {
				j = p.table.element(j)
			}
			return i, p.shard.first + j, v
		}
	}
	return -1, 0, 0
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
