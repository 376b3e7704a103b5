package main

import (
	"time"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/examples/internal/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
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
		best := 0
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
	errors []float32 // images × classes: scores, and then their gradients
	labels []int
}

func newMicro(images int) *micro {
	return &micro{newModel(), make([]float32, images*classes), make([]int, images)}
}

// gradient computes the gradient of the cross-entropy over some images, times scale, and
// returns that loss. With e the gradients of an image's scores, a class's weights get
// e[class] times the image and its bias gets e[class].
func (b *micro) gradient(m *model, d *mnist.Dataset, indices []int, scale float32) (float64, error) {
	errors, labels := b.errors[:len(indices)*classes], b.labels[:len(indices)]
	for r, i := range indices {
		m.scores(errors[r*classes:][:classes], d.Image(i))
		labels[r] = int(d.Labels[i])
	}
	loss, err := kernels.CrossEntropy(errors, classes, errors, classes, classes, labels, &kernels.CrossEntropyOptions[float32]{Scale: scale})
	if err != nil {
		return 0, err
	}
	clear(b.grad.weights)
	for r, i := range indices {
		kernels.Ger(1, errors[r*classes:][:classes], d.Image(i), b.grad.weights, pixels)
	}
	kernels.SumRows(b.grad.bias, errors, len(indices), classes)
	return loss, nil
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
	opt, err := optim.New(optim.NewAdam(s.lr), []optim.Param[float32]{{Name: "weights", Value: m.weights}, {Name: "bias", Value: m.bias}},
		optim.WithSchedule(schedule.Cosine{TMax: s.epochs * ((n + s.batch - 1) / s.batch)}),
		optim.WithReduction(optim.ReduceSum),
		optim.ClipNorm(clipNorm),
	)
	if err != nil {
		return nil, err
	}

	micros := make([]*micro, microParts)
	grads := make([][][]float32, microParts)
	for i := range micros {
		micros[i] = newMicro(s.batch)
		grads[i] = [][]float32{micros[i].grad.weights, micros[i].grad.bias}
	}

	r := &result{model: m}
	order := make([]int, n)
	for epoch := 1; epoch <= s.epochs; epoch++ {
		start := time.Now()
		kernels.Permutation(order, s.seed, uint64(epoch))
		var total float64
		for lo := 0; lo < n; lo += s.batch {
			batch := order[lo:min(n, lo+s.batch)]
			var mean float64
			for i, b := range micros {
				part := batch[i*len(batch)/microParts : (i+1)*len(batch)/microParts]
				loss, err := b.gradient(m, train, part, 1/float32(len(batch)))
				if err != nil {
					return nil, err
				}
				mean += loss
			}
			total += float64(mean * float64(len(batch)))
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
