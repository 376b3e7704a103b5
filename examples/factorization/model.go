package main

import (
	"io"
	"math"
	"time"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// firstScale is the standard deviation of the first factors. At 0 they would get
// no gradient.
const firstScale = 0.1

// tested is how many ratings are predicted at a time.
const tested = 512

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

func (m *model) user(i int) []float32 { return m.users[i*(m.rank+1):][:m.rank+1] }
func (m *model) item(i int) []float32 { return m.items[i*(m.rank+1):][:m.rank+1] }

// rmse returns the root mean square error of the predictions.
func (m *model) rmse(ratings []rating) float64 {
	var b batch
	var sum float64
	order := demo.Order(len(ratings))
	for lo := 0; lo < len(order); lo += tested {
		b.load(ratings, order[lo:min(len(order), lo+tested)])
		b.predict(m)
		sum += kernels.SquaredError(nil, nil, b.predictions, b.values, 1)
	}
	return math.Sqrt(sum / float64(len(ratings)))
}

// A batch is a mini-batch of ratings: the rows of both tables that they take, each as often
// as it occurs, and their gradients.
type batch struct {
	users, items        demo.Sparse
	a, b                []float32 // the rows themselves, one behind the other
	predictions, values []float32
}

// load takes some ratings.
func (b *batch) load(ratings []rating, indices []int) {
	b.users.Reset()
	b.items.Reset()
	b.values = b.values[:0]
	for _, i := range indices {
		r := ratings[i]
		b.users.Rows = append(b.users.Rows, r.user)
		b.items.Rows = append(b.items.Rows, r.item)
		b.values = append(b.values, r.value)
	}
}

// predict computes the predictions of the ratings.
func (b *batch) predict(m *model) {
	k, dim := m.rank, m.rank+1
	b.a = b.users.Gather(b.a, m.users, dim)
	b.b = b.items.Gather(b.b, m.items, dim)
	b.predictions = demo.Zeros(b.predictions, len(b.values))
	kernels.RowDots(b.predictions, b.a, dim, b.b, dim, k)
	for i := range b.predictions {
		b.predictions[i] += m.mean + b.a[i*dim+k] + b.b[i*dim+k]
	}
}

// gradient computes the gradients of half the squared errors, and returns the sum of these.
func (b *batch) gradient(m *model) float64 {
	k, dim := m.rank, m.rank+1
	b.predict(m)
	errors := b.predictions
	total := kernels.SquaredError(errors, nil, b.predictions, b.values, 0.5)
	kernels.RowScale(b.users.Grads, dim, b.b, dim, k, errors)
	kernels.RowScale(b.items.Grads, dim, b.a, dim, k, errors)
	for i, e := range errors {
		b.users.Grads[i*dim+k], b.items.Grads[i*dim+k] = e, e
	}
	return total
}

// fit trains a model.
func (o *options) fit(train, test []rating, progress io.Writer) (*model, error) {
	m := newModel(o.users, o.items, o.rank, mean(train))
	m.initialise(o.seed)
	n := len(train)
	rule := optim.NewAdagrad(o.lr)
	rule.WeightDecay = o.decay
	falling := optim.WithSchedule(schedule.Cosine{TMax: o.epochs * ((n + o.batch - 1) / o.batch)})
	opt, err := optim.New(rule, []optim.Param[float32]{
		{Name: "users", Value: m.users, Shape: []int{o.users, o.rank + 1}, Sparse: true},
		{Name: "items", Value: m.items, Shape: []int{o.items, o.rank + 1}, Sparse: true},
	}, falling)
	if err != nil {
		return nil, err
	}

	var b batch
	order := make([]int, n)
	for epoch := 1; epoch <= o.epochs; epoch++ {
		start := time.Now()
		kernels.Permutation(order, o.seed, uint64(epoch))
		var total float64
		for lo := 0; lo < n; lo += o.batch {
			b.load(train, order[lo:min(n, lo+o.batch)])
			total += 2 * b.gradient(m)
			rows := []optim.RowGradients[float32]{b.users.Gradients(), b.items.Gradients()}
			if err := demo.Taken(opt.StepSparse(&optim.Gradients[float32]{Rows: rows})); err != nil {
				return nil, err
			}
		}
		took := time.Since(start)
		if err := demo.FiniteLoss(epoch, total/float64(n)); err != nil {
			return nil, err
		}
		demo.Progress(progress, "epoch", epoch, o.epochs, "rmse %.6f  test rmse %.6f  %.0f ratings/s",
			math.Sqrt(total/float64(n)), m.rmse(test), float64(n)/took.Seconds())
	}
	return m, nil
}
