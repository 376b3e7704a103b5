package optim

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// LARS is momentum with a learning rate for each parameter, in proportion to the
// parameter's norm and against the gradient's (Y. You, I. Gitman and B. Ginsburg,
// Large batch training of convolutional networks, 2017). With the Euclidean norms
// of the whole parameter and of its gradient, clipped if the step clips:
//
//	λ = TrustCoefficient * |p| / (|g| + WeightDecay*|p|)
//	b = Momentum*b + LR*λ*(g + WeightDecay*p)
//	p -= b
//
// λ is 1 where one of the norms is 0, or the gradient so small that LR*λ would
// overflow. As in the paper the velocity contains the learning rate, unlike that
// of [Momentum].
//
// LR and WeightDecay must be finite and not negative, Momentum lies in [0, 1), and
// TrustCoefficient must be positive; [New] says so otherwise. [NewLARS] fills in
// the usual values.
type LARS struct {
	LR               float64 // learning rate
	Momentum         float64 // decay of the velocity
	TrustCoefficient float64 // the paper's η
	WeightDecay      float64 // coupled (L2) weight decay
	Maximize         bool    // ascend instead of descend
}

// NewLARS returns LARS with the paper's momentum 0.9 and trust coefficient 0.001,
// and no weight decay.
func NewLARS(lr float64) LARS {
	return LARS{LR: lr, Momentum: 0.9, TrustCoefficient: 1e-3}
}

// Name returns "LARS".
func (r LARS) Name() string { return "LARS" }

// State returns the name of the velocity, "momentum_buffer".
func (r LARS) State() []string { return []string{"momentum_buffer"} }

func (r LARS) rate() float64 { return r.LR }

func (r LARS) options() []option {
	return []option{
		{"LR", r.LR, nonNegative},
		{"Momentum", r.Momentum, fraction},
		{"TrustCoefficient", r.TrustCoefficient, positive},
		{"WeightDecay", r.WeightDecay, nonNegative},
	}
}

type lars[T kernels.Float] struct {
	rule  LARS
	lr    float64
	scale float64
}

func (u *lars[T]) prepare(k tick) { u.lr, u.scale = k.lr, k.sign(u.rule.Maximize) }

func (u *lars[T]) update(p, g []T, state [][]T) { updateWhole(u, p, g, state) }

func (u *lars[T]) direct(p, g []T, _ [][]T) (pp, dd float64) {
	return kernels.SumSquares(p), kernels.SumSquares(g)
}

func (u *lars[T]) apply(p, g []T, state [][]T, pp, dd float64) {
	r := u.rule
	trust := 1.0
	if pn, gn := math.Sqrt(pp), float64(math.Abs(u.scale)*math.Sqrt(dd)); pn > 0 && gn > 0 {
		trust = r.TrustCoefficient * pn / (gn + float64(r.WeightDecay*pn))
	}
	kernels.Momentum(p, g, state[0], kernels.MomentumCoef[T]{
		Scale: T(u.scale),
		L2:    T(r.WeightDecay),
		Mu:    T(r.Momentum),
		Gain:  trusted[T](u.lr, trust),
		LR:    1,
	})
}

// trusted returns lr*trust. A product that overflows would make NaN of the
// direction's zeros; then the direction is next to nothing and lr has to do.
func trusted[T kernels.Float](lr, trust float64) T {
	if x := T(lr * trust); !math.IsInf(float64(x), 0) {
		return x
	}
	return T(lr)
}
