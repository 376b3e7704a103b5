package optim

import (
	"math"
	"slices"
)

func (o *oracle) adam(r Adam, g []float64, lr float64) {
	for i := range o.p {
		o.adamStep(i, ascend(g[i], r.Maximize)+r.WeightDecay*o.p[i], lr, r)
	}
}

func (o *oracle) adamW(r AdamW, g []float64, lr float64) {
	for i := range o.p {
		o.p[i] -= lr * r.WeightDecay * o.p[i]
		o.adamStep(i, ascend(g[i], r.Maximize), lr, Adam(r))
	}
}

func (o *oracle) adamStep(i int, d, lr float64, r Adam) {
	o.moments(i, d, r.Beta1, r.Beta2)
	mhat := o.m[i] / (1 - math.Pow(r.Beta1, float64(o.t)))
	v := o.v[i]
	if r.AMSGrad {
		o.more["max_exp_avg_sq"][i] = max(o.more["max_exp_avg_sq"][i], v)
		v = o.more["max_exp_avg_sq"][i]
	}
	vhat := v / (1 - math.Pow(r.Beta2, float64(o.t)))
	o.p[i] -= lr * mhat / (math.Sqrt(vhat) + r.Eps)
}

func (o *oracle) adamax(r Adamax, g []float64, lr float64) {
	t, p := float64(o.t), o.p
	m, u := o.more["exp_avg"], o.more["exp_inf"]
	for i := range p {
		d := ascend(g[i], r.Maximize) + r.WeightDecay*p[i]
		m[i] = r.Beta1*m[i] + (1-r.Beta1)*d
		u[i] = max(r.Beta2*u[i], math.Abs(d)+r.Eps)
		p[i] -= lr / (1 - math.Pow(r.Beta1, t)) * m[i] / u[i]
	}
}

func (o *oracle) nadam(r NAdam, g []float64, lr float64) {
	t, p := float64(o.t), o.p
	mu := r.Beta1 * (1 - 0.5*math.Pow(0.96, t*r.MomentumDecay))
	next := r.Beta1 * (1 - 0.5*math.Pow(0.96, (t+1)*r.MomentumDecay))
	o.product = float64(float32(o.product) * float32(mu))
	nextProduct := o.product * next
	for i := range p {
		d := o.decayed(i, ascend(g[i], r.Maximize), lr, r.WeightDecay, r.DecoupledWeightDecay)
		o.moments(i, d, r.Beta1, r.Beta2)
		denom := math.Sqrt(o.v[i]/(1-math.Pow(r.Beta2, t))) + r.Eps
		p[i] -= lr * (1 - mu) / (1 - o.product) * d / denom
		p[i] -= lr * next / (1 - nextProduct) * o.m[i] / denom
	}
}

func (o *oracle) radam(r RAdam, g []float64, lr float64) {
	t, p := float64(o.t), o.p
	last := 2/(1-r.Beta2) - 1
	rho := last - 2*t*math.Pow(r.Beta2, t)/(1-math.Pow(r.Beta2, t))
	for i := range p {
		d := o.decayed(i, ascend(g[i], r.Maximize), lr, r.WeightDecay, r.DecoupledWeightDecay)
		o.moments(i, d, r.Beta1, r.Beta2)
		step := o.m[i] / (1 - math.Pow(r.Beta1, t))
		if rho > 5 {
			rect := math.Sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho))
			step *= rect * math.Sqrt(1-math.Pow(r.Beta2, t)) / (math.Sqrt(o.v[i]) + r.Eps)
		}
		p[i] -= lr * step
	}
}

// lamb is You et al. 2020, algorithm 2.
func (o *oracle) lamb(r LAMB, g []float64, lr float64) {
	t, p := float64(o.t), o.p
	direction := make([]float64, len(p))
	for i := range p {
		o.moments(i, ascend(g[i], r.Maximize), r.Beta1, r.Beta2)
		mhat := o.m[i] / (1 - math.Pow(r.Beta1, t))
		vhat := o.v[i] / (1 - math.Pow(r.Beta2, t))
		direction[i] = mhat/(math.Sqrt(vhat)+r.Eps) + r.WeightDecay*p[i]
	}
	ratio := 1.0
	if w, n := euclid(p), euclid(direction); w > 0 && n > 0 {
		ratio = w / n
	}
	for i := range p {
		p[i] -= lr * ratio * direction[i]
	}
}

// scheduleFree is Defazio et al. 2024, algorithm 1, all three sequences.
func (o *oracle) scheduleFree(r ScheduleFreeAdamW, g []float64, lr float64) {
	t, p := float64(o.t), o.p
	if !o.begun {
		copy(o.more["z"], p)
		o.more["x"] = slices.Clone(p)
	}
	gamma := lr * math.Sqrt(1-math.Pow(r.Beta2, t))
	if r.WarmupSteps > 0 {
		gamma *= min(1, t/float64(r.WarmupSteps))
	}
	o.largest = max(o.largest, gamma)
	o.weighted += o.largest * o.largest
	c := o.largest * o.largest / o.weighted
	x, z := o.more["x"], o.more["z"]
	for i := range p {
		y, d := p[i], ascend(g[i], r.Maximize)
		o.v[i] = r.Beta2*o.v[i] + (1-r.Beta2)*d*d
		z[i] -= gamma*d/(math.Sqrt(o.v[i])+r.Eps) + gamma*r.WeightDecay*y
		x[i] = (1-c)*x[i] + c*z[i]
		p[i] = (1-r.Beta1)*z[i] + r.Beta1*x[i]
	}
}

// adaBelief is Zhuang et al. 2020, algorithm 2.
func (o *oracle) adaBelief(r AdaBelief, g []float64, lr float64) {
	m, s := o.more["exp_avg"], o.more["exp_avg_var"]
	for i := range o.p {
		d := o.decayed(i, ascend(g[i], r.Maximize), lr, r.WeightDecay, r.DecoupledWeightDecay)
		m[i] = r.Beta1*m[i] + (1-r.Beta1)*d
		s[i] = r.Beta2*s[i] + (1-r.Beta2)*(d-m[i])*(d-m[i]) + r.Eps
		mhat, shat := m[i]/(1-math.Pow(r.Beta1, float64(o.t))), s[i]/(1-math.Pow(r.Beta2, float64(o.t)))
		o.p[i] -= lr * mhat / (math.Sqrt(shat) + r.Eps)
	}
}
