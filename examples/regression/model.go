package main

import (
	"context"
	"io"
	"math"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

const (
	// The gradient's norm at which training ends, relative to the first one.
	tolerance = 1e-10
	// A progress line is printed every so many steps.
	interval = 50
)

// A model predicts bias + weights · features.
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
// steps taken. The loss is half the mean square of the residuals.
func (o *options) fit(t *table, progress io.Writer) (*model, int, error) {
	m := newModel(t.columns())
	opt, err := optim.New(optim.Momentum{LR: o.lr, Momentum: o.momentum}, []optim.Param[float64]{
		{Name: "weights", Value: m.weights},
		{Name: "bias", Value: m.bias},
	}, optim.FailAfterSkips(1))
	if err != nil {
		return nil, 0, err
	}
	var first float64
	r, err := train.Fit(context.Background(), opt, func(_ train.Batch, g *optim.Gradients[float64]) (loss float64, err error) {
		loss, g.Dense[1][0] = kernels.LinearGradient(g.Dense[0], t.features, t.columns(), m.weights, m.bias[0],
			t.target, kernels.LeastSquares, 0.5/float64(len(t.target)))
		return loss, nil
	}, train.FitOptions[float64]{
		Stop: []train.StopRule{train.StepLimit(o.steps), train.StopFunc(func(p train.Progress) string {
			if p.Step == 1 {
				first = p.GradNorm
			}
			if p.GradNorm > tolerance*first {
				return ""
			}
			return "a small gradient"
		})},
		Progress: func(p train.Progress) error {
			if p.Step%interval == 1 || p.Step == o.steps || p.GradNorm <= tolerance*first {
				demo.Progress(progress, "step", p.Step, o.steps, "rmse %.6f  gradient norm %.3g", math.Sqrt(2*p.Loss), p.GradNorm)
			}
			return nil
		},
		Divergence: &train.Divergence{For: 1},
		History:    o.History(),
	})
	return m, r.Step, demo.Explain(r, err)
}
