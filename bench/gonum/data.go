package main

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

func numbers(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func dense(rng *rand.Rand, r, c int) *mat.Dense { return mat.NewDense(r, c, numbers(rng, r*c)) }

func vector(rng *rand.Rand, n int) *mat.VecDense { return mat.NewVecDense(n, numbers(rng, n)) }

// positive returns a positive definite matrix.
func positive(rng *rand.Rand, n int) *mat.SymDense {
	a := mat.NewSymDense(n, nil)
	a.SymOuterK(1/float64(n), dense(rng, n, n))
	for i := range n {
		a.SetSym(i, i, a.At(i, i)+1)
	}
	return a
}

// truth returns 1 for what went well.
func truth(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}

// must panics on an error, which these data do not lead to.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func singular(a *mat.Dense, kind mat.SVDKind) func() float64 {
	var s mat.SVD
	return func() float64 { ok := s.Factorize(a, kind); return s.Values(nil)[0] + truth(ok) }
}

func eigenSym(a *mat.SymDense, vectors bool) func() float64 {
	var e mat.EigenSym
	return func() float64 { ok := e.Factorize(a, vectors); return e.Values(nil)[0] + truth(ok) }
}

// eigen returns the sum of the eigenvalues, whose order is none.
func eigen(a *mat.Dense, kind mat.EigenKind) func() float64 {
	var e mat.Eigen
	return func() float64 {
		sum := truth(e.Factorize(a, kind))
		for _, v := range e.Values(nil) {
			sum += real(v)
		}
		return sum
	}
}

// leastSquares is half the squared norm of A·x - b, in which all work is in products.
func leastSquares(rng *rand.Rand, n int) func() float64 {
	a, b, r := dense(rng, 2*n, n), vector(rng, 2*n), mat.NewVecDense(2*n, nil)
	residual := func(x []float64) {
		r.MulVec(a, mat.NewVecDense(n, x))
		r.SubVec(r, b)
	}
	return descend(optimize.Problem{
		Func: func(x []float64) float64 { residual(x); return mat.Dot(r, r) / 2 },
		Grad: func(g, x []float64) { residual(x); mat.NewVecDense(n, g).MulVec(a.T(), r) },
	}, make([]float64, n))
}

// descend takes 10 iterations of L-BFGS, or as many as there are to the minimum.
func descend(p optimize.Problem, start []float64) func() float64 {
	return func() float64 {
		r, err := optimize.Minimize(p, start, &optimize.Settings{MajorIterations: 10}, &optimize.LBFGS{GradStopThreshold: 1e-6})
		must(err)
		return r.F
	}
}
