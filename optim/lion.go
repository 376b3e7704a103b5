package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// Lion steps by the sign of a mix of its moment and the gradient (X. Chen et al.,
// Symbolic discovery of optimization algorithms, NeurIPS 2023):
//
//	c = Beta1*m + (1-Beta1)*g
//	p -= LR * (sign(c) + WeightDecay*p)
//	m = Beta2*m + (1-Beta2)*g
//
// with sign(0) = 0: a dead gradient moves nothing. All elements move equally far,
// so that the learning rate is a third to a tenth of AdamW's, and the weight decay
// as much larger.
//
// LR and WeightDecay must be finite and not negative, and the betas lie in [0, 1)
// and are not both 0; [New] says so otherwise. [NewLion] fills in the usual values.
type Lion struct {
	LR          float64 // learning rate
	Beta1       float64 // share of the moment in the step
	Beta2       float64 // decay of the moment
	WeightDecay float64 // decoupled weight decay
	Maximize    bool    // ascend instead of descend
}

// NewLion returns Lion with the paper's betas, 0.9 and 0.99, and no weight decay.
func NewLion(lr float64) Lion { return Lion{LR: lr, Beta1: 0.9, Beta2: 0.99} }

// Name returns "Lion".
func (r Lion) Name() string { return "Lion" }

// State returns the name of the moment, "exp_avg".
func (r Lion) State() []string { return []string{"exp_avg"} }

// LearningRate returns LR.
func (r Lion) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Lion) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Lion) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Lion) Float32() (Updater[float32], error) { return valid(r, &lion[float32]{rule: r}) }

// Float64 is Float32 for float64.
func (r Lion) Float64() (Updater[float64], error) { return valid(r, &lion[float64]{rule: r}) }

// Signed returns true for the moment.
func (r Lion) Signed() []bool { return []bool{true} }

func (r Lion) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Beta1", r.Beta1, domain.Fraction),
		domain.Of("Beta2", r.Beta2, beta2Beside(r.Beta1)),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

type lion[T kernels.Float] struct {
	rule Lion
	coef kernels.LionCoef[T]
}

func (u *lion[T]) Prepare(s StepInfo) {
	r := u.rule
	u.coef = kernels.LionCoefs[T](kernels.LionOptions{
		LR: s.LR, Beta1: r.Beta1, Beta2: r.Beta2, WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}, s.Scale)
}

func (u *lion[T]) Update(p, g []T, state [][]T) { kernels.Lion(p, g, state[0], u.coef) }

func (u *lion[T]) updatePacked(x *packedPart[T], r kernels.Rounding) bool {
	c, ok := any(&u.coef).(*kernels.LionCoef[float32])
	if !ok {
		return false
	}
	p, g := packed.Float32s(x.value), packed.Float32s(x.grad.native)
	switch m := x.packed.state; x.kind() {
	case kind{state: BFloat16}:
		kernels.LionState16(p, g, m[0].BF16, *c, r)
	case kind{state: Int8}:
		kernels.LionState8(p, g, m[0].Int8, *c, r)
	default:
		return false
	}
	return true
}
