package race

import "math"

// The functions of this file are whole by themselves: programs that repeat a run have them.

// eigen returns the eigenvalues of a symmetric matrix, the larger one first, and the unit
// vector (c, s) that belongs to it. (-s, c) belongs to the other one.
func eigen(xx, xy, yy float64) (high, low, c, s float64) {
	if xy == 0 {
		if xx >= yy {
			return xx, yy, 1, 0
		}
		return yy, xx, 0, 1
	}
	// Where squares would be infinite, or 0.
	switch m := max(math.Abs(xx), math.Abs(xy), math.Abs(yy)); {
	case m > 0x1p500 && m <= math.MaxFloat64:
		high, low, c, s = eigen(xx*0x1p-520, xy*0x1p-520, yy*0x1p-520)
		return high * 0x1p520, low * 0x1p520, c, s
	case m < 0x1p-500:
		high, low, c, s = eigen(xx*0x1p600, xy*0x1p600, yy*0x1p600)
		return high * 0x1p-600, low * 0x1p-600, c, s
	}
	mean, half := (xx+yy)/2, (xx-yy)/2
	r := math.Sqrt(float64(half*half) + float64(xy*xy))
	c, s = half+r, xy
	if half < 0 { // where half+r would cancel
		c, s = xy, r-half
	}
	norm := math.Sqrt(float64(c*c) + float64(s*s))
	return mean + r, mean - r, c / norm, s / norm
}

// solve returns the gradient (x, y) divided by a symmetric matrix to whose eigenvalues, or
// to their magnitudes if absolute is set, damping is added. Along a direction in which the
// gradient is 0 that is 0. It reports false if an eigenvalue is 0 where it is divided by.
func solve(xx, xy, yy, damping float64, absolute bool, x, y float64) (dx, dy float64, ok bool) {
	high, low, c, s := eigen(xx, xy, yy)
	if absolute {
		high, low = math.Abs(high), math.Abs(low)
	}
	high, low = high+damping, low+damping
	u := float64(c*x) + float64(s*y)
	v := float64(c*y) - float64(s*x)
	if u != 0 {
		if high == 0 {
			return 0, 0, false
		}
		u /= high
	}
	if v != 0 {
		if low == 0 {
			return 0, 0, false
		}
		v /= low
	}
	return float64(c*u) - float64(s*v), float64(s*u) + float64(c*v), true
}
