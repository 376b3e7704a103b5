package optim

import (
	"math"

	"github.com/seed63264101/steepest/optim/internal/domain"
)

// A LossScaler adapts the loss scale of training in reduced precision, as
// torch.amp.GradScaler does (P. Micikevicius et al., Mixed precision training,
// ICLR 2018). The user multiplies the loss by [Optimizer.LossScale] before
// computing the gradients; a step divides them by it again. A step that meets a
// gradient that is not finite is skipped and multiplies the scale by Backoff;
// after Interval steps in a row without one the scale is multiplied by Growth.
//
// The scale stays within the positive normal numbers of float32, whatever the
// elements are, and Init must be one of them. Growth must be finite and at least 1,
// Backoff lies in (0, 1], and Interval must be positive; [New] says so otherwise.
// [NewLossScaler] fills in the usual values.
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
// must be a positive normal number of float32, whatever the elements are.
func WithLossScale(scale float64) Option { return WithLossScaler(fixedScale(scale)) }

// fixedScale never grows and never backs off.
func fixedScale(scale float64) LossScaler { return LossScaler{scale, 1, 1, 1} }

// lossScales is the domain of a loss scale, a first one and a saved one.
var lossScales = domain.Where("a normal float32 > 0", func(v float64, _ func(float64) float64) bool {
	return v >= leastLossScale && v <= math.MaxFloat32
})

const leastLossScale = 0x1p-126

func (s LossScaler) options() []domain.Number {
	return []domain.Number{
		domain.Of("Init", s.Init, lossScales),
		domain.Of("Growth", s.Growth, domain.Where("a finite number >= 1", func(v float64, _ func(float64) float64) bool {
			return v >= 1 && !math.IsInf(v, 1)
		})),
		domain.Of("Backoff", s.Backoff, domain.Where("a number in (0, 1]", func(v float64, _ func(float64) float64) bool {
			return v > 0 && v <= 1
		})),
		domain.Of("Interval", float64(s.Interval), domain.Count("steps")),
	}
}

// adapts reports whether the scale may ever change.
func (s LossScaler) adapts() bool { return s.Growth != 1 || s.Backoff != 1 }

// A lossScale is where a LossScaler has got to.
type lossScale struct {
	scale float64
	good  int // steps taken since the scale last changed
}

// update follows a step. A scale does not grow out of its domain, and backs off to
// the end of it.
func (l *lossScale) update(s LossScaler, skipped bool) {
	if skipped {
		l.good = 0
		l.scale = max(l.scale*s.Backoff, leastLossScale)
	} else if l.good++; l.good >= s.Interval {
		l.good = 0
		if next := l.scale * s.Growth; next <= math.MaxFloat32 {
			l.scale = next
		}
	}
}
