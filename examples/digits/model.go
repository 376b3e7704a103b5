package main

import (
	"context"
	"time"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

const (
	pixels     = mnist.Pixels
	classes    = mnist.Classes
	parameters = classes*pixels + classes
	microParts = 4   // micro-batches in a mini-batch
	clipNorm   = 5.0 // far above the norms of a healthy run
)

// A model gives each class a score: the product of its row of weights with the
// image, plus its bias.
type model struct {
	all     []float32 // weights and bias in one piece
	weights []float32 // classes × pixels, row-major
	bias    []float32
}

func newModel() *model {
	all := make([]float32, parameters)
	return &model{all, all[:classes*pixels], all[classes*pixels:]}
}

func (m *model) params() []optim.Param[float32] {
	return []optim.Param[float32]{{Name: "weights", Value: m.weights}, {Name: "bias", Value: m.bias}}
}

// scores stores the scores of an image.
func (m *model) scores(dst, image []float32) {
	copy(dst, m.bias)
	kernels.Gemv(1, m.weights, pixels, image, 1, dst)
}

// accuracy returns the share of images whose own class has the highest score.
func (m *model) accuracy(d *mnist.Dataset) float64 {
	hits := 0
	var scores [classes]float32
	for i, label := range d.Labels {
		m.scores(scores[:], d.Image(i))
		if demo.Largest(scores[:]) == int(label) {
			hits++
		}
	}
	return float64(hits) / float64(d.Len())
}

// A micro has room for what is computed for a micro-batch.
type micro struct {
	errors []float32 // images × classes: scores, and then their gradients
	labels []int
}

func newMicro(images int) *micro {
	return &micro{make([]float32, images*classes), make([]int, images)}
}

// gradient adds the gradient of the mean cross-entropy over some images to the weights', and
// stores that of the bias. It returns the mean. With e the gradients of an image's scores, a
// class's weights get e[class] times the image and its bias gets e[class].
func (c *micro) gradient(m *model, d *mnist.Dataset, images []int, weights, bias []float32) (float64, error) {
	errors, labels := c.errors[:len(images)*classes], c.labels[:len(images)]
	for r, i := range images {
		m.scores(errors[r*classes:][:classes], d.Image(i))
		labels[r] = int(d.Labels[i])
	}
	loss, err := kernels.CrossEntropy(errors, classes, errors, classes, classes, labels, nil)
	if err != nil {
		return 0, err
	}
	for r, i := range images {
		kernels.Ger(1, errors[r*classes:][:classes], d.Image(i), weights, pixels)
	}
	kernels.SumRows(bias, errors, len(images), classes)
	return loss, nil
}

// settings are the choices of a training run.
type settings struct {
	epochs, batch int
	lr            float64
	seed          uint64
	history       *train.History // or nil
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
func fit(s settings, images, test *mnist.Dataset, report func(epoch int, r *result, took time.Duration)) (*result, error) {
	m := newModel()
	batches := &train.Batches{Samples: images.Len(), Size: s.batch, Seed: s.seed}
	opt, err := optim.New(optim.NewAdam(s.lr), m.params(),
		optim.WithSchedule(schedule.Cosine{TMax: batches.Steps(s.epochs)}),
		optim.ClipNorm(clipNorm),
	)
	if err != nil {
		return nil, err
	}

	r, c := &result{model: m}, newMicro(s.batch)
	start := time.Now()
	fitted, err := train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return c.gradient(m, images, b.Samples, g.Dense[0], g.Dense[1])
	}, train.FitOptions[float32]{
		Batches:      batches,
		Epochs:       s.epochs,
		MicroBatches: microParts,
		Divergence:   train.NewDivergence(),
		History:      s.history,
		Progress: func(p train.Progress) error {
			took := time.Since(start)
			r.time += took
			r.loss, r.accuracy = p.EpochLoss, m.accuracy(test)
			report(p.Epoch, r, took)
			start = time.Now()
			return nil
		},
	})
	return r, demo.Explain(fitted, err)
}
