// Package mlp is a multilayer perceptron of two layers that reads the digits of package mnist,
// with its gradient: the model of several examples.
package mlp

import (
	"slices"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

const classes = mnist.Classes

// A Network has two layers with a rectifier between them.
type Network struct{ First, Second *Layer }

// New returns a network with so many hidden units, whose products are the given ones. All of
// its parameters are 0.
func New(hidden int, multiply Product) *Network {
	return &Network{newLayer(mnist.Pixels, hidden, multiply), newLayer(hidden, classes, multiply)}
}

// The streams of random numbers of a run, by what they are for. That of the dropout has the
// step above, and the part of its batch.
const (
	firstStream = iota
	secondStream
	dropoutStream
)

// Initialise draws the weights; the biases stay 0.
func (m *Network) Initialise(seed uint64) {
	m.First.initialise(kernels.Philox{Seed: seed, Stream: firstStream})
	m.Second.initialise(kernels.Philox{Seed: seed, Stream: secondStream})
}

// Params returns the parameters, in whose order a Pass stores gradients.
func (m *Network) Params() []optim.Param[float32] {
	return append(m.First.params("first"), m.Second.params("second")...)
}

// Values returns the values of Params.
func (m *Network) Values() [][]float32 {
	return [][]float32{m.First.Weights, m.First.Bias, m.Second.Weights, m.Second.Bias}
}

// Len returns the number of parameters.
func (m *Network) Len() int { return len(slices.Concat(m.Values()...)) }

// A Pass holds what is computed on the way forward and back for up to some number of images.
type Pass struct {
	images  []float32
	labels  []int
	hidden  []float32 // rectified
	scores  []float32
	dhidden []float32 // gradients
	dscores []float32

	dropout float64 // share of the hidden units that are left out in training
	seed    uint64  // of the dropout
}

// NewPass returns a pass for up to size images, of whose hidden units training leaves out a
// share, drawn with a seed.
func (m *Network) NewPass(size int, dropout float64, seed uint64) *Pass {
	hidden := m.First.Out
	return &Pass{
		dropout: dropout, seed: seed,
		images: make([]float32, size*mnist.Pixels), labels: make([]int, size),
		hidden: make([]float32, size*hidden), dhidden: make([]float32, size*hidden),
		scores: make([]float32, size*classes), dscores: make([]float32, size*classes),
	}
}

// load gathers some images and their labels.
func (p *Pass) load(d *mnist.Dataset, samples []int) {
	kernels.Gather(p.images, mnist.Pixels, d.Images, mnist.Pixels, mnist.Pixels, samples)
	for r, i := range samples {
		p.labels[r] = int(d.Labels[i])
	}
}

// Gradient stores the gradient of the mean cross-entropy over the batch's images in grads,
// which has one slice for each of Params, and returns that mean. The hidden units that are
// left out follow from the batch's step and part.
func (p *Pass) Gradient(m *Network, d *mnist.Dataset, b train.Batch, grads [][]float32) (float64, error) {
	n := len(b.Samples)
	hidden, dhidden := p.hidden[:n*m.First.Out], p.dhidden[:n*m.First.Out]
	place := kernels.Philox{Seed: p.seed, Stream: uint64(b.Step+1)<<32 | uint64(b.Part)<<8 | dropoutStream}
	p.load(d, b.Samples)
	p.forward(m, n, p.dropout, place)
	loss, err := p.loss(n)
	if err != nil {
		return 0, err
	}
	m.Second.gradient(grads[2], grads[3], p.hidden, p.dscores, n)
	m.Second.backward(p.dhidden, p.dscores, n)
	drop(dhidden, p.dropout, place)
	kernels.ReLUGrad(dhidden, dhidden, hidden) // an output is positive where its input is
	m.First.gradient(grads[0], grads[1], p.images, p.dhidden, n)
	return loss, nil
}

// forward computes the scores of the first n images.
func (p *Pass) forward(m *Network, n int, dropout float64, place kernels.Philox) {
	m.First.forward(p.hidden, p.images, n, kernels.ReLU)
	drop(p.hidden[:n*m.First.Out], dropout, place)
	m.Second.forward(p.scores, p.hidden, n, nil)
}

// loss returns the mean cross-entropy of the first n images and stores its gradient.
func (p *Pass) loss(n int) (float64, error) {
	return kernels.CrossEntropy(p.dscores, classes, p.scores, classes, classes, p.labels[:n], nil)
}

// drop leaves out a share of the units, or of their gradients: the same ones at the same place.
func drop(units []float32, share float64, place kernels.Philox) {
	if share > 0 {
		kernels.Dropout(units, units, share, place)
	}
}

// Evaluate returns the mean cross-entropy over a whole dataset, and the share of its images
// whose own class has the highest score. All units take part.
func (p *Pass) Evaluate(m *Network, d *mnist.Dataset) (loss, accuracy float64, err error) {
	hits := 0
	for samples := range slices.Chunk(demo.Order(d.Len()), len(p.labels)) {
		n := len(samples)
		p.load(d, samples)
		p.forward(m, n, 0, kernels.Philox{})
		mean, err := p.loss(n)
		if err != nil {
			return 0, 0, err
		}
		loss += float64(mean * float64(n))
		for r, label := range p.labels[:n] {
			if demo.Largest(p.scores[r*classes:][:classes]) == label {
				hits++
			}
		}
	}
	return loss / float64(d.Len()), float64(hits) / float64(d.Len()), nil
}
