package main

import (
	"io"
	"math/rand/v2"
	"sort"
	"time"

	"github.com/seed63264101/steepest/examples/internal/demo"
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
func (m *model) initialise(seed uint64) {
	most := 0.5 / float32(m.dim)
	kernels.Uniform(m.centers, -most, most, kernels.Philox{Seed: seed})
}

func (m *model) center(i int) []float32 { return m.centers[i*m.dim:][:m.dim] }

// A batch is a mini-batch of pairs: the rows of both tables that they take, each as often as
// it occurs, and their gradients.
type batch struct {
	candidates          int // neighbours of a pair: the true one, and those drawn
	centers, neighbours demo.Sparse
	a, b                []float32 // the rows themselves, one behind the other
	scores, truths      []float32
}

// pairs returns how many pairs the batch has.
func (b *batch) pairs() int { return len(b.centers.Rows) }

// add appends a pair. Its neighbour comes first among the candidates.
func (b *batch) add(center int, candidates []int) {
	b.candidates = len(candidates)
	b.centers.Rows = append(b.centers.Rows, center)
	b.neighbours.Rows = append(b.neighbours.Rows, candidates...)
}

// reset removes all pairs.
func (b *batch) reset() { b.centers.Reset(); b.neighbours.Reset() }

// gradient computes the gradients of the batch, and returns the sum of its losses. Whether a
// candidate is the neighbour or only drawn is what the model learns to tell, by logistic
// regression on the product of the candidate's vector with the center's.
func (b *batch) gradient(m *model) float64 {
	b.a = b.centers.Gather(b.a, m.centers, m.dim)
	b.b = b.neighbours.Gather(b.b, m.neighbours, m.dim)
	b.scores, b.truths = demo.Zeros(b.scores, len(b.neighbours.Rows)), demo.Zeros(b.truths, len(b.neighbours.Rows))
	b.each(m.dim, func(center, _, candidates, _, scores []float32) {
		kernels.Gemv(1, candidates, m.dim, center, 0, scores)
	})
	for i := 0; i < len(b.truths); i += b.candidates {
		b.truths[i] = 1
	}
	total := kernels.BinaryCrossEntropy(b.scores, nil, b.scores, b.truths, 1, 1)
	b.each(m.dim, func(center, dcenter, candidates, dcandidates, slopes []float32) {
		kernels.GemvT(1, candidates, m.dim, slopes, 0, dcenter)
		kernels.Ger(1, slopes, center, dcandidates, m.dim)
	})
	return total
}

// each calls f for every pair with its center's and its candidates' vectors, their gradients,
// and the candidates' scores.
func (b *batch) each(dim int, f func(center, dcenter, candidates, dcandidates, scores []float32)) {
	k := b.candidates
	for i := range b.pairs() {
		at, from := i*dim, i*k*dim
		f(b.a[at:][:dim], b.centers.Grads[at:][:dim], b.b[from:][:k*dim], b.neighbours.Grads[from:][:k*dim], b.scores[i*k:][:k])
	}
}

// fit trains a model and returns it with the mean loss of the last epoch's pairs.
func (o *options) fit(t *text, progress io.Writer) (*model, float64, error) {
	rng := rand.New(rand.NewPCG(o.seed, 0))
	m := newModel(len(t.words), o.dim)
	m.initialise(o.seed)
	rule := optim.NewRowAdagrad(o.lr)
	shape := []int{len(t.words), o.dim}
	opt, err := optim.New(rule, []optim.Param[float32]{
		{Name: "centers", Value: m.centers, Shape: shape, Sparse: true},
		{Name: "neighbours", Value: m.neighbours, Shape: shape, Sparse: true},
	})
	if err != nil {
		return nil, 0, err
	}

	var b batch
	var total float64
	step := func() error {
		if b.pairs() == 0 {
			return nil
		}
		total += b.gradient(m)
		rows := []optim.RowGradients[float32]{b.centers.Gradients(), b.neighbours.Gradients()}
		if err := demo.Taken(opt.StepSparse(&optim.Gradients[float32]{Rows: rows})); err != nil {
			return err
		}
		b.reset()
		return nil
	}

	s := newSampler(t, o.window, rng)
	candidates := make([]int, 1+o.negatives)
	var mean float64
	for epoch := 1; epoch <= o.epochs; epoch++ {
		start, pairs := time.Now(), 0
		total = 0
		err := s.pairs(func(center, neighbour int) error {
			candidates[0] = neighbour
			for i := 1; i < len(candidates); i++ {
				candidates[i] = s.other()
			}
			b.add(center, candidates)
			pairs++
			if b.pairs() < o.batch {
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
