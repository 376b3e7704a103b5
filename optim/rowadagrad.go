package optim

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// RowAdagrad is [Adagrad] with one sum of squares for each row of a table instead of one
// for each element, which makes its state as small as it can be (M. Naumov et al., Deep
// learning recommendation model for personalization and recommendation systems, 2019;
// FBGEMM's exact row-wise AdaGrad). For a row p of the table with the gradient g, both of D
// elements:
//
//	s += (g[0]² + g[1]² + ... + g[D-1]²) / D
//	p -= LR / (sqrt(s) + Eps) * g
//
// It is a rule for parameters that are Sparse alone. LR must be finite and not negative,
// and Eps must be positive; [New] says so otherwise. [NewRowAdagrad] fills in the usual
// values.
type RowAdagrad struct {
	LR       float64 // learning rate
	Eps      float64 // keeps the division away from 0
	Maximize bool    // ascend instead of descend
}

// NewRowAdagrad returns RowAdagrad with torch's eps of Adagrad, 1e-10.
func NewRowAdagrad(lr float64) RowAdagrad { return RowAdagrad{LR: lr, Eps: 1e-10} }

// Name returns "RowAdagrad".
func (r RowAdagrad) Name() string { return "RowAdagrad" }

// State returns the name of the sums of squares, "sum"; they are one number for
// each row.
func (r RowAdagrad) State() []string { return []string{"sum"} }

// LearningRate returns LR.
func (r RowAdagrad) LearningRate() float64 { return r.LR }

// StateLens returns the number of rows.
func (r RowAdagrad) StateLens(shape []int) []int {
	if len(shape) == 0 {
		return []int{0}
	}
	return []int{shape[0]}
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r RowAdagrad) Float32() (Updater[float32], error) {
	return valid(r, &rowAdagrad[float32]{rule: r})
}

// Float64 is Float32 for float64.
func (r RowAdagrad) Float64() (Updater[float64], error) {
	return valid(r, &rowAdagrad[float64]{rule: r})
}

// Lazy returns true: rows without a gradient stay as they are.
func (r RowAdagrad) Lazy() bool { return true }

func (r RowAdagrad) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Eps", r.Eps, domain.Positive),
	}
}

// rowAdagrad updates whole rows. Its state is one element for each.
type rowAdagrad[T kernels.Float] struct {
	rule  RowAdagrad
	lr    float64
	scale float64
	coef  kernels.SGDCoef[T] // but for the rate, which is the row's
}

func (u *rowAdagrad[T]) Prepare(s StepInfo) {
	u.lr, u.scale = s.LR, s.signed(u.rule.Maximize)
	u.coef = kernels.SGDCoefs[T](kernels.SGDOptions{}, u.scale)
}

func (u *rowAdagrad[T]) Update(p, g []T, state [][]T) {
	squares := sumSquares(g)
	if squares.Value == 0 {
		return // or a huge LR / Eps would make NaN of it
	}
	sum := max(float64(generic.Floor[T]()), float64(state[0][0])+squares.mean(len(g), u.scale))
	state[0][0] = T(sum)
	lr := u.lr / (math.Sqrt(sum) + u.rule.Eps)
	c := u.coef
	c.LR = T(lr)
	if !isFactor[T](lr) {
		if shift, rest := split[T](wide{frac: lr}); shift != 0 {
			c = kernels.SGDCoef[T]{Scale: generic.Bounded[T](u.scale * math.Ldexp(1, -shift)), LR: generic.Bounded[T](rest)}
		}
	}
	kernels.SGD(p, g, c)
}
