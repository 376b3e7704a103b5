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

func (r Adagrad) rate() float64 { return r.LR }

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

func (u *adagrad[T]) initState(_ []T, state [][]T) {
	if u.rule.InitialAccumulatorValue == 0 {
		return
	}
	v := floored[T](u.rule.InitialAccumulatorValue)
	for i := range state[0] {
		state[0][i] = v
	}
}

func (u *adagrad[T]) prepare(k tick) {
	fall := 1 + float64(float64(k.t-1)*u.rule.LRDecay)
	u.coef = kernels.AdagradCoef[T]{
		Scale: T(k.sign(u.rule.Maximize)),
		L2:    T(u.rule.WeightDecay),
		Eps:   T(u.rule.Eps),
		LR:    T(k.lr / fall),
	}
}

func (u *adagrad[T]) update(p, g []T, state [][]T) { kernels.Adagrad(p, g, state[0], u.coef) }
