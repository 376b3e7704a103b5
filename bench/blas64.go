package bench

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// bind64 returns a function that calls a routine of a library so many times.
func bind64(routine string, lib blas.Float64, c *blasCall[float64]) func(reps int) double {
	if loop := loop64(routine, lib, c); loop != nil {
		return loop
	}
	n, inc, x, y, a := c.n, c.inc, c.x, c.y, c.a
	switch routine {
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
