package kernels

// AdamaxCoef holds the numbers of one Adamax step. AdamaxCoefs computes them from
// an optimizer's options.
type AdamaxCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the largest magnitude
	Eps           T // added to every magnitude
	Step          T // lr / (1 - beta1^t)
}

// NAdamCoef holds the numbers of one NAdam step. NAdamCoefs computes them from an
// optimizer's options.
type NAdamCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the second moment
	Root          T // sqrt(1 - beta2): squared with the gradient
	Eps           T // eps * sqrt(1 - beta2^t)
	StepGrad      T // the step along the direction
	StepMoment    T // the step along the first moment
}

// AdagradCoef holds the numbers of one Adagrad step.
type AdagradCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2    T // coupled weight decay: L2*p is added to the gradient
	Eps   T // keeps the division away from 0
	LR    T // learning rate
}

// RMSpropCoef holds the numbers of one step of RMSprop and its variants.
type RMSpropCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Alpha         T // decay of the averages
	OneMinusAlpha T // only the centered variants use it
	Root          T // sqrt(1 - alpha): squared with the gradient
	Eps           T // keeps the division away from 0
	Mu            T // momentum: the velocity's decay; only the variants with one use it
	LR            T // learning rate
}

// AdadeltaCoef holds the numbers of one Adadelta step.
type AdadeltaCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2    T // coupled weight decay: L2*p is added to the gradient
	Rho   T // decay of the averages
	Root  T // sqrt(1 - rho): squared with the gradient and with the step
	Eps   T // keeps the division away from 0 and the first step too
	LR    T // learning rate
}

// LionCoef holds the numbers of one Lion step.
type LionCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2            T // coupled weight decay: L2*p is added to the gradient
	Decay         T // decoupled weight decay's factor on p: 1 - lr*weight_decay
	Beta1         T // share of the moment in the step's sign
	OneMinusBeta1 T
	Beta2         T // decay of the moment
	OneMinusBeta2 T
	LR            T // learning rate
}

// LAMBCoef holds the numbers of one LAMB direction. LAMBCoefs computes them from
// an optimizer's options.
type LAMBCoef[T Float] struct {
	Scale         T // multiplies the gradient: clipping, loss scale, -1 to maximize
	WeightDecay   T // WeightDecay*p is added to the direction
	Beta1         T // decay of the first moment
	OneMinusBeta1 T
	Beta2         T // decay of the second moment
	Root          T // sqrt(1 - beta2): squared with the gradient
	Eps           T // eps * sqrt(1 - beta2^t)
	Step          T // sqrt(1 - beta2^t) / (1 - beta1^t)
}

// ScheduleFreeCoef holds the numbers of one step of schedule-free AdamW.
// ScheduleFreeCoefs computes them from an optimizer's options.
type ScheduleFreeCoef[T Float] struct {
	Scale       T // multiplies the gradient: clipping, loss scale, -1 to maximize
	WeightDecay T // WeightDecay*p is added to the direction
	Beta2       T // decay of the second moment
	Root        T // sqrt(1 - beta2): squared with the gradient
	Eps         T // keeps the division away from 0
	Step        T // multiplies the normalized gradient; 1 if LR has all factors
	Average     T // weight of the new z in the average
	Look        T // what the direction counts at p: lr * (beta1*(1-Average) - 1)
	LR          T // what the direction counts at z
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

// Adamax takes one step of Adamax (Kingma and Ba 2015, section 7.1, in the form
// of torch.optim.Adamax): Adam with a decaying maximum instead of the second
// moment:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u[i] = max(c.Beta2*u[i], |d|+c.Eps)
//		p[i] = c.Decay*p[i] - c.Step*(m[i]/u[i])
//	}
//
// where max(x, y) is x if x > y, otherwise y. As u is never below Eps, Eps must
// not be subnormal if u is not to be. flush is Adam's. Adamax panics if the
// lengths differ. No two slices may overlap.
func Adamax[T Float](p, g, m, u []T, c AdamaxCoef[T]) {
	checkLen("Adamax", len(p), len(g))
	checkLen("Adamax", len(p), len(m))
	checkLen("Adamax", len(p), len(u))
	table[T]().Adamax(noescape(p), noescape(g), noescape(m), noescape(u),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Eps, c.Step)
}

// NAdam takes one step of NAdam (T. Dozat, Incorporating Nesterov momentum into
// Adam, ICLR workshop 2016, in the form of torch.optim.NAdam):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		p[i] = c.Decay*p[i] - (c.StepGrad*d+c.StepMoment*m[i])/(sqrt(v[i])+c.Eps)
//	}
//
// flush, flushRoot, floor and max are Adam's. NAdam panics if the lengths differ.
// No two slices may overlap.
func NAdam[T Float](p, g, m, v []T, c NAdamCoef[T]) {
	checkLen("NAdam", len(p), len(g))
	checkLen("NAdam", len(p), len(m))
	checkLen("NAdam", len(p), len(v))
	table[T]().NAdam(noescape(p), noescape(g), noescape(m), noescape(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.StepGrad, c.StepMoment)
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

// Adagrad takes one step of AdaGrad (J. Duchi, E. Hazan and Y. Singer, Adaptive
// subgradient methods for online learning and stochastic optimization, JMLR 12,
// 2011, in the form of torch.optim.Adagrad):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(d)
//		sum[i] = max(floor, sum[i]+u*u)
//		p[i] -= c.LR * (d / (sqrt(sum[i]) + c.Eps))
//	}
//
// flush, flushRoot, floor and max are Adam's. Adagrad panics if the lengths differ.
// No two slices may overlap.
func Adagrad[T Float](p, g, sum []T, c AdagradCoef[T]) {
	checkLen("Adagrad", len(p), len(g))
	checkLen("Adagrad", len(p), len(sum))
	table[T]().Adagrad(noescape(p), noescape(g), noescape(sum), c.Scale, c.L2, c.Eps, c.LR)
}

// RMSprop takes one step of RMSprop (T. Tieleman and G. Hinton, Lecture 6.5 of
// Neural networks for machine learning, 2012, in the form of
// torch.optim.RMSprop):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Alpha*v[i]+u*u)
//		p[i] -= c.LR * (d / (sqrt(v[i]) + c.Eps))
//	}
//
// flush, flushRoot, floor and max are Adam's. RMSprop panics if the lengths differ.
// No two slices may overlap.
func RMSprop[T Float](p, g, v []T, c RMSpropCoef[T]) {
	checkLen("RMSprop", len(p), len(g))
	checkLen("RMSprop", len(p), len(v))
	table[T]().RMSprop(noescape(p), noescape(g), noescape(v),
		c.Scale, c.L2, c.Alpha, c.Root, c.Eps, c.LR)
}

// RMSpropMomentum is RMSprop with its steps gathered in a velocity:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Alpha*v[i]+u*u)
//		buf[i] = flush(c.Mu*buf[i] + d/(sqrt(v[i])+c.Eps))
//		p[i] -= c.LR * buf[i]
//	}
func RMSpropMomentum[T Float](p, g, v, buf []T, c RMSpropCoef[T]) {
	checkLen("RMSpropMomentum", len(p), len(g))
	checkLen("RMSpropMomentum", len(p), len(v))
	checkLen("RMSpropMomentum", len(p), len(buf))
	table[T]().RMSpropMomentum(noescape(p), noescape(g), noescape(v), noescape(buf),
		c.Scale, c.L2, c.Alpha, c.Root, c.Eps, c.LR, c.Mu)
}

// RMSpropCentered is RMSprop divided by an estimate of the gradient's standard
// deviation (A. Graves, Generating sequences with recurrent neural networks,
// 2013), as torch.optim.RMSprop with centered=True:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(c.Root * (d - avg[i]))
//		v[i] = max(floor, c.Alpha*(v[i]+u*u))
//		avg[i] = flush(c.Alpha*avg[i] + c.OneMinusAlpha*d)
//		p[i] -= c.LR * (d / (sqrt(v[i]) + c.Eps))
//	}
//
// v is the variance itself. In exact numbers it is the average of squares less the
// square of avg, which torch computes and which cancels where the directions hardly
// change: what rounding leaves of it can be 0 while it is not.
func RMSpropCentered[T Float](p, g, v, avg []T, c RMSpropCoef[T]) {
	checkLen("RMSpropCentered", len(p), len(g))
	checkLen("RMSpropCentered", len(p), len(v))
	checkLen("RMSpropCentered", len(p), len(avg))
	table[T]().RMSpropCentered(noescape(p), noescape(g), noescape(v), noescape(avg),
		c.Scale, c.L2, c.Alpha, c.Root, c.Eps, c.LR, c.OneMinusAlpha)
}

// RMSpropCenteredMomentum is RMSpropCentered with its steps gathered in a
// velocity, as RMSpropMomentum gathers RMSprop's.
func RMSpropCenteredMomentum[T Float](p, g, v, avg, buf []T, c RMSpropCoef[T]) {
	checkLen("RMSpropCenteredMomentum", len(p), len(g))
	checkLen("RMSpropCenteredMomentum", len(p), len(v))
	checkLen("RMSpropCenteredMomentum", len(p), len(avg))
	checkLen("RMSpropCenteredMomentum", len(p), len(buf))
	table[T]().RMSpropCenteredMomentum(noescape(p), noescape(g), noescape(v), noescape(avg), noescape(buf),
		c.Scale, c.L2, c.Alpha, c.Root, c.Eps, c.LR, c.OneMinusAlpha, c.Mu)
}

// Adadelta takes one step of AdaDelta (M. D. Zeiler, ADADELTA: an adaptive
// learning rate method, 2012, in the form of torch.optim.Adadelta). v averages
// the squares of the directions, acc those of the steps:
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Rho*v[i]+u*u)
//		delta := sqrt((acc[i]+c.Eps)/(v[i]+c.Eps)) * d
//		p[i] -= c.LR * delta
//		u = flushRoot(c.Root * delta)
//		acc[i] = flush(c.Rho*acc[i] + u*u)
//	}
//
// flush, flushRoot, floor and max are Adam's. Only v divides: acc is flushed as a
// first moment is. Where |d| is beyond 2^63 (float32) or 2^511 times the root of Eps,
// the quotient under the root can be subnormal, and the step off by up to two fifths,
// or 0. Adadelta panics if the lengths differ. No two slices may overlap.
func Adadelta[T Float](p, g, v, acc []T, c AdadeltaCoef[T]) {
	checkLen("Adadelta", len(p), len(g))
	checkLen("Adadelta", len(p), len(v))
	checkLen("Adadelta", len(p), len(acc))
	table[T]().Adadelta(noescape(p), noescape(g), noescape(v), noescape(acc),
		c.Scale, c.L2, c.Rho, c.Root, c.Eps, c.LR)
}

// Lion takes one step of Lion (X. Chen et al., Symbolic discovery of optimization
// algorithms, NeurIPS 2023):
//
//	for i := range p {
//		d := c.Scale*flush(g[i]) + c.L2*p[i]
//		s := flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		m[i] = flush(c.Beta2*m[i] + c.OneMinusBeta2*d)
//		p[i] = c.Decay*p[i] - c.LR*sign(s)
//	}
//
// with sign(0) = 0, and NaN for NaN. flush is Adam's. Lion panics if the lengths
// differ. No two slices may overlap.
func Lion[T Float](p, g, m []T, c LionCoef[T]) {
	checkLen("Lion", len(p), len(g))
	checkLen("Lion", len(p), len(m))
	table[T]().Lion(noescape(p), noescape(g), noescape(m),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.OneMinusBeta2, c.LR)
}

// LAMBDirection stores in r the direction of a LAMB step (Y. You et al., Large
// batch optimization for deep learning: training BERT in 76 minutes, ICLR 2020):
// Adam's, plus the weight decay. The step is then p -= lr * |p|/|r| * r, with the
// Euclidean norms of a whole parameter:
//
//	for i := range r {
//		d := c.Scale * flush(g[i])
//		m[i] = flush(c.Beta1*m[i] + c.OneMinusBeta1*d)
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		r[i] = c.Step*(m[i]/(sqrt(v[i])+c.Eps)) + c.WeightDecay*p[i]
//	}
//
// flush, flushRoot, floor and max are Adam's. LAMBDirection panics if the lengths
// differ. No two slices may overlap.
func LAMBDirection[T Float](r, p, g, m, v []T, c LAMBCoef[T]) {
	checkLen("LAMBDirection", len(r), len(p))
	checkLen("LAMBDirection", len(r), len(g))
	checkLen("LAMBDirection", len(r), len(m))
	checkLen("LAMBDirection", len(r), len(v))
	table[T]().LAMBDirection(noescape(r), noescape(p), noescape(g), noescape(m), noescape(v),
		c.Scale, c.WeightDecay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step)
}

// ScheduleFree takes one step of schedule-free AdamW (A. Defazio et al., The road
// less scheduled, NeurIPS 2024). p is the point y at which the gradient was
// taken, z the base sequence; the average x, which the paper returns, lies at
// z + (p-z)/beta1 and is never stored:
//
//	for i := range p {
//		d := c.Scale * flush(g[i])
//		u := flushRoot(c.Root * d)
//		v[i] = max(floor, c.Beta2*v[i]+u*u)
//		n := c.Step*(d/(sqrt(v[i])+c.Eps)) + c.WeightDecay*p[i]
//		p[i] = (p[i] + c.Average*(z[i]-p[i])) + c.Look*n
//		z[i] -= c.LR * n
//	}
//
// flush, flushRoot, floor and max are Adam's. ScheduleFree panics if the lengths
// differ. No two slices may overlap.
func ScheduleFree[T Float](p, g, z, v []T, c ScheduleFreeCoef[T]) {
	checkLen("ScheduleFree", len(p), len(g))
	checkLen("ScheduleFree", len(p), len(z))
	checkLen("ScheduleFree", len(p), len(v))
	table[T]().ScheduleFree(noescape(p), noescape(g), noescape(z), noescape(v),
		c.Scale, c.WeightDecay, c.Beta2, c.Root, c.Eps, c.Step, c.Average, c.Look, c.LR)
}
