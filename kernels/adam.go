package kernels

import "math"

// AdamCoef holds the numbers of one Adam or AdamW step. AdamCoefs computes them
// from an optimizer's options.
type AdamCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the second moment
	Root          T // sqrt(1 - beta2): squared with the gradient
	Eps           T // eps * sqrt(1 - beta2^t)
	Step          T // lr * sqrt(1 - beta2^t) / (1 - beta1^t)
}

// AdamOptions are the options of torch.optim's Adam and AdamW, under their names
// there.
type AdamOptions struct {
	LR           float64
	Beta1, Beta2 float64
	Eps          float64
	WeightDecay  float64
	Decoupled    bool // AdamW: decay the parameter itself, not through the gradient
	Maximize     bool // ascend instead of descend
}

// AdamCoefs returns the coefficients of step t, counted from 1, with gradients
// multiplied by scale. Every coefficient is computed in float64 and rounded once.
//
// Adam divides both moments by their bias corrections, p -= lr * (m/c1) /
// (sqrt(v/c2) + eps) with c = 1 - beta^t. Multiplied out by sqrt(c2), the
// corrections move into Step and Eps and cost nothing per element.
func AdamCoefs[T Float](o AdamOptions, t int, scale float64) AdamCoef[T] {
	c1 := 1 - power(o.Beta1, t)
	root := math.Sqrt(1 - power(o.Beta2, t))
	l2, decay := o.WeightDecay, 1.0
	if o.Decoupled {
		l2, decay = 0, 1-float64(o.LR*o.WeightDecay)
	}
	return AdamCoef[T]{
		Scale: T(ascending(scale, o.Maximize)), L2: T(l2), Decay: T(decay),
		Beta1: T(o.Beta1), OneMinusBeta1: T(1 - o.Beta1),
		Beta2: T(o.Beta2), Root: T(math.Sqrt(1 - o.Beta2)),
		Eps: T(o.Eps * root), Step: T(o.LR * root / c1),
	}
}

// Adam takes one step of Adam (Kingma and Ba 2015) or AdamW (Loshchilov and
// Hutter 2019), in one pass over memory:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		p[i] = c.Decay*p[i] - c.Step*(m[i]/(sqrt(v[i])+c.Eps))
//	}
//
// where flush replaces numbers below 2^-95 (float32) or 2^-959 (float64) by 0,
// flushRoot those below 2^-63 or 2^-511, floor is 2^-102 or 2^-968, and max(x, y) is
// x if x > y, otherwise y. So no step slows down on subnormal numbers, whatever the
// gradients, and none is longer for it: see the package's numeric contract. Adam
// panics if the lengths differ. No two slices may overlap.
func Adam[T Float](p, g, m, v []T, c AdamCoef[T]) {
	checkLen("Adam", len(p), len(g))
	checkLen("Adam", len(p), len(m))
	checkLen("Adam", len(p), len(v))
	table[T]().Adam(noescape(p), noescape(g), noescape(m), noescape(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step)
}

// AMSGrad takes one step of AMSGrad (S. J. Reddi, S. Kale and S. Kumar, On the
// convergence of Adam and beyond, ICLR 2018), as torch.optim's Adam and AdamW
// with amsgrad=True do: Adam, but with the largest second moment so far in the
// denominator:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		vmax[i] = max(vmax[i], v[i])
//		p[i] = c.Decay*p[i] - c.Step*(m[i]/(sqrt(vmax[i])+c.Eps))
//	}
//
// flush, flushRoot, floor and max are Adam's. AMSGrad panics if the lengths differ.
// No two slices may overlap.
func AMSGrad[T Float](p, g, m, v, vmax []T, c AdamCoef[T]) {
	checkLen("AMSGrad", len(p), len(g))
	checkLen("AMSGrad", len(p), len(m))
	checkLen("AMSGrad", len(p), len(v))
	checkLen("AMSGrad", len(p), len(vmax))
	table[T]().AMSGrad(noescape(p), noescape(g), noescape(m), noescape(v), noescape(vmax),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step)
}

// AdamWarmup updates Adam's moments and descends along the first alone, as the
// first steps of RAdam do (see RAdamCoefs):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		p[i] = c.Decay*p[i] - c.Step*m[i]
//	}
//
// It does not use c.Eps. flush, flushRoot, floor and max are Adam's. AdamWarmup
// panics if the lengths differ. No two slices may overlap.
func AdamWarmup[T Float](p, g, m, v []T, c AdamCoef[T]) {
	checkLen("AdamWarmup", len(p), len(g))
	checkLen("AdamWarmup", len(p), len(m))
	checkLen("AdamWarmup", len(p), len(v))
	table[T]().AdamWarmup(noescape(p), noescape(g), noescape(m), noescape(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Step)
}

// RAdamCoefs returns the coefficients of step t of RAdam (L. Liu et al., On the
// variance of the adaptive learning rate and beyond, ICLR 2020, in the form of
// torch.optim.RAdam), counted from 1, with gradients multiplied by scale.
//
// While the variance of the second moment is not tractable, in the first steps,
// rectified is false and the coefficients are meant for AdamWarmup; from then on
// they are meant for Adam.
func RAdamCoefs[T Float](o AdamOptions, t int, scale float64) (c AdamCoef[T], rectified bool) {
	c = AdamCoefs[T](o, t, scale)
	decayed := power(o.Beta2, t)
	c1, c2 := 1-power(o.Beta1, t), 1-decayed
	// The length of the simple average that has the second moment's variance: in
	// the end, and now.
	last := 2/(1-o.Beta2) - 1
	rho := last - 2*float64(t)*decayed/c2
	c.Eps, c.Step = T(o.Eps), T(o.LR/c1) // torch does not correct eps here
	if rho <= 5 {
		return c, false
	}
	rect := math.Sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho))
	c.Step = T(o.LR * math.Sqrt(c2) * rect / c1)
	return c, true
}
