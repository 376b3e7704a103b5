package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// products describes what matrix products are made of.
func products() []*Kernel {
	return []*Kernel{
		{
			Name: "GemmBlock", Doc: "c[i][j] = beta*c[i][j] + alpha*(sum over l of a[i][l]*b[l][j], each added with one rounding); c is not read for beta = 0", Family: "product",
			Params: params(RowCount, "m", ColumnCount, "n", Depth, "k", Scalar, "alpha",
				Left, "a", Step, "aRow", "aColumn", Right, "b", Step, "bRow", Scalar, "beta", Target, "c", Step, "cRow"),
			Loop: Product{Alpha: "alpha", Beta: "beta"},
		},
		{
			Name: "Transpose", Doc: "dst[j*dstRow+i] = src[i*srcRow+j]", Family: "product",
			Params: params(RowCount, "m", ColumnCount, "n", Matrix, "src", RowStride, "srcRow", Transposed, "dst", Step, "dstRow"),
			Loop:   Transposition{},
		},
		{
			Name: "CopyRows", Doc: "dst[i*dstRow+j] = src[i*srcRow+j]", Family: "product",
			Params: params(RowCount, "m", ColumnCount, "n", Matrix, "src", RowStride, "srcRow", OutMatrix, "dst", Step, "dstRow"),
			Loop:   CopyRows{},
		},
	}
}
