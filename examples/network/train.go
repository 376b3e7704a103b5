package main

import (
	"context"
	"io"
	"time"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
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
	step     float64 // seconds that one takes there, its images and all
	memory   memory
	params   string // their format
	state    optim.Format
}

// optimizer returns that of a training of so many steps.
func (o *options) optimizer(params []optim.Param[float32], steps int) (*optim.Optimizer[float32], error) {
	rule := optim.NewAdamW(o.lr)
	rule.WeightDecay = decay
	opts := []optim.Option{
		optim.WithSchedule(rates(steps)), optim.WithoutDecay(optim.BiasOrNorm), optim.ClipNorm(clipNorm),
		optim.WithStateFormat(o.state), optim.WithRoundingSeed(o.seed),
	}
	if o.params == split {
		opts = append(opts, optim.WithSplitParams())
	}
	return optim.New(rule, params, opts...)
}

// fit trains a network.
func (o *options) fit(images, test *mnist.Dataset, progress io.Writer) (*result, error) {
	m := mlp.New(o.hidden, mlp.Products[o.blas])
	m.Initialise(o.seed)
	batches := &train.Batches{Samples: images.Len(), Size: o.batch, Seed: o.seed}
	values := newStore(m, o.params)
	opt, err := o.optimizer(values.params, batches.Steps(o.epochs))
	if err != nil {
		return nil, err
	}

	r := &result{model: m, memory: values.memory(opt), params: o.params, state: o.state}
	p := m.NewPass(o.batch, o.dropout, o.seed)
	start := time.Now()
	fitted, err := train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return values.gradient(p, images, b, g)
	}, train.FitOptions[float32]{
		Batches:    batches,
		Epochs:     o.epochs,
		Divergence: train.NewDivergence(),
		History:    o.History(),
		Progress: func(s train.Progress) (err error) {
			rate := float64(images.Len()) / time.Since(start).Seconds()
			r.loss, r.rate = s.EpochLoss, max(r.rate, rate)
			r.step = float64(images.Len()) / r.rate / float64(batches.PerEpoch())
			values.widen()
			_, r.accuracy, err = p.Evaluate(m, test)
			demo.Progress(progress, "epoch", s.Epoch, o.epochs, "loss %.6f  accuracy %.4f  %.0f samples/s", r.loss, r.accuracy, rate)
			start = time.Now()
			return err
		},
	})
	return r, demo.Explain(fitted, err)
}
