package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/packed"
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

// NewSGD returns SGD without weight decay.
func NewSGD(lr float64) SGD { return SGD{LR: lr} }

// Name returns "SGD".
func (r SGD) Name() string { return "SGD" }

// State returns nil: the rule keeps none.
func (r SGD) State() []string { return nil }

// LearningRate returns LR.
func (r SGD) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r SGD) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r SGD) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r SGD) Float32() (Updater[float32], error) { return valid(r, &sgd[float32]{rule: r}) }

// Float64 is Float32 for float64.
func (r SGD) Float64() (Updater[float64], error) { return valid(r, &sgd[float64]{rule: r}) }

// Lazy returns true: rows without a gradient stay as they are.
func (r SGD) Lazy() bool { return true }

// Signed returns an empty list: there is no state.
func (r SGD) Signed() []bool { return []bool{} }

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

func (u *sgd[T]) Prepare(s StepInfo) {
	u.coef = kernels.SGDCoefs[T](kernels.SGDOptions{LR: s.LR, WeightDecay: u.rule.WeightDecay, Maximize: u.rule.Maximize}, s.Scale)
}

func (u *sgd[T]) Update(p, g []T, _ [][]T) { kernels.SGD(p, g, u.coef) }

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

// NewMomentum returns Momentum with torch's defaults: no dampening, no look ahead, no weight
// decay. momentum is often 0.9.
func NewMomentum(lr, momentum float64) Momentum { return Momentum{LR: lr, Momentum: momentum} }

// Name returns "Momentum".
func (r Momentum) Name() string { return "Momentum" }

// State returns the name of the velocity, "momentum_buffer".
func (r Momentum) State() []string { return []string{"momentum_buffer"} }

// LearningRate returns LR.
func (r Momentum) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Momentum) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Momentum) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Momentum) Float32() (Updater[float32], error) { return valid(r, &momentum[float32]{rule: r}) }

// Float64 is Float32 for float64.
func (r Momentum) Float64() (Updater[float64], error) { return valid(r, &momentum[float64]{rule: r}) }

// Signed returns true for the velocity.
func (r Momentum) Signed() []bool { return []bool{true} }

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

func (u *momentum[T]) Prepare(s StepInfo) {
	r := u.rule
	u.coef = kernels.MomentumCoefs[T](kernels.MomentumOptions{
		LR: s.LR, Momentum: r.Momentum, Dampening: r.Dampening, WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}, s.Step, s.Scale)
}

func (u *momentum[T]) Update(p, g []T, state [][]T) {
	if u.rule.Nesterov {
		kernels.Nesterov(p, g, state[0], u.coef)
	} else {
		kernels.Momentum(p, g, state[0], u.coef)
	}
}

func (u *momentum[T]) updatePacked(x *packedPart[T], r kernels.Rounding) bool {
	c, ok := any(&u.coef).(*kernels.MomentumCoef[float32])
	if !ok {
		return false
	}
	p, g := packed.Float32s(x.value), packed.Float32s(x.grad.native)
	switch b := x.packed.state; x.kind() {
	case kind{state: BFloat16}:
		if u.rule.Nesterov {
			kernels.NesterovState16(p, g, b[0].BF16, *c, r)
		} else {
			kernels.MomentumState16(p, g, b[0].BF16, *c, r)
		}
	case kind{state: Int8}:
		if u.rule.Nesterov {
			kernels.NesterovState8(p, g, b[0].Int8, *c, r)
		} else {
			kernels.MomentumState8(p, g, b[0].Int8, *c, r)
		}
	default:
		return false
	}
	return true
}
