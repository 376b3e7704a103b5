package generic

import "math"

// normal returns the quantile of the normal distribution at the middle of the interval that
// an element's bits name: of 2^32 intervals, or of 2^64.
func normal[T Float](bits uint64) float64 {
	if isFloat32[T]() {
		x := (float64(bits) - 0x1p31 + 0.5) * 0x1p-32
		return float64(x * overDistance32(fma(float64(x*-4), x, 1)))
	}
	// In two parts: the distance from 1/2 is their sum, and the tail the difference of 1/2 and
	// their magnitude.
	upper := float64(bits>>32)*0x1p-32 - 0.5
	lower := float64(uint32(bits))*0x1p-64 + 0x1p-65
	x, tail := upper+lower, (0.5-math.Abs(upper))-math.Copysign(lower, upper)
	return float64(x * overDistance64(float64(tail*fma(tail, -4, 4))))
}

// normalAt returns the quantile at p.
func normalAt[T Float](p float64) float64 {
	over := overDistance64
	if isFloat32[T]() {
		over = overDistance32
	}
	t := within(NormalLeast, float64(p*fma(p, -4, 4)), math.Inf(1))
	return float64((p - 0.5) * over(t))
}

// overDistance32 returns the quantile at a distance x from 1/2, over x, for t = 1 - 4x^2.
func overDistance32(t float64) float64 {
	k, f := binary(t, RootHalf)
	w := fma(f, horner(f, NormalLog2[:]), -k)
	return horner(w, NormalAbove32[:]) / horner(w, NormalBelow32[:])
}

// overDistance64 is overDistance32 with errors of float64.
func overDistance64(t float64) float64 {
	k, f := binary(t, LogLeast64)
	s := f / (-2 - f)
	z := s * s
	w := fma(-k, math.Ln2, float64(s*fma(z, horner(z, LogTail64[:]), 2)))
	// Of the errors, those by the rounding of w*w cancel.
	return evenOdd(w, NormalAbove64[:]) / evenOdd(w, NormalBelow64[:])
}

// NormalTail returns the probability that a normal deviate is above a, which is not negative.
func NormalTail(a float64) float64 {
	a = within(0, a, GELUMost64)
	return timesNormal(phiTail(a), a)
}

// Normal computes dst[i] = mean + std*z for the normal deviate z.
func Normal[T Float](dst []T, words []uint64, mean, std float64) {
	random := blocksOf[T](words)
	for ; len(dst) >= PhiloxBlock[T](); dst = dst[PhiloxBlock[T]():] {
		for i, bits := range random.next() {
			dst[i] = T(fma(std, normal[T](bits), mean))
		}
	}
}

// TruncatedNormal computes dst[i] = mean + std*z for the quantile z at least + width*u, not
// below lo and not above hi.
func TruncatedNormal[T Float](dst []T, words []uint64, mean, std, least, width, lo, hi float64) {
	random := blocksOf[T](words)
	for ; len(dst) >= PhiloxBlock[T](); dst = dst[PhiloxBlock[T]():] {
		for i, bits := range random.next() {
			z := normalAt[T](fma(fraction[T](bits), width, least))
			x := within(lo, fma(std, z, mean), math.Inf(1))
			dst[i] = T(within(math.Inf(-1), x, hi))
		}
	}
}
