package optim

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// A wide is the number frac * 2^exp: a float64 that does not leave its range. Where
// the numbers lie inside of it, exp is 0 and the operations round as those of
// float64 do.
type wide struct {
	frac float64
	exp  int
}

var one = wide{frac: 1}

// value returns the number, infinite or 0 if it is out of range.
func (w wide) value() float64 {
	if w.exp == 0 {
		return w.frac
	}
	return math.Ldexp(w.frac, w.exp)
}

// isFinite reports whether the number is, be it within the range or not.
func (w wide) isFinite() bool { return w.frac-w.frac == 0 }

// normalized returns the number with a fraction between 1/2 and 1.
func (w wide) normalized() wide {
	frac, exp := math.Frexp(w.frac)
	return wide{frac, w.exp + exp}
}

// within reports whether a result is in no danger of having lost bits.
func within(x float64) bool { return x >= 0x1p-1000 && x <= 0x1p1000 }

// The results of operations are rounded explicitly: fused into another operation a
// product would leave its rounding error.

func (w wide) times(v wide) wide {
	if x := float64(w.frac * v.frac); within(x) {
		return wide{x, w.exp + v.exp}
	}
	w, v = w.normalized(), v.normalized()
	return wide{float64(w.frac * v.frac), w.exp + v.exp}
}

func (w wide) over(v wide) wide {
	if x := w.frac / v.frac; within(x) {
		return wide{x, w.exp - v.exp}
	}
	w, v = w.normalized(), v.normalized()
	return wide{w.frac / v.frac, w.exp - v.exp}
}

func (w wide) plus(v wide) wide {
	if w.frac == 0 {
		return v
	}
	if v.frac == 0 {
		return w
	}
	if w.exp == v.exp {
		return wide{w.frac + v.frac, w.exp}
	}
	exp := max(w.exp, v.exp)
	return wide{math.Ldexp(w.frac, w.exp-exp) + math.Ldexp(v.frac, v.exp-exp), exp}
}

// isFactor reports whether a number as a factor of type T is a normal one, and so is its
// inverse.
func isFactor[T kernels.Float](x float64) bool {
	least := 0x1p-1022
	if is32[T]() {
		least = 0x1p-126
	}
	return x >= least && x <= 1/least
}

// split returns a shift and the number times 2^shift. The shift is 0 unless the
// number, as a factor of type T, would be subnormal, or vanish, or overflow, and so
// make too little or too much of what it multiplies. Then 2^-shift and the rest do it
// in two factors: the first is exact, and the second a normal T, unless there is no
// T of which the number makes another.
func split[T kernels.Float](w wide) (shift int, rest float64) {
	if w.exp == 0 && isFactor[T](w.frac) {
		return 0, w.frac
	}
	emin := -1022
	if is32[T]() {
		emin = -126
	}
	n := w.normalized()
	if e := n.exp - 1; n.frac != 0 && w.isFinite() { // 2^e <= |w| < 2^(e+1)
		shift = max(0, emin-e) + min(0, -emin-e)
		shift = max(emin, min(shift, -emin)) // 2^-shift is normal
	}
	w.exp += shift
	return shift, w.value()
}
