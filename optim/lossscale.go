package optim

import "math"

// A LossScaler adapts the loss scale of training in reduced precision, as
// torch.amp.GradScaler does (P. Micikevicius et al., Mixed precision training,
// ICLR 2018). The user multiplies the loss by [Optimizer.LossScale] before
// computing the gradients; a step divides them by it again. A step that meets a
// gradient that is not finite is skipped and multiplies the scale by Backoff;
// after Interval steps in a row without one the scale is multiplied by Growth.
//
// Init and Growth must be finite, Init positive and Growth at least 1, Backoff
// lies in (0, 1], and Interval must be positive; [New] says so otherwise. The
// scale stays within the normal numbers of float32. [NewLossScaler] fills in the
// usual values.
type LossScaler struct {
	Init     float64 // first scale
	Growth   float64 // factor after Interval good steps
	Backoff  float64 // factor after a skipped step
	Interval int     // good steps from one growth to the next
}

// NewLossScaler returns torch's defaults: 65536, 2, 0.5 and 2000.
func NewLossScaler() LossScaler { return LossScaler{65536, 2, 0.5, 2000} }

// WithLossScaler says that the gradients are multiplied by a loss scale that
// adapts itself.
func WithLossScaler(s LossScaler) Option { return func(c *config) { c.scaler = s } }

// WithLossScale says that the gradients are multiplied by a fixed loss scale. It
// must be a positive number whose inverse is one.
func WithLossScale(scale float64) Option { return WithLossScaler(fixedScale(scale)) }

// fixedScale never grows and never backs off.
func fixedScale(scale float64) LossScaler { return LossScaler{scale, 1, 1, 1} }

func (s LossScaler) check(checked func(option) error) error {
	for _, o := range []option{
		{"Init", s.Init, domain{"a finite number > 0 whose inverse is one", func(v float64, round func(float64) float64) bool {
			return positive.has(v, round) && positive.has(1/v, round)
		}}},
		{"Growth", s.Growth, domain{"a finite number >= 1", func(v float64, _ func(float64) float64) bool {
			return v >= 1 && !math.IsInf(v, 1)
		}}},
		{"Backoff", s.Backoff, domain{"a number in (0, 1]", func(v float64, _ func(float64) float64) bool {
			return v > 0 && v <= 1
		}}},
		{"Interval", float64(s.Interval), positiveInt("steps")},
	} {
		if err := checked(o); err != nil {
			return err
		}
	}
	return nil
}

// A lossScale is where a LossScaler has got to.
type lossScale struct {
	scale float64
	good  int // steps taken since the scale last changed
}

// update follows a step. A scale that would leave float32's normal numbers stays.
func (l *lossScale) update(s LossScaler, skipped bool) {
	next := l.scale
	if skipped {
		l.good = 0
		next *= s.Backoff
	} else if l.good++; l.good >= s.Interval {
		l.good = 0
		next *= s.Growth
	}
	if next >= 0x1p-126 && next <= math.MaxFloat32 {
		l.scale = next
	}
}
