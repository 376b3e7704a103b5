package main

import (
	"bytes"
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
	reports  = 5   // progress lines of a run
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
	rise := int(warmup * float64(o.steps))
	opts := []optim.Option{
		optim.WithSchedule(schedule.Warmup{Steps: rise, StartFactor: 0.1, Then: schedule.Cosine{TMax: max(1, o.steps-rise)}}),
		optim.WithoutDecay(optim.BiasOrNorm), optim.ClipNorm(clipNorm), optim.WithReductionOrder(optim.ReduceTree),
	}
	if t != nil {
		opts = append(opts, optim.Distributed(t, o.micro))
	}
	opt, err := optim.New(rules[o.rule](o.lr), m.Params(), opts...)
	if err != nil {
		return err
	}
	defer opt.Close()

	batches := train.Batches{Samples: d.train.Len(), Size: o.batch, Seed: o.seed}
	pass, grads := m.NewPass(o.batch, 0, o.seed), opt.NewGradients()
	lo, hi := 0, o.micro
	if t != nil {
		lo, hi, _ = opt.Share()
	}
	for step := range o.steps {
		samples := batches.Append(nil, step)
		for k := lo; k < hi; k++ {
			from, to := k*len(samples)/o.micro, (k+1)*len(samples)/o.micro
			if _, err := pass.Gradient(m, d.train, train.Batch{Step: step, Part: k, Samples: samples[from:to]}, grads.Dense); err != nil {
				return err
			}
			if err := opt.AccumulateGradients(grads); err != nil {
				return err
			}
		}
		if _, err := opt.StepGradients(); err != nil {
			return err
		}
		if n := step + 1; n*reports/o.steps > step*reports/o.steps && !o.hash && w != io.Discard {
			loss, accuracy, err := pass.Evaluate(m, d.test)
			if err != nil {
				return err
			}
			demo.Progress(w, "step", n, o.steps, "loss %.6f  accuracy %.4f", loss, accuracy)
		}
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
