package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// Adamax is Adam with a decaying maximum of the gradient in the place of the
// second moment (Kingma and Ba 2015, section 7.1), as torch.optim.Adamax:
//
//	d = g + WeightDecay*p
//	m = Beta1*m + (1-Beta1)*d
//	u = max(Beta2*u, |d| + Eps)
//	p -= LR/(1-Beta1^t) * m/u
//
// in the t-th step. LR and WeightDecay must be finite and not negative, the betas
// lie in [0, 1) and are not both 0, and Eps must be positive and well above the
// subnormal numbers; [New] says so otherwise. [NewAdamax] fills in the usual values.
type Adamax struct {
	LR          float64 // learning rate
	Beta1       float64 // decay of the first moment
	Beta2       float64 // decay of the maximum
	Eps         float64 // keeps the division away from 0
	WeightDecay float64 // coupled (L2) weight decay
	Maximize    bool    // ascend instead of descend
}

// NewAdamax returns Adamax with torch's defaults: betas 0.9 and 0.999, eps 1e-8,
// no weight decay.
func NewAdamax(lr float64) Adamax {
	return Adamax{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// Name returns "Adamax".
func (r Adamax) Name() string { return "Adamax" }

// State returns the names of the moment, "exp_avg", and of the maximum,
// "exp_inf".
func (r Adamax) State() []string { return []string{"exp_avg", "exp_inf"} }

// LearningRate returns LR.
func (r Adamax) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Adamax) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Adamax) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Adamax) Float32() (Updater[float32], error) {
	return valid(r, &adamax[float32]{opts: r.kernelOptions()})
}

// Float64 is Float32 for float64.
func (r Adamax) Float64() (Updater[float64], error) {
	return valid(r, &adamax[float64]{opts: r.kernelOptions()})
}

func (r Adamax) options() []domain.Number {
	// The maximum is stored and never less than Eps.
	eps := domain.Where("a finite number > 0, above the subnormal ones", func(v float64, round func(float64) float64) bool {
		return domain.Positive.Has(v, round) && round(round(v)*0x1p-60) > 0
	})
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Beta1", r.Beta1, domain.Fraction),
		domain.Of("Beta2", r.Beta2, beta2Beside(r.Beta1)),
		domain.Of("Eps", r.Eps, eps),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

func (r Adamax) kernelOptions() kernels.AdamOptions {
	return kernels.AdamOptions{
		LR: r.LR, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps,
		WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}
}

type adamax[T kernels.Float] struct {
	opts kernels.AdamOptions
	coef kernels.AdamaxCoef[T]
}

func (u *adamax[T]) Prepare(s StepInfo) {
	o := u.opts
	o.LR = s.LR
	u.coef = kernels.AdamaxCoefs[T](o, s.Step, s.Scale)
}

func (u *adamax[T]) Update(p, g []T, state [][]T) {
	kernels.Adamax(p, g, state[0], state[1], u.coef)
}
