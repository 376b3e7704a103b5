package main

import (
	"io"
	"time"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/examples/internal/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

const (
	inputs   = mnist.Pixels
	outputs  = mnist.Classes
	clipNorm = 5.0  // far above the norms of a healthy run
	decay    = 0.05 // of the weights, not of the biases
	warmup   = 0.1  // share of the steps before the rate is highest
)

// A model is a network of two layers with a rectifier between them. Its gradient
// has the same shape.
type model struct{ first, second *layer }

func newModel(hidden int, multiply product) *model {
	return &model{newLayer(inputs, hidden, multiply), newLayer(hidden, outputs, multiply)}
}

// len returns the number of parameters.
func (m *model) len() int {
	n := 0
	for _, p := range m.slices() {
		n += len(p)
	}
	return n
}

// The streams of random numbers of a run, by what they are for. That of the dropout has the
// step in its upper half.
const (
	firstStream = iota
	secondStream
	dropoutStream
)

// initialise draws the weights; the biases stay 0.
func (m *model) initialise(seed uint64) {
	m.first.initialise(kernels.Philox{Seed: seed, Stream: firstStream})
	m.second.initialise(kernels.Philox{Seed: seed, Stream: secondStream})
}

// slices returns the parameters in the order in which params names them.
func (m *model) slices() [][]float32 {
	return [][]float32{m.first.weights, m.first.bias, m.second.weights, m.second.bias}
}

func (m *model) params() []optim.Param[float32] {
	names := []string{"first.weights", "first.bias", "second.weights", "second.bias"}
	var params []optim.Param[float32]
	for i, p := range m.slices() {
		params = append(params, optim.Param[float32]{Name: names[i], Value: p})
	}
	return params
}

// A pass holds what is computed on the way forward and back for up to some number
// of images.
type pass struct {
	images  []float32
	labels  []int
	hidden  []float32 // rectified
	scores  []float32
	dhidden []float32 // gradients
	dscores []float32

	dropout float64 // share of the hidden units that are left out in training
	place   kernels.Philox
}

func newPass(m *model, size int, dropout float64) *pass {
	return &pass{
		dropout: dropout,
		images:  make([]float32, size*inputs), labels: make([]int, size),
		hidden: make([]float32, size*m.first.out), dhidden: make([]float32, size*m.first.out),
		scores: make([]float32, size*outputs), dscores: make([]float32, size*outputs),
	}
}

// load copies images and their labels into the pass.
func (p *pass) load(d *mnist.Dataset, indices []int) {
	for r, i := range indices {
		copy(p.images[r*inputs:], d.Image(i))
		p.labels[r] = int(d.Labels[i])
	}
}

// forward computes the scores of the first n images.
func (p *pass) forward(m *model, n int, train bool) {
	m.first.forward(p.hidden, p.images, n, kernels.ReLU)
	if train {
		p.drop(p.hidden[:n*m.first.out])
	}
	m.second.forward(p.scores, p.hidden, n, nil)
}

// drop leaves hidden units out, or their gradients: the same ones at the same place.
func (p *pass) drop(units []float32) {
	if p.dropout > 0 {
		kernels.Dropout(units, units, p.dropout, p.place)
	}
}

// gradient stores the gradient of the mean cross-entropy over the first n images,
// and returns that mean.
func (p *pass) gradient(m, grad *model, n int) (float64, error) {
	p.forward(m, n, true)
	loss, err := kernels.CrossEntropy(p.dscores, outputs, p.scores, outputs, outputs, p.labels[:n], nil)
	if err != nil {
		return 0, err
	}
	grad.second.gradient(p.hidden, p.dscores, n)
	m.second.backward(p.dhidden, p.dscores, n)
	hidden, dhidden := p.hidden[:n*m.first.out], p.dhidden[:n*m.first.out]
	p.drop(dhidden)
	kernels.ReLUGrad(dhidden, dhidden, hidden) // an output is positive where its input is
	grad.first.gradient(p.images, p.dhidden, n)
	return loss, nil
}

// accuracy returns the share of images whose own class has the highest score.
func (p *pass) accuracy(m *model, d *mnist.Dataset) float64 {
	hits, size := 0, len(p.labels)
	order := demo.Order(d.Len())
	for lo := 0; lo < len(order); lo += size {
		batch := order[lo:min(len(order), lo+size)]
		p.load(d, batch)
		p.forward(m, len(batch), false)
		for r, label := range p.labels[:len(batch)] {
			scores, best := p.scores[r*outputs:][:outputs], 0
			for k, s := range scores {
				if s > scores[best] {
					best = k
				}
			}
			if best == label {
				hits++
			}
		}
	}
	return float64(hits) / float64(d.Len())
}

// rates lets the learning rate rise for a few steps, in which the moments of
// AdamW are not yet worth much, and then fall.
func rates(steps int) schedule.Schedule {
	rise := int(warmup * float64(steps))
	return schedule.Warmup{Steps: rise, StartFactor: 0.1, Then: schedule.Cosine{TMax: steps - rise}}
}

// A result is a trained network.
type result struct {
	model    *model
	loss     float64 // mean cross-entropy over the last epoch's training images
	accuracy float64 // on the test images
	rate     float64 // images trained a second, in the fastest epoch
}

// fit trains a network.
func (o *options) fit(train, test *mnist.Dataset, progress io.Writer) (*result, error) {
	multiply := products[o.blas]
	m, grad := newModel(o.hidden, multiply), newModel(o.hidden, multiply)
	m.initialise(o.seed)

	n := train.Len()
	steps := o.epochs * ((n + o.batch - 1) / o.batch)
	rule := optim.NewAdamW(o.lr)
	rule.WeightDecay = decay
	opt, err := optim.New(rule, m.params(),
		optim.WithSchedule(rates(steps)),
		optim.WithoutDecay(optim.BiasOrNorm), optim.ClipNorm(clipNorm))
	if err != nil {
		return nil, err
	}

	r := &result{model: m}
	p, grads, order := newPass(m, o.batch, o.dropout), grad.slices(), make([]int, n)
	for epoch := 1; epoch <= o.epochs; epoch++ {
		start := time.Now()
		kernels.Permutation(order, o.seed, uint64(epoch))
		var total float64
		for lo := 0; lo < n; lo += o.batch {
			batch := order[lo:min(n, lo+o.batch)]
			p.load(train, batch)
			p.place = kernels.Philox{Seed: o.seed, Stream: uint64(opt.Steps()+1)<<32 | dropoutStream}
			loss, err := p.gradient(m, grad, len(batch))
			if err != nil {
				return nil, err
			}
			total += float64(loss * float64(len(batch)))
			if err := demo.Taken(opt.Step(grads)); err != nil {
				return nil, err
			}
		}
		took := time.Since(start)
		r.loss = total / float64(n)
		if err := demo.FiniteLoss(epoch, r.loss); err != nil {
			return nil, err
		}
		r.accuracy = p.accuracy(m, test)
		rate := float64(n) / took.Seconds()
		r.rate = max(r.rate, rate)
		demo.Progress(progress, "epoch", epoch, o.epochs, "loss %.6f  accuracy %.4f  %.0f samples/s", r.loss, r.accuracy, rate)
	}
	return r, nil
}
