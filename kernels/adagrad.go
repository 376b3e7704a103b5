package kernels

// AdagradCoef holds the numbers of one Adagrad step. AdagradCoefs computes them from an
// optimizer's options.
type AdagradCoef[T Float] struct {
	Scale T // multiplies the gradient: clipping, loss scale, -1 to maximize
	L2    T // coupled weight decay: L2*p is added to the gradient
	Eps   T // keeps the division away from 0
	LR    T // learning rate
}

// AdagradOptions are the options of torch.optim.Adagrad, under their names there.
type AdagradOptions struct {
	LR          float64
	LRDecay     float64 // how fast the rate falls
	Eps         float64
	WeightDecay float64 // coupled
	Maximize    bool    // ascend instead of descend
}

// AdagradCoefs returns the coefficients of step t, counted from 1, with gradients multiplied
// by scale. Its rate is LR / (1 + (t-1)*LRDecay).
func AdagradCoefs[T Float](o AdagradOptions, t int, scale float64) AdagradCoef[T] {
	return AdagradCoef[T]{
		Scale: T(ascending(scale, o.Maximize)), L2: T(o.WeightDecay),
		Eps: T(o.Eps), LR: T(o.LR / (1 + float64(float64(t-1)*o.LRDecay))),
	}
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
