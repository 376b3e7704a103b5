package gradcheck

import (
	"math"
	"math/rand/v2"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// A model has a hidden layer of tanh and a table of vectors for its inputs:
//
//	mean of (out·tanh(hidden·table[input] + bias) - target)² over the samples + |hidden|²/20
type model[T kernels.Float] struct {
	table, hidden, bias, out []T
	inputs                   []int
	targets                  []T
}

const width = 3

func newModel[T kernels.Float]() *model[T] {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(rng.NormFloat64())
		}
		return x
	}
	return &model[T]{draw(5 * width), draw(width * width), draw(width), draw(width), []int{0, 3, 1, 3}, draw(4)}
}

func (m *model[T]) params() []optim.Param[T] {
	return []optim.Param[T]{
		{Name: "table", Value: m.table, Shape: []int{5, width}, Sparse: true},
		{Name: "hidden", Value: m.hidden, Shape: []int{width, width}},
		{Name: "bias", Value: m.bias},
		{Name: "out", Value: m.out},
	}
}

// objective is right, but for what spoil does to the gradients.
func (m *model[T]) objective(spoil func(g *optim.Gradients[T])) train.Objective[T] {
	return func(_ train.Batch, g *optim.Gradients[T]) (float64, error) {
		var loss float64
		hidden, bias, out := g.Dense[1], g.Dense[2], g.Dense[3]
		n := T(len(m.inputs))
		for k, input := range m.inputs {
			x, room := m.table[input*width:][:width], g.Rows[0].Add(input)
			var h [width]T
			y := -m.targets[k]
			for i := range width {
				z := m.bias[i]
				for j := range width {
					z += T(m.hidden[i*width+j] * x[j])
				}
				h[i] = T(math.Tanh(float64(z)))
				y += T(m.out[i] * h[i])
			}
			loss += float64(y) * float64(y) / float64(n)
			dy := 2 * y / n
			for i := range width {
				dz := dy * m.out[i] * (1 - T(h[i]*h[i]))
				out[i] += T(dy * h[i])
				bias[i] += dz
				for j := range width {
					hidden[i*width+j] += T(dz * x[j])
					room[j] += T(dz * m.hidden[i*width+j])
				}
			}
		}
		for i, w := range m.hidden {
			loss += float64(w) * float64(w) / 20
			hidden[i] += w / 10
		}
		spoil(g)
		return loss, nil
	}
}
