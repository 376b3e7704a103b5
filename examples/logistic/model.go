package main

import (
	"io"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/kernels"
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
// addition or not. Of the two sums each waits for its own additions alone.
func (m *model) score(index []int32, value []float32) float32 {
	sum, other := float64(m.bias[0]), 0.0
	for len(index) >= 2 {
		sum += float64(m.weights[index[0]]) * float64(value[0])
		other += float64(m.weights[index[1]]) * float64(value[1])
		index, value = index[2:], value[2:]
	}
	if len(index) > 0 {
		sum += float64(m.weights[index[0]]) * float64(value[0])
	}
	return float32(sum + other)
}

// A micro holds the gradient of a micro-batch.
type micro struct {
	grad           *model
	slopes, labels []float32 // of its rows
}

func newMicro(rows int) *micro {
	return &micro{newModel(), make([]float32, rows), make([]float32, rows)}
}

// gradient adds to the gradient of the logistic loss over some rows, times scale, and returns
// that loss.
func (b *micro) gradient(m *model, d *dataset, rows []int, scale float32) float64 {
	slopes, labels := b.slopes[:len(rows)], b.labels[:len(rows)]
	for i, r := range rows {
		slopes[i], labels[i] = m.score(d.row(r)), d.labels[r]
	}
	loss := kernels.BinaryCrossEntropy(slopes, nil, slopes, labels, 1, scale)
	for i, r := range rows {
		index, value := d.row(r)
		e := slopes[i]
		for k, i := range index {
			b.grad.weights[i] += float32(e * value[k])
		}
		b.grad.bias[0] += e
	}
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
func (o *options) fit(train, test *dataset, progress io.Writer) (*result, error) {
	m, n := newModel(), train.len()
	rule := optim.NewAdagrad(o.lr)
	rule.WeightDecay = o.decay
	opt, err := optim.New(rule, []optim.Param[float32]{
		{Name: "weights", Value: m.weights},
		{Name: "bias", Value: m.bias},
	},
		optim.WithoutDecay(optim.BiasOrNorm),
		optim.WithReduction(optim.ReduceSum),
		optim.ZeroGrads(), // the micro-batches add to gradients
	)
	if err != nil {
		return nil, err
	}

	micros := make([]*micro, microParts)
	grads := make([][][]float32, microParts)
	for i := range micros {
		micros[i] = newMicro(o.batch)
		grads[i] = [][]float32{micros[i].grad.weights, micros[i].grad.bias}
	}
	r := &result{model: m}
	order := make([]int, n)
	for epoch := 1; epoch <= o.epochs; epoch++ {
		kernels.Permutation(order, o.seed, uint64(epoch))
		var total float64
		for lo := 0; lo < n; lo += o.batch {
			batch := order[lo:min(n, lo+o.batch)]
			var mean float64
			for i, b := range micros {
				part := batch[i*len(batch)/microParts : (i+1)*len(batch)/microParts]
				mean += b.gradient(m, train, part, 1/float32(len(batch)))
			}
			total += float64(mean * float64(len(batch)))
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
