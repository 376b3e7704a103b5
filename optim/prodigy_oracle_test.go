package optim

import (
	"math"
	"slices"
)

// An estimate is what Prodigy's oracles carry from step to step.
type estimate struct{ d, most, numerator float64 }

// prodigy takes a step of an oracle that shares its estimate with none.
func (o *oracle) prodigy(_ Prodigy, g []float64, lr float64) {
	takeProdigy([]*oracle{o}, [][]float64{g}, []float64{lr})
}

// takeProdigy takes a step of oracles that share their sums: one pass of the authors' program
// over all, and then the other. Each has a rate and a weight decay of its own, and its
// estimate, which is that of the others if it has the same past.
func takeProdigy(all []*oracle, grads [][]float64, lr []float64) {
	r, t := all[0].rule.(Prodigy), float64(all[0].t)
	correction := 1.0
	if r.BiasCorrection {
		correction = math.Sqrt(1-math.Pow(r.Beta2, t)) / (1 - math.Pow(r.Beta1, t))
	}
	dlr, beta3 := make([]float64, len(all)), math.Sqrt(r.Beta2)
	distance, denominator := 0.0, 0.0
	for k, o := range all {
		s := o.more["s"]
		if !o.begun {
			o.shared = estimate{d: r.D0, most: r.D0}
			o.more["p0"] = slices.Clone(o.p)
		}
		if lr[k] == 0 {
			continue // a step that is none
		}
		d := o.shared.d
		dlr[k] = d * lr[k] * correction
		share := d / r.D0 * dlr[k]
		if r.SafeguardWarmup {
			share = d / r.D0 * d
		}
		for i, x := range grads[k] {
			x = ascend(x, r.Maximize)
			distance += d / r.D0 * dlr[k] * x * (o.more["p0"][i] - o.p[i])
			o.m[i] = r.Beta1*o.m[i] + (1-r.Beta1)*d*x
			o.v[i] = r.Beta2*o.v[i] + (1-r.Beta2)*d*d*x*x
			s[i] = beta3*s[i] + share*x
			denominator += math.Abs(s[i])
		}
	}
	if denominator == 0 {
		return
	}
	for k, o := range all {
		e := &o.shared
		e.numerator = beta3*e.numerator + distance
		hat, d := r.DCoef*e.numerator/denominator, e.d
		if d == r.D0 {
			d = max(d, hat)
		}
		e.most = max(e.most, hat)
		if growth := d * r.GrowthRate; growth > 0 {
			e.d = min(e.most, growth)
		} else {
			e.d = e.most
		}
		for i := range o.p {
			o.p[i] -= dlr[k] * o.rule.(Prodigy).WeightDecay * o.p[i]
			o.p[i] -= dlr[k] * o.m[i] / (math.Sqrt(o.v[i]) + e.d*r.Eps)
		}
	}
}

// stepAll takes the next step of the oracles of an optimizer's parameters, at one rate.
func stepAll(all []*oracle, grads [][]float64, lr float64) {
	if _, ok := all[0].rule.(Prodigy); !ok {
		for i, o := range all {
			o.step(grads[i], lr)
		}
		return
	}
	stepProdigy(all, grads, slices.Repeat([]float64{lr}, len(all)))
}

// stepProdigy is stepAll for oracles that share an estimate, at a rate for each.
func stepProdigy(all []*oracle, grads [][]float64, lr []float64) {
	for _, o := range all {
		o.t++
	}
	takeProdigy(all, grads, lr)
	for _, o := range all {
		o.begun = true
	}
}
