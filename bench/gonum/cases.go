package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"
	"gonum.org/v1/gonum/stat"
)

// A task is what a program has gonum do.
type task struct {
	name string
	call string // of gonum
	// build makes the data for a size. What it returns does the work once and gives a number
	// of the result.
	build func(rng *rand.Rand, n int) func() float64
}

// tasks are those of linear algebra, of statistics and of optimization that programs come to
// gonum for, and what does not go through its BLAS at all.
var tasks = []task{
	{"product of two matrices", "mat.Dense.Mul", func(rng *rand.Rand, n int) func() float64 {
		a, b, c := dense(rng, n, n), dense(rng, n, n), mat.NewDense(n, n, nil)
		return func() float64 { c.Mul(a, b); return c.At(n-1, n-1) }
	}},
	{"product with its transpose", "mat.SymDense.SymOuterK", func(rng *rand.Rand, n int) func() float64 {
		a, c := dense(rng, n, n), mat.NewSymDense(n, nil)
		return func() float64 { c.SymOuterK(1, a); return c.At(n-1, n-1) }
	}},
	{"product with a vector", "mat.VecDense.MulVec", func(rng *rand.Rand, n int) func() float64 {
		a, x, y := dense(rng, n, n), vector(rng, n), mat.NewVecDense(n, nil)
		return func() float64 { y.MulVec(a, x); return y.AtVec(n - 1) }
	}},
	{"Cholesky decomposition", "mat.Cholesky.Factorize", func(rng *rand.Rand, n int) func() float64 {
		a := positive(rng, n)
		var c mat.Cholesky
		return func() float64 { ok := c.Factorize(a); return c.LogDet() + truth(ok) }
	}},
	{"linear equations, n of them", "mat.LU.Factorize, SolveTo", func(rng *rand.Rand, n int) func() float64 {
		a, b := dense(rng, n, n), dense(rng, n, n)
		var lu mat.LU
		var x mat.Dense
		return func() float64 { lu.Factorize(a); must(lu.SolveTo(&x, false, b)); return x.At(0, 0) }
	}},
	{"inverse", "mat.Dense.Inverse", func(rng *rand.Rand, n int) func() float64 {
		a := dense(rng, n, n)
		var x mat.Dense
		return func() float64 { must(x.Inverse(a)); return x.At(0, 0) }
	}},
	{"QR decomposition", "mat.QR.Factorize", func(rng *rand.Rand, n int) func() float64 {
		a := dense(rng, n, n)
		var qr mat.QR
		return func() float64 { qr.Factorize(a); return math.Log(qr.Cond()) }
	}},
	{"least squares, 2n by n", "mat.VecDense.SolveVec", func(rng *rand.Rand, n int) func() float64 {
		a, b := dense(rng, 2*n, n), vector(rng, 2*n)
		var x mat.VecDense
		return func() float64 { must(x.SolveVec(a, b)); return x.AtVec(0) }
	}},
	{"singular values", "mat.SVD, SVDNone", func(rng *rand.Rand, n int) func() float64 {
		return singular(dense(rng, n, n), mat.SVDNone)
	}},
	{"singular values and vectors", "mat.SVD, SVDThin", func(rng *rand.Rand, n int) func() float64 {
		return singular(dense(rng, n, n), mat.SVDThin)
	}},
	{"symmetric eigenvalues", "mat.EigenSym", func(rng *rand.Rand, n int) func() float64 {
		return eigenSym(positive(rng, n), false)
	}},
	{"symmetric eigenvalues and vectors", "mat.EigenSym", func(rng *rand.Rand, n int) func() float64 {
		return eigenSym(positive(rng, n), true)
	}},
	{"eigenvalues", "mat.Eigen, EigenNone", func(rng *rand.Rand, n int) func() float64 {
		return eigen(dense(rng, n, n), mat.EigenNone)
	}},
	{"eigenvalues and vectors", "mat.Eigen, EigenRight", func(rng *rand.Rand, n int) func() float64 {
		return eigen(dense(rng, n, n), mat.EigenRight)
	}},
	{"matrix exponential", "mat.Dense.Exp", func(rng *rand.Rand, n int) func() float64 {
		a := dense(rng, n, n)
		a.Scale(1/float64(n), a)
		var x mat.Dense
		return func() float64 { x.Exp(a); return x.At(0, 0) }
	}},
	{"covariance, 2n by n", "stat.CovarianceMatrix", func(rng *rand.Rand, n int) func() float64 {
		a := dense(rng, 2*n, n)
		var c mat.SymDense
		return func() float64 { stat.CovarianceMatrix(&c, a, nil); return c.At(n-1, n-1) }
	}},
	{"principal components, 2n by n", "stat.PC", func(rng *rand.Rand, n int) func() float64 {
		a := dense(rng, 2*n, n)
		var pc stat.PC
		return func() float64 { ok := pc.PrincipalComponents(a, nil); return pc.VarsTo(nil)[0] + truth(ok) }
	}},
	{"least squares by L-BFGS, 2n by n", "optimize.LBFGS, mat.VecDense.MulVec", leastSquares},
	{"Rosenbrock by L-BFGS, 100 n variables", "optimize.LBFGS", func(rng *rand.Rand, n int) func() float64 {
		f := functions.ExtendedRosenbrock{}
		x := make([]float64, 100*n)
		return descend(optimize.Problem{Func: f.Func, Grad: f.Grad}, x)
	}},
	{"sums, element by element", "mat.Dense.Add", func(rng *rand.Rand, n int) func() float64 {
		a, b, c := dense(rng, n, n), dense(rng, n, n), mat.NewDense(n, n, nil)
		return func() float64 { c.Add(a, b); return c.At(0, 0) }
	}},
	{"products, element by element", "mat.Dense.MulElem", func(rng *rand.Rand, n int) func() float64 {
		a, b, c := dense(rng, n, n), dense(rng, n, n), mat.NewDense(n, n, nil)
		return func() float64 { c.MulElem(a, b); return c.At(0, 0) }
	}},
	{"band matrix of 20 diagonals, Cholesky", "mat.BandCholesky.Factorize", func(rng *rand.Rand, n int) func() float64 {
		width := min(20, n-1)
		a := mat.NewSymBandDense(n, width, nil)
		for i := range n {
			a.SetSymBand(i, i, 50)
			for j := i + 1; j <= min(i+width, n-1); j++ {
				a.SetSymBand(i, j, rng.Float64())
			}
		}
		var c mat.BandCholesky
		return func() float64 { ok := c.Factorize(a); return c.LogDet() + truth(ok) }
	}},
}
