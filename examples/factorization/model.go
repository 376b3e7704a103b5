package main

import (
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
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
func (m *model) initialise(rng *rand.Rand) {
	for _, table := range [][]float32{m.users, m.items} {
		for i := range table {
			if i%(m.rank+1) != m.rank {
				table[i] = float32(firstScale * rng.NormFloat64())
			}
		}
	}
}

func (m *model) user(i int) []float32 { return m.users[i*(m.rank+1):][:m.rank+1] }
func (m *model) item(i int) []float32 { return m.items[i*(m.rank+1):][:m.rank+1] }

// predict returns the prediction of a rating.
func (m *model) predict(user, item int) float32 {
	a, b, k := m.user(user), m.item(item), m.rank
	return m.mean + kernels.Dot(a[:k], b[:k]) + a[k] + b[k]
}

// rmse returns the root mean square error of the predictions.
func (m *model) rmse(ratings []rating) float64 {
	var sum float64
	for _, r := range ratings {
		e := float64(m.predict(r.user, r.item) - r.value)
		sum += float64(e * e)
	}
	return math.Sqrt(sum / float64(len(ratings)))
}

// gradient stores the gradients of half the squared error of some ratings, a row
// of the users and one of the items for each, and returns the sum of the squares.
func (m *model) gradient(users, items *demo.Sparse, ratings []rating, indices []int) (total float64) {
	k, dim := m.rank, m.rank+1
	users.Reset()
	items.Reset()
	for _, index := range indices {
		r := ratings[index]
		e := m.predict(r.user, r.item) - r.value
		total += float64(e) * float64(e)
		gu, gi := users.Add(r.user, dim), items.Add(r.item, dim)
		kernels.Axpy(e, m.item(r.item)[:k], gu[:k])
		kernels.Axpy(e, m.user(r.user)[:k], gi[:k])
		gu[k], gi[k] = e, e
	}
	return total
}

// fit trains a model.
func (o *options) fit(train, test []rating, progress io.Writer) (*model, error) {
	rng := rand.New(rand.NewPCG(o.seed, 0))
	m := newModel(o.users, o.items, o.rank, mean(train))
	m.initialise(rng)

	n := len(train)
	rule := optim.NewAdagrad(o.lr)
	rule.WeightDecay = o.decay
	schedule := optim.WithSchedule(optim.Cosine{TMax: o.epochs * ((n + o.batch - 1) / o.batch)})
	userOpt, err := optim.NewEmbedding(rule, optim.Param[float32]{Name: "users", Value: m.users}, o.rank+1, schedule)
	if err != nil {
		return nil, err
	}
	itemOpt, err := optim.NewEmbedding(rule, optim.Param[float32]{Name: "items", Value: m.items}, o.rank+1, schedule)
	if err != nil {
		return nil, err
	}

	var users, items demo.Sparse
	order := demo.Order(n)
	for epoch := 1; epoch <= o.epochs; epoch++ {
		start := time.Now()
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		var total float64
		for lo := 0; lo < n; lo += o.batch {
			total += m.gradient(&users, &items, train, order[lo:min(n, lo+o.batch)])
			if err := demo.Taken(userOpt.Step(users.Rows, users.Grads)); err != nil {
				return nil, err
			}
			if err := demo.Taken(itemOpt.Step(items.Rows, items.Grads)); err != nil {
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
