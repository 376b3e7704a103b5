package main

import (
	"context"
	"io"
	"time"

	"github.com/seed63264101/steepest/examples/internal/demo"
	"github.com/seed63264101/steepest/examples/internal/mlp"
	"github.com/seed63264101/steepest/examples/internal/mnist"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

const (
	clipNorm = 5.0  // far above the norms of a healthy run
	decay    = 0.05 // of the weights, not of the biases
	warmup   = 0.1  // share of the steps before the rate is highest
)

// rates lets the learning rate rise for a few steps, in which the moments of
// AdamW are not yet worth much, and then fall.
func rates(steps int) schedule.Schedule {
	rise := int(warmup * float64(steps))
	return schedule.Warmup{Steps: rise, StartFactor: 0.1, Then: schedule.Cosine{TMax: steps - rise}}
}

// A result is a trained network.
type result struct {
	model    *mlp.Network
	loss     float64 // mean cross-entropy over the last epoch's training images
	accuracy float64 // on the test images
	rate     float64 // images trained a second, in the fastest epoch
}

// fit trains a network.
func (o *options) fit(images, test *mnist.Dataset, progress io.Writer) (*result, error) {
	m := mlp.New(o.hidden, mlp.Products[o.blas])
	m.Initialise(o.seed)
	batches := &train.Batches{Samples: images.Len(), Size: o.batch, Seed: o.seed}
	rule := optim.NewAdamW(o.lr)
	rule.WeightDecay = decay
	opt, err := optim.New(rule, m.Params(),
		optim.WithSchedule(rates(batches.Steps(o.epochs))),
		optim.WithoutDecay(optim.BiasOrNorm), optim.ClipNorm(clipNorm))
	if err != nil {
		return nil, err
	}

	r, p := &result{model: m}, m.NewPass(o.batch, o.dropout, o.seed)
	start := time.Now()
	fitted, err := train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return p.Gradient(m, images, b, g.Dense)
	}, train.FitOptions[float32]{
		Batches:    batches,
		Epochs:     o.epochs,
		Divergence: train.NewDivergence(),
		History:    o.History(),
		Progress: func(s train.Progress) (err error) {
			rate := float64(images.Len()) / time.Since(start).Seconds()
			r.loss, r.rate = s.EpochLoss, max(r.rate, rate)
			_, r.accuracy, err = p.Evaluate(m, test)
			demo.Progress(progress, "epoch", s.Epoch, o.epochs, "loss %.6f  accuracy %.4f  %.0f samples/s", r.loss, r.accuracy, rate)
			start = time.Now()
			return err
		},
	})
	return r, demo.Explain(fitted, err)
}
