package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// Adam scales each element's step by running moments of its gradient (D. P.
// Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015), as
// torch.optim.Adam does:
//
//	d = g + WeightDecay*p
//	m = Beta1*m + (1-Beta1)*d
//	v = Beta2*v + (1-Beta2)*d*d
//	p -= LR * (m/(1-Beta1^t)) / (sqrt(v/(1-Beta2^t)) + Eps)
//
// in the t-th step. With AMSGrad set, the largest v so far takes the place of v in
// the last line (S. J. Reddi, S. Kale and S. Kumar, On the convergence of Adam and
// beyond, ICLR 2018).
//
// LR and WeightDecay must be finite and not negative, the betas lie in [0, 1) and
// are not both 0, and Eps must be positive; [New] says so otherwise. [NewAdam] fills
// in the usual values.
type Adam struct {
	LR          float64 // learning rate
	Beta1       float64 // decay of the first moment
	Beta2       float64 // decay of the second moment
	Eps         float64 // keeps the division away from 0
	WeightDecay float64 // coupled (L2) weight decay
	AMSGrad     bool    // divide by the largest second moment so far
	Maximize    bool    // ascend instead of descend
}

// NewAdam returns Adam with torch's defaults: betas 0.9 and 0.999, eps 1e-8, no
// weight decay.
func NewAdam(lr float64) Adam {
	return Adam{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// Name returns "Adam".
func (r Adam) Name() string { return "Adam" }

// State returns the names of the moments, "exp_avg" and "exp_avg_sq", and with
// AMSGrad "max_exp_avg_sq".
func (r Adam) State() []string {
	if r.AMSGrad {
		return []string{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}
	}
	return []string{"exp_avg", "exp_avg_sq"}
}

// LearningRate returns LR.
func (r Adam) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Adam) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Adam) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Adam) Float32() (Updater[float32], error) {
	return valid(r, &adam[float32]{opts: r.kernelOptions(), amsgrad: r.AMSGrad})
}

// Float64 is Float32 for float64.
func (r Adam) Float64() (Updater[float64], error) {
	return valid(r, &adam[float64]{opts: r.kernelOptions(), amsgrad: r.AMSGrad})
}

// Lazy returns true: moments of rows without a gradient stay as they are.
func (r Adam) Lazy() bool { return true }

// Signed returns true for the first moment and false for the second, and nil with AMSGrad: the
// greatest of inexact numbers grows.
func (r Adam) Signed() []bool {
	if r.AMSGrad {
		return nil
	}
	return []bool{true, false}
}

func (r Adam) options() []domain.Number { return adamNumbers(r.kernelOptions()) }

func (r Adam) kernelOptions() kernels.AdamOptions {
	return kernels.AdamOptions{
		LR: r.LR, Beta1: r.Beta1, Beta2: r.Beta2, Eps: r.Eps,
		WeightDecay: r.WeightDecay, Maximize: r.Maximize,
	}
}

// adamNumbers lists the options that most rules with Adam's moments have.
func adamNumbers(o kernels.AdamOptions) []domain.Number {
	return []domain.Number{
		domain.Of("LR", o.LR, domain.NonNegative),
		domain.Of("Beta1", o.Beta1, domain.Fraction),
		domain.Of("Beta2", o.Beta2, beta2Beside(o.Beta1)),
		domain.Of("Eps", o.Eps, domain.Positive),
		domain.Of("WeightDecay", o.WeightDecay, domain.NonNegative),
	}
}

// AdamW is Adam with decoupled weight decay (I. Loshchilov and F. Hutter,
// Decoupled weight decay regularization, ICLR 2019), as torch.optim.AdamW: the
// decay acts on the parameter itself and does not pass through the moments.
//
//	p -= LR * WeightDecay * p
//	m = Beta1*m + (1-Beta1)*g
//	v = Beta2*v + (1-Beta2)*g*g
//	p -= LR * (m/(1-Beta1^t)) / (sqrt(v/(1-Beta2^t)) + Eps)
//
// The options are Adam's. [NewAdamW] fills in the usual values.
type AdamW struct {
	LR          float64 // learning rate
	Beta1       float64 // decay of the first moment
	Beta2       float64 // decay of the second moment
	Eps         float64 // keeps the division away from 0
	WeightDecay float64 // decoupled weight decay
	AMSGrad     bool    // divide by the largest second moment so far
	Maximize    bool    // ascend instead of descend
}

// NewAdamW returns AdamW with torch's defaults: betas 0.9 and 0.999, eps 1e-8,
// weight decay 0.01.
func NewAdamW(lr float64) AdamW {
	return AdamW{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.01}
}

// Name returns "AdamW".
func (r AdamW) Name() string { return "AdamW" }

// State returns the names of the moments, as Adam's does.
func (r AdamW) State() []string { return Adam(r).State() }

// LearningRate returns LR.
func (r AdamW) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r AdamW) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r AdamW) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r AdamW) Float32() (Updater[float32], error) {
	return valid(r, &adam[float32]{opts: r.kernelOptions(), amsgrad: r.AMSGrad})
}

// Float64 is Float32 for float64.
func (r AdamW) Float64() (Updater[float64], error) {
	return valid(r, &adam[float64]{opts: r.kernelOptions(), amsgrad: r.AMSGrad})
}

// Lazy returns true, as Adam's does.
func (r AdamW) Lazy() bool { return true }

// Signed returns what Adam's does.
func (r AdamW) Signed() []bool { return Adam(r).Signed() }

func (r AdamW) options() []domain.Number { return Adam(r).options() }

func (r AdamW) kernelOptions() kernels.AdamOptions {
	o := Adam(r).kernelOptions()
	o.Decoupled = true
	return o
}

// adam runs both rules: they differ in coefficients only.
type adam[T kernels.Float] struct {
	opts    kernels.AdamOptions
	amsgrad bool
	coef    kernels.AdamCoef[T]
}

func (u *adam[T]) Prepare(s StepInfo) {
	o := u.opts
	o.LR = s.LR
	u.coef = kernels.AdamCoefs[T](o, s.Step, s.Scale)
}

func (u *adam[T]) Update(p, g []T, state [][]T) {
	if u.amsgrad {
		kernels.AMSGrad(p, g, state[0], state[1], state[2], u.coef)
	} else {
		kernels.Adam(p, g, state[0], state[1], u.coef)
	}
}

func (u *adam[T]) updatePacked(x *packedPart[T], r kernels.Rounding) bool {
	c, ok := any(&u.coef).(*kernels.AdamCoef[float32])
	if !ok || u.amsgrad {
		return false
	}
	p, g, p16, g16 := packed.Float32s(x.value), packed.Float32s(x.grad.native), x.packed.values, x.grad.bf16
	switch m := x.packed.state; x.kind() {
	case kind{state: BFloat16}:
		kernels.AdamState16(p, g, m[0].BF16, m[1].BF16, *c, r)
	case kind{state: Int8}:
		kernels.AdamState8(p, g, m[0].Int8, m[1].Int8, *c, r)
	case kind{valuesSplit, true, Native}:
		kernels.AdamSplit(p16.BF16, p16.Rest, g16, packed.Float32s(x.state[0]), packed.Float32s(x.state[1]), *c)
	case kind{valuesSplit, true, Int8}:
		kernels.AdamSplitState8(p16.BF16, p16.Rest, g16, m[0].Int8, m[1].Int8, *c, r)
	case kind{valuesRounded, true, BFloat16}:
		kernels.AdamBF16State16(p16.BF16, g16, m[0].BF16, m[1].BF16, *c, r)
	case kind{valuesRounded, true, Int8}:
		kernels.AdamBF16State8(p16.BF16, g16, m[0].Int8, m[1].Int8, *c, r)
	default:
		return false
	}
	return true
}
