package bench

import (
	"gonum.org/v1/gonum/blas"
)

// bind32 returns a function that calls a routine of a library so many times. The
// library is behind its interface, as it is behind that of package blas32.
func bind32(routine string, lib blas.Float32, c *blasCall[float32]) func(reps int) float64 {
	n, inc, x, y, a := c.n, c.inc, c.x, c.y, c.a
	switch routine {
	case "Saxpy":
		return func(reps int) float64 {
			for range reps {
				lib.Saxpy(n, smallAlpha, x, inc, y, inc)
			}
			return 0
		}
	case "Sdot":
		return func(reps int) (r float64) {
			for range reps {
				r = float64(lib.Sdot(n, x, inc, y, inc))
			}
			return r
		}
	case "Dsdot":
		return func(reps int) (r float64) {
			for range reps {
				r = lib.Dsdot(n, x, inc, y, inc)
			}
			return r
		}
	case "Sdsdot":
		return func(reps int) (r float64) {
			for range reps {
				r = float64(lib.Sdsdot(n, 1.5, x, inc, y, inc))
			}
			return r
		}
	case "Sscal":
		return func(reps int) float64 {
			for range reps {
				lib.Sscal(n, -1, x, inc)
			}
			return 0
		}
	case "Scopy":
		return func(reps int) float64 {
			for range reps {
				lib.Scopy(n, x, inc, y, inc)
			}
			return 0
		}
	case "Sswap":
		return func(reps int) float64 {
			for range reps {
				lib.Sswap(n, x, inc, y, inc)
			}
			return 0
		}
	case "Snrm2":
		return func(reps int) (r float64) {
			for range reps {
				r = float64(lib.Snrm2(n, x, inc))
			}
			return r
		}
	case "Sasum":
		return func(reps int) (r float64) {
			for range reps {
				r = float64(lib.Sasum(n, x, inc))
			}
			return r
		}
	case "Isamax":
		return func(reps int) (r float64) {
			for range reps {
				r = float64(lib.Isamax(n, x, inc))
			}
			return r
		}
	case "Srot":
		return func(reps int) float64 {
			for range reps {
				lib.Srot(n, x, inc, y, inc, rotC, rotS)
			}
			return 0
		}
	case "Srotm":
		p := blas.SrotmParams{Flag: blas.Rescaling, H: [4]float32{rotC, -rotS, rotS, rotC}}
		return func(reps int) float64 {
			for range reps {
				lib.Srotm(n, x, inc, y, inc, p)
			}
			return 0
		}
	case "Srotg":
		return func(reps int) (r float64) {
			for i := range reps {
				c, s, l, z := lib.Srotg(x[i%scalars], y[i%scalars])
				r = float64(c + s + l + z)
			}
			return r
		}
	case "Srotmg":
		return func(reps int) (r float64) {
			for i := range reps {
				p, d1, d2, x1 := lib.Srotmg(a[i%scalars], a[(i+1)%scalars], x[i%scalars], y[i%scalars])
				r = float64(p.H[0] + p.H[1] + p.H[2] + p.H[3] + d1 + d2 + x1)
			}
			return r
		}
	case "Sgemv", "SgemvT":
		tA := blas.Transpose(blas.NoTrans)
		if routine == "SgemvT" {
			tA = blas.Trans
		}
		return func(reps int) float64 {
			for range reps {
				lib.Sgemv(tA, n, n, 0.5, a, n, x, inc, 0.5, y, inc)
			}
			return 0
		}
	case "Sger":
		return func(reps int) float64 {
			for range reps {
				lib.Sger(n, n, smallAlpha, x, inc, y, inc, a, n)
			}
			return 0
		}
	}
	panic("bench: no call of " + routine)
}
