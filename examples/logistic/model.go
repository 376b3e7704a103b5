package main

import (
	"io"
	"math/rand/v2"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/examples/internal/loss"
	"github.com/seed63264101/steepest/optim"
)

const microParts = 4 // micro-batches in a mini-batch

// A model has a weight for each feature. Its gradient has the same shape.
type model struct {
	weights []float32
	bias    []float32 // one element
}

func newModel() *model {
	return &model{make([]float32, features), make([]float32, 1)}
}

// score returns a positive number for a row that is more likely a 1. Products of
// float32 numbers are exact in float64, whether the compiler fuses them with the
// addition or not.
func (m *model) score(index []int32, value []float32) float64 {
	sum := float64(m.bias[0])
	for k, i := range index {
		sum += float64(m.weights[i]) * float64(value[k])
	}
	return sum
}

// gradient adds to the gradient of the logistic loss over some rows, each
// multiplied by weight, and returns the sum of their losses.
func (grad *model) gradient(m *model, d *dataset, rows []int, weight float64) (total float64) {
	slopes, labels := make([]float64, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		slopes[i], labels[i] = m.score(d.row(r)), d.labels[r]
	}
	total = loss.Logistic(slopes, labels)
	for i, r := range rows {
		index, value := d.row(r)
		e := float32(slopes[i] * weight)
		for k, i := range index {
			grad.weights[i] += float32(e * value[k])
		}
		grad.bias[0] += e
	}
	return total
}

// errors returns the share of rows on whose wrong side the model is.
func (m *model) errors(d *dataset) float64 {
	wrong := 0
	for i, label := range d.labels {
		if (m.score(d.row(i)) > 0) != (label == 1) {
			wrong++
		}
	}
	return float64(wrong) / float64(d.len())
}

// A result is a trained model.
type result struct {
	model  *model
	loss   float64 // mean over the last epoch's training rows
	errors float64 // on the test rows
}

// fit trains a model.
func (o *options) fit(train, test *dataset, progress io.Writer) (*result, error) {
	m, n := newModel(), train.len()
	rule := optim.NewAdagrad(o.lr)
	rule.WeightDecay = o.decay
	opt, err := optim.New(rule, []optim.Param[float32]{
		{Name: "weights", Value: m.weights},
		{Name: "bias", Value: m.bias},
	},
		optim.WithoutDecay(optim.BiasOrNorm),
		optim.WithReduction(optim.Sum),
		optim.ZeroGrads(), // the micro-batches add to gradients
	)
	if err != nil {
		return nil, err
	}

	micros := make([]*model, microParts)
	grads := make([][][]float32, microParts)
	for i := range micros {
		micros[i] = newModel()
		grads[i] = [][]float32{micros[i].weights, micros[i].bias}
	}
	r := &result{model: m}
	order, rng := demo.Order(n), rand.New(rand.NewPCG(o.seed, 0))
	for epoch := 1; epoch <= o.epochs; epoch++ {
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		var total float64
		for lo := 0; lo < n; lo += o.batch {
			batch := order[lo:min(n, lo+o.batch)]
			weight := 1 / float64(len(batch))
			for i, grad := range micros {
				part := batch[i*len(batch)/microParts : (i+1)*len(batch)/microParts]
				total += grad.gradient(m, train, part, weight)
			}
			if err := demo.Taken(opt.Step(grads...)); err != nil {
				return nil, err
			}
		}
		r.loss, r.errors = total/float64(n), m.errors(test)
		if err := demo.FiniteLoss(epoch, r.loss); err != nil {
			return nil, err
		}
		demo.Progress(progress, "epoch", epoch, o.epochs, "loss %.6f  test error %.4f", r.loss, r.errors)
	}
	return r, nil
}
