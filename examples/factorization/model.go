package main

import (
	"context"
	"io"
	"math"
	"slices"
	"time"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

// firstScale is the standard deviation of the first factors. At 0 they would get
// no gradient.
const firstScale = 0.1

// A model predicts a rating as the mean of all, plus the product of a user's and
// an item's factors, plus the biases of both. A row holds the factors and, last,
// the bias.
type model struct {
	mean         float32
	rank         int
	users, items []float32 // tables of rows
}

func newModel(users, items, rank int, mean float32) *model {
	return &model{mean, rank, make([]float32, users*(rank+1)), make([]float32, items*(rank+1))}
}

// initialise draws factors; the biases stay 0.
func (m *model) initialise(seed uint64) {
	for stream, table := range [][]float32{m.users, m.items} {
		kernels.Normal(table, 0, firstScale, kernels.Philox{Seed: seed, Stream: uint64(stream)})
		for i := m.rank; i < len(table); i += m.rank + 1 {
			table[i] = 0
		}
	}
}

// rmse returns the root mean square error of the predictions.
func (m *model) rmse(ratings []rating) float64 {
	b := newBatch(512, m.rank)
	var sum float64
	order := demo.Order(len(ratings))
	for part := range slices.Chunk(order, cap(b.values)) {
		b.load(ratings, part)
		sum += kernels.SquaredError(nil, nil, b.predict(m), b.values, 1)
	}
	return math.Sqrt(sum / float64(len(ratings)))
}

// A batch is a mini-batch of ratings: the rows of both tables that they take, each as often
// as it occurs.
type batch struct {
	users, items        []int
	a, b                []float32 // the rows themselves, one behind the other
	predictions, values []float32
}

func newBatch(size, rank int) *batch {
	return &batch{
		a: make([]float32, size*(rank+1)), b: make([]float32, size*(rank+1)),
		predictions: make([]float32, size), values: make([]float32, 0, size),
	}
}

// load takes some ratings.
func (b *batch) load(ratings []rating, samples []int) {
	b.users, b.items, b.values = b.users[:0], b.items[:0], b.values[:0]
	for _, i := range samples {
		r := ratings[i]
		b.users, b.items, b.values = append(b.users, r.user), append(b.items, r.item), append(b.values, r.value)
	}
}

// predict returns the predictions of the ratings.
func (b *batch) predict(m *model) []float32 {
	k, dim := m.rank, m.rank+1
	kernels.Gather(b.a, dim, m.users, dim, dim, b.users)
	kernels.Gather(b.b, dim, m.items, dim, dim, b.items)
	predictions := b.predictions[:len(b.values)]
	kernels.RowDots(predictions, b.a, dim, b.b, dim, k)
	for i := range predictions {
		predictions[i] += m.mean + b.a[i*dim+k] + b.b[i*dim+k]
	}
	return predictions
}

// gradient adds the gradients of half the mean squared error, and returns that.
func (b *batch) gradient(m *model, g *optim.Gradients[float32]) float64 {
	k, dim := m.rank, m.rank+1
	errors := b.predict(m)
	loss := kernels.SquaredError(errors, nil, errors, b.values, 0.5/float32(len(errors)))
	da, db := g.Rows[0].Add(b.users...), g.Rows[1].Add(b.items...)
	kernels.RowScale(da, dim, b.b, dim, k, errors)
	kernels.RowScale(db, dim, b.a, dim, k, errors)
	for i, e := range errors {
		da[i*dim+k], db[i*dim+k] = e, e
	}
	return loss
}

// params returns the tables, of which a step updates the rows that it is given.
func (m *model) params() []optim.Param[float32] {
	dim := m.rank + 1
	return []optim.Param[float32]{
		{Name: "users", Value: m.users, Shape: []int{len(m.users) / dim, dim}, Sparse: true},
		{Name: "items", Value: m.items, Shape: []int{len(m.items) / dim, dim}, Sparse: true},
	}
}

// fit trains a model.
func (o *options) fit(data, test []rating, progress io.Writer) (*model, error) {
	m := newModel(o.users, o.items, o.rank, mean(data))
	m.initialise(o.seed)
	batches := &train.Batches{Samples: len(data), Size: o.batch, Seed: o.seed}
	rule := optim.NewAdagrad(o.lr)
	rule.WeightDecay = o.decay
	opt, err := optim.New(rule, m.params(), optim.WithSchedule(schedule.Cosine{TMax: batches.Steps(o.epochs)}), optim.FailAfterSkips(1))
	if err != nil {
		return nil, err
	}
	ratings, start := newBatch(o.batch, o.rank), time.Now()
	return m, demo.Explain(train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		ratings.load(data, b.Samples)
		return ratings.gradient(m, g), nil
	}, train.FitOptions[float32]{
		Batches:    batches,
		Epochs:     o.epochs,
		Divergence: &train.Divergence{For: 1},
		History:    o.History(),
		Progress: func(p train.Progress) error {
			rate := float64(len(data)) / time.Since(start).Seconds()
			demo.Progress(progress, "epoch", p.Epoch, o.epochs, "rmse %.6f  test rmse %.6f  %.0f ratings/s",
				math.Sqrt(2*p.EpochLoss), m.rmse(test), rate)
			start = time.Now()
			return nil
		},
	}))
}
