package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// level2 describes the products of a matrix with vectors. The vector with an
// element for each row may be strided: it is read, or written, one by one anyway.
// The other one, with n elements, is strided in the forms for that alone.
func level2() []*Kernel {
	all := matrixVector()
	for _, k := range matrixVector() {
		all = append(all, inc(k))
	}
	return all
}

func matrixVector() []*Kernel {
	return []*Kernel{
		{
			Name: "Gemv", Doc: "y[r] = alpha*(sum over j of a[r*stride+j]*x[j]) + beta*y[r]", Family: "level2",
			Params: params(RowCount, "rows", Scalar, "alpha", Matrix, "a", RowStride, "stride", In, "x",
				Scalar, "beta", InOutRows, "y", Inc, "incY"),
			Loop: RowDots{Finish: func(b *Body, sum, y Val) Val {
				return b.Add(b.Mul(b.Coef("alpha"), sum), b.Mul(b.Coef("beta"), y))
			}},
		},
		{
			Name: "GemvT", Doc: "y[j] = (alpha*x[r])*a[r*stride+j] + y[j], for each r in turn; for the first, with beta*y[j]", Family: "level2",
			Params: params(RowCount, "rows", Scalar, "alpha", Matrix, "a", RowStride, "stride", InRows, "x", Inc, "incX",
				Scalar, "beta", InOut, "y"),
			Loop: RowAxpys{Factor: "alpha", Scale: "beta", One: one},
		},
		{
			Name: "Ger", Doc: "a[r*stride+j] += (alpha*x[r])*y[j]", Family: "level2",
			Params: params(RowCount, "rows", Scalar, "alpha", InRows, "x", Inc, "incX", In, "y", InOutMatrix, "a", RowStride, "stride"),
			Loop:   Outer{Factor: "alpha"},
		},
	}
}
