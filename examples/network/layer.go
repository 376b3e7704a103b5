package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"github.com/seed63264101/steepest/kernels"
)

// A layer maps inputs x to outputs x·W + b. All matrices are row-major, an image
// or an input unit in each row. The gradient of a layer has the same shape.
type layer struct {
	in, out int
	weights []float32 // in × out
	bias    []float32
}

func newLayer(in, out int) *layer {
	return &layer{in, out, make([]float32, in*out), make([]float32, out)}
}

// initialise draws weights whose scale keeps that of the activations (K. He et
// al., Delving deep into rectifiers, 2015).
func (l *layer) initialise(rng *rand.Rand) {
	dev := math.Sqrt(2 / float64(l.in))
	for i := range l.weights {
		l.weights[i] = float32(dev * rng.NormFloat64())
	}
}

// matrix returns a slice as gonum's matrix.
func matrix(data []float32, rows, cols int) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: data[:rows*cols]}
}

func (l *layer) matrix() blas32.General { return matrix(l.weights, l.in, l.out) }

// forward stores the outputs y of the inputs x.
func (l *layer) forward(y, x []float32, rows int) {
	blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, matrix(x, rows, l.in), l.matrix(), 0, matrix(y, rows, l.out))
	for r := range rows {
		row := y[r*l.out:][:l.out]
		kernels.Add(row, row, l.bias)
	}
}

// gradient stores the gradient of a layer, given its inputs x and the gradient dy
// of its outputs.
func (grad *layer) gradient(x, dy []float32, rows int) {
	blas32.Gemm(blas.Trans, blas.NoTrans, 1, matrix(x, rows, grad.in), matrix(dy, rows, grad.out), 0, grad.matrix())
	kernels.SumRows(grad.bias, dy[:rows*grad.out], rows, grad.out)
}

// backward stores the gradient dx of the inputs.
func (l *layer) backward(dx, dy []float32, rows int) {
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, matrix(dy, rows, l.out), l.matrix(), 0, matrix(dx, rows, l.in))
}

// rectify replaces negative numbers by 0.
func rectify(x []float32) {
	kernels.Clamp(x, x, 0, float32(math.Inf(1)))
}

// rectifyBackward sets the gradient to 0 where the rectifier's output y is.
func rectifyBackward(dy, y []float32) {
	for i, v := range y {
		if v == 0 {
			dy[i] = 0
		}
	}
}
