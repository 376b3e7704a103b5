package optim

import (
	"github.com/seed63264101/steepest/kernels"

	"github.com/seed63264101/steepest/optim/internal/domain"
)

// SGD is plain gradient descent, torch.optim.SGD without momentum:
//
//	d = g + WeightDecay*p
//	p -= LR * d
//
// LR and WeightDecay must be finite and not negative; [New] says so otherwise.
type SGD struct {
	LR          float64 // learning rate
	WeightDecay float64 // coupled (L2) weight decay
	Maximize    bool    // ascend instead of descend
}

// Name returns "SGD".
func (r SGD) Name() string { return "SGD" }

// State returns nil: the rule keeps none.
func (r SGD) State() []string { return nil }

func (r SGD) rate() float64 { return r.LR }

func (r SGD) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

type sgd[T kernels.Float] struct {
	rule SGD
	coef kernels.SGDCoef[T]
}

func (u *sgd[T]) prepare(k tick) {
	u.coef = kernels.SGDCoef[T]{
		Scale: T(k.sign(u.rule.Maximize)),
		L2:    T(u.rule.WeightDecay),
		LR:    T(k.lr),
	}
}

func (u *sgd[T]) update(p, g []T, _ [][]T) { kernels.SGD(p, g, u.coef) }

// Momentum is gradient descent with a velocity b (B. T. Polyak, Some methods of
// speeding up the convergence of iteration methods, 1964), in the form of
// torch.optim.SGD:
//
//	d = g + WeightDecay*p
//	b = Momentum*b + (1-Dampening)*d    // in the first step b = d
//	p -= LR * b
//
// With Nesterov set, the last line looks ahead along the velocity (I. Sutskever
// et al., On the importance of initialization and momentum in deep learning,
// 2013):
//
//	p -= LR * (d + Momentum*b)
//
// LR and WeightDecay must be finite and not negative, Momentum and Dampening lie
// in [0, 1). Nesterov needs, as in torch, Momentum > 0 and Dampening = 0. [New]
// says so otherwise.
type Momentum struct {
	LR          float64 // learning rate
	Momentum    float64 // decay of the velocity, often 0.9; 0 for plain descent
	Dampening   float64 // share of the gradient that the velocity does not get
	Nesterov    bool    // look ahead along the velocity
	WeightDecay float64 // coupled (L2) weight decay
	Maximize    bool    // ascend instead of descend
}

// Name returns "Momentum".
func (r Momentum) Name() string { return "Momentum" }

// State returns the name of the velocity, "momentum_buffer".
func (r Momentum) State() []string { return []string{"momentum_buffer"} }

func (r Momentum) rate() float64 { return r.LR }

func (r Momentum) options() []domain.Number {
	mu, dampening := domain.Fraction, domain.Fraction
	if r.Nesterov {
		mu = domain.Where("a number in (0, 1) with Nesterov", func(v float64, round func(float64) float64) bool {
			return v > 0 && round(v) < 1
		})
		dampening = domain.Where("0 with Nesterov", func(v float64, _ func(float64) float64) bool {
			return v == 0
		})
	}
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Momentum", r.Momentum, mu),
		domain.Of("Dampening", r.Dampening, dampening),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

type momentum[T kernels.Float] struct {
	rule Momentum
	coef kernels.MomentumCoef[T]
}

func (u *momentum[T]) prepare(k tick) {
	gain := 1 - u.rule.Dampening
	if k.t == 1 {
		gain = 1 // the velocity starts as the gradient itself
	}
	u.coef = kernels.MomentumCoef[T]{
		Scale: T(k.sign(u.rule.Maximize)),
		L2:    T(u.rule.WeightDecay),
		Mu:    T(u.rule.Momentum),
		Gain:  T(gain),
		LR:    T(k.lr),
	}
}

func (u *momentum[T]) update(p, g []T, state [][]T) {
	if u.rule.Nesterov {
		kernels.Nesterov(p, g, state[0], u.coef)
	} else {
		kernels.Momentum(p, g, state[0], u.coef)
	}
}
