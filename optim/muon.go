package optim

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// Muon is momentum whose step is made orthogonal, for the matrices of hidden layers (K.
// Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024), as
// torch.optim.Muon. With the gradient g of a matrix of R rows and C columns:
//
//	b = Momentum*b + (1-Momentum)*g
//	x = b                              // with Nesterov (1-Momentum)*g + Momentum*b
//	x = x / max(|x|, 1e-7)             // its Euclidean norm
//	for range 5 {                      // Newton-Schulz, on the shorter side
//		a = x*xᵀ
//		x = 3.4445*x + (-4.7750*a + 2.0315*a*a)*x
//	}
//	p -= LR * WeightDecay * p
//	p -= LR * sqrt(max(1, R/C)) * x    // with MatchRMS 0.2*sqrt(max(R, C))
//
// The polynomial brings all singular values of x between 0.7 and 1.2, about. Everything
// is computed in the parameter's own precision, where torch rounds x to bfloat16; what
// lies below 2^-31 (float64: 2^-255) of the norm counts as 0, so that no product of dead
// rows and columns is subnormal. With several workers each has a matrix of its own, and
// the bits are those of one.
//
// Rest is the rule for all parameters that are no matrices: vectors, and whatever has
// another number of dimensions than two. Its LR is its own, and a [WeightDecay] of a group
// acts on it as well. Without one it is AdamW with Muon's LR, WeightDecay and Maximize.
// Embedding tables and the last layer are better left to it, too, by [GroupRule].
//
// LR and WeightDecay must be finite and not negative, and Momentum lies in [0, 1); [New]
// says so otherwise. [NewMuon] fills in the usual values.
type Muon struct {
	LR          float64 // learning rate
	Momentum    float64 // decay of the velocity
	Nesterov    bool    // look ahead along the velocity
	MatchRMS    bool    // make steps as long as AdamW's, to share its LR and WeightDecay
	WeightDecay float64 // decoupled weight decay
	Maximize    bool    // ascend instead of descend
	Rest        Rule    // for what is no matrix
}

// NewMuon returns Muon with torch's defaults: momentum 0.95 with Nesterov, weight decay
// 0.1, and AdamW for the rest. torch's learning rate is 1e-3.
func NewMuon(lr float64) Muon {
	return Muon{LR: lr, Momentum: 0.95, Nesterov: true, WeightDecay: 0.1}
}

// Name returns "Muon".
func (r Muon) Name() string { return "Muon" }

// State returns the name of the velocity, "momentum_buffer".
func (r Muon) State() []string { return []string{"momentum_buffer"} }

// LearningRate returns LR.
func (r Muon) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Muon) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Muon) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// ForShape returns the rule itself for matrices, and Rest for all else.
func (r Muon) ForShape(shape []int) (Rule, error) {
	if len(shape) == 0 {
		return nil, fmt.Errorf("optim: Muon: no shape")
	}
	if len(shape) == 2 {
		return r, nil
	}
	if rest, ok := r.rest().(ShapeChooser); ok {
		return rest.ForShape(shape)
	}
	return r.rest(), nil
}

func (r Muon) rest() Rule {
	if r.Rest != nil {
		return r.Rest
	}
	w := NewAdamW(r.LR)
	w.WeightDecay, w.Maximize = r.WeightDecay, r.Maximize
	return w
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Muon) Float32() (Updater[float32], error) { return newMuon[float32](r) }

// Float64 is Float32 for float64.
func (r Muon) Float64() (Updater[float64], error) { return newMuon[float64](r) }

func (r Muon) options() []domain.Number {
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Momentum", r.Momentum, domain.Fraction),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

func newMuon[T kernels.Float](r Muon) (Updater[T], error) {
	if r.Rest != nil {
		rest, err := plain(r.Rest)
		if err != nil {
			return nil, err
		}
		if _, err := newUpdater[T](rest); err != nil {
			return nil, err
		}
	}
	return valid(r, &muon[T]{rule: r})
}

// Newton-Schulz's coefficients, its number of iterations, and the least norm.
const (
	muonX, muonA, muonAA = 3.4445, -4.7750, 2.0315
	muonIterations       = 5
	muonEps              = 1e-7
)

type muon[T kernels.Float] struct {
	rule Muon
	step StepInfo
}

func (u *muon[T]) Prepare(s StepInfo) { u.step = s }

// Update is for vectors, of which a matrix of one row is made.
func (u *muon[T]) Update(p, g []T, state [][]T) {
	shape := []int{1, len(p)}
	u.UpdateWhole(Param[T]{Value: p, Shape: shape}, g, state, make([]T, u.Scratch(shape)))
}

// Scratch is for x, twice, and for two matrices of its shorter side.
func (u *muon[T]) Scratch(shape []int) int {
	short := min(shape[0], shape[1])
	return 2*shape[0]*shape[1] + 2*short*short
}

func (u *muon[T]) UpdateWhole(p Param[T], g []T, state [][]T, scratch []T) {
	n := len(p.Value)
	x, work := scratch[:n], scratch[n:]
	u.velocity(x, g, state[0])
	normalize(x)
	x = orthogonalize(x, p.Shape[0], p.Shape[1], work)
	lr := u.step.LR
	if u.rule.WeightDecay != 0 {
		kernels.Scal(T(1-float64(lr*u.rule.WeightDecay)), p.Value)
	}
	kernels.Axpy(-generic.Bounded[T](lr*u.ratio(p.Shape)), x, p.Value)
}

// velocity takes the next velocity b, and stores the direction of the step.
func (u *muon[T]) velocity(x, g, b []T) {
	scale, gain := u.step.signed(u.rule.Maximize), 1-u.rule.Momentum
	clear(x)
	kernels.Momentum(x, g, b, kernels.MomentumCoef[T]{Scale: T(scale), Mu: T(u.rule.Momentum), Gain: T(gain), LR: -1}) // x = b
	if u.rule.Nesterov {
		kernels.Axpby(T(scale*gain), g, T(u.rule.Momentum), x)
	}
}

// ratio returns what the learning rate is multiplied by.
func (u *muon[T]) ratio(shape []int) float64 {
	rows, columns := float64(shape[0]), float64(shape[1])
	if u.rule.MatchRMS {
		return 0.2 * math.Sqrt(max(rows, columns))
	}
	return math.Sqrt(max(1, rows/columns))
}

// normalize divides x by its norm, or by the least one, and clears what is then too small
// to have normal products of four.
func normalize[T kernels.Float](x []T) {
	norm := sumSquares(x).root()
	if norm.value() < muonEps {
		norm = wide{frac: muonEps}
	}
	shift, factor := split[T](one.over(norm))
	if shift != 0 {
		kernels.Scal(T(math.Ldexp(1, -shift)), x)
	}
	kernels.Scal(generic.Bounded[T](factor), x)
	least := T(0x1p-255)
	if unsafe.Sizeof(least) == 4 {
		least = T(0x1p-31)
	}
	for i, v := range x {
		if v < least && v > -least {
			x[i] = 0
		}
	}
}

// orthogonalize returns the matrix that Newton-Schulz makes of x, which lies in x or in
// work. All products are of the shorter side: of the rows, or of the columns.
func orthogonalize[T kernels.Float](x []T, rows, columns int, work []T) []T {
	next, work := work[:len(x)], work[len(x):]
	short := min(rows, columns)
	a, polynomial := work[:short*short], work[short*short:][:short*short]
	for range muonIterations {
		if rows <= columns {
			kernels.Gemm(kernels.NoTrans, kernels.Trans, short, short, columns, 1, x, columns, x, columns, 0, a, short)
		} else {
			kernels.Gemm(kernels.Trans, kernels.NoTrans, short, short, rows, 1, x, columns, x, columns, 0, a, short)
		}
		copy(polynomial, a)
		kernels.Gemm[T](kernels.NoTrans, kernels.NoTrans, short, short, short, muonAA, a, short, a, short, muonA, polynomial, short)
		copy(next, x)
		if rows <= columns {
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, rows, columns, short, 1, polynomial, short, x, columns, muonX, next, columns)
		} else {
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, rows, columns, short, 1, x, columns, polynomial, short, muonX, next, columns)
		}
		x, next = next, x
	}
	return x
}
