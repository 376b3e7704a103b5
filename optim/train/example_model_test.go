package train_test

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// What the examples with a network have in common: points of three classes, and two layers that
// tell them apart.
const inputs, hidden, classes = 20, 32, 3

// A dataset is a matrix of points, one in each row, and their classes.
type dataset struct {
	x      []float32
	labels []int
}

// draw returns n points, those of a class around a centre.
func draw(n int, seed uint64) dataset {
	d := dataset{make([]float32, n*inputs), make([]int, n)}
	kernels.Normal(d.x, 0, 1, kernels.Philox{Seed: seed})
	for i := range n {
		d.labels[i] = i % classes
		d.x[i*inputs+i%classes] += 2
	}
	return d
}

// A network is the weights and biases of two layers.
type network struct{ w1, b1, w2, b2 []float32 }

func newNetwork() *network {
	m := &network{make([]float32, inputs*hidden), make([]float32, hidden), make([]float32, hidden*classes), make([]float32, classes)}
	kernels.Normal(m.w1, 0, 0.2, kernels.Philox{Seed: 1})
	kernels.Normal(m.w2, 0, 0.2, kernels.Philox{Seed: 2})
	return m
}

func (m *network) params() []optim.Param[float32] {
	return []optim.Param[float32]{
		{Name: "w1", Value: m.w1, Shape: []int{inputs, hidden}}, {Name: "bias1", Value: m.b1},
		{Name: "w2", Value: m.w2, Shape: []int{hidden, classes}}, {Name: "bias2", Value: m.b2},
	}
}

// A pass holds some points, and what is computed of them on the way forward and back.
type pass struct {
	x, h, dh, s []float32
	labels      []int
}

func newPass(n int) *pass {
	return &pass{make([]float32, n*inputs), make([]float32, n*hidden), make([]float32, n*hidden), make([]float32, n*classes), make([]int, n)}
}

// load copies the points of a list.
func (p *pass) load(d dataset, points []int) {
	kernels.Gather(p.x, inputs, d.x, inputs, inputs, points)
	for i, k := range points {
		p.labels[i] = d.labels[k]
	}
}

// gradient returns the mean cross-entropy of the first n points, and stores its gradients unless
// grads is nil.
func (m *network) gradient(p *pass, n int, grads [][]float32) (float64, error) {
	kernels.Gemm(false, false, n, hidden, inputs, 1, p.x, inputs, m.w1, hidden, 0, p.h, hidden)
	kernels.AddBias(p.h, n, hidden, m.b1, kernels.ReLU)
	kernels.Gemm(false, false, n, classes, hidden, 1, p.h, hidden, m.w2, classes, 0, p.s, classes)
	kernels.AddBias(p.s, n, classes, m.b2, nil)
	loss, err := kernels.CrossEntropy(p.s, classes, p.s, classes, classes, p.labels[:n], nil)
	if grads == nil || err != nil {
		return loss, err
	}
	kernels.Gemm(true, false, hidden, classes, n, 1, p.h, hidden, p.s, classes, 0, grads[2], classes)
	kernels.SumRows(grads[3], p.s, n, classes)
	kernels.Gemm(false, true, n, hidden, classes, 1, p.s, classes, m.w2, classes, 0, p.dh, hidden)
	kernels.ReLUGrad(p.dh[:n*hidden], p.dh[:n*hidden], p.h[:n*hidden])
	kernels.Gemm(true, false, inputs, hidden, n, 1, p.x, inputs, p.dh, hidden, 0, grads[0], hidden)
	kernels.SumRows(grads[1], p.dh, n, hidden)
	return loss, nil
}
