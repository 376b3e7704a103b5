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
	for i := range dst {
		dst[i] = m.bias[0]
	}
	for j, column := range t.features {
		kernels.Axpy(m.weights[j], column, dst)
	}
	kernels.Axpy(-1, t.target, dst)
}

// gradient stores the gradient of half the mean square of the residuals.
func (grad *model) gradient(residuals []float64, t *table) {
	n := float64(len(residuals))
	for j, column := range t.features {
		grad.weights[j] = kernels.Dot(residuals, column) / n
	}
	grad.bias[0] = kernels.Sum(residuals) / n
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
func (m *model) unscaled(scales []scale) *model {
	u := newModel(len(m.weights))
	u.bias[0] = m.bias[0]
	for j, s := range scales {
		u.weights[j] = m.weights[j] / s.dev
		u.bias[0] -= u.weights[j] * s.mean
	}
	return u
}

// fit trains a model on standardised features and returns it with the number of
// steps taken.
func (o *options) fit(t *table, progress io.Writer) (*model, int, error) {
	m, grad := newModel(len(t.features)), newModel(len(t.features))
	opt, err := optim.New(optim.Momentum{LR: o.lr, Momentum: o.momentum}, []optim.Param[float64]{
		{Name: "weights", Value: m.weights},
		{Name: "bias", Value: m.bias},
	})
	if err != nil {
		return nil, 0, err
	}
	residuals := make([]float64, len(t.target))
	grads := [][]float64{grad.weights, grad.bias}
	var first float64
	for step := 1; ; step++ {
		m.residuals(residuals, t)
		grad.gradient(residuals, t)
		report, err := opt.Step(grads)
		if err := demo.Taken(report, err); err != nil {
			return nil, 0, err
		}
		if step == 1 {
			first = report.GradNorm
		}
		done := step == o.steps || report.GradNorm <= tolerance*first
		if step%interval == 1 || done {
			rmse := kernels.Nrm2(residuals) / math.Sqrt(float64(len(residuals)))
			demo.Progress(progress, "step", step, o.steps, "rmse %.6f  gradient norm %.3g", rmse, report.GradNorm)
		}
		if done {
			return m, step, nil
		}
	}
}
