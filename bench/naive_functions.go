package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// naiveFunctions adds the loops over functions: package math's, which computes in float64.
func naiveFunctions[T kernels.Float](t *kerneltest.Table[T]) {
	t.Exp = loopOver[T](math.Exp)
	t.Exp2 = loopOver[T](math.Exp2)
	t.Expm1 = loopOver[T](math.Expm1)
	t.Log = loopOver[T](math.Log)
	t.Log1p = loopOver[T](math.Log1p)
	t.Tanh = loopOver[T](math.Tanh)
	t.Sigmoid = loopOver[T](sigmoid)
	t.Erf = loopOver[T](math.Erf)
	t.Softplus = loopOver[T](func(x float64) float64 {
		return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
	})
	t.SiLU = loopOver[T](func(x float64) float64 { return x * sigmoid(x) })
	t.GELU = loopOver[T](func(x float64) float64 { return x * normal(x) })
	t.GELUTanh = loopOver[T](func(x float64) float64 { return x * sigmoid(geluArgument(x)) })
	t.BinaryCrossEntropy = binaryCrossEntropy[T]
	t.SoftplusGrad = loopOverGrad[T](sigmoid)
	t.SiLUGrad = loopOverGrad[T](func(x float64) float64 {
		s := sigmoid(x)
		return s * (1 + x*(1-s))
	})
	t.GELUGrad = loopOverGrad[T](func(x float64) float64 {
		return normal(x) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
	})
	t.GELUTanhGrad = loopOverGrad[T](func(x float64) float64 {
		s := sigmoid(geluArgument(x))
		return s * (1 + x*(1-s)*2*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x))
	})
}

// binaryCrossEntropy is the loop over package math.
func binaryCrossEntropy[T kernels.Float](grad, losses, x, y []T, weight, scale float64) {
	for i, v := range x {
		x, y := float64(v), float64(y[i])
		l := math.Log1p(math.Exp(-math.Abs(x)))
		losses[i] = T(weight*y*(max(-x, 0)+l) + (1-y)*(max(x, 0)+l))
		grad[i] = T(scale * ((1-y)*sigmoid(x) - weight*y*sigmoid(-x)))
	}
}

func loopOver[T kernels.Float](f func(float64) float64) func(dst, x []T) {
	return func(dst, x []T) {
		for i, v := range x {
			dst[i] = T(f(float64(v)))
		}
	}
}

func loopOverGrad[T kernels.Float](f func(float64) float64) func(dst, dy, x []T) {
	return func(dst, dy, x []T) {
		for i, v := range x {
			dst[i] = dy[i] * T(f(float64(v)))
		}
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// normal is the distribution function of the normal distribution.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// geluArgument is twice what GELU's form by tanh takes the tanh of.
func geluArgument(x float64) float64 { return 2 * math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x) }
