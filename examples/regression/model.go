package main

import (
	"io"
	"math"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

const (
	// The gradient's norm at which training ends, relative to the first one.
	tolerance = 1e-10
	// A progress line is printed every so many steps.
	interval = 50
)

// A model predicts bias + weights · features. Its gradient has the same shape.
type model struct {
	weights []float64
	bias    []float64 // one element
}

func newModel(features int) *model {
	return &model{make([]float64, features), make([]float64, 1)}
}

// residuals stores the predictions minus the target.
func (m *model) residuals(dst []float64, t *table) {
	for i, y := range t.target {
		dst[i] = m.bias[0] - y
	}
	kernels.Gemv(1, t.features, t.columns(), m.weights, 1, dst)
}

// gradient stores the gradient of half the mean square of the residuals, and returns that.
func (grad *model) gradient(m *model, t *table) (loss float64) {
	clear(grad.weights)
	loss, grad.bias[0] = kernels.LinearGradient(grad.weights, t.features, t.columns(), m.weights, m.bias[0],
		t.target, kernels.LeastSquares, 0.5/float64(len(t.target)))
	return loss
}

// quality returns the root mean square error and R², which is 0 for a constant
// target.
func (m *model) quality(t *table) (rmse, r2 float64) {
	r := make([]float64, len(t.target))
	m.residuals(r, t)
	n := float64(len(r))
	off := kernels.Nrm2(r)
	mean := kernels.Sum(t.target) / n
	for i, y := range t.target {
		r[i] = y - mean
	}
	if spread := kernels.Nrm2(r); spread > 0 {
		share := off / spread
		r2 = 1 - float64(share*share)
	}
	return off / math.Sqrt(n), r2
}

// unscaled returns the same model for features that are not standardised.
func (m *model) unscaled(s scaling) *model {
	u := newModel(len(m.weights))
	for j, d := range s.deviation {
		u.weights[j] = m.weights[j] / d
	}
	u.bias[0] = m.bias[0] - kernels.Dot(u.weights, s.mean)
	return u
}

// fit trains a model on standardised features and returns it with the number of
// steps taken.
func (o *options) fit(t *table, progress io.Writer) (*model, int, error) {
	m, grad := newModel(t.columns()), newModel(t.columns())
	opt, err := optim.New(optim.Momentum{LR: o.lr, Momentum: o.momentum}, []optim.Param[float64]{
		{Name: "weights", Value: m.weights},
		{Name: "bias", Value: m.bias},
	})
	if err != nil {
		return nil, 0, err
	}
	grads := [][]float64{grad.weights, grad.bias}
	var first float64
	for step := 1; ; step++ {
		loss := grad.gradient(m, t)
		report, err := opt.Step(grads)
		if err := demo.Taken(report, err); err != nil {
			return nil, 0, err
		}
		if step == 1 {
			first = report.GradNorm
		}
		done := step == o.steps || report.GradNorm <= tolerance*first
		if step%interval == 1 || done {
			demo.Progress(progress, "step", step, o.steps, "rmse %.6f  gradient norm %.3g", math.Sqrt(2*loss), report.GradNorm)
		}
		if done {
			return m, step, nil
		}
	}
}
