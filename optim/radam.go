package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// RAdam is Adam with a rectified variance (L. Liu et al., On the variance of the
// adaptive learning rate and beyond, ICLR 2020), as torch.optim.RAdam. With
//
//	ρ  = 2/(1-Beta2) - 1
//	ρt = ρ - 2*t*Beta2^t/(1-Beta2^t)
//	rt = sqrt((ρt-4)*(ρt-2)*ρ / ((ρ-4)*(ρ-2)*ρt))
//
// it takes in the t-th step
//
//	d = g + WeightDecay*p
//	m = Beta1*m + (1-Beta1)*d
//	v = Beta2*v + (1-Beta2)*d*d
//	p -= LR * m/(1-Beta1^t)                                           // while ρt <= 5
//	p -= LR * m/(1-Beta1^t) * rt * sqrt(1-Beta2^t)/(sqrt(v) + Eps)    // afterwards
//
// With DecoupledWeightDecay set, the decay acts on the parameter itself, as in
// [AdamW].
//
// LR and WeightDecay must be finite and not negative, the betas lie in [0, 1) and
// are not both 0, and Eps must be positive; [New] says so otherwise. With Beta2 up to
// 2/3, ρt never exceeds 5. [NewRAdam] fills in the usual values.
type RAdam struct {
	LR                   float64 // learning rate
	Beta1                float64 // decay of the first moment
	Beta2                float64 // decay of the second moment
	Eps                  float64 // keeps the division away from 0
	WeightDecay          float64 // weight decay, coupled (L2) if not said otherwise
	DecoupledWeightDecay bool    // let the decay act as in AdamW
	Maximize             bool    // ascend instead of descend
}

// NewRAdam returns RAdam with torch's defaults: betas 0.9 and 0.999, eps 1e-8, no
// weight decay.
func NewRAdam(lr float64) RAdam {
	return RAdam{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// Name returns "RAdam".
func (r RAdam) Name() string { return "RAdam" }

// State returns the names of the moments, "exp_avg" and "exp_avg_sq".
func (r RAdam) State() []string { return []string{"exp_avg", "exp_avg_sq"} }

// LearningRate returns LR.
func (r RAdam) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r RAdam) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r RAdam) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r RAdam) Float32() (Updater[float32], error) {
	return valid(r, &radam[float32]{opts: r.kernelOptions()})
}

// Float64 is Float32 for float64.
func (r RAdam) Float64() (Updater[float64], error) {
	return valid(r, &radam[float64]{opts: r.kernelOptions()})
}

// Signed returns true for the first moment and false for the second.
func (r RAdam) Signed() []bool { return []bool{true, false} }

func (r RAdam) options() []domain.Number { return adamNumbers(r.kernelOptions()) }

func (r RAdam) kernelOptions() kernels.AdamOptions {
	return kernels.AdamOptions{
		LR: r.LR, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps,
		WeightDecay: r.WeightDecay, Decoupled: r.DecoupledWeightDecay, Maximize: r.Maximize,
	}
}

type radam[T kernels.Float] struct {
	opts      kernels.AdamOptions
	coef      kernels.AdamCoef[T]
	rectified bool
}

func (u *radam[T]) Prepare(s StepInfo) {
	o := u.opts
	o.LR = s.LR
	u.coef, u.rectified = kernels.RAdamCoefs[T](o, s.Step, s.Scale)
}

func (u *radam[T]) Update(p, g []T, state [][]T) {
	if u.rectified {
		kernels.Adam(p, g, state[0], state[1], u.coef)
	} else {
		kernels.AdamWarmup(p, g, state[0], state[1], u.coef)
	}
}
