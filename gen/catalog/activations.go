package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// activations describes the activation functions that take a few operations, and the
// gradients of all: dst is the gradient of the loss for the input, dy that for the output.
// The others are functions.
func activations() []*Kernel {
	return []*Kernel{
		{
			Name: "ReLU", Doc: "dst[i] = max(x[i], 0)", Family: "activation",
			Params: params(Out, "dst", In, "x"),
			Alias:  [][2]string{{"dst", "x"}},
			Loop: Map{Body: func(b *Body) {
				b.Store("dst", b.Max(b.Const(zero), b.Load("x")))
			}},
		},
		gradient("ReLUGrad", "dst[i] = 0 if x[i] <= 0, otherwise dy[i]", "x", nil, func(b *Body, dy, x Val) Val {
			return b.And(dy, b.NotAtLeast(b.Const(zero), x))
		}),
		{
			Name: "LeakyReLU", Doc: "dst[i] = x[i] or, if that is negative, slope*x[i]", Family: "activation",
			Params: params(Out, "dst", In, "x", Scalar, "slope"),
			Alias:  [][2]string{{"dst", "x"}},
			Loop: Map{Body: func(b *Body) {
				x := b.Load("x")
				b.Store("dst", b.Select(b.Less(x, b.Const(zero)), b.Mul(b.Coef("slope"), x), x))
			}},
		},
		gradient("LeakyReLUGrad", "dst[i] = dy[i] if x[i] > 0, otherwise slope*dy[i]", "x", []string{"slope"}, func(b *Body, dy, x Val) Val {
			return b.Select(b.Less(b.Const(zero), x), dy, b.Mul(b.Coef("slope"), dy))
		}),
		gradient("SigmoidGrad", "dst[i] = dy[i]*y[i]*(1 - y[i])", "y", nil, func(b *Body, dy, y Val) Val {
			return b.Mul(dy, b.Mul(y, b.Sub(b.Const(one), y)))
		}),
		gradient("TanhGrad", "dst[i] = dy[i]*(1 - y[i])*(1 + y[i])", "y", nil, func(b *Body, dy, y Val) Val {
			return b.Mul(dy, b.Mul(b.Sub(b.Const(one), y), b.Add(b.Const(one), y)))
		}),
	}
}

// gradient describes the gradient of an activation for its input x or its output y.
func gradient(name, formula, of string, scalars []string, f func(b *Body, dy, of Val) Val) *Kernel {
	k := &Kernel{
		Name: name, Doc: formula, Family: "activation",
		Params: params(Out, "dst", In, "dy", of),
		Alias:  [][2]string{{"dst", "dy"}, {"dst", of}, {"dy", of}},
		Loop: Map{Body: func(b *Body) {
			b.Store("dst", f(b, b.Load("dy"), b.Load(of)))
		}},
	}
	for _, s := range scalars {
		k.Params = append(k.Params, Param{Name: s, Kind: Scalar})
	}
	return k
}
