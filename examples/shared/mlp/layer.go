package mlp

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A Product is a library's Sgemm, with the arguments of kernels.Gemm.
type Product func(transA, transB kernels.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int)

// Products are the libraries that multiply matrices: this module, and gonum's own BLAS.
var Products = map[string]Product{"steepest": kernels.Gemm[float32], "gonum": sgemm}

var transposes = map[kernels.Transpose]blas.Transpose{kernels.NoTrans: blas.NoTrans, kernels.Trans: blas.Trans}

func sgemm(transA, transB kernels.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	gonum.Implementation{}.Sgemm(transposes[transA], transposes[transB], m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// A Layer maps inputs x to outputs x·W + b. All matrices are row-major, an input in each row.
type Layer struct {
	In, Out  int
	Weights  []float32 // In × Out
	Bias     []float32
	multiply Product
}

func newLayer(in, out int, multiply Product) *Layer {
	return &Layer{in, out, make([]float32, in*out), make([]float32, out), multiply}
}

// initialise draws weights whose scale keeps that of the activations.
func (l *Layer) initialise(at kernels.Philox) { kernels.HeNormal(l.Weights, l.In, math.Sqrt2, at) }

func (l *Layer) params(name string) []optim.Param[float32] {
	return []optim.Param[float32]{
		{Name: name + ".weights", Value: l.Weights, Shape: []int{l.In, l.Out}},
		{Name: name + ".bias", Value: l.Bias},
	}
}

// forward stores the outputs y of the inputs x, behind an activation unless it is nil.
func (l *Layer) forward(y, x []float32, rows int, activation func(dst, x []float32)) {
	l.multiply(kernels.NoTrans, kernels.NoTrans, rows, l.Out, l.In, 1, x, l.In, l.Weights, l.Out, 0, y, l.Out)
	kernels.AddBias(y, rows, l.Out, l.Bias, activation)
}

// gradient stores the gradient of a layer in dw and db, given its inputs x and the gradient
// dy of its outputs.
func (l *Layer) gradient(dw, db, x, dy []float32, rows int) {
	l.multiply(kernels.Trans, kernels.NoTrans, l.In, l.Out, rows, 1, x, l.In, dy, l.Out, 0, dw, l.Out)
	kernels.SumRows(db, dy[:rows*l.Out], rows, l.Out)
}

// backward stores the gradient dx of the inputs.
func (l *Layer) backward(dx, dy []float32, rows int) {
	l.multiply(kernels.NoTrans, kernels.Trans, rows, l.In, l.Out, 1, dy, l.Out, l.Weights, l.Out, 0, dx, l.In)
}
