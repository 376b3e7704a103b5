package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// RMSprop divides each element's step by the root of a running average of its
// squared gradient (T. Tieleman and G. Hinton, Lecture 6.5 of Neural networks for
// machine learning, 2012), as torch.optim.RMSprop does:
//
//	d = g + WeightDecay*p
//	v = Alpha*v + (1-Alpha)*d*d
//	p -= LR * d / (sqrt(v) + Eps)
//
// With Centered set, the variance takes the place of v (A. Graves, Generating
// sequences with recurrent neural networks, 2013):
//
//	v = Alpha * (v + (1-Alpha)*(d-a)*(d-a))
//	a = Alpha*a + (1-Alpha)*d
//
// In exact numbers that is torch's difference of the average square and a*a, which
// cancels where gradients hardly change.
//
// A Momentum that is not 0 gathers the steps in a velocity:
//
//	b = Momentum*b + d/(sqrt(v)+Eps)
//	p -= LR * b
//
// LR and WeightDecay must be finite and not negative, Alpha lies in (0, 1) and
// Momentum in [0, 1), and Eps must be positive; [New] says so otherwise. [NewRMSprop] fills in
// the usual values.
type RMSprop struct {
	LR          float64 // learning rate
	Alpha       float64 // decay of the averages
	Eps         float64 // keeps the division away from 0
	Momentum    float64 // decay of the velocity; 0 for none
	Centered    bool    // divide by the standard deviation
	WeightDecay float64 // coupled (L2) weight decay
	Maximize    bool    // ascend instead of descend
}

// NewRMSprop returns RMSprop with torch's defaults: alpha 0.99, eps 1e-8, neither
// momentum nor weight decay, not centered.
func NewRMSprop(lr float64) RMSprop { return RMSprop{LR: lr, Alpha: 0.99, Eps: 1e-8} }

// Name returns "RMSprop".
func (r RMSprop) Name() string { return "RMSprop" }

// State returns the names of the average square, "square_avg", or if Centered of the
// variance, "grad_var", and of the average gradient, "grad_avg", and of the velocity
// if there is one, "momentum_buffer".
func (r RMSprop) State() []string {
	names := []string{"square_avg"}
	if r.Centered {
		names = []string{"grad_var", "grad_avg"} // torch has no variance
	}
	if r.Momentum != 0 {
		names = append(names, "momentum_buffer")
	}
	return names
}

// LearningRate returns LR.
func (r RMSprop) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r RMSprop) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r RMSprop) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r RMSprop) Float32() (Updater[float32], error) { return valid(r, &rmsprop[float32]{rule: r}) }

// Float64 is Float32 for float64.
func (r RMSprop) Float64() (Updater[float64], error) { return valid(r, &rmsprop[float64]{rule: r}) }

// Signed returns false for the average square and true for the velocity, and nil if Centered:
// what is off in the average gradient would pass for a variance.
func (r RMSprop) Signed() []bool {
	switch {
	case r.Centered:
		return nil
	case r.Momentum != 0:
		return []bool{false, true}
	}
	return []bool{false}
}

func (r RMSprop) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Alpha", r.Alpha, domain.OpenFraction),
		domain.Of("Eps", r.Eps, domain.Positive),
		domain.Of("Momentum", r.Momentum, domain.Fraction),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

type rmsprop[T kernels.Float] struct {
	rule RMSprop
	coef kernels.RMSpropCoef[T]
}

func (u *rmsprop[T]) Prepare(s StepInfo) {
	r := u.rule
	u.coef = kernels.RMSpropCoefs[T](kernels.RMSpropOptions{
		LR: s.LR, Alpha: r.Alpha, Eps: r.Eps, Momentum: r.Momentum, WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}, s.Scale)
}

func (u *rmsprop[T]) Update(p, g []T, state [][]T) {
	switch momentum := u.rule.Momentum != 0; {
	case u.rule.Centered && momentum:
		kernels.RMSpropCenteredMomentum(p, g, state[0], state[1], state[2], u.coef)
	case u.rule.Centered:
		kernels.RMSpropCentered(p, g, state[0], state[1], u.coef)
	case momentum:
		kernels.RMSpropMomentum(p, g, state[0], state[1], u.coef)
	default:
		kernels.RMSprop(p, g, state[0], u.coef)
	}
}
