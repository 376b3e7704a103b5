package main

import (
	"math/rand/v2"
	"time"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/examples/internal/loss"
	"github.com/seed63264101/steepest/examples/internal/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

const (
	pixels     = mnist.Pixels
	classes    = mnist.Classes
	parameters = classes*pixels + classes
	microParts = 4   // micro-batches in a mini-batch
	clipNorm   = 5.0 // far above the norms of a healthy run
)

// A model gives each class a score: the product of its row of weights with the
// image, plus its bias. The gradient of a model has the same shape.
type model struct {
	all     []float32 // weights and bias in one piece
	weights []float32 // classes × pixels, row-major
	bias    []float32
}

func newModel() *model {
	all := make([]float32, parameters)
	return &model{all, all[:classes*pixels], all[classes*pixels:]}
}

func (m *model) row(class int) []float32 { return m.weights[class*pixels:][:pixels] }

func (m *model) score(image []float32) (scores [classes]float64) {
	for k := range scores {
		scores[k] = float64(kernels.Dot(m.row(k), image)) + float64(m.bias[k])
	}
	return scores
}

// accuracy returns the share of images whose own class has the highest score.
func (m *model) accuracy(d *mnist.Dataset) float64 {
	hits := 0
	for i, label := range d.Labels {
		scores, best := m.score(d.Image(i)), 0
		for k, s := range scores {
			if s > scores[best] {
				best = k
			}
		}
		if best == int(label) {
			hits++
		}
	}
	return float64(hits) / float64(d.Len())
}

// A micro computes the gradient of one micro-batch.
type micro struct {
	grad   *model
	errors []float32 // images × classes: probability minus truth, times weight
}

// gradient computes the gradient of the cross-entropy over some images, each
// multiplied by weight, and returns the sum of their losses.
//
// With e the errors of an image, a class's weights get e[class] times the image
// and its bias gets e[class].
func (b *micro) gradient(m *model, d *mnist.Dataset, indices []int, weight float64) (total float64) {
	clear(b.grad.weights)
	for r, i := range indices {
		image, label := d.Image(i), int(d.Labels[i])
		prob := m.score(image)
		total += loss.Softmax(prob[:], label)
		prob[label]--
		e := b.errors[r*classes:][:classes]
		for k := range e {
			e[k] = float32(prob[k] * weight)
			kernels.Axpy(e[k], image, b.grad.row(k))
		}
	}
	kernels.SumRows(b.grad.bias, b.errors[:len(indices)*classes], len(indices), classes)
	return total
}

// settings are the choices of a training run.
type settings struct {
	epochs, batch int
	lr            float64
	seed          uint64
}

// A result is a trained model.
type result struct {
	level    kernels.Level
	model    *model
	loss     float64       // mean cross-entropy over the last epoch's training images
	accuracy float64       // on the test images
	time     time.Duration // of the training alone
}

// fit trains a model and calls report after every epoch.
func fit(s settings, train, test *mnist.Dataset, report func(epoch int, r *result, took time.Duration)) (*result, error) {
	m := newModel()
	n := train.Len()
	opt, err := optim.New(optim.NewAdam(s.lr), []optim.Param[float32]{
		{Name: "weights", Value: m.weights},
		{Name: "bias", Value: m.bias},
	},
		optim.WithSchedule(optim.Cosine{TMax: s.epochs * ((n + s.batch - 1) / s.batch)}),
		optim.WithReduction(optim.Sum),
		optim.ClipNorm(clipNorm),
	)
	if err != nil {
		return nil, err
	}

	micros := make([]micro, microParts)
	grads := make([][][]float32, microParts)
	for i := range micros {
		micros[i] = micro{newModel(), make([]float32, s.batch*classes)}
		grads[i] = [][]float32{micros[i].grad.weights, micros[i].grad.bias}
	}

	r := &result{model: m}
	order := demo.Order(n)
	rng := rand.New(rand.NewPCG(s.seed, 0))
	for epoch := 1; epoch <= s.epochs; epoch++ {
		start := time.Now()
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		var total float64
		for lo := 0; lo < n; lo += s.batch {
			batch := order[lo:min(n, lo+s.batch)]
			weight := 1 / float64(len(batch))
			for i := range micros {
				part := batch[i*len(batch)/microParts : (i+1)*len(batch)/microParts]
				total += micros[i].gradient(m, train, part, weight)
			}
			if err := demo.Taken(opt.Step(grads...)); err != nil {
				return nil, err
			}
		}
		took := time.Since(start)
		r.time += took
		r.loss = total / float64(n)
		if err := demo.FiniteLoss(epoch, r.loss); err != nil {
			return nil, err
		}
		r.accuracy = m.accuracy(test)
		report(epoch, r, took)
	}
	return r, nil
}
