package schedule

import (
	"cmp"
	"fmt"
	"math"

	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/portable"
)

// WarmupStableDecay lets the rate rise along a straight line, stay, and fall at the
// end (S. Hu et al., MiniCPM: unveiling the potential of small language models with
// scalable training strategies, 2024; A. Hägele et al., Scaling laws and
// compute-optimal training beyond fixed training durations, NeurIPS 2024). In the
// first Warmup steps it is
//
//	base * (StartFactor + (1-StartFactor)*step/Warmup)
//
// and then base for Stable steps. In the Decay steps after them, with x the share of
// these that is done, it is
//
//	base * (MinFactor + (1-MinFactor)*f(x))
//
// where Shape says what f is, and it stays at base * MinFactor from there on.
//
// Until the fall the rates depend on neither Stable nor Decay: a run whose length is
// not known yet goes on from a state saved before it, with another Stable.
//
// Decay must be positive; a tenth to a fifth of all steps is usual. Warmup and Stable
// must not be negative, and the two factors lie in [0, 1].
type WarmupStableDecay struct {
	Warmup      int        // steps before the full rate; 0 for none
	Stable      int        // steps at the full rate
	Decay       int        // steps from there to the lowest rate
	StartFactor float64    // share of the rate in the first step
	MinFactor   float64    // share of the rate that is left at the end
	Shape       DecayShape // of the fall
}

// A DecayShape is how the rate of a [WarmupStableDecay] falls, from 1 to 0 as x goes
// from 0 to 1.
type DecayShape int

// The shapes. In the comparison of Hägele et al. SqrtDecay leads to the lowest loss.
const (
	LinearDecay DecayShape = iota // 1 - x
	SqrtDecay                     // 1 - √x
	CosineDecay                   // (1+cos(π·x)) / 2
)

// Rate returns the formula's value. It is exactly base and exactly base * MinFactor at
// the ends of the fall.
func (s WarmupStableDecay) Rate(base float64, step int) float64 {
	if s.Decay <= 0 {
		return invalid
	}
	step = max(step, 0)
	if step < s.Warmup {
		return base * portable.Mix(s.StartFactor, 1, float64(step)/float64(s.Warmup))
	}
	fallen := min(max(step-s.Warmup-s.Stable, 0), s.Decay)
	x := float64(fallen) / float64(s.Decay)
	switch s.Shape {
	case LinearDecay:
		return base * portable.Mix(1, s.MinFactor, x)
	case SqrtDecay:
		return base * portable.Mix(1, s.MinFactor, math.Sqrt(x))
	case CosineDecay:
		return base * anneal(1, s.MinFactor, portable.CosPi(fallen, s.Decay))
	}
	return invalid
}

// Validate returns an error if an option is out of its domain.
func (s WarmupStableDecay) Validate() error {
	if s.Shape < LinearDecay || s.Shape > CosineDecay {
		return fmt.Errorf("Shape = %d, want LinearDecay, SqrtDecay or CosineDecay", s.Shape)
	}
	return cmp.Or(
		domain.Whole("Warmup", s.Warmup, 0),
		domain.Whole("Stable", s.Stable, 0),
		domain.Whole("Decay", s.Decay, 1),
		domain.Real("StartFactor", s.StartFactor, domain.ClosedFraction),
		domain.Real("MinFactor", s.MinFactor, domain.ClosedFraction),
	)
}
