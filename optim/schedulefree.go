package optim

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/domain"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
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

func (r ScheduleFreeAdamW) rate() float64 { return r.LR }

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

func (u *scheduleFree[T]) initState(p []T, state [][]T) { copy(state[0], p) }

func (u *scheduleFree[T]) carried() []carriedNumber {
	return []carriedNumber{{"lr_max", &u.lrMax, domain.NonNegative}, {"weights", &u.weights, domain.NonNegative}}
}

func (u *scheduleFree[T]) prepare(k tick) {
	r := u.rule
	lr := k.lr * math.Sqrt(1-generic.Power(r.Beta2, uint64(k.t)))
	if k.t < r.WarmupSteps {
		lr *= float64(k.t) / float64(r.WarmupSteps)
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
	}, average, k.scale)
}

func (u *scheduleFree[T]) update(p, g []T, state [][]T) {
	kernels.ScheduleFree(p, g, state[0], state[1], u.coef)
}

// EvalMode puts the point for evaluation into the parameters. For
// [ScheduleFreeAdamW] that is the average of its iterates, and no step can be
// taken before [Optimizer.TrainMode]. For all other rules the parameters are that
// point already, and both methods do nothing. Calling either twice does no more
// than calling it once.
func (o *Optimizer[T]) EvalMode() {
	rule, ok := o.rule.(ScheduleFreeAdamW)
	if !ok || o.evaluating {
		return
	}
	o.evaluating = true
	o.training = slices.Grow(o.training, len(o.params))[:len(o.params)]
	for i, p := range o.params {
		o.training[i] = append(o.training[i][:0], p.Value...)
		// y = (1-Beta1)*z + Beta1*x, solved for x.
		kernels.Lerp(T(1-1/rule.Beta1), p.state[0], p.Value)
	}
}

// TrainMode puts the point where gradients are taken back into the parameters,
// the same bits that [Optimizer.EvalMode] found there.
func (o *Optimizer[T]) TrainMode() {
	if !o.evaluating {
		return
	}
	o.evaluating = false
	for i, p := range o.params {
		copy(p.Value, o.training[i])
	}
}

// checkMode returns an error if the parameters are not where gradients are taken, or
// if there are none because New has not made the optimizer.
func (o *Optimizer[T]) checkMode() error {
	if o.rule == nil {
		return fmt.Errorf("optim: an Optimizer that is not from New")
	}
	if o.evaluating {
		return fmt.Errorf("optim: %s: the parameters are at the evaluation point; call TrainMode before the next step", o.rule.Name())
	}
	return nil
}
