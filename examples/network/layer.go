package main

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/kernels"
)

// A layer maps inputs x to outputs x·W + b. All matrices are row-major, an image
// or an input unit in each row. The gradient of a layer has the same shape.
type layer struct {
	in, out  int
	weights  []float32 // in × out
	bias     []float32
	multiply product
}

func newLayer(in, out int, multiply product) *layer {
	return &layer{in, out, make([]float32, in*out), make([]float32, out), multiply}
}

// A product stores op(a)·op(b), of m rows and n columns and with sums of k terms, in c;
// the matrices have no gaps between their rows.
type product func(transA, transB kernels.Transpose, m, n, k int, a, b, c []float32)

// products are the libraries that multiply matrices.
var products = map[string]product{"steepest": steepest, "gonum": gonums}

// steepest multiplies with this module's kernels.
func steepest(transA, transB kernels.Transpose, m, n, k int, a, b, c []float32) {
	kernels.Gemm(transA, transB, m, n, k, 1, a, width(transA, m, k), b, width(transB, k, n), 0, c, n)
}

// gonums multiplies with gonum's own BLAS.
func gonums(transA, transB kernels.Transpose, m, n, k int, a, b, c []float32) {
	gonum.Implementation{}.Sgemm(transpose(transA), transpose(transB), m, n, k, 1, a, width(transA, m, k), b, width(transB, k, n), 0, c, n)
}

// width returns the length of a factor's rows in memory.
func width(trans kernels.Transpose, rows, columns int) int {
	if trans {
		return rows
	}
	return columns
}

// transpose returns gonum's name of a transposition.
func transpose(trans kernels.Transpose) blas.Transpose {
	if trans {
		return blas.Trans
	}
	return blas.NoTrans
}

// initialise draws weights whose scale keeps that of the activations.
func (l *layer) initialise(at kernels.Philox) { kernels.HeNormal(l.weights, l.in, math.Sqrt2, at) }

// forward stores the outputs y of the inputs x, behind an activation unless it is nil.
func (l *layer) forward(y, x []float32, rows int, activation func(dst, x []float32)) {
	l.multiply(kernels.NoTrans, kernels.NoTrans, rows, l.out, l.in, x, l.weights, y)
	kernels.AddBias(y, rows, l.out, l.bias, activation)
}

// gradient stores the gradient of a layer, given its inputs x and the gradient dy
// of its outputs.
func (grad *layer) gradient(x, dy []float32, rows int) {
	grad.multiply(kernels.Trans, kernels.NoTrans, grad.in, grad.out, rows, x, dy, grad.weights)
	kernels.SumRows(grad.bias, dy[:rows*grad.out], rows, grad.out)
}

// backward stores the gradient dx of the inputs.
func (l *layer) backward(dx, dy []float32, rows int) {
	l.multiply(kernels.NoTrans, kernels.Trans, rows, l.in, l.out, dy, l.weights, dx)
}
