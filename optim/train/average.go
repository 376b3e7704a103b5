package train

import (
	"errors"
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/state"
)

// A WeightAverage keeps an average of the parameters over a run, which often does
// better on new data than the last parameters do. Each Update is one fused pass,
// average += w * (parameter - average), where w is
//
//	1 - decay       exponential moving average (EMA; B. T. Polyak and A. B. Juditsky, 1992)
//	1 / (n+1)       mean of all (SWA; P. Izmailov et al., Averaging weights leads to wider
//	                optima and better generalization, 2018)
//
// in the Update after n others. The first one copies. This is torch's
// swa_utils.AveragedModel. A table that [optim.Optimizer.Grow] has replaced wants a new average.
//
// The averages of parameters that are BF16 are float32, so that they take in what bfloat16
// would not show; the lower halves of split ones count where Param.Rest has them.
type WeightAverage[T kernels.Float] struct {
	params  []optim.Param[T]
	average []optim.Param[T]
	weight  func(n int) float64
	count   int
	swapped bool
	aside   [][]T // while swapped, the averages of parameters that are BF16
	scratch []T   // pieces of these, as float32
}

var (
	errNotMade = errors.New("this WeightAverage is none of NewEMA or NewSWA")
	errSwapped = errors.New("the parameters are swapped with their averages")
)

// NewEMA returns an exponential moving average of the parameters. The decay, often
// 0.999, must lie in [0, 1); the parameters must be as in [optim.New].
func NewEMA[T kernels.Float](params []optim.Param[T], decay float64) (*WeightAverage[T], error) {
	if err := domain.Check[T]("train: EMA", domain.Of("decay", decay, domain.Fraction)); err != nil {
		return nil, err
	}
	return newWeightAverage(params, func(int) float64 { return 1 - decay })
}

// NewSWA returns the mean of the parameters. It is usually updated late in a run
// only, once per epoch, with a constant or cyclic learning rate. The parameters
// must be as in [optim.New].
func NewSWA[T kernels.Float](params []optim.Param[T]) (*WeightAverage[T], error) {
	return newWeightAverage(params, func(n int) float64 { return 1 / float64(n+1) })
}

func newWeightAverage[T kernels.Float](params []optim.Param[T], weight func(int) float64) (*WeightAverage[T], error) {
	if err := optim.CheckParams(params); err != nil {
		return nil, err
	}
	return &WeightAverage[T]{
		params: slices.Clone(params), average: copiesOf(params), weight: weight,
		aside: make([][]T, len(params)), scratch: make([]T, 1024),
	}, nil
}

// Update takes the parameters' present values into the average. It is an error
// between a Swap and the next, when the parameters are the average.
func (a *WeightAverage[T]) Update() error {
	switch {
	case a.weight == nil:
		return fmt.Errorf("train: WeightAverage: Update: %w", errNotMade)
	case a.swapped:
		return fmt.Errorf("train: WeightAverage: Update: %w", errSwapped)
	}
	w := T(a.weight(a.count))
	for i, p := range a.params {
		if a.count == 0 {
			loadValues(a.average[i].Value, p)
		} else {
			a.add(w, p, a.average[i].Value)
		}
	}
	a.count++
	return nil
}

// add takes a parameter's values into their average.
func (a *WeightAverage[T]) add(w T, p optim.Param[T], average []T) {
	if len(p.BF16) == 0 {
		kernels.Lerp(w, p.Value, average)
		return
	}
	for lo := 0; lo < len(average); lo += len(a.scratch) {
		hi := min(len(average), lo+len(a.scratch))
		piece := a.scratch[:hi-lo]
		loadValues(piece, partOf(p, lo, hi))
		kernels.Lerp(w, piece, average[lo:hi])
	}
}

// Swap exchanges the parameters and their averages: once to validate or to save
// the averaged model, once more to train on. Before the first Update both are the
// same. Parameters that are BF16 get the nearest bfloat16 of their averages, and the second
// Swap gives them and the averages back as they were.
func (a *WeightAverage[T]) Swap() {
	for i, p := range a.params {
		switch avg := a.average[i].Value; {
		case len(p.BF16) == 0:
			for j, v := range p.Value {
				p.Value[j], avg[j] = avg[j], v
			}
		case a.swapped:
			storeValues(p, avg)
			copy(avg, a.aside[i])
		default:
			a.aside[i] = append(a.aside[i][:0], avg...)
			loadValues(avg, p)
			storeValues(p, a.aside[i])
		}
	}
	a.swapped = !a.swapped
}

// Count returns the number of Updates.
func (a *WeightAverage[T]) Count() int { return a.count }

// Params returns the averages under the parameters' names, for saving, in the type T. The
// slices are those of a; while the parameters are swapped they hold these.
func (a *WeightAverage[T]) Params() []optim.Param[T] { return slices.Clone(a.average) }

// Resume continues an average: that of count Updates, whose values the caller has
// copied into those of Params.
func (a *WeightAverage[T]) Resume(count int) error {
	if count < 0 {
		return fmt.Errorf("train: WeightAverage: Resume: count = %d, want a number >= 0", count)
	}
	a.count = count
	return nil
}

type weightAverageState struct{ Count int }

// SaveState returns the number of Updates.
func (a *WeightAverage[T]) SaveState() (string, error) {
	return state.JSON(weightAverageState{a.count})
}

// RestoreState goes to a state that SaveState has returned.
func (a *WeightAverage[T]) RestoreState(text string) error {
	s, err := state.FromJSON[weightAverageState](text)
	if err != nil {
		return err
	}
	return a.Resume(s.Count)
}
