package kernels_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// adamStep takes a step of torch.optim.Adam or AdamW, as its documentation has it:
// with the bias corrections in their places.
func adamStep[T kernels.Float](o kernels.AdamOptions, t int, scale float64, p, g, m, v estimate[T]) (newP, newM, newV estimate[T]) {
	number := func(x float64) estimate[T] { return estimate[T]{x, 0}.rounded() }
	if o.Maximize {
		scale = -scale
	}
	d := number(scale).times(g)
	if o.Decoupled {
		p = p.minus(number(o.LR * o.WeightDecay).times(p))
	} else {
		d = d.plus(number(o.WeightDecay).times(p))
	}
	m = number(o.Beta1).times(m).plus(number(1 - o.Beta1).times(d))
	v = number(o.Beta2).times(v).plus(number(1 - o.Beta2).times(d.squared()))
	mhat := m.over(number(1 - math.Pow(o.Beta1, float64(t))))
	vhat := v.over(number(1 - math.Pow(o.Beta2, float64(t))))
	step := number(o.LR).times(mhat).over(vhat.root().plus(number(o.Eps)))
	return p.minus(step), m, v
}

// TestAdamCoefs steps Adam and AdamW with the coefficients of AdamCoefs.
func TestAdamCoefs(t *testing.T) { onEveryLevel(t, adamCoefs[float32], adamCoefs[float64]) }

func adamCoefs[T kernels.Float](t *testing.T) {
	const n = 37
	for _, o := range []kernels.AdamOptions{
		{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8},
		{LR: 1e-2, Beta1: 0.8, Beta2: 0.99, Eps: 1e-3, WeightDecay: 0.1},
		{LR: 1e-2, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.2, Decoupled: true},
		{LR: 1e-2, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.1, Maximize: true},
		{LR: 0.1, Beta1: 0, Beta2: 0.5, Eps: 0.1, Decoupled: true, Maximize: true, WeightDecay: 0.01},
	} {
		r := rand.New(rand.NewPCG(23, 24))
		p, g, m, v := make([]T, n), make([]T, n), make([]T, n), make([]T, n)
		normal(r, p)
		for step := 1; step <= 5; step++ {
			normal(r, g)
			p0, m0, v0 := slices.Clone(p), slices.Clone(m), slices.Clone(v)
			scale := 1 / float64(step)
			kernels.Adam(p, g, m, v, kernels.AdamCoefs[T](o, step, scale))
			for i := range p {
				wantP, wantM, wantV := adamStep(o, step, scale, given(p0[i]), given(g[i]), given(m0[i]), given(v0[i]))
				expect(t, wantM, float64(m[i]), "Adam %+v, step %d: m[%d]", o, step, i)
				expect(t, wantV, float64(v[i]), "Adam %+v, step %d: v[%d]", o, step, i)
				expect(t, wantP, float64(p[i]), "Adam %+v, step %d: p[%d]", o, step, i)
			}
		}
	}
}

// TestAdaBeliefCoefs steps AdaBelief, whose authors have Adam's bias corrections, with the
// coefficients of AdaBeliefCoefs.
func TestAdaBeliefCoefs(t *testing.T) {
	onEveryLevel(t, adaBeliefCoefs[float32], adaBeliefCoefs[float64])
}

func adaBeliefCoefs[T kernels.Float](t *testing.T) {
	number := func(x float64) estimate[T] { return estimate[T]{x, 0}.rounded() }
	o := kernels.AdamOptions{LR: 1e-2, Beta1: 0.8, Beta2: 0.99, Eps: 1e-3, WeightDecay: 0.1, Maximize: true}
	r := rand.New(rand.NewPCG(25, 26))
	p, g, m, v := make([]T, 37), make([]T, 37), make([]T, 37), make([]T, 37)
	normal(r, p)
	for step := 1; step <= 10; step++ {
		o.Decoupled = step > 5
		normal(r, g)
		p0, m0, v0 := slices.Clone(p), slices.Clone(m), slices.Clone(v)
		kernels.AdaBelief(p, g, m, v, kernels.AdaBeliefCoefs[T](o, step, 0.5))
		for i := range p {
			d, wantP := number(-0.5).times(given(g[i])), given(p0[i])
			if o.Decoupled {
				wantP = number(1 - o.LR*o.WeightDecay).times(wantP)
			} else {
				d = d.plus(number(o.WeightDecay).times(wantP))
			}
			wantM := number(o.Beta1).times(given(m0[i])).plus(number(1 - o.Beta1).times(d))
			wantV := number(o.Beta2).times(given(v0[i])).plus(number(1 - o.Beta2).times(d.minus(wantM).squared())).plus(number(o.Eps))
			mhat := wantM.over(number(1 - math.Pow(o.Beta1, float64(step))))
			vhat := wantV.over(number(1 - math.Pow(o.Beta2, float64(step))))
			expect(t, wantM, float64(m[i]), "AdaBelief, step %d: m[%d]", step, i)
			expect(t, wantV, float64(v[i]), "AdaBelief, step %d: v[%d]", step, i)
			expect(t, wantP.minus(number(o.LR).times(mhat).over(vhat.root().plus(number(o.Eps)))), float64(p[i]), "AdaBelief, step %d: p[%d]", step, i)
		}
	}
}

func normal[T kernels.Float](r *rand.Rand, x []T) {
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
}
