package bench

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// bind64 returns a function that calls a routine of a library so many times. The
// library is behind its interface, as it is behind that of package blas64.
func bind64(routine string, lib blas.Float64, c *blasCall[float64]) func(reps int) double {
	n, inc, x, y, a := c.n, c.inc, c.x, c.y, c.a
	switch routine {
	case "Daxpy":
		return func(reps int) double {
			for range reps {
				lib.Daxpy(n, smallAlpha, x, inc, y, inc)
			}
			return 0
		}
	case "Ddot":
		return func(reps int) (r double) {
			for range reps {
				r = double(lib.Ddot(n, x, inc, y, inc))
			}
			return r
		}
	case "Dscal":
		return func(reps int) double {
			for range reps {
				lib.Dscal(n, -1, x, inc)
			}
			return 0
		}
	case "Dcopy":
		return func(reps int) double {
			for range reps {
				lib.Dcopy(n, x, inc, y, inc)
			}
			return 0
		}
	case "Dswap":
		return func(reps int) double {
			for range reps {
				lib.Dswap(n, x, inc, y, inc)
			}
			return 0
		}
	case "Dnrm2":
		return func(reps int) (r double) {
			for range reps {
				r = double(lib.Dnrm2(n, x, inc))
			}
			return r
		}
	case "Dasum":
		return func(reps int) (r double) {
			for range reps {
				r = double(lib.Dasum(n, x, inc))
			}
			return r
		}
	case "Idamax":
		return func(reps int) (r double) {
			for range reps {
				r = double(lib.Idamax(n, x, inc))
			}
			return r
		}
	case "Drot":
		return func(reps int) double {
			for range reps {
				lib.Drot(n, x, inc, y, inc, rotC, rotS)
			}
			return 0
		}
	case "Drotm":
		p := blas.DrotmParams{Flag: blas.Rescaling, H: [4]float64{rotC, -rotS, rotS, rotC}}
		return func(reps int) double {
			for range reps {
				lib.Drotm(n, x, inc, y, inc, p)
			}
			return 0
		}
	case "Drotg":
		return func(reps int) (r double) {
			for i := range reps {
				c, s, l, z := lib.Drotg(x[i%scalars], y[i%scalars])
				r = double(c + s + l + z)
			}
			return r
		}
	case "Drotmg":
		return func(reps int) (r double) {
			for i := range reps {
				p, d1, d2, x1 := lib.Drotmg(a[i%scalars], a[(i+1)%scalars], x[i%scalars], y[i%scalars])
				r = double(p.H[0] + p.H[1] + p.H[2] + p.H[3] + d1 + d2 + x1)
			}
			return r
		}
	case "Dgemv", "DgemvT":
		tA := blas.Transpose(blas.NoTrans)
		if routine == "DgemvT" {
			tA = blas.Trans
		}
		return func(reps int) double {
			for range reps {
				lib.Dgemv(tA, n, n, 0.5, a, n, x, inc, 0.5, y, inc)
			}
			return 0
		}
	case "Dger":
		return func(reps int) double {
			for range reps {
				lib.Dger(n, n, smallAlpha, x, inc, y, inc, a, n)
			}
			return 0
		}
	}
	panic("bench: no call of " + routine)
}

// callTriangle64 makes a call with a library's routine.
func callTriangle64(lib blas.Float64, p *kerneltest.TriangleCall[float64]) {
	a, b, c := p.A, p.B, p.C
	side, uplo, trans := blasOptions(p)
	switch p.Name {
	case "Symm":
		lib.Dsymm(side, uplo, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride, p.Beta, c.X, c.Stride)
	case "Syrk":
		lib.Dsyrk(uplo, trans, p.M, p.N, p.Alpha, a.X, a.Stride, p.Beta, c.X, c.Stride)
	case "Trmm":
		lib.Dtrmm(side, uplo, trans, blas.NonUnit, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride)
	case "Trsm":
		lib.Dtrsm(side, uplo, trans, blas.NonUnit, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride)
	}
}
