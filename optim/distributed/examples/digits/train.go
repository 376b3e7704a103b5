package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/distributed"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

const (
	clipNorm = 5.0 // far above the norms of a healthy run
	decay    = 0.05
	warmup   = 0.1 // share of the steps before the rate is highest
)

// rules are those that -rule names.
var rules = map[string]func(lr float64) optim.Rule{
	"adamw": func(lr float64) optim.Rule {
		r := optim.NewAdamW(lr)
		r.WeightDecay = decay
		return r
	},
	"muon": func(lr float64) optim.Rule {
		r := optim.NewMuon(lr)
		r.MatchRMS, r.WeightDecay = true, decay
		return r
	},
	"momentum": func(lr float64) optim.Rule { return optim.NewMomentum(lr, 0.9) },
}

// data has the images, the same on every rank.
type data struct{ train, test *mnist.Dataset }

// train trains and tests: as a rank, or in a process alone without a transport. Both add up the
// gradients of the micro-batches in the same tree, whoever has computed them.
func (o *options) train(t distributed.Transport, d data, w io.Writer) error {
	m := mlp.New(o.hidden, mlp.Products["steepest"])
	m.Initialise(o.seed)
	opt, err := optim.New(rules[o.rule](o.lr), m.Params(), o.settings(t)...)
	if err != nil {
		return err
	}
	defer opt.Close()
	pass := m.NewPass(o.batch, 0, o.seed)
	objective := func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return pass.Gradient(m, d.train, b, g.Dense)
	}
	fit := train.FitOptions[float32]{
		Batches:      &train.Batches{Samples: d.train.Len(), Size: o.batch, Seed: o.seed},
		MicroBatches: o.micro,
		Divergence:   train.NewDivergence(),
		Stop:         []train.StopRule{train.StepLimit(o.steps)},
	}
	if o.checkpoints != "" {
		dir := distributed.Dir{Path: o.checkpoints, Keep: 2, Transport: t}
		if t == nil {
			dir.Transport = distributed.NewMemory(1)[0]
		}
		fit.Checkpoints, fit.Resume = dir, true
	}
	if rank, _ := opt.Rank(); rank == 0 && !o.hash {
		fit.Progress = func(p train.Progress) error {
			_, accuracy, err := pass.Evaluate(m, d.test)
			demo.Progress(w, "step", p.Iteration, o.steps, "loss %.6f  accuracy %.4f", p.EpochLoss, accuracy)
			return err
		}
	}
	if result, err := train.Fit(context.Background(), opt, objective, fit); err != nil {
		return demo.Explain(result, err)
	}
	loss, accuracy, err := pass.Evaluate(m, d.test)
	if err != nil {
		return err
	}
	demo.Checksum(w, loss, m.Values()...)
	if !o.hash {
		fmt.Fprintf(w, "accuracy=%.4f loss=%.6f\n", accuracy, loss)
	}
	return nil
}

// settings returns the options of an optimizer.
func (o *options) settings(t distributed.Transport) []optim.Option {
	rise := int(warmup * float64(o.steps))
	list := []optim.Option{
		optim.WithSchedule(schedule.Warmup{Steps: rise, StartFactor: 0.1, Then: schedule.Cosine{TMax: max(1, o.steps-rise)}}),
		optim.WithoutDecay(optim.BiasOrNorm), optim.ClipNorm(clipNorm), optim.WithReductionOrder(optim.ReduceTree),
	}
	if t != nil {
		list = append(list, optim.Distributed(t, o.micro))
	}
	return list
}

// describe returns what each rank runs on.
func describe(t distributed.Transport) ([]string, error) {
	const room = 128
	host, err := os.Hostname()
	if err != nil {
		host = "a host without a name"
	}
	all := make([][]byte, t.Size())
	for r := range all {
		all[r] = make([]byte, room)
	}
	copy(all[t.Rank()], fmt.Sprintf("%s, level %v, %d cores", host, kernels.ActiveLevel(), runtime.GOMAXPROCS(0)))
	if err := t.AllGather(all[t.Rank()], all); err != nil {
		return nil, err
	}
	texts := make([]string, t.Size())
	for r := range texts {
		texts[r] = string(bytes.TrimRight(all[r], "\x00"))
	}
	return texts, nil
}
