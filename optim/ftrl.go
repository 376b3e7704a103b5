package optim

import (
	"errors"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// FTRL is FTRL-Proximal, for linear models of many features, of which few are to have a
// weight (H. B. McMahan et al., Ad click prediction: a view from the trenches, KDD
// 2013). With the paper's α as LR, its β as Beta, its λ1 and λ2 as L1 and L2, and its z
// times LR:
//
//	z += LR*g - (sqrt(n+g*g)-sqrt(n))*p
//	n += g*g
//	p = 0 where |z| <= LR*L1, otherwise -(z - sign(z)*LR*L1) / (Beta+sqrt(n) + LR*L2)
//
// Weights that L1 outweighs are exactly 0. Without penalties the step is -LR*g /
// (Beta+sqrt(n)). The paper starts at p = 0 with z = 0; from elsewhere, z starts as what
// has p for its minimizer, so that parameters without a gradient stay where they are.
// (With Beta and L2 both 0 nothing but gradients holds a parameter against L1.)
//
// A schedule, or a group's factor, takes the place of LR before g alone: the step is as
// much longer or shorter, and the penalties and what has been learned stay what they are.
// A run may go on from a saved state with another LR, too. What has been learned stays, and
// the penalties then count in proportion to the new LR.
//
// LR must be finite and positive; Beta, L1 and L2 must be finite and not negative, and so
// must LR*L1 and LR*L2 be. [New] says so otherwise. [NewFTRL] fills in the usual values.
type FTRL struct {
	LR       float64 // learning rate
	Beta     float64 // shortens the first steps
	L1       float64 // penalty on |p|, which makes zeros
	L2       float64 // penalty on p*p/2
	Maximize bool    // ascend instead of descend
}

// NewFTRL returns FTRL with the paper's beta, 1, and without penalties.
func NewFTRL(lr float64) FTRL { return FTRL{LR: lr, Beta: 1} }

// Name returns "FTRL".
func (r FTRL) Name() string { return "FTRL" }

// State returns the names of z, "linear", which is the paper's times LR, and of n, "accumulator".
func (r FTRL) State() []string { return []string{"linear", "accumulator"} }

// LearningRate returns LR.
func (r FTRL) LearningRate() float64 { return r.LR }

// Lazy returns true: rows without a gradient would stay where they are.
func (r FTRL) Lazy() bool { return true }

// CheckL1 returns an error for a penalty: that is the option L1.
func (r FTRL) CheckL1(lambda float64) error {
	if lambda == 0 {
		return nil
	}
	return errors.New("optim: FTRL computes the parameters anew from z, which the group option L1 does not reach: its own option L1 is the penalty")
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r FTRL) Float32() (Updater[float32], error) { return valid(r, &ftrl[float32]{rule: r}) }

// Float64 is Float32 for float64.
func (r FTRL) Float64() (Updater[float64], error) { return valid(r, &ftrl[float64]{rule: r}) }

func (r FTRL) options() []domain.Number {
	penalty := domain.Where("a finite number >= 0 with a finite product with LR",
		func(v float64, round func(float64) float64) bool {
			return domain.NonNegative.Has(v, round) && domain.NonNegative.Has(r.LR*v, round)
		})
	return []domain.Number{
		domain.Of("LR", r.LR, domain.Positive),
		domain.Of("Beta", r.Beta, domain.NonNegative),
		domain.Of("L1", r.L1, penalty),
		domain.Of("L2", r.L2, penalty),
	}
}

type ftrl[T kernels.Float] struct {
	rule FTRL
	coef kernels.FTRLCoef[T]
}

// Init sets z to what has p for its minimizer: -(z - sign(z)*LR*L1) / (Beta + LR*L2).
func (u *ftrl[T]) Init(p []T, state [][]T) {
	r, z := u.rule, state[0]
	curvature := r.Beta + float64(r.LR*r.L2)
	for i, w := range p {
		if w != 0 {
			z[i] = T(-float64(float64(w)*curvature) - math.Copysign(r.LR*r.L1, float64(w)))
		}
	}
}

// Prepare takes the kernel's alpha for 1 and multiplies what else stands beside it by LR,
// so that z does not depend on it.
func (u *ftrl[T]) Prepare(s StepInfo) {
	r := u.rule
	u.coef = kernels.FTRLCoefs[T](kernels.FTRLOptions{
		LR: 1, Beta: r.Beta, L1: r.LR * r.L1, L2: r.LR * r.L2, Maximize: r.Maximize,
	}, s.LR, s.Scale)
}

func (u *ftrl[T]) Update(p, g []T, state [][]T) { kernels.FTRL(p, g, state[0], state[1], u.coef) }
