package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// NAdam is Adam with Nesterov's momentum (T. Dozat, Incorporating Nesterov
// momentum into Adam, ICLR workshop 2016), as torch.optim.NAdam. With
//
//	μt = Beta1 * (1 - 0.96^(t*MomentumDecay)/2)
//	Πt = μ1 * μ2 * ... * μt
//
// it takes in the t-th step
//
//	d = g + WeightDecay*p
//	m = Beta1*m + (1-Beta1)*d
//	v = Beta2*v + (1-Beta2)*d*d
//	w = (1-μt)/(1-Πt) * d + μ(t+1)/(1-Π(t+1)) * m
//	p -= LR * w / (sqrt(v/(1-Beta2^t)) + Eps)
//
// with Πt in float32, as torch keeps it. (torch 1 counted μt twice in Π(t+1).)
//
// With DecoupledWeightDecay set, the decay acts on the parameter itself, as in
// [AdamW].
//
// LR, WeightDecay and MomentumDecay must be finite and not negative, the betas lie
// in [0, 1) and are not both 0, and Eps must be positive; [New] says so otherwise.
// [NewNAdam] fills in the usual values.
type NAdam struct {
	LR                   float64 // learning rate
	Beta1                float64 // decay of the first moment
	Beta2                float64 // decay of the second moment
	Eps                  float64 // keeps the division away from 0
	MomentumDecay        float64 // how fast the momentum rises to Beta1; 0 keeps it at half of that
	WeightDecay          float64 // weight decay, coupled (L2) if not said otherwise
	DecoupledWeightDecay bool    // let the decay act as in AdamW
	Maximize             bool    // ascend instead of descend
}

// NewNAdam returns NAdam with torch's defaults: betas 0.9 and 0.999, eps 1e-8,
// momentum decay 0.004, no weight decay.
func NewNAdam(lr float64) NAdam {
	return NAdam{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, MomentumDecay: 4e-3}
}

// Name returns "NAdam".
func (r NAdam) Name() string { return "NAdam" }

// State returns the names of the moments, "exp_avg" and "exp_avg_sq".
func (r NAdam) State() []string { return []string{"exp_avg", "exp_avg_sq"} }

// LearningRate returns LR.
func (r NAdam) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r NAdam) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r NAdam) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r NAdam) Float32() (Updater[float32], error) {
	return valid(r, &nadam[float32]{opts: r.kernelOptions()})
}

// Float64 is Float32 for float64.
func (r NAdam) Float64() (Updater[float64], error) {
	return valid(r, &nadam[float64]{opts: r.kernelOptions()})
}

// Signed returns true for the first moment and false for the second.
func (r NAdam) Signed() []bool { return []bool{true, false} }

func (r NAdam) options() []domain.Number {
	// The momenta are rounded to float32, whatever the elements are.
	beta1 := domain.Where("a number in [0, 1), and in float32 too", func(v float64, round func(float64) float64) bool {
		return domain.Fraction.Has(v, round) && float32(v) < 1
	})
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Beta1", r.Beta1, beta1),
		domain.Of("Beta2", r.Beta2, beta2Beside(r.Beta1)),
		domain.Of("Eps", r.Eps, domain.Positive),
		domain.Of("MomentumDecay", r.MomentumDecay, domain.NonNegative),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

func (r NAdam) kernelOptions() kernels.NAdamOptions {
	return kernels.NAdamOptions{
		AdamOptions: kernels.AdamOptions{
			LR: r.LR, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps,
			WeightDecay: r.WeightDecay, Decoupled: r.DecoupledWeightDecay, Maximize: r.Maximize,
		},
		MomentumDecay: r.MomentumDecay,
	}
}

type nadam[T kernels.Float] struct {
	opts kernels.NAdamOptions
	coef kernels.NAdamCoef[T]

	// The product of the momenta of the steps 1 to t, with torch's rounding. It
	// follows from t and the options, so it is no state.
	product float32
	t       int
}

func (u *nadam[T]) Prepare(s StepInfo) {
	if s.Step == 1 || s.Step != u.t+1 {
		u.t, u.product = 0, 1
	}
	for u.t < s.Step {
		u.t++
		u.product *= float32(u.opts.Momentum(u.t))
		if u.product < 0x1p-60 {
			// Too small to show in the coefficients now and ever after: a resumed run
			// need not go through all steps again.
			u.t, u.product = s.Step, 0
		}
	}
	o := u.opts
	o.LR = s.LR
	u.coef = kernels.NAdamCoefs[T](o, s.Step, u.product, s.Scale)
}

func (u *nadam[T]) Update(p, g []T, state [][]T) {
	kernels.NAdam(p, g, state[0], state[1], u.coef)
}
