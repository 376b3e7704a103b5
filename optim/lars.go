package optim

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// LARS is momentum with a learning rate for each parameter, in proportion to the
// parameter's norm and against the gradient's (Y. You, I. Gitman and B. Ginsburg,
// Large batch training of convolutional networks, 2017). With the Euclidean norms
// of the whole parameter and of its gradient, clipped if the step clips:
//
//	λ = TrustCoefficient * |p| / (|g| + WeightDecay*|p|)
//	b = Momentum*b + LR*λ*(g + WeightDecay*p)
//	p -= b
//
// λ is 1 where one of the norms is 0 or infinite. As in the paper the velocity
// contains the learning rate, unlike that of [Momentum].
//
// LR and WeightDecay must be finite and not negative, Momentum lies in [0, 1), and
// TrustCoefficient must be positive; [New] says so otherwise. [NewLARS] fills in
// the usual values.
type LARS struct {
	LR               float64 // learning rate
	Momentum         float64 // decay of the velocity; 0 for none
	TrustCoefficient float64 // the paper's η
	WeightDecay      float64 // coupled (L2) weight decay
	Maximize         bool    // ascend instead of descend
}

// NewLARS returns LARS with the paper's momentum 0.9 and trust coefficient 0.001,
// and no weight decay.
func NewLARS(lr float64) LARS {
	return LARS{LR: lr, Momentum: 0.9, TrustCoefficient: 1e-3}
}

// Name returns "LARS".
func (r LARS) Name() string { return "LARS" }

// State returns the name of the velocity, "momentum_buffer".
func (r LARS) State() []string { return []string{"momentum_buffer"} }

// LearningRate returns LR.
func (r LARS) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r LARS) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r LARS) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r LARS) Float32() (Updater[float32], error) { return valid(r, &lars[float32]{rule: r}) }

// Float64 is Float32 for float64.
func (r LARS) Float64() (Updater[float64], error) { return valid(r, &lars[float64]{rule: r}) }

func (r LARS) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Momentum", r.Momentum, domain.Fraction),
		domain.Of("TrustCoefficient", r.TrustCoefficient, domain.Positive),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

type lars[T kernels.Float] struct {
	rule  LARS
	lr    float64
	scale float64
}

func (u *lars[T]) Prepare(s StepInfo) { u.lr, u.scale = s.LR, s.Scale }

func (u *lars[T]) Update(p, g []T, state [][]T) { measureAndApply(u, p, g, state) }

func (u *lars[T]) Measure(p, g []T, _ [][]T) [2]Sum {
	return [2]Sum{sumSquares(p), sumSquares(g)}
}

func (u *lars[T]) Conclude([2]Sum) {}

func (u *lars[T]) Apply(p, g []T, state [][]T, own [2]Sum) {
	r := u.rule
	trust := one
	pn, gn := own[0].root(), own[1].root().times(wide{frac: math.Abs(u.scale)})
	if hasLength(pn) && hasLength(gn) {
		decay := pn.times(wide{frac: r.WeightDecay})
		trust = pn.times(wide{frac: r.TrustCoefficient}).over(gn.plus(decay))
	}
	shift, gain := split[T](trust.times(wide{frac: u.lr}))
	kernels.Momentum(p, g, state[0], kernels.LARSCoefs[T](kernels.MomentumOptions{
		LR: gain, Momentum: r.Momentum, WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}, shift, u.scale))
}

// hasLength reports whether a norm can be divided by.
func hasLength(n wide) bool { return n.frac > 0 && n.isFinite() }
