package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// reductions describes the kernels that return a number.
func reductions() []*Kernel {
	return []*Kernel{
		{
			Name: "Dot", Doc: "sum of x[i]*y[i]", Family: "reduce",
			Params: params(In, "x", "y"),
			Alias:  [][2]string{{"x", "y"}},
			Loop: Reduce{Combine: OpAdd, Term: func(b *Body) Val {
				return b.Mul(b.Load("x"), b.Load("y"))
			}},
		},
		{
			Name: "Dsdot", Doc: "sum of x[i]*y[i], in float64", Family: "reduce",
			Params: params(In, "x", "y"),
			Alias:  [][2]string{{"x", "y"}},
			Loop: Reduce{Wide: true, Combine: OpAdd, Term: func(b *Body) Val {
				return b.Mul(b.Load("x"), b.Load("y"))
			}},
		},
		{
			Name: "Sum", Doc: "sum of x[i]", Family: "reduce",
			Params: params(In, "x"),
			Loop: Reduce{Combine: OpAdd, Term: func(b *Body) Val {
				return b.Load("x")
			}},
		},
		{
			Name: "Asum", Doc: "sum of |x[i]|", Family: "reduce",
			Params: params(In, "x"),
			Loop: Reduce{Combine: OpAdd, Term: func(b *Body) Val {
				return b.Abs(b.Load("x"))
			}},
		},
		{
			Name: "SumSquares", Doc: "sum of x[i]², in float64", Family: "reduce",
			Params: params(In, "x"),
			Loop: Reduce{Wide: true, Combine: OpAdd, Term: func(b *Body) Val {
				return b.Mul(b.Load("x"), b.Load("x"))
			}},
		},
		{
			Name: "SumSquaresScaled", Doc: "sum of (scale*x[i])², in float64; scale is finite", Family: "reduce",
			Params: params(Scalar64, "scale", In, "x"),
			Loop: Reduce{Wide: true, Combine: OpAdd, Term: func(b *Body) Val {
				v := b.Mul(b.Coef("scale"), b.Load("x"))
				return b.Mul(v, v)
			}},
		},
		{
			Name: "Amax", Doc: "largest |x[i]|, NaN if any is", Family: "reduce",
			Params: params(In, "x"),
			Loop: Reduce{Combine: OpMaxNaN, Term: func(b *Body) Val {
				return b.Abs(b.Load("x"))
			}},
		},
		{
			Name: "AmaxNumber", Doc: "largest |x[i]| that is not NaN", Family: "reduce",
			Params: params(In, "x"),
			Loop: Reduce{Combine: OpMax, Term: func(b *Body) Val {
				return b.Abs(b.Load("x"))
			}},
		},
		{
			Name: "IndexAbs", Doc: "first i with |x[i]| = value, len(x) if there is none", Family: "reduce",
			Params: params(In, "x", Scalar, "value"),
			Loop: Search{Body: func(b *Body) Val {
				return b.Equal(b.Abs(b.Load("x")), b.Coef("value"))
			}},
		},
	}
}
