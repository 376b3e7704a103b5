package main

import (
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// A model has two vectors for each word: one as the center of a pair, which is
// the one to keep, and one as a neighbour.
type model struct {
	dim                 int
	centers, neighbours []float32 // tables of rows
}

func newModel(words, dim int) *model {
	return &model{dim, make([]float32, words*dim), make([]float32, words*dim)}
}

// initialise draws small vectors as centers; those as neighbours stay 0.
func (m *model) initialise(seed uint64) {
	most := 0.5 / float32(m.dim)
	kernels.Uniform(m.centers, -most, most, kernels.Philox{Seed: seed})
}

func (m *model) center(i int) []float32 { return m.centers[i*m.dim:][:m.dim] }

// params returns the tables, of which a step updates the rows that it is given.
func (m *model) params() []optim.Param[float32] {
	shape := []int{len(m.centers) / m.dim, m.dim}
	return []optim.Param[float32]{
		{Name: "centers", Value: m.centers, Shape: shape, Sparse: true},
		{Name: "neighbours", Value: m.neighbours, Shape: shape, Sparse: true},
	}
}

// A batch is a mini-batch of pairs: the rows of both tables that they take, each as often as
// it occurs.
type batch struct {
	centers, neighbours []int
	a, b                []float32 // the rows themselves, one behind the other
	scores, truths      []float32
}

// draw takes the pairs of some sentences, and draws words that are no neighbours. The true
// neighbour of a pair comes first among its candidates.
func (b *batch) draw(s *sampler, sentences []int, negatives int) {
	b.centers, b.neighbours, b.truths = b.centers[:0], b.neighbours[:0], b.truths[:0]
	s.pairs(sentences, func(center, neighbour int) {
		b.centers = append(b.centers, center)
		b.neighbours, b.truths = append(b.neighbours, neighbour), append(b.truths, 1)
		for range negatives {
			b.neighbours, b.truths = append(b.neighbours, s.other()), append(b.truths, 0)
		}
	})
}

// gradient adds the gradients of the sum of the losses, times scale, and returns that. Whether
// a candidate is the neighbour or only drawn is what the model learns to tell, by logistic
// regression on the product of the candidate's vector with the center's.
func (b *batch) gradient(m *model, g *optim.Gradients[float32], scale float32) float64 {
	dim, pairs := m.dim, len(b.centers)
	if pairs == 0 {
		return 0
	}
	k := len(b.neighbours) / pairs
	b.a, b.b, b.scores = room(b.a, pairs*dim), room(b.b, pairs*k*dim), room(b.scores, pairs*k)
	kernels.Gather(b.a, dim, m.centers, dim, dim, b.centers)
	kernels.Gather(b.b, dim, m.neighbours, dim, dim, b.neighbours)
	for i := range pairs {
		kernels.Gemv(1, b.b[i*k*dim:][:k*dim], dim, b.a[i*dim:][:dim], 0, b.scores[i*k:][:k])
	}
	loss := kernels.BinaryCrossEntropy(b.scores, nil, b.scores, b.truths, 1, scale)
	da, db := g.Rows[0].Add(b.centers...), g.Rows[1].Add(b.neighbours...)
	for i := range pairs {
		slopes := b.scores[i*k:][:k]
		kernels.GemvT(1, b.b[i*k*dim:][:k*dim], dim, slopes, 0, da[i*dim:][:dim])
		kernels.Ger(1, slopes, b.a[i*dim:][:dim], db[i*k*dim:][:k*dim], dim)
	}
	return loss
}

// room returns n elements, in the memory of x if it suffices.
func room(x []float32, n int) []float32 { return slices.Grow(x[:0], n)[:n] }

// fit trains a model and returns it with the mean loss of the last epoch's pairs.
func (o *options) fit(t *text, progress io.Writer) (m *model, loss float64, err error) {
	m = newModel(len(t.words), o.dim)
	m.initialise(o.seed)
	opt, err := optim.New(optim.NewRowAdagrad(o.lr), m.params(), optim.FailAfterSkips(1))
	if err != nil {
		return nil, 0, err
	}
	numbers := rand.NewPCG(0, 0)
	s := newSampler(t, o.window, rand.New(numbers))
	batches := &train.Batches{Samples: len(t.sentences), Size: o.batch, Seed: o.seed}
	var drawn batch
	pairs, start := 0, time.Now()
	r, err := train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		numbers.Seed(o.seed, uint64(b.Step)<<8) // what is drawn follows from the step
		drawn.draw(s, b.Samples, o.negatives)
		pairs += len(drawn.centers)
		return drawn.gradient(m, g, 1/float32(len(b.Samples))), nil
	}, train.FitOptions[float32]{
		Batches:    batches,
		Epochs:     o.epochs,
		Divergence: &train.Divergence{For: 1},
		History:    o.History(),
		Progress: func(p train.Progress) error {
			rate := float64(pairs) / time.Since(start).Seconds()
			loss = p.EpochLoss * float64(len(t.sentences)) / float64(max(pairs, 1))
			demo.Progress(progress, "epoch", p.Epoch, o.epochs, "loss %.6f  related %.4f  %.0f pairs/s", loss, m.related(t), rate)
			pairs, start = 0, time.Now()
			return nil
		},
	})
	return m, loss, demo.Explain(r, err)
}

// nearest returns the other words by the cosine of their vectors with that of a
// word, the highest first.
func (m *model) nearest(word int) []int {
	var others []int
	cosines := make([]float32, len(m.centers)/m.dim)
	c := m.center(word)
	for i := range cosines {
		v := m.center(i)
		if norm := kernels.Nrm2(v); norm > 0 {
			cosines[i] = kernels.Dot(c, v) / norm // times the word's own norm
		}
		if i != word {
			others = append(others, i)
		}
	}
	sort.SliceStable(others, func(i, j int) bool { return cosines[others[i]] > cosines[others[j]] })
	return others
}

// related returns the share of the words of all kinds whose nearest word is of the
// same kind.
func (m *model) related(t *text) float64 {
	hits, n := 0, 0
	for i, w := range t.words {
		if w.kind == noKind {
			continue
		}
		n++
		if t.words[m.nearest(i)[0]].kind == w.kind {
			hits++
		}
	}
	return float64(hits) / float64(n)
}
