package optim

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// LAMB is Adam with a learning rate for each parameter, in proportion to the
// parameter's norm and against its step's (Y. You et al., Large batch optimization
// for deep learning: training BERT in 76 minutes, ICLR 2020). With the Euclidean
// norms of the whole parameter and of its direction r:
//
//	m = Beta1*m + (1-Beta1)*g
//	v = Beta2*v + (1-Beta2)*g*g
//	r = (m/(1-Beta1^t)) / (sqrt(v/(1-Beta2^t)) + Eps) + WeightDecay*p
//	p -= LR * |p|/|r| * r
//
// in the t-th step. The ratio is 1 where one of the norms is 0 or infinite.
//
// LR and WeightDecay must be finite and not negative, the betas lie in [0, 1) and
// are not both 0, and Eps must be positive; [New] says so otherwise. [NewLAMB] fills
// in the usual values.
type LAMB struct {
	LR          float64 // learning rate
	Beta1       float64 // decay of the first moment
	Beta2       float64 // decay of the second moment
	Eps         float64 // keeps the division away from 0
	WeightDecay float64 // weight decay, a part of the direction
	Maximize    bool    // ascend instead of descend
}

// NewLAMB returns LAMB with the paper's betas 0.9 and 0.999, eps 1e-6 and weight
// decay 0.01.
func NewLAMB(lr float64) LAMB {
	return LAMB{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-6, WeightDecay: 0.01}
}

// Name returns "LAMB".
func (r LAMB) Name() string { return "LAMB" }

// State returns the names of the moments, "exp_avg" and "exp_avg_sq".
func (r LAMB) State() []string { return []string{"exp_avg", "exp_avg_sq"} }

// Scratch returns 1, for the direction, which waits for its norm.
func (r LAMB) Scratch() int { return 1 }

// LearningRate returns LR.
func (r LAMB) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r LAMB) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r LAMB) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r LAMB) Float32() (Updater[float32], error) {
	return valid(r, &lamb[float32]{opts: r.kernelOptions()})
}

// Float64 is Float32 for float64.
func (r LAMB) Float64() (Updater[float64], error) {
	return valid(r, &lamb[float64]{opts: r.kernelOptions()})
}

func (r LAMB) options() []domain.Number { return adamNumbers(r.kernelOptions()) }

func (r LAMB) kernelOptions() kernels.AdamOptions {
	return kernels.AdamOptions{
		LR: r.LR, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps,
		WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}
}

type lamb[T kernels.Float] struct {
	opts kernels.AdamOptions
	coef kernels.LAMBCoef[T]
	lr   float64
}

func (u *lamb[T]) Prepare(s StepInfo) {
	u.lr, u.coef = s.LR, kernels.LAMBCoefs[T](u.opts, s.Step, s.Scale)
}

func (u *lamb[T]) Update(p, g []T, state [][]T) { measureAndApply(u, p, g, state) }

// Measure adds up the squares of each block while it is in the cache.
func (u *lamb[T]) Measure(p, g []T, state [][]T) (sums [2]Sum) {
	m, v, r := state[0], state[1], state[2]
	block := blockLen[T]()
	for lo := 0; lo < len(p); lo += block {
		hi := min(len(p), lo+block)
		kernels.LAMBDirection(r[lo:hi], p[lo:hi], g[lo:hi], m[lo:hi], v[lo:hi], u.coef)
		sums[0] = sums[0].plus(sumSquares(p[lo:hi]))
		sums[1] = sums[1].plus(sumSquares(r[lo:hi]))
	}
	return sums
}

func (u *lamb[T]) Conclude([2]Sum) {}

func (u *lamb[T]) Apply(p, _ []T, state [][]T, own [2]Sum) {
	trust := one
	if pn, rn := own[0].root(), own[1].root(); hasLength(pn) && hasLength(rn) {
		trust = pn.over(rn)
	}
	r := state[2]
	shift, rate := split[T](trust.times(wide{frac: u.lr}))
	if shift != 0 {
		kernels.Scal(T(math.Ldexp(1, -shift)), r)
	}
	kernels.Axpy(-generic.Bounded[T](rate), r, p)
}
