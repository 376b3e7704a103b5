package train

import (
	"cmp"
	"fmt"
	"math"

	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/state"
)

// A MovingAverage is an exponential moving average without bias towards the
// start: that of x1, ..., xn is
//
//	sum of Decay^(n-i) * xi  /  sum of Decay^(n-i)
//
// It begins with x1 itself and forgets over about 1/(1-Decay) values. Decay lies
// in [0, 1); at 0 the average is the last value. The exported fields are all of
// its state.
type MovingAverage struct {
	Decay  float64 // how much of the past stays
	Sum    float64 // the weighted sum, times 1-Decay
	Weight float64 // the sum of the weights, times 1-Decay
	Count  int     // number of values
}

// Add takes a value and returns the new average. A value that is not finite is
// left out: one overflow must not blind the rest of a run.
func (a *MovingAverage) Add(x float64) float64 {
	if x-x == 0 {
		share := 1 - a.Decay
		a.Sum = float64(a.Decay*a.Sum) + float64(share*x)
		a.Weight = float64(a.Decay*a.Weight) + share
		a.Count++
	}
	return a.Value()
}

// Value returns the average, NaN if there was no value yet.
func (a *MovingAverage) Value() float64 { return a.Sum / a.Weight }

// An epochLoss adds the losses of an epoch's batches, each times its number of samples.
type epochLoss struct {
	sum     float64
	samples int
}

// add takes the loss of a batch, and leaves it out if it is not finite, as MovingAverage does.
func (e *epochLoss) add(loss float64, samples int) {
	if loss-loss == 0 {
		e.sum += float64(loss * float64(samples))
		e.samples += samples
	}
}

// mean returns the mean loss of a sample, NaN if there was none.
func (e *epochLoss) mean() float64 { return e.sum / float64(e.samples) }

// An epochLossState is what an epochLoss remembers.
type epochLossState struct {
	Sum     state.Real
	Samples int
}

func (e *epochLoss) save() epochLossState { return epochLossState{state.Real(e.sum), e.samples} }

// A Divergence watches the loss of a run for losses that are bad: infinite, NaN,
// or a spike, that is
//
//	loss - average > Spike * |average|
//
// with the moving average of the losses that were not bad, once there are Warmup
// of them. For bad losses in a row mean that the run has diverged; a single one
// may come from an odd mini-batch.
//
// Spike and Decay must be finite and not negative and Decay below 1; Spike = 0
// looks for no spikes. Warmup must not be negative, and For be positive.
// [NewDivergence] fills in usual values.
type Divergence struct {
	Spike  float64 // 3: the loss is 4 times the average
	Decay  float64 // of the moving average
	Warmup int     // losses before the first spike
	For    int     // bad losses in a row

	average MovingAverage
	bad     int
}

// NewDivergence returns a Divergence that fails after 3 losses in a row, of
// which each is infinite, NaN, or 4 times the moving average with Decay 0.9,
// known after 10 losses.
func NewDivergence() *Divergence {
	return &Divergence{Spike: 3, Decay: 0.9, Warmup: 10, For: 3}
}

// A DivergedError says that a run has diverged.
type DivergedError struct {
	Loss    float64 // the last loss
	Average float64 // moving average of the losses before it went wrong, NaN if there was none
	Count   int     // bad losses in a row
}

// Error returns the numbers in words.
func (e *DivergedError) Error() string {
	return fmt.Sprintf("train: the run diverged: loss %v after a moving average of %v, %d bad losses in a row", e.Loss, e.Average, e.Count)
}

// Observe takes the next loss. It returns a *DivergedError if the run has
// diverged, and again for every further bad loss.
func (d *Divergence) Observe(loss float64) error {
	d.average.Decay = d.Decay
	mean := d.average.Value()
	spike := d.Spike > 0 && d.average.Count > 0 && d.average.Count >= d.Warmup && loss-mean > d.Spike*math.Abs(mean)
	if loss-loss == 0 && !spike {
		d.bad = 0
		d.average.Add(loss)
		return nil
	}
	if d.bad++; d.bad < d.For {
		return nil
	}
	return &DivergedError{Loss: loss, Average: mean, Count: d.bad}
}

// Validate returns an error if an option is out of its domain.
func (d *Divergence) Validate() error {
	return cmp.Or(
		domain.Real("Spike", d.Spike, domain.NonNegative),
		domain.Real("Decay", d.Decay, domain.Fraction),
		domain.Whole("Warmup", d.Warmup, 0),
		domain.Whole("For", d.For, 1),
	)
}

// An averageState is what a MovingAverage remembers.
type averageState struct {
	Sum, Weight state.Real
	Count       int
}

func saveAverage(a MovingAverage) averageState {
	return averageState{state.Real(a.Sum), state.Real(a.Weight), a.Count}
}

// restore leaves the decay, an option.
func (s averageState) restore(a *MovingAverage) error {
	if s.Count < 0 {
		return fmt.Errorf("an average of %d values, want no negative count", s.Count)
	}
	a.Sum, a.Weight, a.Count = float64(s.Sum), float64(s.Weight), s.Count
	return nil
}

type divergenceState struct {
	Average averageState
	Bad     int
}

// SaveState returns what is known of the losses.
func (d *Divergence) SaveState() (string, error) {
	return state.JSON(divergenceState{saveAverage(d.average), d.bad})
}

// RestoreState goes to a state that SaveState has returned.
func (d *Divergence) RestoreState(text string) error {
	s, err := state.FromJSON[divergenceState](text)
	if err != nil {
		return err
	}
	if s.Bad < 0 {
		return fmt.Errorf("%d bad losses, want no negative count", s.Bad)
	}
	if err := s.Average.restore(&d.average); err != nil {
		return err
	}
	d.bad = s.Bad
	return nil
}
