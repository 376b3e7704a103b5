package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// An oracle is a rule written again: one element at a time, in float64, as the
// papers have it, with the bias corrections in their places.
type oracle struct {
	rule Rule
	p    []float64
	b    []float64 // velocity
	m, v []float64 // moments
	t    int

	more                       map[string][]float64 // other state, by torch's names
	product, largest, weighted float64              // NAdam's, ScheduleFreeAdamW's
}

func newOracle(rule Rule, p []float64) *oracle {
	n := len(p)
	o := &oracle{rule: rule, p: p, b: make([]float64, n), m: make([]float64, n), v: make([]float64, n)}
	o.start()
	return o
}

func (o *oracle) step(g []float64, lr float64) {
	o.t++
	if o.adaptive(g, lr) {
		return
	}
	for i := range o.p {
		switch r := o.rule.(type) {
		case SGD:
			o.p[i] -= lr * (ascend(g[i], r.Maximize) + r.WeightDecay*o.p[i])
		case Momentum:
			d := ascend(g[i], r.Maximize) + r.WeightDecay*o.p[i]
			if o.t == 1 {
				o.b[i] = d
			} else {
				o.b[i] = r.Momentum*o.b[i] + (1-r.Dampening)*d
			}
			if r.Nesterov {
				o.p[i] -= lr * (d + r.Momentum*o.b[i])
			} else {
				o.p[i] -= lr * o.b[i]
			}
		case Adam:
			o.adam(i, ascend(g[i], r.Maximize)+r.WeightDecay*o.p[i], lr, r)
		case AdamW:
			o.p[i] -= lr * r.WeightDecay * o.p[i]
			o.adam(i, ascend(g[i], r.Maximize), lr, Adam(r))
		}
	}
}

func ascend(g float64, maximize bool) float64 {
	if maximize {
		return -g
	}
	return g
}

func (o *oracle) adam(i int, d, lr float64, r Adam) {
	o.m[i] = r.Beta1*o.m[i] + (1-r.Beta1)*d
	o.v[i] = r.Beta2*o.v[i] + (1-r.Beta2)*d*d
	mhat := o.m[i] / (1 - math.Pow(r.Beta1, float64(o.t)))
	v := o.v[i]
	if r.AMSGrad {
		o.more["max_exp_avg_sq"][i] = max(o.more["max_exp_avg_sq"][i], v)
		v = o.more["max_exp_avg_sq"][i]
	}
	vhat := v / (1 - math.Pow(r.Beta2, float64(o.t)))
	o.p[i] -= lr * mhat / (math.Sqrt(vhat) + r.Eps)
}

// TestFormulas runs every rule through whole steps, with micro-batches, clipping
// and a schedule, beside the formulas.
func TestFormulas(t *testing.T) {
	for _, rule := range variants {
		for _, batches := range []int{1, 3} {
			for _, limit := range []float64{0, 2} {
				name := fmt.Sprintf("%s/%+v/batches=%d/clip=%g", rule.Name(), rule, batches, limit)
				t.Run("float32/"+name, func(t *testing.T) { testFormulas[float32](t, rule, batches, limit, 2e-6) })
				t.Run("float64/"+name, func(t *testing.T) { testFormulas[float64](t, rule, batches, limit, 1e-12) })
			}
		}
	}
}

func testFormulas[T kernels.Float](t *testing.T, rule Rule, batches int, limit, tol float64) {
	const steps = 12
	rng := rand.New(rand.NewPCG(1, 2))
	lengths := []int{1, 5, 70}
	params := random[T](rng, lengths...)
	oracles := make([]*oracle, len(params))
	for i, p := range params {
		oracles[i] = newOracle(rule, to[float64](p))
	}
	opts := []Option{WithSchedule(Cosine{TMax: 2 * steps, EtaMin: 1e-3})}
	if limit > 0 {
		opts = append(opts, ClipNorm(limit))
	}
	opt := mustNew(t, rule, named(params), opts...)

	for step := range steps {
		sets := make([][][]T, batches)
		for b := range sets {
			sets[b] = random[T](rng, lengths...)
			for i := range sets[b] {
				if len(sets[b][i]) > 1 {
					sets[b][i][0] = 0 // dead
				}
			}
		}
		// The mean gradient, its norm and the rate in plain float64.
		grads := make([][]float64, len(lengths))
		var squares float64
		for i, n := range lengths {
			grads[i] = make([]float64, n)
			for j := range grads[i] {
				for _, set := range sets {
					grads[i][j] += float64(set[i][j]) / float64(batches)
				}
				squares += grads[i][j] * grads[i][j]
			}
		}
		norm, coef := math.Sqrt(squares), 1.0
		if limit > 0 {
			coef = min(1, limit/(norm+1e-6))
		}
		lr := 1e-3 + (rule.rate()-1e-3)*(1+math.Cos(math.Pi*float64(step)/(2*steps)))/2

		r := mustStep(t, opt, sets...)
		if r.Step != step+1 || opt.Steps() != step+1 {
			t.Fatalf("step %d: report says %d, optimizer %d", step+1, r.Step, opt.Steps())
		}
		near(t, "rate", r.LR, lr, 1e-14)
		near(t, "norm", r.GradNorm, norm, tol)
		near(t, "clip coefficient", r.ClipCoef, coef, tol)
		var got, want []float64
		for i, o := range oracles {
			for j := range grads[i] {
				grads[i][j] *= coef
			}
			o.step(grads[i], lr)
			got, want = append(got, to[float64](params[i])...), append(want, o.p...)
		}
		if worst := deviation(got, want); !(worst <= tol) {
			t.Fatalf("step %d: off by %.3g of the largest parameter, want at most %g", step+1, worst, tol)
		}
	}
}

// near fails unless got is want up to a relative error.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
}
