package race

import (
	"context"
	"errors"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

// Rates returns the learning rates of the steps of a run: of all the experiment has, and
// where the schedule goes by the losses, of those that the run takes.
func Rates(s *spec.State, run spec.Run) []float64 {
	if run.Rule == nil || run.Schedule != nil && len(schedule.Observers(run.Schedule)) > 0 {
		return Follow(s, run).Rate
	}
	rates := make([]float64, s.Steps)
	for i := range rates {
		rates[i] = run.LR
		if run.Schedule != nil {
			rates[i] = run.Schedule.Rate(run.LR, i)
		}
	}
	return rates
}

// FindRate sweeps the rates of a run, as train.FindRate does, from the experiment's start.
func FindRate(s *spec.State, run spec.Run) (train.RateCurve, error) {
	switch {
	case s.Surface == nil:
		return train.RateCurve{}, errNetwork
	case run.Rule == nil:
		return train.RateCurve{}, errors.New("only rules have a rate to find")
	case s.Double:
		return findRate[float64](s, run)
	}
	return findRate[float32](s, run)
}

func findRate[T kernels.Float](s *spec.State, run spec.Run) (train.RateCurve, error) {
	run = run.Twin() // the rates that suit a run do not depend on its formats
	ground := newGround[T](s)
	param := optim.Param[T]{Name: "p", Value: ground.p, Sparse: run.Sparse()}
	if run.Matrix() {
		param.Shape = []int{1, len(ground.p)}
	}
	sweep := train.NewRateSweep()
	if ground.batches.options.Samples > 0 {
		sweep.Batches = &ground.batches.options
	}
	objective := func(b train.Batch, g *optim.Gradients[T]) (float64, error) {
		to := ground.part
		if !param.Sparse {
			to = g.Dense[0]
		}
		loss := surface.Eval(s.Surface, b.Samples, ground.p, to)
		if param.Sparse {
			copy(g.Rows[0].Add(0), to)
		}
		return float64(loss), nil
	}
	curve, err := train.FindRate(context.Background(), run.Rule, []optim.Param[T]{param}, objective, sweep, run.Options()...)
	// The last loss of a sweep that went too far need not be finite.
	for n := len(curve.Losses); n > 0 && !finite(curve.Losses[n-1], curve.Smoothed[n-1]); n-- {
		curve.Losses, curve.Smoothed, curve.Rates = curve.Losses[:n-1], curve.Smoothed[:n-1], curve.Rates[:n-1]
	}
	return curve, err
}

func finite(x ...float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}
