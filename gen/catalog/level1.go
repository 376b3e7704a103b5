package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// level1 describes the element-wise kernels of vectors.
func level1() []*Kernel {
	return []*Kernel{
		{
			Name: "Axpy", Doc: "y[i] += alpha*x[i]", Family: "level1",
			Params: params(Scalar, "alpha", In, "x", InOut, "y"),
			Alias:  [][2]string{{"x", "y"}},
			Loop: Map{Body: func(b *Body) {
				b.Store("y", b.Add(b.Mul(b.Coef("alpha"), b.Load("x")), b.Load("y")))
			}},
		},
		{
			Name: "Axpby", Doc: "y[i] = alpha*x[i] + beta*y[i]", Family: "level1",
			Params: params(Scalar, "alpha", In, "x", Scalar, "beta", InOut, "y"),
			Alias:  [][2]string{{"x", "y"}},
			Loop: Map{Body: func(b *Body) {
				b.Store("y", b.Add(
					b.Mul(b.Coef("alpha"), b.Load("x")),
					b.Mul(b.Coef("beta"), b.Load("y"))))
			}},
		},
		{
			Name: "Scal", Doc: "x[i] *= alpha", Family: "level1",
			Params: params(Scalar, "alpha", InOut, "x"),
			Loop: Map{Body: func(b *Body) {
				b.Store("x", b.Mul(b.Coef("alpha"), b.Load("x")))
			}},
		},
		ofTwo("Add", "+", (*Body).Add),
		ofTwo("Sub", "-", (*Body).Sub),
		ofTwo("Mul", "*", (*Body).Mul),
		ofTwo("Div", "/", (*Body).Div),
		{
			Name: "Sqrt", Doc: "dst[i] = sqrt(x[i])", Family: "level1",
			Params: params(Out, "dst", In, "x"),
			Alias:  [][2]string{{"dst", "x"}},
			Loop: Map{Body: func(b *Body) {
				b.Store("dst", b.Sqrt(b.Load("x")))
			}},
		},
		{
			Name: "Swap", Doc: "x[i], y[i] = y[i], x[i]", Family: "level1",
			Params: params(InOut, "x", "y"),
			Alias:  [][2]string{{"x", "y"}},
			Loop: Map{Body: func(b *Body) {
				x, y := b.Load("x"), b.Load("y")
				b.Store("x", y)
				b.Store("y", x)
			}},
		},
		{
			Name: "Rot", Doc: "x[i], y[i] = c*x[i] + s*y[i], c*y[i] - s*x[i]", Family: "level1",
			Params: params(InOut, "x", "y", Scalar, "c", "s"),
			Loop: Map{Body: func(b *Body) {
				x, y, c, s := b.Load("x"), b.Load("y"), b.Coef("c"), b.Coef("s")
				b.Store("x", b.Add(b.Mul(c, x), b.Mul(s, y)))
				b.Store("y", b.Sub(b.Mul(c, y), b.Mul(s, x)))
			}},
		},
		{
			Name: "Rotm", Doc: "x[i], y[i] = h11*x[i] + h12*y[i], h21*x[i] + h22*y[i]", Family: "level1",
			Params: params(InOut, "x", "y", Scalar, "h11", "h12", "h21", "h22"),
			Loop: Map{Body: func(b *Body) {
				x, y := b.Load("x"), b.Load("y")
				b.Store("x", b.Add(b.Mul(b.Coef("h11"), x), b.Mul(b.Coef("h12"), y)))
				b.Store("y", b.Add(b.Mul(b.Coef("h21"), x), b.Mul(b.Coef("h22"), y)))
			}},
		},
		{
			Name: "Lerp", Doc: "y[i] += w*(x[i]-y[i])", Family: "level1",
			Params: params(Scalar, "w", In, "x", InOut, "y"),
			Alias:  [][2]string{{"x", "y"}},
			Loop: Map{Body: func(b *Body) {
				y := b.Load("y")
				b.Store("y", b.Add(y, b.Mul(b.Coef("w"), b.Sub(b.Load("x"), y))))
			}},
		},
		{
			Name: "Clamp", Doc: "dst[i] = min(max(x[i], lo), hi)", Family: "level1",
			Params: params(Out, "dst", In, "x", Scalar, "lo", "hi"),
			Alias:  [][2]string{{"dst", "x"}},
			Loop: Map{Body: func(b *Body) {
				b.Store("dst", b.Min(b.Coef("hi"), b.Max(b.Coef("lo"), b.Load("x"))))
			}},
		},
		{
			Name: "SoftThreshold", Doc: "dst[i] = x[i] - min(max(x[i], -lambda), lambda)", Family: "level1",
			Params: params(Out, "dst", In, "x", Scalar, "lambda"),
			Alias:  [][2]string{{"dst", "x"}},
			Loop: Map{Body: func(b *Body) {
				x := b.Load("x")
				b.Store("dst", b.Sub(x, within(b, x, b.Coef("lambda"))))
			}},
		},
	}
}

// ofTwo describes an operation on the elements of two vectors.
func ofTwo(name, sign string, op func(b *Body, x, y Val) Val) *Kernel {
	return &Kernel{
		Name: name, Doc: "dst[i] = x[i] " + sign + " y[i]", Family: "level1",
		Params: params(Out, "dst", In, "x", "y"),
		Alias:  [][2]string{{"dst", "x"}, {"dst", "y"}, {"x", "y"}},
		Loop: Map{Body: func(b *Body) {
			b.Store("dst", op(b, b.Load("x"), b.Load("y")))
		}},
	}
}

// within returns x, limited to the interval from -limit to limit.
func within(b *Body, x, limit Val) Val {
	return b.Min(limit, b.Max(b.Sub(b.Const(zero), limit), x))
}
