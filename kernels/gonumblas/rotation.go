package gonumblas

import (
	"math"
	"unsafe"

	"gonum.org/v1/gonum/blas"

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

// rotmg computes a modified Givens rotation (T. Hopkins, Restructuring the BLAS Level 1
// routine for computing the modified Givens transformation, ACM SIGNUM 32 (1997)).
func rotmg[T kernels.Float](d1, d2, x1, y1 T) (flag blas.Flag, h [4]T, rd1, rd2, rx1 T) {
	if d1 < 0 {
		return blas.Rescaling, h, 0, 0, 0 // with a matrix of zeros: an error
	}
	if d2 == 0 || y1 == 0 {
		return blas.Identity, h, d1, d2, x1
	}

	var h11, h12, h21, h22 T
	p1, p2 := T(d1*x1), T(d2*y1)
	q1, q2 := T(p1*x1), T(p2*y1)
	switch {
	case (d1 == 0 || x1 == 0) && d2 > 0:
		flag, h12, h21 = blas.Diagonal, 1, -1
		d1, d2, x1 = d2, d1, y1
	case abs(q1) > abs(q2):
		flag, h11, h12, h21, h22 = blas.OffDiagonal, 1, p2/p1, -y1/x1, 1
		u := 1 - T(h12*h21)
		if u <= 0 { // only by rounding
			return blas.Rescaling, h, 0, 0, 0
		}
		d1, d2, x1 = d1/u, d2/u, x1*u
	case q2 < 0:
		return blas.Rescaling, h, 0, 0, 0
	default:
		flag, h11, h12, h21, h22 = blas.Diagonal, p1/p2, 1, -1, x1/y1
		u := 1 + T(h11*h22)
		d1, d2, x1 = d2/u, d1/u, y1*u
	}

	// Keep the factors within 4096² of 1, at the cost of the matrix.
	if outside(d1) {
		f := rescale(d1)
		flag = blas.Rescaling
		d1, x1, h11, h12 = d1*f*f, x1/f, h11/f, h12/f
	}
	if outside(d2) {
		f := rescale(d2)
		flag = blas.Rescaling
		d2, h21, h22 = d2*f*f, h21/f, h22/f
	}
	switch flag {
	case blas.Diagonal:
		h[0], h[3] = h11, h22
	case blas.OffDiagonal:
		h[1], h[2] = h21, h12
	default:
		h = [4]T{h11, h21, h12, h22}
	}
	return flag, h, d1, d2, x1
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
