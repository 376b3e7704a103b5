package optim

import (
	"math"
	"slices"
)

// An estimate is what Prodigy's oracles have in common.
type estimate struct{ d, most, numerator float64 }

// prodigy takes a step of an oracle that shares its estimate with none.
func (o *oracle) prodigy(_ Prodigy, g []float64, lr float64) {
	takeProdigy([]*oracle{o}, [][]float64{g}, lr)
}

// takeProdigy takes a step of oracles that share an estimate, the first one's: one pass of
// the authors' program over all, and then the other.
func takeProdigy(all []*oracle, grads [][]float64, lr float64) {
	first := all[0]
	r, e, t := first.rule.(Prodigy), &first.shared, float64(first.t)
	if !first.begun {
		*e = estimate{d: r.D0, most: r.D0}
	}
	correction := 1.0
	if r.BiasCorrection {
		correction = math.Sqrt(1-math.Pow(r.Beta2, t)) / (1 - math.Pow(r.Beta1, t))
	}
	d, beta3 := e.d, math.Sqrt(r.Beta2)
	dlr := d * lr * correction
	share := d / r.D0 * dlr
	if r.SafeguardWarmup {
		share = d / r.D0 * d
	}
	e.numerator *= beta3
	denominator := 0.0
	for k, o := range all {
		s := o.more["s"]
		if !o.begun {
			o.more["p0"] = slices.Clone(o.p)
		}
		for i, x := range grads[k] {
			x = ascend(x, r.Maximize)
			e.numerator += d / r.D0 * dlr * x * (o.more["p0"][i] - o.p[i])
			o.m[i] = r.Beta1*o.m[i] + (1-r.Beta1)*d*x
			o.v[i] = r.Beta2*o.v[i] + (1-r.Beta2)*d*d*x*x
			s[i] = beta3*s[i] + share*x
			denominator += math.Abs(s[i])
		}
	}
	if denominator == 0 {
		return
	}
	hat := r.DCoef * e.numerator / denominator
	if d == r.D0 {
		d = max(d, hat)
	}
	e.most = max(e.most, hat)
	if growth := d * r.GrowthRate; growth > 0 {
		d = min(e.most, growth)
	} else {
		d = e.most
	}
	e.d = d
	for _, o := range all {
		for i := range o.p {
			o.p[i] -= dlr * r.WeightDecay * o.p[i]
			o.p[i] -= dlr * o.m[i] / (math.Sqrt(o.v[i]) + d*r.Eps)
		}
	}
}

// stepAll takes the next step of the oracles of an optimizer's parameters.
func stepAll(all []*oracle, grads [][]float64, lr float64) {
	if _, ok := all[0].rule.(Prodigy); !ok {
		for i, o := range all {
			o.step(grads[i], lr)
		}
		return
	}
	for _, o := range all {
		o.t++
	}
	takeProdigy(all, grads, lr)
	for _, o := range all {
		o.begun = true
	}
}
