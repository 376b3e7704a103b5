package kernels

// FTRLCoef holds the numbers of one step of FTRL-Proximal. FTRLCoefs computes them from an
// optimizer's options.
type FTRLCoef[T Float] struct {
	Scale   T // multiplies the gradient: clipping, loss scale, -1 to maximize
	Share   T // what the gradient counts in lin: the step's rate over the learning rate
	Inverse T // 1 / learning rate
	Beta    T // added to the root of the squares' sum, so that first steps are not too long
	L1      T // penalty on |p|: what it outweighs is exactly 0
	L2      T // penalty on p²/2
}

// FTRLOptions are the options of FTRL-Proximal, with the names of the paper, but for LR,
// which is its alpha.
type FTRLOptions struct {
	LR       float64 // not 0
	Beta     float64
	L1, L2   float64
	Maximize bool // ascend instead of descend
}

// FTRLCoefs returns the coefficients of a step at a rate, o.LR unless a schedule has changed
// it, with gradients multiplied by scale. The rate makes a gradient count for more or less.
// In the place of the learning rate itself, which stands under all that the past has left, it
// would move parameters that have no gradient.
func FTRLCoefs[T Float](o FTRLOptions, rate, scale float64) FTRLCoef[T] {
	return FTRLCoef[T]{
		Scale: T(ascending(scale, o.Maximize)), Share: T(rate / o.LR), Inverse: T(1 / o.LR),
		Beta: T(o.Beta), L1: T(o.L1), L2: T(o.L2),
	}
}

// FTRL takes one step of FTRL-Proximal (H. B. McMahan et al., Ad click prediction: a view
// from the trenches, KDD 2013). sum adds up the squares of the gradients, the paper's n, and
// lin the gradients less what the parameter has moved already, its z. p is the minimizer of
// what they make of the past, with both penalties:
//
//	for i := range p {
//		d := c.Scale * flush(g[i])
//		u := flushRoot(d)
//		n := sum[i]
//		sum[i] = max(floor, n+u*u)
//		lin[i] = flush(lin[i] + (c.Share*d - c.Inverse*(sqrt(sum[i])-sqrt(n))*p[i]))
//		p[i] = (min(c.L1, max(-c.L1, lin[i])) - lin[i]) / (c.Inverse*(c.Beta+sqrt(sum[i])) + c.L2)
//	}
//
// So p is +0 where |lin| is at most L1, and everywhere if L1 is infinite or NaN. flush,
// flushRoot, floor and max are Adam's, and min(x, y) is x if x < y, otherwise y. FTRL panics
// if the lengths differ. No two slices may overlap.
func FTRL[T Float](p, g, lin, sum []T, c FTRLCoef[T]) {
	checkLen("FTRL", len(p), len(g))
	checkLen("FTRL", len(p), len(lin))
	checkLen("FTRL", len(p), len(sum))
	table[T]().FTRL(noescape(p), noescape(g), noescape(lin), noescape(sum),
		c.Scale, c.Share, c.Inverse, c.Beta, c.L1, c.L2)
}
