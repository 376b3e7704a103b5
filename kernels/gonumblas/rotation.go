package gonumblas

import (
	"math"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// Every product that feeds an addition is converted, T(a*b) + c, which forbids
// the compiler to contract the two roundings into one.

// abs clears the sign bit. The detour through float64 would take two conversions.
func abs[T kernels.Float](x T) T {
	if unsafe.Sizeof(x) == 4 {
		return T(math.Float32frombits(math.Float32bits(float32(x)) &^ (1 << 31)))
	}
	return T(math.Abs(float64(x)))
}

// sqrt rounds correctly for float32 too: the detour through float64 is exact.
func sqrt[T kernels.Float](x T) T { return T(math.Sqrt(float64(x))) }

// rotg computes the plane rotation that takes (a, b) to (r, 0), without
// overflow or underflow on the way (E. Anderson, Algorithm 978: Safe scaling in
// the Level 1 BLAS, ACM TOMS 44 (2017)).
func rotg[T kernels.Float](a, b T) (c, s, r, z T) {
	normal := 0x1p-1022 // the least normal number; its inverse is finite
	if unsafe.Sizeof(a) == 4 {
		normal = 0x1p-126
	}
	switch {
	case b == 0:
		return 1, 0, a, 0
	case a == 0:
		return 0, 1, b, 1
	}
	scale := min(max(abs(a), abs(b), T(normal)), 1/T(normal))
	as, bs := a/scale, b/scale
	r = scale * sqrt(T(as*as)+T(bs*bs))
	larger := b
	if abs(a) > abs(b) {
		larger = a
	}
	if math.Signbit(float64(larger)) {
		r = -r
	}
	c, s = a/r, b/r
	switch {
	case abs(a) > abs(b):
		z = s
	case c != 0:
		z = 1 / c
	default:
		z = 1
	}
	return c, s, r, z
}

// rotate applies a plane rotation to one point.
func rotate[T kernels.Float](x []T, ix int, y []T, iy int, c, s T) {
	vx, vy := x[ix], y[iy]
	x[ix], y[iy] = T(c*vx)+T(s*vy), T(c*vy)-T(s*vx)
}

// modify applies a modified rotation to one point.
func modify[T kernels.Float](x []T, ix int, y []T, iy int, h11, h21, h12, h22 T) {
	vx, vy := x[ix], y[iy]
	x[ix], y[iy] = T(h11*vx)+T(h12*vy), T(h21*vx)+T(h22*vy)
}

// gamma is what a modified Givens rotation rescales by, at a time.
const gamma = 4096

// outside reports whether rescale has anything to do. d-d is not 0 for infinity; a call
// of math.IsInf would be too much for outside to be inlined.
func outside[T kernels.Float](d T) bool {
	d = abs(d)
	return d <= 1.0/(gamma*gamma) && d != 0 || d > gamma*gamma && d-d == 0
}

// rescale returns the power of gamma whose square brings d, multiplied by it, in
// between 1/gamma² and gamma².
func rescale[T kernels.Float](d T) T {
	d = abs(d)
	f := T(1)
	for d <= 1.0/(gamma*gamma) {
		d, f = d*gamma*gamma, f*gamma
	}
	for d > gamma*gamma {
		d, f = d/gamma/gamma, f/gamma
	}
	return f
}
