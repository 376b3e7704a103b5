package neural

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A Network is a multilayer perceptron with its data. It computes in buffers of its own, and so
// is not safe for concurrent use.
type Network struct {
	Config Config
	Data   *Data

	layers []*layer
	x      []float32 // inputs of a mini-batch
	labels []int
}

// New returns a network with the data and the initial weights of a Config, or its error.
func New(c Config) (*Network, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	c.Hidden = slices.Clone(c.Hidden)
	return newNetwork(c, NewData(c)), nil
}

// newNetwork is New with data that several networks share.
func newNetwork(c Config, d *Data) *Network {
	rows := len(d.Labels)
	n := &Network{Config: c, Data: d, x: make([]float32, rows*d.Inputs), labels: make([]int, rows)}
	in := d.Inputs
	for _, units := range c.Hidden {
		n.layers = append(n.layers, newLayer(in, units, rows, activationOf[c.Activation]))
		in = units
	}
	n.layers = append(n.layers, newLayer(in, d.Classes, rows, activationOf["identity"]))
	for i, l := range n.layers {
		l.initialise(c.Init, kernels.Philox{Seed: c.Seed, Stream: weightStream + uint64(i)})
	}
	return n
}

// Params returns the parameters, in whose order [Network.Objective] stores gradients: the
// weights and the bias of each layer.
func (n *Network) Params() []optim.Param[float32] {
	var params []optim.Param[float32]
	for i, l := range n.layers {
		params = append(params, l.params(i)...)
	}
	return params
}

// Values returns the values of the parameters.
func (n *Network) Values() [][]float32 {
	var values [][]float32
	for _, l := range n.layers {
		values = append(values, l.weights, l.bias)
	}
	return values
}

// NewGradients returns a slice for the gradient of each parameter.
func (n *Network) NewGradients() [][]float32 {
	grads := n.Values()
	for i, v := range grads {
		grads[i] = make([]float32, len(v))
	}
	return grads
}

// Len returns the number of parameters.
func (n *Network) Len() int { return total(n.Values()) }

// total returns the number of elements of some slices.
func total(slices [][]float32) int {
	sum := 0
	for _, s := range slices {
		sum += len(s)
	}
	return sum
}

// Layers returns the number of layers that have weights.
func (n *Network) Layers() int { return len(n.layers) }

// Objective returns the mean cross-entropy over some of the samples to train with, all of them
// if samples is nil, and stores its gradient in grads unless that is nil.
func (n *Network) Objective(samples []int, grads [][]float32) float64 {
	loss, _ := n.objective(samples, grads)
	return loss
}

// Validate returns the mean cross-entropy over the samples that validate, and the share of them
// whose own class gets the highest probability; NaN if there are none.
func (n *Network) Validate() (loss, accuracy float64) {
	d := n.Data
	return n.pass(d.X[d.Train*d.Inputs:], d.Labels[d.Train:], nil)
}

// objective is Objective with the share of the samples whose own class gets the highest
// probability.
func (n *Network) objective(samples []int, grads [][]float32) (loss, accuracy float64) {
	d := n.Data
	if samples == nil {
		return n.pass(d.X[:d.Train*d.Inputs], d.Labels[:d.Train], grads)
	}
	for r, i := range samples {
		copy(n.x[r*d.Inputs:][:d.Inputs], d.X[i*d.Inputs:])
		n.labels[r] = d.Labels[i]
	}
	return n.pass(n.x[:len(samples)*d.Inputs], n.labels[:len(samples)], grads)
}

// pass goes forward, and back if there are grads.
func (n *Network) pass(x []float32, labels []int, grads [][]float32) (loss, accuracy float64) {
	rows, classes := len(labels), n.Data.Classes
	last := n.forward(x, rows)
	loss, err := kernels.CrossEntropy(last.dz, classes, last.y, classes, classes, labels, nil)
	if err != nil { // a label that is no class
		panic(err)
	}
	hits := 0
	for r, label := range labels {
		if largest(last.y[r*classes:][:classes]) == label {
			hits++
		}
	}
	if grads != nil {
		n.backward(x, rows, grads)
	}
	return loss, float64(hits) / float64(rows)
}

// forward computes the outputs of all layers and returns the last one.
func (n *Network) forward(x []float32, rows int) *layer {
	for _, l := range n.layers {
		l.forward(x, rows)
		x = l.y
	}
	return n.layers[len(n.layers)-1]
}

// backward stores the gradients behind forward, with the last layer's in place.
func (n *Network) backward(x []float32, rows int, grads [][]float32) {
	for i := len(n.layers) - 1; i > 0; i-- {
		below := n.layers[i-1]
		n.layers[i].backward(grads[2*i], grads[2*i+1], below.dz, below.y, rows)
	}
	n.layers[0].backward(grads[0], grads[1], nil, x, rows)
}

// Predict stores the probabilities of the classes for the raw inputs of some samples in dst.
func (n *Network) Predict(dst, raw []float32) {
	d := n.Data
	for len(raw) >= d.Inputs {
		rows := min(len(n.labels), len(raw)/d.Inputs)
		x := n.x[:rows*d.Inputs]
		d.Prepare(x, raw[:len(x)])
		last, sums := n.forward(x, rows), make([]float32, rows)
		kernels.LogSumExp(sums, dst, d.Classes, last.y, d.Classes, d.Classes)
		dst, raw = dst[rows*d.Classes:], raw[len(x):]
	}
}

// largest returns the index of the largest element, the first of several.
func largest(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
