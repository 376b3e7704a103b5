package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// The rules of torch.optim, written as its documentation has them, in float64.
// They take one step from the state that the kernel had, and say how far off a
// kernel may be that rounds every operation: a few units in the last place of the
// largest terms.

// estimate is a number and a bound on the error of one computed in T, which
// grows with the magnitudes of the terms that made it.
type estimate struct{ value, err float64 }

// near checks a kernel's number.
func (e estimate) near(t *testing.T, what string, i int, got float64) {
	t.Helper()
	if !(math.Abs(got-e.value) <= e.err) {
		t.Fatalf("%s[%d] = %.17g, want %.17g, off by %.3g, bound %.3g",
			what, i, got, e.value, math.Abs(got-e.value), e.err)
	}
}

// direction is the gradient that a rule uses: scaled, with coupled weight decay.
func direction(g, p, scale, l2, u float64) estimate {
	return estimate{scale*g + l2*p, 4 * u * (math.Abs(scale*g) + math.Abs(l2*p))}
}

// sgdOptions are those of torch.optim.SGD.
type sgdOptions struct {
	lr, weightDecay, momentum, dampening, scale float64
	nesterov                                    bool
}

// step takes torch's step; first is the first one, which has no velocity yet.
func (o sgdOptions) step(p, g, buf float64, first bool, u float64) (newP, newBuf estimate) {
	d := direction(g, p, o.scale, o.weightDecay, u)
	step := d
	if o.momentum != 0 {
		newBuf = d
		if !first {
			newBuf.value = o.momentum*buf + (1-o.dampening)*d.value
			newBuf.err += 6 * u * (math.Abs(o.momentum*buf) + math.Abs(d.value))
		}
		step = newBuf
		if o.nesterov {
			step.value = d.value + o.momentum*newBuf.value
			step.err = d.err + newBuf.err + 4*u*(math.Abs(d.value)+math.Abs(newBuf.value))
		}
	}
	newP.value = p - o.lr*step.value
	newP.err = o.lr*step.err + 4*u*(math.Abs(p)+math.Abs(o.lr*step.value))
	return newP, newBuf
}

// TestSGDRules steps SGD, Momentum and Nesterov.
func TestSGDRules(t *testing.T) { onEveryLevel(t, sgdRules[float32], sgdRules[float64]) }

func sgdRules[T kernels.Float](t *testing.T) {
	const n = 37
	u := unit[T]()
	for _, o := range []sgdOptions{
		{lr: 0.1, scale: 1},
		{lr: 0.5, weightDecay: 0.01, scale: -1},
		{lr: 0.1, momentum: 0.9, scale: 1},
		{lr: 0.02, momentum: 0.8, dampening: 0.3, weightDecay: 0.1, scale: 0.25},
		{lr: 0.1, momentum: 0.9, scale: 1, nesterov: true},
		{lr: 0.3, momentum: 0.7, weightDecay: 0.05, scale: -2, nesterov: true},
	} {
		r := rand.New(rand.NewPCG(21, 22))
		p, g, buf := make([]T, n), make([]T, n), make([]T, n)
		normal(r, p)
		for step := range 5 {
			normal(r, g)
			wasP, wasBuf := append([]T(nil), p...), append([]T(nil), buf...)
			// The first step starts from a zero velocity without dampening.
			c := kernels.MomentumCoef[T]{Scale: T(o.scale), L2: T(o.weightDecay),
				Mu: T(o.momentum), Gain: T(1 - o.dampening), LR: T(o.lr)}
			if step == 0 {
				c.Gain = 1
			}
			switch {
			case o.momentum == 0:
				kernels.SGD(p, g, kernels.SGDCoef[T]{Scale: c.Scale, L2: c.L2, LR: c.LR})
			case o.nesterov:
				kernels.Nesterov(p, g, buf, c)
			default:
				kernels.Momentum(p, g, buf, c)
			}
			for i := range p {
				wantP, wantBuf := o.step(float64(wasP[i]), float64(g[i]), float64(wasBuf[i]), step == 0, u)
				wantP.near(t, "p", i, float64(p[i]))
				wantBuf.near(t, "buf", i, float64(buf[i]))
			}
		}
	}
}

// adamStep takes a step of torch.optim.Adam or AdamW.
func adamStep(o kernels.AdamOptions, t int, scale, p, g, m, v, u float64) (newP, newM, newV estimate) {
	if o.Maximize {
		g = -g
	}
	keep := p
	l2 := o.WeightDecay
	if o.Decoupled {
		keep -= o.LR * o.WeightDecay * p
		l2 = 0
	}
	d := direction(g, p, scale, l2, u)
	newM.value = o.Beta1*m + (1-o.Beta1)*d.value
	newM.err = d.err + 6*u*(math.Abs(o.Beta1*m)+math.Abs((1-o.Beta1)*d.value))
	newV.value = o.Beta2*v + (1-o.Beta2)*d.value*d.value
	newV.err = (1-o.Beta2)*2*math.Abs(d.value)*d.err + 8*u*newV.value
	c1, c2 := 1-math.Pow(o.Beta1, float64(t)), 1-math.Pow(o.Beta2, float64(t))
	denom := math.Sqrt(newV.value/c2) + o.Eps
	update := o.LR * newM.value / c1 / denom
	newP.value = keep - update
	newP.err = o.LR/c1/denom*newM.err + math.Abs(update)*(newV.err/newV.value+10*u) + 4*u*math.Abs(p)
	return newP, newM, newV
}

// TestAdamRule steps Adam and AdamW with the coefficients of AdamCoefs.
func TestAdamRule(t *testing.T) { onEveryLevel(t, adamRule[float32], adamRule[float64]) }

func adamRule[T kernels.Float](t *testing.T) {
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
			was := [][]T{append([]T(nil), p...), append([]T(nil), m...), append([]T(nil), v...)}
			scale := 1 / float64(step)
			kernels.Adam(p, g, m, v, kernels.AdamCoefs[T](o, step, scale))
			for i := range p {
				wantP, wantM, wantV := adamStep(o, step, scale, float64(was[0][i]),
					float64(g[i]), float64(was[1][i]), float64(was[2][i]), unit[T]())
				wantM.near(t, "m", i, float64(m[i]))
				wantV.near(t, "v", i, float64(v[i]))
				wantP.near(t, "p", i, float64(p[i]))
			}
		}
	}
}

func normal[T kernels.Float](r *rand.Rand, x []T) {
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
}
