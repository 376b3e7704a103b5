package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// Adadelta scales each element's gradient by the ratio of the running sizes of
// its past steps and gradients (M. D. Zeiler, ADADELTA: an adaptive learning rate
// method, 2012), as torch.optim.Adadelta does:
//
//	d = g + WeightDecay*p
//	v = Rho*v + (1-Rho)*d*d
//	x = sqrt(a + Eps) / sqrt(v + Eps) * d
//	a = Rho*a + (1-Rho)*x*x
//	p -= LR * x
//
// LR and WeightDecay must be finite and not negative, Rho lies in (0, 1), and Eps
// must be positive; [New] says so otherwise. [NewAdadelta] fills in the usual
// values.
type Adadelta struct {
	LR          float64 // factor on the paper's step, usually 1
	Rho         float64 // decay of the averages
	Eps         float64 // keeps the division away from 0, and the first step too
	WeightDecay float64 // coupled (L2) weight decay
	Maximize    bool    // ascend instead of descend
}

// NewAdadelta returns Adadelta with torch's defaults: rho 0.9, eps 1e-6, no weight
// decay. torch's learning rate, and the paper's, is 1.
func NewAdadelta(lr float64) Adadelta { return Adadelta{LR: lr, Rho: 0.9, Eps: 1e-6} }

// Name returns "Adadelta".
func (r Adadelta) Name() string { return "Adadelta" }

// State returns the names of the average squares of the gradients, "square_avg",
// and of the steps, "acc_delta".
func (r Adadelta) State() []string { return []string{"square_avg", "acc_delta"} }

// LearningRate returns LR.
func (r Adadelta) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Adadelta) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Adadelta) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Adadelta) Float32() (Updater[float32], error) { return valid(r, &adadelta[float32]{rule: r}) }

// Float64 is Float32 for float64.
func (r Adadelta) Float64() (Updater[float64], error) { return valid(r, &adadelta[float64]{rule: r}) }

func (r Adadelta) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Rho", r.Rho, domain.OpenFraction),
		domain.Of("Eps", r.Eps, domain.Positive),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

type adadelta[T kernels.Float] struct {
	rule Adadelta
	coef kernels.AdadeltaCoef[T]
}

func (u *adadelta[T]) Prepare(s StepInfo) {
	r := u.rule
	u.coef = kernels.AdadeltaCoefs[T](kernels.AdadeltaOptions{
		LR: s.LR, Rho: r.Rho, Eps: r.Eps, WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}, s.Scale)
}

func (u *adadelta[T]) Update(p, g []T, state [][]T) {
	kernels.Adadelta(p, g, state[0], state[1], u.coef)
}
