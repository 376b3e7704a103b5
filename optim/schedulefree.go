package optim

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// ScheduleFreeAdamW is AdamW that averages its iterates instead of lowering its
// learning rate along a schedule (A. Defazio et al., The road less scheduled,
// NeurIPS 2024). Gradients are taken at y, a base sequence z makes the steps, and
// their average x is the result. All three start from the parameter's value at
// [New]; then, in the t-th step,
//
//	γ = LR * sqrt(1-Beta2^t) * min(1, t/WarmupSteps)
//	v = Beta2*v + (1-Beta2)*g*g
//	z -= γ * (g/(sqrt(v)+Eps) + WeightDecay*y)
//	w = (the largest γ so far)²
//	x += w/(sum of all w so far) * (z-x)
//	y = (1-Beta1)*z + Beta1*x
//
// The parameter holds y, where the next gradient belongs, z and v are state, and x
// is never stored: [Optimizer.EvalMode] puts it into the parameters for
// evaluation, or to save them, and [Optimizer.TrainMode] comes back. With a
// constant LR the largest γ is the present one, as the paper has it.
//
// LR, WeightDecay and WarmupSteps must be finite and not negative, Beta1 lies in
// (0, 1) and Beta2 in [0, 1), and Eps must be positive; [New] says so otherwise.
// [NewScheduleFreeAdamW] fills in the usual values.
type ScheduleFreeAdamW struct {
	LR          float64 // learning rate, often higher than AdamW's
	Beta1       float64 // share of the average in the gradient's point
	Beta2       float64 // decay of the second moment
	Eps         float64 // keeps the division away from 0
	WeightDecay float64 // decoupled weight decay, at the gradient's point
	WarmupSteps int     // steps in which the rate rises to LR
	Maximize    bool    // ascend instead of descend
}

// NewScheduleFreeAdamW returns ScheduleFreeAdamW with the defaults of the authors'
// implementation: betas 0.9 and 0.999, eps 1e-8, neither weight decay nor warm-up.
func NewScheduleFreeAdamW(lr float64) ScheduleFreeAdamW {
	return ScheduleFreeAdamW{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// Name returns "ScheduleFreeAdamW".
func (r ScheduleFreeAdamW) Name() string { return "ScheduleFreeAdamW" }

// State returns the names of the base sequence, "z", and of the second moment,
// "exp_avg_sq".
func (r ScheduleFreeAdamW) State() []string { return []string{"z", "exp_avg_sq"} }

// LearningRate returns LR.
func (r ScheduleFreeAdamW) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r ScheduleFreeAdamW) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r ScheduleFreeAdamW) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r ScheduleFreeAdamW) Float32() (Updater[float32], error) {
	return valid(r, &scheduleFree[float32]{rule: r})
}

// Float64 is Float32 for float64.
func (r ScheduleFreeAdamW) Float64() (Updater[float64], error) {
	return valid(r, &scheduleFree[float64]{rule: r})
}

func (r ScheduleFreeAdamW) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Beta1", r.Beta1, domain.OpenFraction),
		domain.Of("Beta2", r.Beta2, domain.Fraction),
		domain.Of("Eps", r.Eps, domain.Positive),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
		domain.Of("WarmupSteps", float64(r.WarmupSteps), domain.NonNegative),
	}
}

type scheduleFree[T kernels.Float] struct {
	rule ScheduleFreeAdamW
	coef kernels.ScheduleFreeCoef[T]

	lrMax   float64 // the largest rate so far
	weights float64 // of all steps so far, their sum over lrMax², which may have no square
}

func (u *scheduleFree[T]) Init(p []T, state [][]T) { copy(state[0], p) }

func (u *scheduleFree[T]) Carried() []Number {
	return []Number{{Name: "lr_max", Value: &u.lrMax}, {Name: "weights", Value: &u.weights}}
}

func (u *scheduleFree[T]) Prepare(s StepInfo) {
	r := u.rule
	lr := s.LR * math.Sqrt(1-generic.Power(r.Beta2, uint64(s.Step)))
	if s.Step < r.WarmupSteps {
		lr *= float64(s.Step) / float64(r.WarmupSteps)
	}
	if lr > u.lrMax {
		shrink := u.lrMax / lr
		u.weights *= float64(shrink * shrink)
		u.lrMax = lr
	}
	average := 0.0
	if u.lrMax > 0 {
		u.weights++
		average = 1 / u.weights
	}
	u.coef = kernels.ScheduleFreeCoefs[T](kernels.AdamOptions{
		LR: lr, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps,
		WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}, average, s.Scale)
}

func (u *scheduleFree[T]) Update(p, g []T, state [][]T) {
	kernels.ScheduleFree(p, g, state[0], state[1], u.coef)
}

// Evaluate solves y = (1-Beta1)*z + Beta1*x for x.
func (u *scheduleFree[T]) Evaluate(p []T, state [][]T) {
	kernels.Lerp(T(1-1/u.rule.Beta1), state[0], p)
}
