package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// AdaBelief is Adam that trusts a gradient the more, the better the running average has
// foreseen it: it divides by the root of their squared difference (J. Zhuang et al.,
// AdaBelief optimizer: adapting stepsizes by the belief in observed gradients, NeurIPS
// 2020), as the authors' implementation does without its rectification:
//
//	d = g + WeightDecay*p
//	m = Beta1*m + (1-Beta1)*d
//	v = Beta2*v + (1-Beta2)*(d-m)*(d-m) + Eps
//	p -= LR * (m/(1-Beta1^t)) / (sqrt(v/(1-Beta2^t)) + Eps)
//
// in the t-th step. With DecoupledWeightDecay set, the decay acts on the parameter
// itself, as in [AdamW]:
//
//	p -= LR * WeightDecay * p
//	d = g
//
// LR and WeightDecay must be finite and not negative, the betas lie in [0, 1) and
// are not both 0, and Eps must be positive; [New] says so otherwise. [NewAdaBelief]
// fills in the usual values.
type AdaBelief struct {
	LR                   float64 // learning rate
	Beta1                float64 // decay of the first moment
	Beta2                float64 // decay of the squared differences' average
	Eps                  float64 // keeps the division away from 0, and grows that average
	WeightDecay          float64 // coupled (L2) weight decay, unless decoupled
	DecoupledWeightDecay bool    // decay the parameter itself
	Maximize             bool    // ascend instead of descend
}

// NewAdaBelief returns AdaBelief with the authors' defaults: betas 0.9 and 0.999, eps
// 1e-16, and what weight decay is set is decoupled; there is none.
func NewAdaBelief(lr float64) AdaBelief {
	return AdaBelief{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-16, DecoupledWeightDecay: true}
}

// Name returns "AdaBelief".
func (r AdaBelief) Name() string { return "AdaBelief" }

// State returns the names of the first moment, "exp_avg", and of the average of squared
// differences, "exp_avg_var".
func (r AdaBelief) State() []string { return []string{"exp_avg", "exp_avg_var"} }

// LearningRate returns LR.
func (r AdaBelief) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r AdaBelief) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r AdaBelief) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r AdaBelief) Float32() (Updater[float32], error) {
	return valid(r, &adaBelief[float32]{opts: r.kernelOptions()})
}

// Float64 is Float32 for float64.
func (r AdaBelief) Float64() (Updater[float64], error) {
	return valid(r, &adaBelief[float64]{opts: r.kernelOptions()})
}

func (r AdaBelief) options() []domain.Number { return adamNumbers(r.kernelOptions()) }

func (r AdaBelief) kernelOptions() kernels.AdamOptions {
	return kernels.AdamOptions{
		LR: r.LR, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps,
		WeightDecay: r.WeightDecay, Decoupled: r.DecoupledWeightDecay, Maximize: r.Maximize,
	}
}

type adaBelief[T kernels.Float] struct {
	opts kernels.AdamOptions
	coef kernels.AdaBeliefCoef[T]
}

func (u *adaBelief[T]) Prepare(s StepInfo) {
	o := u.opts
	o.LR = s.LR
	u.coef = kernels.AdaBeliefCoefs[T](o, s.Step, s.Scale)
}

func (u *adaBelief[T]) Update(p, g []T, state [][]T) {
	kernels.AdaBelief(p, g, state[0], state[1], u.coef)
}
