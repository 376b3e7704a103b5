package kernels_test

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// The oracles of the update kernels compute a rule as it is written in papers, in
// float64. What the contract flushes only widens their bounds here; that it does so,
// and not more, is tested with the thresholds.

// coef and num are a coefficient and a vector's element.
func (e element[T]) coef(name string) estimate[T] { return given(e.k(name)) }
func (e element[T]) num(name string) estimate[T]  { return given(e.x(name)) }

// gradient is the scaled one.
func (e element[T]) gradient() estimate[T] {
	return e.coef("scale").times(e.num("g").within(float64(threshold[T]())))
}

// direction is the gradient with coupled weight decay.
func (e element[T]) direction() estimate[T] { return e.gradient().plus(e.coef("l2").times(e.num("p"))) }

// average expects a first moment, a velocity or another numerator in a vector:
// decay*itself + share.
func (e element[T]) average(name, decay string, share estimate[T]) estimate[T] {
	m := e.coef(decay).times(e.num(name)).plus(share).within(float64(threshold[T]()))
	e.meet(name, m)
	return m
}

// square is d², which counts as 0 where it would not be a normal number.
func (e element[T]) square(d estimate[T]) estimate[T] {
	return d.squared().within(float64(least[T]()) / (2 * unit[T]()))
}

// keep expects in a vector what a root divides by: no less than the floor.
func (e element[T]) keep(name string, v estimate[T]) estimate[T] {
	v = given(floor[T]()).max(v)
	e.meet(name, v)
	return v
}

// secondMoment expects an average of squares, of which the new one counts root².
func (e element[T]) secondMoment(name, decay string, d estimate[T]) estimate[T] {
	return e.keep(name, e.coef(decay).times(e.num(name)).plus(e.square(e.coef("root").times(d))))
}

// descend expects p, after decoupled weight decay if the rule has it, minus a step.
func (e element[T]) descend(step estimate[T]) {
	p := e.num("p")
	if e.has("decay") {
		p = p.times(e.coef("decay"))
	}
	e.meet("p", p.minus(step))
}

// deviation is what rules divide by: the root of a second moment, and eps.
func (e element[T]) deviation(v estimate[T]) estimate[T] { return v.root().plus(e.coef("eps")) }

// updateOracles returns the oracles of the optimizer steps.
func updateOracles[T kernels.Float]() map[string]oracle[T] {
	momentum := func(nesterov bool) func(*call[T]) {
		return each(func(e element[T]) {
			d := e.direction()
			b := e.average("buf", "mu", e.coef("gain").times(d))
			if nesterov {
				b = d.plus(e.coef("mu").times(b))
			}
			e.descend(e.coef("lr").times(b))
		})
	}
	// firstMoment is Adam's.
	firstMoment := func(e element[T], d estimate[T]) estimate[T] {
		return e.average("m", "beta1", e.coef("omb1").times(d))
	}
	rmsprop := func(centered, momentum bool) func(*call[T]) {
		return each(func(e element[T]) {
			d := e.direction()
			var v estimate[T]
			if centered { // the variance about the average so far
				spread := e.square(e.coef("root").times(d.minus(e.num("avg"))))
				v = e.keep("v", e.coef("alpha").times(e.num("v").plus(spread)))
				e.average("avg", "alpha", e.coef("oma").times(d))
			} else {
				v = e.secondMoment("v", "alpha", d)
			}
			step := d.over(e.deviation(v))
			if momentum {
				step = e.average("buf", "mu", step)
			}
			e.descend(e.coef("lr").times(step))
		})
	}
	return map[string]oracle[T]{
		"SGD": {
			each(func(e element[T]) { e.descend(e.coef("lr").times(e.direction())) }),
			func(c *call[T]) {
				kernels.SGD(c.v("p"), c.v("g"), kernels.SGDCoef[T]{Scale: c.k("scale"), L2: c.k("l2"), LR: c.k("lr")})
			},
		},
		"Momentum": {momentum(false), func(c *call[T]) { kernels.Momentum(c.v("p"), c.v("g"), c.v("buf"), momentumCoef(c)) }},
		"Nesterov": {momentum(true), func(c *call[T]) { kernels.Nesterov(c.v("p"), c.v("g"), c.v("buf"), momentumCoef(c)) }},
		"Adam": {
			each(func(e element[T]) {
				d := e.direction()
				m, v := firstMoment(e, d), e.secondMoment("v", "beta2", d)
				e.descend(e.coef("step").times(m.over(e.deviation(v))))
			}),
			func(c *call[T]) { kernels.Adam(c.v("p"), c.v("g"), c.v("m"), c.v("v"), adamCoef(c)) },
		},
		"AMSGrad": {
			each(func(e element[T]) {
				d := e.direction()
				m, v := firstMoment(e, d), e.secondMoment("v", "beta2", d)
				v = e.num("vmax").max(v)
				e.meet("vmax", v)
				e.descend(e.coef("step").times(m.over(e.deviation(v))))
			}),
			func(c *call[T]) {
				kernels.AMSGrad(c.v("p"), c.v("g"), c.v("m"), c.v("v"), c.v("vmax"), adamCoef(c))
			},
		},
		"Adamax": {
			each(func(e element[T]) {
				d := e.direction()
				m := firstMoment(e, d)
				u := e.coef("beta2").times(e.num("u")).max(d.abs().plus(e.coef("eps")))
				e.meet("u", u)
				e.descend(e.coef("step").times(m.over(u)))
			}),
			func(c *call[T]) {
				kernels.Adamax(c.v("p"), c.v("g"), c.v("m"), c.v("u"), kernels.AdamaxCoef[T]{
					Scale: c.k("scale"), L2: c.k("l2"), Decay: c.k("decay"), Beta1: c.k("beta1"), OneMinusBeta1: c.k("omb1"),
					Beta2: c.k("beta2"), Eps: c.k("eps"), Step: c.k("step")})
			},
		},
		"NAdam": {
			each(func(e element[T]) {
				d := e.direction()
				m, v := firstMoment(e, d), e.secondMoment("v", "beta2", d)
				e.descend(e.coef("stepGrad").times(d).plus(e.coef("stepMoment").times(m)).over(e.deviation(v)))
			}),
			func(c *call[T]) {
				kernels.NAdam(c.v("p"), c.v("g"), c.v("m"), c.v("v"), kernels.NAdamCoef[T]{
					Scale: c.k("scale"), L2: c.k("l2"), Decay: c.k("decay"), Beta1: c.k("beta1"), OneMinusBeta1: c.k("omb1"),
					Beta2: c.k("beta2"), Root: c.k("root"), Eps: c.k("eps"), StepGrad: c.k("stepGrad"), StepMoment: c.k("stepMoment")})
			},
		},
		"AdamWarmup": {
			each(func(e element[T]) {
				d := e.direction()
				e.secondMoment("v", "beta2", d)
				e.descend(e.coef("step").times(firstMoment(e, d)))
			}),
			func(c *call[T]) { kernels.AdamWarmup(c.v("p"), c.v("g"), c.v("m"), c.v("v"), adamCoef(c)) },
		},
		"AdaBelief": {
			each(func(e element[T]) {
				d := e.direction()
				m := firstMoment(e, d)
				spread := e.square(e.coef("root").times(d.minus(m)))
				v := e.keep("v", e.coef("beta2").times(e.num("v")).plus(spread).plus(e.coef("grow")))
				e.descend(e.coef("step").times(m.over(e.deviation(v))))
			}),
			func(c *call[T]) {
				kernels.AdaBelief(c.v("p"), c.v("g"), c.v("m"), c.v("v"), kernels.AdaBeliefCoef[T]{
					Scale: c.k("scale"), L2: c.k("l2"), Decay: c.k("decay"), Beta1: c.k("beta1"), OneMinusBeta1: c.k("omb1"),
					Beta2: c.k("beta2"), Root: c.k("root"), Grow: c.k("grow"), Eps: c.k("eps"), Step: c.k("step")})
			},
		},
		"Adagrad": {
			each(func(e element[T]) {
				d := e.direction()
				sum := e.keep("sum", e.num("sum").plus(e.square(d)))
				e.descend(e.coef("lr").times(d.over(e.deviation(sum))))
			}),
			func(c *call[T]) {
				kernels.Adagrad(c.v("p"), c.v("g"), c.v("sum"),
					kernels.AdagradCoef[T]{Scale: c.k("scale"), L2: c.k("l2"), Eps: c.k("eps"), LR: c.k("lr")})
			},
		},
		"RMSprop": {rmsprop(false, false), func(c *call[T]) { kernels.RMSprop(c.v("p"), c.v("g"), c.v("v"), rmspropCoef(c)) }},
		"RMSpropMomentum": {rmsprop(false, true), func(c *call[T]) {
			kernels.RMSpropMomentum(c.v("p"), c.v("g"), c.v("v"), c.v("buf"), rmspropCoef(c))
		}},
		"RMSpropCentered": {rmsprop(true, false), func(c *call[T]) {
			kernels.RMSpropCentered(c.v("p"), c.v("g"), c.v("v"), c.v("avg"), rmspropCoef(c))
		}},
		"RMSpropCenteredMomentum": {rmsprop(true, true), func(c *call[T]) {
			kernels.RMSpropCenteredMomentum(c.v("p"), c.v("g"), c.v("v"), c.v("avg"), c.v("buf"), rmspropCoef(c))
		}},
		"Adadelta": {
			each(func(e element[T]) {
				d := e.direction()
				v, acc, eps := e.secondMoment("v", "rho", d), e.num("acc"), e.coef("eps")
				delta := acc.plus(eps).over(v.plus(eps)).root().times(d)
				e.average("acc", "rho", e.square(e.coef("root").times(delta)))
				e.descend(e.coef("lr").times(delta))
			}),
			func(c *call[T]) {
				kernels.Adadelta(c.v("p"), c.v("g"), c.v("v"), c.v("acc"), kernels.AdadeltaCoef[T]{
					Scale: c.k("scale"), L2: c.k("l2"), Rho: c.k("rho"), Root: c.k("root"), Eps: c.k("eps"), LR: c.k("lr")})
			},
		},
		"Lion": {
			each(func(e element[T]) {
				d := e.direction()
				mix := e.coef("beta1").times(e.num("m")).plus(e.coef("omb1").times(d)).within(float64(threshold[T]()))
				e.average("m", "beta2", e.coef("omb2").times(d))
				e.descend(e.coef("lr").times(mix.sign()))
			}),
			func(c *call[T]) {
				kernels.Lion(c.v("p"), c.v("g"), c.v("m"), kernels.LionCoef[T]{
					Scale: c.k("scale"), L2: c.k("l2"), Decay: c.k("decay"), Beta1: c.k("beta1"), OneMinusBeta1: c.k("omb1"),
					Beta2: c.k("beta2"), OneMinusBeta2: c.k("omb2"), LR: c.k("lr")})
			},
		},
		"FTRL": {
			// The paper's algorithm 1, with alpha = 1/inverse.
			each(func(e element[T]) {
				d, n, rate := e.gradient(), e.num("sum"), e.coef("inverse")
				sum := e.keep("sum", n.plus(e.square(d)))
				sigma := rate.times(sum.root().minus(n.root()))
				z := e.num("lin").plus(e.coef("share").times(d).minus(sigma.times(e.num("p")))).within(float64(threshold[T]()))
				e.meet("lin", z)
				curvature := rate.times(e.coef("beta").plus(sum.root())).plus(e.coef("l2"))
				e.meet("p", z.shrunk(e.k("l1")).times(given(T(-1))).over(curvature))
			}),
			func(c *call[T]) {
				kernels.FTRL(c.v("p"), c.v("g"), c.v("lin"), c.v("sum"), kernels.FTRLCoef[T]{
					Scale: c.k("scale"), Share: c.k("share"), Inverse: c.k("inverse"), Beta: c.k("beta"), L1: c.k("l1"), L2: c.k("l2")})
			},
		},
		"ProdigyMoments": {
			each(func(e element[T]) {
				d := e.gradient()
				e.average("m", "beta1", e.coef("gain").times(d))
				e.secondMoment("v", "beta2", d)
				e.average("s", "beta3", e.coef("share").times(d))
			}),
			func(c *call[T]) {
				kernels.ProdigyMoments(c.v("g"), c.v("m"), c.v("v"), c.v("s"), kernels.ProdigyMomentsCoef[T]{
					Scale: c.k("scale"), Beta1: c.k("beta1"), Gain: c.k("gain"), Beta2: c.k("beta2"), Root: c.k("root"),
					Beta3: c.k("beta3"), Share: c.k("share")})
			},
		},
		"ProdigyStep": {
			each(func(e element[T]) { e.descend(e.coef("step").times(e.num("m").over(e.deviation(e.num("v"))))) }),
			func(c *call[T]) {
				kernels.ProdigyStep(c.v("p"), c.v("m"), c.v("v"), kernels.ProdigyCoef[T]{
					Decay: c.k("decay"), Eps: c.k("eps"), Step: c.k("step")})
			},
		},
		"LAMBDirection": {
			each(func(e element[T]) {
				d := e.gradient()
				m, v := firstMoment(e, d), e.secondMoment("v", "beta2", d)
				e.meet("r", e.coef("step").times(m.over(e.deviation(v))).plus(e.coef("wd").times(e.num("p"))))
			}),
			func(c *call[T]) {
				kernels.LAMBDirection(c.v("r"), c.v("p"), c.v("g"), c.v("m"), c.v("v"), kernels.LAMBCoef[T]{
					Scale: c.k("scale"), WeightDecay: c.k("wd"), Beta1: c.k("beta1"), OneMinusBeta1: c.k("omb1"),
					Beta2: c.k("beta2"), Root: c.k("root"), Eps: c.k("eps"), Step: c.k("step")})
			},
		},
		"ScheduleFree": {
			each(func(e element[T]) {
				d, p, z := e.gradient(), e.num("p"), e.num("z")
				v := e.secondMoment("v", "beta2", d)
				n := e.coef("step").times(d.over(e.deviation(v))).plus(e.coef("wd").times(p))
				e.meet("p", p.plus(e.coef("average").times(z.minus(p))).plus(e.coef("look").times(n)))
				e.meet("z", z.minus(e.coef("lr").times(n)))
			}),
			func(c *call[T]) {
				kernels.ScheduleFree(c.v("p"), c.v("g"), c.v("z"), c.v("v"), kernels.ScheduleFreeCoef[T]{
					Scale: c.k("scale"), WeightDecay: c.k("wd"), Beta2: c.k("beta2"), Root: c.k("root"), Eps: c.k("eps"),
					Step: c.k("step"), Average: c.k("average"), Look: c.k("look"), LR: c.k("lr")})
			},
		},
	}
}

func momentumCoef[T kernels.Float](c *call[T]) kernels.MomentumCoef[T] {
	return kernels.MomentumCoef[T]{Scale: c.k("scale"), L2: c.k("l2"), Mu: c.k("mu"), Gain: c.k("gain"), LR: c.k("lr")}
}

// unused returns a coefficient, NaN if the kernel has none of the name.
func unused[T kernels.Float](c *call[T], name string) T {
	if c.has(name) {
		return c.k(name)
	}
	return T(math.NaN())
}

func adamCoef[T kernels.Float](c *call[T]) kernels.AdamCoef[T] {
	return kernels.AdamCoef[T]{Scale: c.k("scale"), L2: c.k("l2"), Decay: c.k("decay"), Beta1: c.k("beta1"), OneMinusBeta1: c.k("omb1"),
		Beta2: c.k("beta2"), Root: c.k("root"), Eps: unused(c, "eps"), Step: c.k("step")}
}

func rmspropCoef[T kernels.Float](c *call[T]) kernels.RMSpropCoef[T] {
	return kernels.RMSpropCoef[T]{Scale: c.k("scale"), L2: c.k("l2"), Alpha: c.k("alpha"), OneMinusAlpha: unused(c, "oma"),
		Root: c.k("root"), Eps: c.k("eps"), Mu: unused(c, "mu"), LR: c.k("lr")}
}
