package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

const (
	heldOut  = 1000 // training images for early stopping
	parts    = 4    // micro-batches in a mini-batch
	decay    = 0.05 // of the weights, not of the biases
	clipNorm = 5.0  // far above the norms of a healthy run
	warmup   = 0.1  // share of the steps before the rate is highest
	emaDecay = 0.99 // of the averages of the parameters: they forget over a hundred steps
	patience = 3    // epochs without improvement on the held-out images
	keep     = 3    // checkpoints
)

type data struct{ train, held, test *mnist.Dataset }

// train trains a network, tests the averages of its parameters, and writes the files.
func (o *options) train(d data, w io.Writer) error {
	m := mlp.New(o.hidden, mlp.Products["steepest"])
	m.Initialise(o.seed)
	passes := make([]*mlp.Pass, o.workers)
	for i := range passes {
		passes[i] = m.NewPass(o.batch, 0, o.seed)
	}
	objective := func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return passes[b.Worker].Gradient(m, d.train, b, g.Dense)
	}
	batches := &train.Batches{Samples: d.train.Len(), Size: o.batch, Seed: o.seed}
	opt, err := o.optimizer(m.Params(), objective, batches, w)
	if err != nil {
		return err
	}
	average, err := train.NewEMA(m.Params(), emaDecay)
	if err != nil {
		return err
	}
	// It keeps the best averages, which are what is validated.
	early, err := train.NewEarlyStopping(average.Params(), train.Patience{Checks: patience})
	if err != nil {
		return err
	}
	evaluate := func(images *mnist.Dataset) (loss, accuracy float64, err error) {
		average.Swap()
		defer average.Swap()
		return passes[0].Evaluate(m, images)
	}

	bar := o.bar(batches.Steps(o.epochs))
	fit := train.FitOptions[float32]{
		Batches: batches, Epochs: o.epochs, MicroBatches: parts, Workers: o.workers,
		Smoothing:  0.9,
		Divergence: train.NewDivergence(),
		Average:    average,
		Validate: func() (float64, error) {
			loss, _, err := evaluate(d.held)
			return loss, err
		},
		Stop:    []train.StopRule{early},
		History: o.History(),
		Progress: func(p train.Progress) error {
			if p.Validated {
				bar.Clear()
				fmt.Fprintln(w, p)
			}
			return bar.Set(p.Iteration)
		},
		ProgressEvery: 1,
		Resume:        o.resume,
	}
	if o.checkpoints != "" {
		fit.Checkpoints = &checkpoint.Dir{Path: o.checkpoints, Keep: keep}
	}
	result, err := train.Fit(o.ctx, opt, objective, fit)
	bar.Clear()
	if err := o.explain(result, err); err != nil {
		return err
	}
	fmt.Fprintln(w, result)

	early.Restore() // if the epochs have ended the run
	loss, accuracy, err := evaluate(d.test)
	if err == nil && o.weights != "" {
		err = checkpoint.SaveWeights(o.weights, average.Params())
	}
	if err != nil {
		return err
	}
	average.Swap()
	demo.Checksum(w, loss, m.Values()...)
	fmt.Fprintf(w, "accuracy=%.4f loss=%.6f\n", accuracy, loss)
	return nil
}

// optimizer returns an optimizer with the rate that the flag says, or FindRate.
func (o *options) optimizer(params []optim.Param[float32], f train.Objective[float32], batches *train.Batches, w io.Writer) (*optim.Optimizer[float32], error) {
	rule := optim.NewAdamW(o.lr)
	rule.WeightDecay = decay
	opts := []optim.Option{optim.WithoutDecay(optim.BiasOrNorm), optim.ClipNorm(clipNorm)}
	sweep := train.NewRateSweep()
	sweep.Batches = batches
	curve, err := train.FindRate(o.ctx, rule, params, f, sweep, opts...)
	if err != nil {
		return nil, err
	}
	if o.lr == 0 {
		rule.LR = curve.Suggest
	}
	fmt.Fprintf(w, "AdamW with the rate %.4g; suggested is %.4g, the loss is lowest at %.4g\n", rule.LR, curve.Suggest, curve.Lowest)
	steps := batches.Steps(o.epochs)
	rise := int(warmup * float64(steps))
	return optim.New(rule, params, append(opts, optim.WithSchedule(schedule.Warmup{
		Steps: rise, StartFactor: 0.1, Then: schedule.Cosine{TMax: steps - rise, EtaMin: rule.LR / 100, Hold: true},
	}))...)
}

// bar returns a progress bar, which shows only on a terminal.
func (o *options) bar(steps int) *progressbar.ProgressBar {
	file, ok := o.stderr.(*os.File)
	return progressbar.NewOptions(steps, progressbar.OptionSetWriter(o.stderr), progressbar.OptionShowIts(),
		progressbar.OptionThrottle(50*time.Millisecond), progressbar.OptionSetVisibility(ok && term.IsTerminal(int(file.Fd()))))
}

// explain returns what Fit has returned, in words.
func (o *options) explain(r train.FitResult, err error) error {
	switch {
	case !errors.Is(err, context.Canceled):
		return demo.Explain(r, err)
	case o.checkpoints == "":
		return fmt.Errorf("interrupted after iteration %d", r.Iteration)
	case r.Saved < r.Iteration:
		return fmt.Errorf("interrupted after iteration %d, and only %d are saved: %w", r.Iteration, r.Saved, err)
	}
	return fmt.Errorf("interrupted after iteration %d; -resume goes on", r.Iteration)
}
