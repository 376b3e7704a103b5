package main

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/seed63264101/steepest/kernels"
)

// A problem is a matrix, and what planted weights give with it, up to noise.
type problem struct {
	a       *mat.Dense
	target  *mat.VecDense
	planted []float64

	a32      blas32.General // the same in float32
	target32 blas32.Vector
}

const noise = 1e-3 // standard deviation

func generate(rows, cols int, seed uint64) *problem {
	p := &problem{a: mat.NewDense(rows, cols, nil), target: mat.NewVecDense(rows, nil), planted: make([]float64, cols)}
	target := p.target.RawVector().Data
	for stream, x := range [][]float64{p.a.RawMatrix().Data, p.planted, target} {
		kernels.Normal(x, 0, 1, kernels.Philox{Seed: seed, Stream: uint64(stream)})
	}
	// Not through BLAS: the data must not depend on the backend.
	for i := range rows {
		sum := float64(noise * target[i])
		for j, w := range p.planted {
			sum += float64(w * p.a.At(i, j))
		}
		target[i] = sum
	}
	p.a32 = blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: narrow(p.a.RawMatrix().Data)}
	p.target32 = blas32.Vector{N: rows, Inc: 1, Data: narrow(p.target.RawVector().Data)}
	return p
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// double minimises |A x - target|² by conjugate gradients on the normal equations
// (CGLS), in float64.
func (p *problem) double(steps int) []float64 {
	rows, cols := p.a.Dims()
	x, s, q := mat.NewVecDense(cols, nil), mat.NewVecDense(cols, nil), mat.NewVecDense(rows, nil)
	r := mat.VecDenseCopyOf(p.target) // residual
	s.MulVec(p.a.T(), r)              // gradient, but for the sign
	d := mat.VecDenseCopyOf(s)        // direction
	gamma := mat.Dot(s, s)
	for range steps {
		q.MulVec(p.a, d)
		curvature := mat.Dot(q, q)
		if curvature == 0 || gamma == 0 {
			break // the answer is exact
		}
		alpha := gamma / curvature
		x.AddScaledVec(x, alpha, d)
		r.AddScaledVec(r, -alpha, q)
		s.MulVec(p.a.T(), r)
		last := gamma
		gamma = mat.Dot(s, s)
		d.AddScaledVec(s, gamma/last, d)
	}
	return x.RawVector().Data
}

// single is double in float32, for which gonum has vectors but no package mat.
func (p *problem) single(steps int) []float64 {
	rows, cols := p.a32.Rows, p.a32.Cols
	vector := func(n int) blas32.Vector { return blas32.Vector{N: n, Inc: 1, Data: make([]float32, n)} }
	x, s, d, q, r := vector(cols), vector(cols), vector(cols), vector(rows), vector(rows)
	blas32.Copy(p.target32, r)
	blas32.Gemv(blas.Trans, 1, p.a32, r, 0, s)
	blas32.Copy(s, d)
	gamma := blas32.Dot(s, s)
	for range steps {
		blas32.Gemv(blas.NoTrans, 1, p.a32, d, 0, q)
		curvature := blas32.Dot(q, q)
		if curvature == 0 || gamma == 0 {
			break
		}
		alpha := gamma / curvature
		blas32.Axpy(alpha, d, x)
		blas32.Axpy(-alpha, q, r)
		blas32.Gemv(blas.Trans, 1, p.a32, r, 0, s)
		last := gamma
		gamma = blas32.Dot(s, s)
		blas32.Scal(gamma/last, d)
		blas32.Axpy(1, s, d)
	}
	answer := make([]float64, cols)
	for j, v := range x.Data {
		answer[j] = float64(v)
	}
	return answer
}

// distance is how far a is from b, relative to the norm of c.
func distance(a, b, c []float64) float64 { return floats.Distance(a, b, 2) / floats.Norm(c, 2) }
