package train

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/portable"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A RateSweep is a range of learning rates to try. [NewRateSweep] fills in usual
// values.
type RateSweep struct {
	From, To  float64 // first and last rate, 0 < From < To
	Steps     int     // number of rates, at least 2
	Smoothing float64 // decay of the moving average of the loss, in [0, 1)
	Blowup    float64 // end when the average is above the lowest by this many times the first loss, > 0

	Batches *Batches // which samples the objective is called for, as in FitOptions
}

// NewRateSweep returns a sweep of 100 rates from 1e-7 to 10, with Smoothing 0.8
// and Blowup 3.
func NewRateSweep() RateSweep {
	return RateSweep{From: 1e-7, To: 10, Steps: 100, Smoothing: 0.8, Blowup: 3}
}

// Rate returns the rate of a step, whatever the base:
//
//	From * (To/From)^(step/(Steps-1))
func (s RateSweep) Rate(base float64, step int) float64 {
	if s.Steps < 2 {
		return math.NaN()
	}
	return s.From * portable.Power(s.To/s.From, float64(max(step, 0))/float64(s.Steps-1))
}

// Validate returns an error if an option is out of its domain.
func (s RateSweep) Validate() error {
	err := cmp.Or(
		domain.Real("From", s.From, domain.Positive),
		domain.Real("To", s.To, domain.Where(fmt.Sprintf("a finite number > From = %v", s.From), func(v float64, _ func(float64) float64) bool {
			return v > s.From && !math.IsInf(v, 0)
		})),
		domain.Real("To/From", s.To/s.From, domain.Finite),
		domain.Whole("Steps", s.Steps, 2),
		domain.Real("Smoothing", s.Smoothing, domain.Fraction),
		domain.Real("Blowup", s.Blowup, domain.Positive),
	)
	if err == nil && s.Batches != nil {
		err = s.Batches.Validate()
	}
	return err
}

// A RateCurve is the loss as a function of the learning rate.
type RateCurve struct {
	Rates    []float64 // rates tried
	Losses   []float64 // loss before the step with that rate
	Smoothed []float64 // moving average of the losses
	Diverged bool      // whether the sweep ended before its last rate

	Steepest float64 // rate at which the smoothed loss fell fastest, per factor of the rate
	Lowest   float64 // rate at which the smoothed loss was lowest
	Suggest  float64 // the smaller one of Steepest and Lowest/10
}

// FindRate looks for a good learning rate (L. N. Smith, Cyclical learning rates
// for training neural networks, 2017): it takes one step with each rate of the
// sweep, from tiny to far too large, and watches the loss. Where the loss falls
// fastest is a good rate for a constant schedule; where it stops falling is an
// upper bound for a cyclic one.
//
// FindRate works with an optimizer of its own, made as by [optim.New] with the rule and
// the options, whose schedule it replaces, and gives the parameters their values
// back in the end, whatever happens. Every group takes its steps with the same rates,
// times its [optim.LRFactor], whatever its rule and that rule's LR: for groups with rules of
// their own, which need other rates, the factors come first. The objective's batches have
// the steps 0, 1, and so on.
//
// It is an error if an option is out of its domain or [optim.Distributed], if a group has a
// schedule of its own, if ctx is cancelled, if the objective fails, and if the loss never fell;
// the curve up to there is returned with it.
func FindRate[T kernels.Float](ctx context.Context, rule optim.Rule, params []optim.Param[T], f Objective[T], sweep RateSweep, opts ...optim.Option) (RateCurve, error) {
	var c RateCurve
	if ctx == nil {
		return c, fmt.Errorf("train: FindRate: nil Context")
	}
	rates := &sweeping{sweep: sweep}
	opt, err := optim.New(rule, params, append(opts[:len(opts):len(opts)], optim.WithSchedule(rates), optim.FailAfterSkips(0))...)
	if err != nil {
		return c, err
	}
	if newRanks(opt) != nil {
		return c, fmt.Errorf("train: FindRate: the option Distributed, which is not for a search: each rank may do it all")
	}
	for _, g := range opt.Groups() {
		if g.Schedule != schedule.Schedule(rates) {
			return c, fmt.Errorf("train: FindRate: the group of parameter %q has the schedule %T (GroupSchedule), which the sweep would not reach", g.Params[0], g.Schedule)
		}
	}
	if err := validate(sweep); err != nil {
		return c, err
	}
	if f == nil {
		return c, fmt.Errorf("train: FindRate: nil Objective")
	}
	saved := copiesOf(params)
	defer func() {
		for i, p := range params {
			storeValues(p, saved[i].Value)
		}
	}()

	var samples *sampler
	if sweep.Batches != nil {
		samples = newSampler(*sweep.Batches)
	}
	average := MovingAverage{Decay: sweep.Smoothing}
	lowest := math.Inf(1)
	grads := opt.NewGradients()
	for i := 0; i < sweep.Steps && !c.Diverged; i++ {
		rates.i = i
		if ctx.Err() != nil {
			return c, fmt.Errorf("train: FindRate: step %d: %w", i+1, context.Cause(ctx))
		}
		grads.Reset()
		loss, err := f(samples.of(i), grads)
		if err != nil {
			return c, fmt.Errorf("train: FindRate: step %d: objective: %w", i+1, err)
		}
		c.Rates = append(c.Rates, sweep.Rate(0, i))
		c.Losses = append(c.Losses, loss)
		c.Smoothed = append(c.Smoothed, average.Add(loss))
		lowest = min(lowest, average.Value())
		report, err := opt.StepGradients(grads)
		if err != nil {
			return c, err
		}
		c.Diverged = loss-loss != 0 || report.Skipped || average.Value()-lowest > sweep.Blowup*math.Abs(c.Losses[0])
	}
	return c, c.suggest()
}

// A sweeping is the schedule of a sweep. It goes by i and not by the step, which stands
// still when a step is skipped.
type sweeping struct {
	sweep RateSweep
	i     int
}

// Rate returns the present rate.
func (s *sweeping) Rate(base float64, _ int) float64 { return s.sweep.Rate(base, s.i) }

// suggest reads the suggestions off the curve. The rates lie evenly on a
// logarithmic axis, so differences of the losses are slopes. A loss belongs to
// the rate of the step before it.
func (c *RateCurve) suggest() error {
	bottom, steepest, fall := 0, 0, 0.0
	for i := 1; i < len(c.Smoothed); i++ {
		if c.Smoothed[i] < c.Smoothed[bottom] {
			bottom = i
		}
		if d := c.Smoothed[i-1] - c.Smoothed[i]; d > fall {
			steepest, fall = i, d
		}
	}
	if steepest == 0 {
		return fmt.Errorf("train: FindRate: the loss never fell: %d steps with rates from %v", len(c.Rates), c.Rates[0])
	}
	c.Steepest, c.Lowest = c.Rates[steepest-1], c.Rates[max(bottom, 1)-1]
	c.Suggest = min(c.Steepest, c.Lowest/10)
	return nil
}
