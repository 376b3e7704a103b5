package main

import (
	"io"
	"math/rand/v2"
	"sort"
	"time"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/examples/internal/loss"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
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
func (m *model) initialise(rng *rand.Rand) {
	for i := range m.centers {
		m.centers[i] = (rng.Float32() - 0.5) / float32(m.dim)
	}
}

func (m *model) center(i int) []float32    { return m.centers[i*m.dim:][:m.dim] }
func (m *model) neighbour(i int) []float32 { return m.neighbours[i*m.dim:][:m.dim] }

// A batch collects the gradients of a mini-batch of pairs.
type batch struct {
	pairs               int
	centers, neighbours demo.Sparse
	slopes, truths      []float64 // of one pair's candidates
}

// gradient adds the gradient of a pair and returns its loss. The pair's neighbour
// comes first among the candidates. Whether a candidate is it or only drawn is
// what the model learns to tell, by logistic regression on the product of the
// candidate's vector with the center's.
func (b *batch) gradient(m *model, center int, candidates []int) (total float64) {
	c, gc := m.center(center), b.centers.Add(center, m.dim)
	b.slopes = b.slopes[:0]
	for _, i := range candidates {
		b.slopes = append(b.slopes, float64(kernels.Dot(c, m.neighbour(i))))
	}
	for len(b.truths) < len(candidates) {
		b.truths = append(b.truths, 0)
	}
	b.truths[0] = 1
	total = loss.Logistic(b.slopes, b.truths[:len(candidates)])
	for k, i := range candidates {
		slope := float32(b.slopes[k])
		kernels.Axpy(slope, m.neighbour(i), gc)
		kernels.Axpy(slope, c, b.neighbours.Add(i, m.dim))
	}
	b.pairs++
	return total
}

// fit trains a model and returns it with the mean loss of the last epoch's pairs.
func (o *options) fit(t *text, progress io.Writer) (*model, float64, error) {
	rng := rand.New(rand.NewPCG(o.seed, 0))
	m := newModel(len(t.words), o.dim)
	m.initialise(rng)
	rule := optim.NewRowAdagrad(o.lr)
	centers, err := optim.NewEmbedding(rule, optim.Param[float32]{Name: "centers", Value: m.centers}, o.dim)
	if err != nil {
		return nil, 0, err
	}
	neighbours, err := optim.NewEmbedding(rule, optim.Param[float32]{Name: "neighbours", Value: m.neighbours}, o.dim)
	if err != nil {
		return nil, 0, err
	}

	var b batch
	step := func() error {
		if b.pairs == 0 {
			return nil
		}
		if err := demo.Taken(centers.Step(b.centers.Rows, b.centers.Grads)); err != nil {
			return err
		}
		if err := demo.Taken(neighbours.Step(b.neighbours.Rows, b.neighbours.Grads)); err != nil {
			return err
		}
		b.pairs = 0
		b.centers.Reset()
		b.neighbours.Reset()
		return nil
	}

	s := newSampler(t, o.window, rng)
	candidates := make([]int, 1+o.negatives)
	var mean float64
	for epoch := 1; epoch <= o.epochs; epoch++ {
		start, pairs, total := time.Now(), 0, 0.0
		err := s.pairs(func(center, neighbour int) error {
			candidates[0] = neighbour
			for i := 1; i < len(candidates); i++ {
				candidates[i] = s.other()
			}
			total += b.gradient(m, center, candidates)
			pairs++
			if b.pairs < o.batch {
				return nil
			}
			return step()
		})
		if err == nil {
			err = step() // what is left
		}
		if err != nil {
			return nil, 0, err
		}
		took := time.Since(start)
		mean = total / float64(max(pairs, 1))
		if err := demo.FiniteLoss(epoch, mean); err != nil {
			return nil, 0, err
		}
		demo.Progress(progress, "epoch", epoch, o.epochs, "loss %.6f  related %.4f  %.0f pairs/s",
			mean, m.related(t), float64(pairs)/took.Seconds())
	}
	return m, mean, nil
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
