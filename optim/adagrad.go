package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// Adagrad divides each element's step by the root of the sum of all its squared
// gradients (J. Duchi, E. Hazan and Y. Singer, Adaptive subgradient methods for
// online learning and stochastic optimization, JMLR 12, 2011), as
// torch.optim.Adagrad does:
//
//	d = g + WeightDecay*p
//	s += d*d    // from InitialAccumulatorValue
//	p -= LR / (1+(t-1)*LRDecay) * d / (sqrt(s) + Eps)
//
// in the t-th step. LR, LRDecay, WeightDecay and InitialAccumulatorValue must be
// finite and not negative, and Eps must be positive; [New] says so otherwise.
// [NewAdagrad] fills in the usual values.
type Adagrad struct {
	LR                      float64 // learning rate
	LRDecay                 float64 // how fast the rate falls, beside the schedule
	InitialAccumulatorValue float64 // where the sum of squares starts
	Eps                     float64 // keeps the division away from 0
	WeightDecay             float64 // coupled (L2) weight decay
	Maximize                bool    // ascend instead of descend
}

// NewAdagrad returns Adagrad with torch's defaults: eps 1e-10, no decay of the
// rate, no weight decay, sums from 0.
func NewAdagrad(lr float64) Adagrad { return Adagrad{LR: lr, Eps: 1e-10} }

// Name returns "Adagrad".
func (r Adagrad) Name() string { return "Adagrad" }

// State returns the name of the sum of squares, "sum".
func (r Adagrad) State() []string { return []string{"sum"} }

// LearningRate returns LR.
func (r Adagrad) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Adagrad) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Adagrad) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Adagrad) Float32() (Updater[float32], error) { return valid(r, &adagrad[float32]{rule: r}) }

// Float64 is Float32 for float64.
func (r Adagrad) Float64() (Updater[float64], error) { return valid(r, &adagrad[float64]{rule: r}) }

// Lazy returns true: rows without a gradient stay as they are.
func (r Adagrad) Lazy() bool { return true }

func (r Adagrad) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("LRDecay", r.LRDecay, domain.NonNegative),
		domain.Of("InitialAccumulatorValue", r.InitialAccumulatorValue, domain.NonNegative),
		domain.Of("Eps", r.Eps, domain.Positive),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

type adagrad[T kernels.Float] struct {
	rule Adagrad
	coef kernels.AdagradCoef[T]
}

func (u *adagrad[T]) Init(_ []T, state [][]T) {
	if u.rule.InitialAccumulatorValue == 0 {
		return
	}
	v := floored[T](u.rule.InitialAccumulatorValue)
	for i := range state[0] {
		state[0][i] = v
	}
}

func (u *adagrad[T]) Prepare(s StepInfo) {
	r := u.rule
	u.coef = kernels.AdagradCoefs[T](kernels.AdagradOptions{
		LR: s.LR, LRDecay: r.LRDecay, Eps: r.Eps, WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}, s.Step, s.Scale)
}

func (u *adagrad[T]) Update(p, g []T, state [][]T) { kernels.Adagrad(p, g, state[0], u.coef) }
