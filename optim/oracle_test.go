package optim

import (
	"fmt"
	"math"
)

// An oracle is a rule written again: one element at a time, in float64, as the
// papers have it, with the bias corrections in their places.
type oracle struct {
	rule Rule
	take func(o *oracle, g []float64, lr float64)
	p    []float64
	b    []float64            // velocity
	m, v []float64            // moments
	more map[string][]float64 // other state, by torch's names
	t    int                  // the step's number

	begun                      bool     // whether it has taken a step
	product, largest, weighted float64  // NAdam's, ScheduleFreeAdamW's
	shared                     estimate // Prodigy's, the same in oracles with the same past
}

// newOracle panics for a rule that has no formula: an oracle that did nothing
// would know nothing.
func newOracle(rule Rule, p []float64) *oracle {
	n := len(p)
	o := &oracle{rule: rule, p: p, b: make([]float64, n), m: make([]float64, n), v: make([]float64, n), product: 1}
	for _, r := range rules {
		if r.name() == rule.Name() {
			o.take = r.formula
		}
	}
	if o.take == nil {
		panic(fmt.Sprintf("the oracle has no formula for %s", rule.Name()))
	}
	o.more = map[string][]float64{}
	for _, name := range rule.State() {
		o.more[name] = make([]float64, n)
	}
	return o
}

// step takes the next step.
func (o *oracle) step(g []float64, lr float64) {
	o.t++
	o.take(o, g, lr)
	o.begun = true
}

// formulaOf turns the formula of one rule into one of any rule, which must be that.
func formulaOf[R Rule](f func(o *oracle, r R, g []float64, lr float64)) func(o *oracle, g []float64, lr float64) {
	return func(o *oracle, g []float64, lr float64) { f(o, o.rule.(R), g, lr) }
}

func (o *oracle) sgd(r SGD, g []float64, lr float64) {
	for i := range o.p {
		o.p[i] -= lr * (ascend(g[i], r.Maximize) + r.WeightDecay*o.p[i])
	}
}

func (o *oracle) momentum(r Momentum, g []float64, lr float64) {
	for i := range o.p {
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
	}
}

func (o *oracle) adagrad(r Adagrad, g []float64, lr float64) {
	t, p := float64(o.t), o.p
	s := o.more["sum"]
	if !o.begun {
		for i := range s {
			s[i] = r.InitialAccumulatorValue
		}
	}
	for i := range p {
		d := ascend(g[i], r.Maximize) + r.WeightDecay*p[i]
		s[i] += d * d
		p[i] -= lr / (1 + (t-1)*r.LRDecay) * d / (math.Sqrt(s[i]) + r.Eps)
	}
}

// rowAdagrad takes the parameter for one row.
func (o *oracle) rowAdagrad(r RowAdagrad, g []float64, lr float64) {
	s := &o.more["sum"][0]
	for _, x := range g {
		*s += x * x / float64(len(g))
	}
	for i := range o.p {
		o.p[i] -= lr / (math.Sqrt(*s) + r.Eps) * ascend(g[i], r.Maximize)
	}
}

func (o *oracle) rmsprop(r RMSprop, g []float64, lr float64) {
	p := o.p
	v, a, b := o.v, o.more["grad_avg"], o.more["momentum_buffer"]
	for i := range p {
		d := ascend(g[i], r.Maximize) + r.WeightDecay*p[i]
		v[i] = r.Alpha*v[i] + (1-r.Alpha)*d*d
		spread := v[i]
		if r.Centered {
			a[i] = r.Alpha*a[i] + (1-r.Alpha)*d
			spread -= a[i] * a[i]
		}
		step := d / (math.Sqrt(spread) + r.Eps)
		if r.Momentum > 0 {
			b[i] = r.Momentum*b[i] + step
			step = b[i]
		}
		p[i] -= lr * step
	}
}

func (o *oracle) adadelta(r Adadelta, g []float64, lr float64) {
	p := o.p
	v, a := o.more["square_avg"], o.more["acc_delta"]
	for i := range p {
		d := ascend(g[i], r.Maximize) + r.WeightDecay*p[i]
		v[i] = r.Rho*v[i] + (1-r.Rho)*d*d
		x := math.Sqrt(a[i]+r.Eps) / math.Sqrt(v[i]+r.Eps) * d
		a[i] = r.Rho*a[i] + (1-r.Rho)*x*x
		p[i] -= lr * x
	}
}

// ftrl is McMahan et al. 2013, algorithm 1, where the rate is r.LR and all begins at 0, with
// z in the unit of the paper.
func (o *oracle) ftrl(r FTRL, g []float64, lr float64) {
	z, n := o.more["linear"], o.more["accumulator"]
	sign := func(x float64) float64 { return math.Copysign(min(1, math.Abs(x)*1e300), x) }
	for i, w := range o.p {
		if !o.begun { // solved for z with n = 0
			z[i] = -w*(r.Beta/r.LR+r.L2) - sign(w)*r.L1
		}
		d := ascend(g[i], r.Maximize)
		sigma := (math.Sqrt(n[i]+d*d) - math.Sqrt(n[i])) / r.LR
		z[i] += lr/r.LR*d - sigma*w
		n[i] += d * d
		o.p[i] = 0
		if math.Abs(z[i]) > r.L1 {
			o.p[i] = -1 / ((r.Beta+math.Sqrt(n[i]))/r.LR + r.L2) * (z[i] - sign(z[i])*r.L1)
		}
	}
}

// lion is Chen et al. 2023, program 1.
func (o *oracle) lion(r Lion, g []float64, lr float64) {
	p := o.p
	m := o.more["exp_avg"]
	for i := range p {
		d := ascend(g[i], r.Maximize)
		update := 0.0
		switch c := r.Beta1*m[i] + (1-r.Beta1)*d; {
		case c > 0:
			update = 1
		case c < 0:
			update = -1
		}
		p[i] -= lr * (update + r.WeightDecay*p[i])
		m[i] = r.Beta2*m[i] + (1-r.Beta2)*d
	}
}

// lars is You et al. 2017, algorithm 1.
func (o *oracle) lars(r LARS, g []float64, lr float64) {
	p := o.p
	w, n := euclid(p), euclid(g)
	local := 1.0
	if w > 0 && n > 0 {
		local = r.TrustCoefficient * w / (n + r.WeightDecay*w)
	}
	v := o.more["momentum_buffer"]
	for i := range p {
		v[i] = r.Momentum*v[i] + lr*local*(ascend(g[i], r.Maximize)+r.WeightDecay*p[i])
		p[i] -= v[i]
	}
}

func ascend(g float64, maximize bool) float64 {
	if maximize {
		return -g
	}
	return g
}

// decayed applies the weight decay, to the gradient d or to the parameter itself.
func (o *oracle) decayed(i int, d, lr, decay float64, decoupled bool) float64 {
	if !decoupled {
		return d + decay*o.p[i]
	}
	o.p[i] -= lr * decay * o.p[i]
	return d
}

func (o *oracle) moments(i int, d, beta1, beta2 float64) {
	o.m[i] = beta1*o.m[i] + (1-beta1)*d
	o.v[i] = beta2*o.v[i] + (1-beta2)*d*d
}

func euclid(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s)
}
