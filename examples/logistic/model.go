package main

import (
	"context"
	"io"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

const microParts = 4 // micro-batches in a mini-batch

// A model has a weight for each feature, and a bias.
type model struct {
	weights []float32
	bias    []float32 // one element
}

func newModel() *model { return &model{make([]float32, features), make([]float32, 1)} }

func (m *model) params() []optim.Param[float32] {
	return []optim.Param[float32]{{Name: "weights", Value: m.weights}, {Name: "bias", Value: m.bias}}
}

// score returns a positive number for a row that is more likely a 1. Products of
// float32 numbers are exact in float64, whether the compiler fuses them with the
// addition or not. Of the two sums each waits for its own additions alone.
func (m *model) score(index []int32, value []float32) float32 {
	w, sum, other := m.weights, float64(m.bias[0]), 0.0
	value = value[:len(index)]
	k := 0
	for ; k+1 < len(index); k += 2 {
		sum += float64(w[index[k]]) * float64(value[k])
		other += float64(w[index[k+1]]) * float64(value[k+1])
	}
	if k < len(index) {
		sum += float64(w[index[k]]) * float64(value[k])
	}
	return float32(sum + other)
}

// A micro is memory for a micro-batch: the slopes of the loss, and the labels, of its rows.
type micro struct{ slopes, labels []float32 }

func newMicro(rows int) micro { return micro{make([]float32, rows), make([]float32, rows)} }

// gradient adds the gradient of the mean logistic loss over some rows, and returns that loss.
func (b micro) gradient(m *model, d *dataset, rows []int, g *optim.Gradients[float32]) float64 {
	slopes, labels := b.slopes[:len(rows)], b.labels[:len(rows)]
	for i, r := range rows {
		slopes[i], labels[i] = m.score(d.row(r)), d.labels[r]
	}
	loss := kernels.BinaryCrossEntropy(slopes, nil, slopes, labels, 1, 1/float32(len(rows)))
	weights, bias := g.Dense[0], g.Dense[1]
	for i, r := range rows {
		index, value := d.row(r)
		slope, value := slopes[i], value[:len(index)]
		for k, j := range index {
			weights[j] += float32(slope * value[k])
		}
	}
	bias[0] += kernels.Sum(slopes)
	return loss
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
func (o *options) fit(data, test *dataset, progress io.Writer) (*result, error) {
	r := &result{model: newModel()}
	rule := optim.NewAdagrad(o.lr)
	rule.WeightDecay = o.decay
	opt, err := optim.New(rule, r.model.params(), optim.WithoutDecay(optim.BiasOrNorm), optim.FailAfterSkips(1))
	if err != nil {
		return nil, err
	}
	micros := make([]micro, o.workers)
	for i := range micros {
		micros[i] = newMicro(o.batch)
	}
	batches := &train.Batches{Samples: data.len(), Size: o.batch, Seed: o.seed}
	return r, demo.Explain(train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return micros[b.Worker].gradient(r.model, data, b.Samples, g), nil
	}, train.FitOptions[float32]{
		Batches:      batches,
		Epochs:       o.epochs,
		MicroBatches: microParts,
		Workers:      o.workers,
		Divergence:   &train.Divergence{For: 1},
		History:      o.History(),
		Progress: func(p train.Progress) error {
			r.loss, r.errors = p.EpochLoss, r.model.errors(test)
			demo.Progress(progress, "epoch", p.Epoch, o.epochs, "loss %.6f  test error %.4f", r.loss, r.errors)
			return nil
		},
	}))
}
