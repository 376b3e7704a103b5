package neural

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A layer maps inputs x to outputs y = f(x·W + b). Matrices are row-major, a sample in each row.
type layer struct {
	in, out int
	weights []float32 // in × out
	bias    []float32
	act     activation

	z, y []float32 // in front of f and behind it, of the samples of a pass
	dz   []float32 // gradient for z, and before that for y
}

func newLayer(in, out, rows int, act activation) *layer {
	l := &layer{in: in, out: out, act: act, weights: make([]float32, in*out), bias: make([]float32, out)}
	l.z, l.y, l.dz = make([]float32, rows*out), make([]float32, rows*out), make([]float32, rows*out)
	return l
}

// The standard deviation of the weights that are too small, and those of too large ones as
// multiples of what HeNormal draws.
const (
	smallWeights = 0.01
	largeGain    = 8
)

// initialise draws the weights as a Config's Init says; the biases are 0.
func (l *layer) initialise(init string, at kernels.Philox) {
	clear(l.bias)
	switch init {
	case "he":
		kernels.HeNormal(l.weights, l.in, math.Sqrt2, at)
	case "glorot":
		kernels.XavierUniform(l.weights, l.in, l.out, 1, at)
	case "small":
		kernels.Normal(l.weights, 0, smallWeights, at)
	case "large":
		kernels.HeNormal(l.weights, l.in, largeGain, at)
	case "zero":
		clear(l.weights)
	}
}

func (l *layer) params(number int) []optim.Param[float32] {
	return []optim.Param[float32]{
		{Name: fmt.Sprintf("layer%d.weights", number), Value: l.weights, Shape: []int{l.in, l.out}},
		{Name: fmt.Sprintf("layer%d.bias", number), Value: l.bias},
	}
}

// forward computes the outputs of some rows of inputs.
func (l *layer) forward(x []float32, rows int) {
	z, y := l.z[:rows*l.out], l.y[:rows*l.out]
	multiply(z, x, l.weights, l.bias, rows, l.in, l.out)
	l.act.apply(y, z)
}

// backward takes the gradient for the outputs, which dz has, through the layer: it stores the
// gradients of the weights and of the bias, and the gradient dx of the inputs unless that is nil.
func (l *layer) backward(dw, db, dx, x []float32, rows int) {
	n := rows * l.out
	l.act.gradient(l.dz[:n], l.z[:n], l.y[:n])
	multiplyGradient(dw, db, x, l.dz, rows, l.in, l.out)
	if dx != nil {
		multiplyBack(dx, l.dz, l.weights, rows, l.in, l.out)
	}
}
