package gradcheck

import (
	"math"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// A precision is what differences of losses can do in a type.
type precision struct {
	tolerance float64
	step      float64 // the first, at elements up to 1
	rounding  float64 // relative error of a loss
}

// finer is how often a step may be divided by 4.
const finer = 6

// precisionOf returns that of T. The first steps are those at which rounding and the curve of
// a loss, of which the third derivative is as large as the loss, disturb the difference alike,
// or a little above.
func precisionOf[T kernels.Float]() precision {
	if unsafe.Sizeof(T(0)) == 4 {
		return precision{tolerance: 1e-2, step: 0x1p-7, rounding: 8 * 0x1p-23}
	}
	return precision{tolerance: 1e-5, step: 0x1p-16, rounding: 8 * 0x1p-52}
}

// stepAt returns the first step at an element: a power of two, which leaves most sums exact.
func (p precision) stepAt(x float64) float64 {
	_, exp := math.Frexp(max(math.Abs(x), 1))
	return math.Ldexp(p.step, exp-1)
}

// A difference has the slopes of a loss around an element.
type difference struct {
	below, above, central float64
	noise                 float64 // that rounding may leave in them
}

// errorOf returns by how much a gradient is off, relative to the larger of it and the central
// difference, beyond what is allowed.
func (d difference) errorOf(gradient, allowed float64) float64 {
	off := math.Abs(gradient-d.central) - allowed
	switch {
	case off <= 0:
		return 0
	case off-off != 0:
		return math.Inf(1)
	}
	return off / max(math.Abs(gradient), math.Abs(d.central))
}

// steadiest returns the one that neither the curve of the loss, which the next finer one
// shows, nor rounding disturbs much.
func steadiest(ds []difference) difference {
	best, least := 0, math.Inf(1)
	for i := range ds[1:] {
		if off := math.Abs(ds[i].central-ds[i+1].central) + ds[i].noise; off < least {
			best, least = i, off
		}
	}
	return ds[best]
}

// kink reports whether the slopes to either side stay as they are, and apart, in finer and
// finer differences, and the gradient is between them. Where a loss is smooth they come
// together as the step shrinks. It returns the slopes.
func kink(ds []difference, gradient, tolerance float64) (d difference, is bool) {
	for i := len(ds) - 1; i > 0; i-- {
		d, before := ds[i], ds[i-1]
		gap := math.Abs(d.above - d.below)
		if !(gap > 4*d.noise) {
			continue // rounding might have made it
		}
		slack := float64(tolerance*max(math.Abs(d.above), math.Abs(d.below))) + d.noise
		stay := max(math.Abs(d.above-before.above), math.Abs(d.below-before.below)) <= gap/4
		return d, stay && gradient >= min(d.below, d.above)-slack && gradient <= max(d.below, d.above)+slack
	}
	return difference{}, false
}
