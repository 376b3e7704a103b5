package optim

import (
	"errors"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// Prodigy is AdamW that finds its learning rate by itself: the distance d from the
// parameters' first values p0 to the solution, of which it keeps an estimate (K.
// Mishchenko and A. Defazio, Prodigy: an expeditiously adaptive parameter-free learner,
// ICML 2024), as the authors' implementation does with decoupled weight decay. With sums
// over all elements of all parameters that share the estimate:
//
//	γ = d * LR
//	m = Beta1*m + (1-Beta1)*d*g
//	v = Beta2*v + (1-Beta2)*d*d*g*g
//	s = sqrt(Beta2)*s + d/D0*γ*g
//	r = sqrt(Beta2)*r + Σ d/D0*γ*g*(p0-p)
//	d = max(d, DCoef * r/Σ|s|)
//	p -= γ * (m/(sqrt(v)+d*Eps) + WeightDecay*p)
//
// where γ keeps the d that it was computed with. LR is a factor on what the rule finds,
// usually 1, and a place for a schedule.
//
// The parameters share one estimate that have the rule with the same options, but for the
// weight decay, and the same past, whatever else their groups say: those that have taken
// another number of steps, or were frozen in turns, keep estimates of their own. A group's
// learning-rate factor, schedule or limit changes γ and g for its own part of the sums. A
// step in which Σ|s| is 0 leaves the parameters as they are, and one whose rate is 0 those of
// that rate.
//
// LR and WeightDecay must be finite and not negative, Beta1 lies in [0, 1) and Beta2 in
// (0, 1), Eps, D0 and DCoef must be positive, and GrowthRate is 0 or at least 1; [New]
// says so otherwise. [NewProdigy] fills in the usual values.
type Prodigy struct {
	LR              float64 // factor on the estimated rate
	Beta1           float64 // decay of the first moment
	Beta2           float64 // decay of the second moment
	Eps             float64 // keeps the division away from 0
	D0              float64 // the first estimate of the distance, far too small
	DCoef           float64 // factor on the estimate
	GrowthRate      float64 // what the estimate may grow by in a step, 0 for any factor
	BiasCorrection  bool    // correct γ as Adam does, by sqrt(1-Beta2^t)/(1-Beta1^t)
	SafeguardWarmup bool    // d in the place of γ in s, for schedules that begin with a warm-up
	WeightDecay     float64 // decoupled weight decay
	Maximize        bool    // ascend instead of descend
}

// NewProdigy returns Prodigy with the authors' defaults: betas 0.9 and 0.999, eps 1e-8,
// a first estimate of 1e-6 that may grow by any factor, and no weight decay. Their
// learning rate is 1.
func NewProdigy(lr float64) Prodigy {
	return Prodigy{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, D0: 1e-6, DCoef: 1}
}

// Name returns "Prodigy".
func (r Prodigy) Name() string { return "Prodigy" }

// State returns the names of the moments, "exp_avg" and "exp_avg_sq", of the sum of
// gradients, "s", and of the first values, "p0".
func (r Prodigy) State() []string { return []string{"exp_avg", "exp_avg_sq", "s", "p0"} }

// LearningRate returns LR.
func (r Prodigy) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Prodigy) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Prodigy) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// CheckL1 returns an error for a penalty: steps are d times as long as the learning rate, and
// who sets the penalty does not know d.
func (r Prodigy) CheckL1(lambda float64) error {
	if lambda == 0 {
		return nil
	}
	return errors.New("optim: Prodigy finds the length of its steps by itself, which L1 does not know: there is no rate for the penalty")
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Prodigy) Float32() (Updater[float32], error) { return valid(r, newProdigy[float32](r)) }

// Float64 is Float32 for float64.
func (r Prodigy) Float64() (Updater[float64], error) { return valid(r, newProdigy[float64](r)) }

func (r Prodigy) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Beta1", r.Beta1, domain.Fraction),
		domain.Of("Beta2", r.Beta2, domain.OpenFraction),
		domain.Of("Eps", r.Eps, domain.Positive),
		domain.Of("D0", r.D0, domain.Positive),
		domain.Of("DCoef", r.DCoef, domain.Positive),
		domain.Of("GrowthRate", r.GrowthRate, domain.Where("0 or a finite number >= 1", func(v float64, _ func(float64) float64) bool {
			return v == 0 || v >= 1 && !math.IsInf(v, 0)
		})),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

func (r Prodigy) kernelOptions() kernels.ProdigyOptions {
	return kernels.ProdigyOptions{
		LR: r.LR, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps, D0: r.D0, WeightDecay: r.WeightDecay,
		BiasCorrection: r.BiasCorrection, SafeguardWarmup: r.SafeguardWarmup, Maximize: r.Maximize,
	}
}

type prodigy[T kernels.Float] struct {
	rule    Prodigy
	opts    kernels.ProdigyOptions
	step    StepInfo
	moments kernels.ProdigyMomentsCoef[T]
	coef    kernels.ProdigyCoef[T]
	moves   bool // whether the present step does

	d, most   float64 // the estimate, and the largest that there was without GrowthRate
	numerator float64
}

func newProdigy[T kernels.Float](r Prodigy) *prodigy[T] {
	return &prodigy[T]{rule: r, opts: r.kernelOptions(), d: r.D0, most: r.D0}
}

func (u *prodigy[T]) Init(p []T, state [][]T) { copy(state[3], p) }

func (u *prodigy[T]) Carried() []Number {
	return []Number{{Name: "d", Value: &u.d}, {Name: "d_max", Value: &u.most},
		{Name: "d_numerator", Value: &u.numerator, Min: -math.MaxFloat64}}
}

func (u *prodigy[T]) Prepare(s StepInfo) {
	u.step, u.opts.LR, u.moves = s, s.LR, s.LR > 0
	u.moments = kernels.ProdigyMomentsCoefs[T](u.opts, s.Step, u.d, s.Scale)
}

func (u *prodigy[T]) Update(p, g []T, state [][]T) { measureAndApply(u, p, g, state) }

// Measure returns d/D0*γ * Σ g*(p0-p) and Σ|s|, in pieces whose differences are in the
// first-level cache. The factor is before the sum since parameters that share the estimate
// may have other rates.
func (u *prodigy[T]) Measure(p, g []T, state [][]T) (sums [2]Sum) {
	if !u.moves {
		return sums
	}
	var away [512]T
	m, v, s, p0 := state[0], state[1], state[2], state[3]
	for lo := 0; lo < len(p); lo += len(away) {
		hi := min(len(p), lo+len(away))
		kernels.ProdigyMoments(g[lo:hi], m[lo:hi], v[lo:hi], s[lo:hi], u.moments)
		d := away[:hi-lo]
		kernels.Sub(d, p0[lo:hi], p[lo:hi])
		sums[0].Value += kernels.Dsdot(g[lo:hi], d)
		sums[1].Value += float64(kernels.Asum(s[lo:hi]))
	}
	sums[0].Value *= u.d / u.rule.D0 * u.opts.Rate(u.step.Step, u.d) * u.step.signed(u.rule.Maximize)
	return sums
}

// Conclude computes the next estimate, from sums that are finite. It depends on nothing in
// which those that share it differ.
func (u *prodigy[T]) Conclude(total [2]Sum) {
	distance, sum := total[0].Float64(), total[1].Float64()
	u.moves = u.moves && sum != 0
	if sum == 0 {
		return
	}
	d := u.d
	numerator := float64(math.Sqrt(u.rule.Beta2)*u.numerator) + distance
	if estimate := u.rule.DCoef * numerator / sum; estimate-estimate == 0 {
		u.numerator = numerator
		u.most = max(u.most, estimate)
		limit := math.Inf(1)
		if u.rule.GrowthRate > 0 {
			limit = d * u.rule.GrowthRate
			if d == u.rule.D0 { // which was arbitrary
				limit = max(d, estimate) * u.rule.GrowthRate
			}
		}
		u.d = min(u.most, limit)
	}
	u.coef = kernels.ProdigyCoefs[T](u.opts, u.step.Step, d, u.d)
}

func (u *prodigy[T]) Apply(p, _ []T, state [][]T, _ [2]Sum) {
	if u.moves {
		kernels.ProdigyStep(p, state[0], state[1], u.coef)
	}
}
