package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// rowwise describes what is done to each row of a matrix: a number from its elements, or
// its elements with a number that belongs to the row.
func rowwise() []*Kernel {
	element := func(b *Body) Val { return b.Load("a") }
	return []*Kernel{
		rowReduction("RowSums", "dst[r] = sum over j of a[r*stride+j]", RowReduce{Combine: OpAdd, Term: element}, Matrix, "a", Step, "stride"),
		rowReduction("RowMax", "dst[r] = largest a[r*stride+j] that is not NaN", RowReduce{Combine: OpMax, Term: element}, Matrix, "a", Step, "stride"),
		rowReduction("RowDots", "dst[r] = sum over j of a[r*stride+j]*b[r*bStride+j]", RowReduce{Combine: OpAdd, Term: func(b *Body) Val {
			return b.Mul(b.Load("a"), b.Load("b"))
		}}, Matrix, "a", Step, "stride", Matrix, "b", Step, "bStride"),
		{
			Name: "RowSubtractMax", Doc: "most[r] = largest a[r*stride+j] that is not NaN; dst[r*dstStride+j] = a[r*stride+j] - most[r]", Family: "rowwise",
			Params: params(RowCount, "rows", ColumnCount, "n", OutRows, "most", OutMatrix, "dst", Step, "dstStride", Matrix, "a", Step, "stride"),
			Alias:  aliasA,
			Loop: RowReduce{Combine: OpMax, Term: element, Map: func(b *Body) {
				b.Store("dst", b.Sub(element(b), b.Held("most")))
			}},
		},
		{
			Name: "RowShares", Doc: "sums[r] = sum over j of a[r*stride+j]; dst[r*dstStride+j] = a[r*stride+j] * (p[r]/sums[r])", Family: "rowwise",
			Params: params(RowCount, "rows", ColumnCount, "n", OutRows, "sums", OutMatrix, "dst", Step, "dstStride", Matrix, "a", Step, "stride", InRows, "p"),
			Alias:  aliasA,
			Loop: RowReduce{Combine: OpAdd, Term: element,
				Factor: func(b *Body, total Val) Val { return b.Div(b.Load("p"), total) },
				Map: func(b *Body) {
					b.Store("dst", b.Mul(element(b), b.Held("factor")))
				}},
		},
		rowMap("RowSubtract", "dst[r*dstStride+j] = a[r*stride+j] - p[r]", aliasA, func(b *Body) Val {
			return b.Sub(b.Load("a"), b.Held("p"))
		}, Matrix, "a", Step, "stride", InRows, "p"),
		rowMap("AdafactorDirection", "dst[r*dstStride+j] = g[r*gStride+j] / sqrt(max(least, row[r]*column[j]))", [][2]string{{"dst", "g"}}, func(b *Body) Val {
			return b.Div(b.Load("g"), b.Sqrt(b.Max(b.Coef("least"), b.Mul(b.Held("row"), b.Load("column")))))
		}, Matrix, "g", Step, "gStride", In, "column", InRows, "row", Scalar, "least"),
		rowMap("RowScale", "dst[r*dstStride+j] = a[r*stride+j] * p[r]", aliasA, func(b *Body) Val {
			return b.Mul(b.Load("a"), b.Held("p"))
		}, Matrix, "a", Step, "stride", InRows, "p"),
	}
}

// aliasA: the matrix that is written may be the one that is read.
var aliasA = [][2]string{{"dst", "a"}}

// rowReduction describes a number for each row, from matrices and vectors.
func rowReduction(name, doc string, loop RowReduce, from ...any) *Kernel {
	all := append([]any{RowCount, "rows", ColumnCount, "n", OutRows, "dst"}, from...)
	return &Kernel{Name: name, Doc: doc, Family: "rowwise", Params: params(all...), Loop: loop}
}

// rowMap describes a function of an element, from matrices and vectors.
func rowMap(name, doc string, alias [][2]string, f func(b *Body) Val, from ...any) *Kernel {
	all := append([]any{RowCount, "rows", ColumnCount, "n", OutMatrix, "dst", Step, "dstStride"}, from...)
	return &Kernel{
		Name: name, Doc: doc, Family: "rowwise", Params: params(all...), Alias: alias,
		Loop: RowMap{Body: func(b *Body) { b.Store("dst", f(b)) }},
	}
}
