package catalog

import (
	"slices"

	. "github.com/seed63264101/steepest/gen/vec"
)

// moments describes what means, variances and normalisation are made of: sums of deviations
// for each column and for each row of a matrix, and elements with their moments.
func moments() []*Kernel {
	return slices.Concat(columnMoments(), rowMoments(), normalized())
}

// columnMoments describes the sums over the rows, and what joins the moments of blocks.
func columnMoments() []*Kernel {
	sums := func(name, doc string, terms func(b *Body, r Row) []Val, p ...any) *Kernel {
		return &Kernel{Name: name, Doc: doc, Family: "rows", Params: params(p...), Loop: ColumnReduce{Terms: terms}}
	}
	return []*Kernel{
		sums("ColumnDeviations", "s[j] += a[r*stride+j]-k[j], q[j] += the square of that, for each r in turn",
			func(b *Body, r Row) []Val {
				d := b.Sub(r.Load(b, "a"), b.Load("k"))
				return []Val{d, b.Mul(d, d)}
			}, RowCount, "rows", InOut, "s", "q", Matrix, "a", Step, "stride", In, "k"),
		sums("ColumnProducts", "s[j] += g[r*gStride+j], q[j] += g[r*gStride+j]*((a[r*stride+j]-m[j])*w[j]), for each r in turn",
			func(b *Body, r Row) []Val {
				g := r.Load(b, "g")
				return []Val{g, b.Mul(g, b.Mul(b.Sub(r.Load(b, "a"), b.Load("m")), b.Load("w")))}
			}, RowCount, "rows", InOut, "s", "q", Matrix, "g", Step, "gStride", Matrix, "a", Step, "stride", In, "m", "w"),
		sums("RowProductSums", "s[j] += g[r*gStride+j], q[j] += g[r*gStride+j]*((a[r*stride+j]-m[r])*w[r]), for each r in turn",
			func(b *Body, r Row) []Val {
				g := r.Load(b, "g")
				return []Val{g, b.Mul(g, b.Mul(b.Sub(r.Load(b, "a"), r.Coef(b, "m")), r.Coef(b, "w")))}
			}, RowCount, "rows", InOut, "s", "q", Matrix, "g", Step, "gStride", Matrix, "a", Step, "stride", InRows, "m", "w"),
		{
			Name: "MergeMoments", Doc: "mean of differences from origin and sum of squared deviations, with those of n more elements, which have the mean k[i] + s[i]/n and the sum q[i] - s[i]*s[i]/n",
			Family: "level1",
			Params: params(InOut, "mean", "m2", In, "origin", "k", "s", "q", Scalar, "n", "w", "c", "div"),
			Loop: Map{Body: func(b *Body) {
				t := b.Div(b.Load("s"), b.Coef("n"))
				delta := b.Sub(b.Add(b.Sub(b.Load("k"), b.Load("origin")), t), b.Load("mean"))
				inside := b.Max(b.Const(zero), b.Sub(b.Load("q"), b.Mul(b.Load("s"), t)))
				between := b.Mul(b.Mul(delta, delta), b.Coef("c"))
				b.Store("mean", b.Add(b.Load("mean"), b.Mul(delta, b.Coef("w"))))
				b.Store("m2", b.Div(b.Add(b.Load("m2"), b.Add(inside, between)), b.Coef("div")))
			}},
		},
		{
			Name: "ReciprocalRoot", Doc: "dst[i] = 1 / sqrt(x[i] + eps)", Family: "level1",
			Params: params(Out, "dst", In, "x", Scalar, "eps"),
			Alias:  [][2]string{{"dst", "x"}},
			Loop: Map{Body: func(b *Body) {
				b.Store("dst", b.Div(b.Const(one), b.Sqrt(b.Add(b.Load("x"), b.Coef("eps")))))
			}},
		},
	}
}

// rowMoments describes the sums along the rows.
func rowMoments() []*Kernel {
	sums := func(name, doc string, term func(b *Body) Val, p ...any) *Kernel {
		return rowReduction(name, doc, RowReduce{Combine: OpAdd, Term: term, Cut: true}, p...)
	}
	deviation := func(b *Body) Val { return b.Sub(b.Load("a"), b.Held("m")) }
	return []*Kernel{
		sums("RowDeviations", "dst[r] = sum over j of a[r*stride+j]-m[r]", deviation, Matrix, "a", Step, "stride", InRows, "m"),
		sums("RowSquaredDeviations", "dst[r] = sum over j of (a[r*stride+j]-m[r])²", func(b *Body) Val {
			d := deviation(b)
			return b.Mul(d, d)
		}, Matrix, "a", Step, "stride", InRows, "m"),
		sums("RowProducts", "dst[r] = sum over j of ((a[r*stride+j]-m[r])*c[j])*g[r*gStride+j]", func(b *Body) Val {
			return b.Mul(b.Mul(deviation(b), b.Load("c")), b.Load("g"))
		}, Matrix, "g", Step, "gStride", Matrix, "a", Step, "stride", In, "c", InRows, "m"),
	}
}

// normalized describes what is done to elements with the moments of their column or row.
func normalized() []*Kernel {
	return []*Kernel{
		rowMap("StandardizeColumns", "dst[r*dstStride+j] = (a[r*stride+j]-m[j])*w[j]", aliasA, func(b *Body) Val {
			return b.Mul(b.Sub(b.Load("a"), b.Load("m")), b.Load("w"))
		}, Matrix, "a", Step, "stride", In, "m", "w"),
		rowMap("UnstandardizeColumns", "dst[r*dstStride+j] = a[r*stride+j]*w[j] + m[j]", aliasA, func(b *Body) Val {
			return b.Add(b.Mul(b.Load("a"), b.Load("w")), b.Load("m"))
		}, Matrix, "a", Step, "stride", In, "m", "w"),
		rowMap("NormalizeColumns", "dst[r*dstStride+j] = (a[r*stride+j]-m[j])*w[j] + c[j]", aliasA, func(b *Body) Val {
			return b.Add(b.Mul(b.Sub(b.Load("a"), b.Load("m")), b.Load("w")), b.Load("c"))
		}, Matrix, "a", Step, "stride", In, "m", "w", "c"),
		rowMap("NormalizeRows", "dst[r*dstStride+j] = ((a[r*stride+j]-m[r])*w[r])*c[j] + d[j]", aliasA, func(b *Body) Val {
			return b.Add(b.Mul(b.Mul(b.Sub(b.Load("a"), b.Held("m")), b.Held("w")), b.Load("c")), b.Load("d"))
		}, Matrix, "a", Step, "stride", In, "c", "d", InRows, "m", "w"),
		rowMap("ScaleRows", "dst[r*dstStride+j] = (a[r*stride+j]*w[r])*c[j]", aliasA, func(b *Body) Val {
			return b.Mul(b.Mul(b.Load("a"), b.Held("w")), b.Load("c"))
		}, Matrix, "a", Step, "stride", In, "c", InRows, "w"),
		rowMap("NormalizeRowsGrad", "dst[r*dstStride+j] = w[r]*((g[r*gStride+j]*c[j]-s[r]) - (a[r*stride+j]-m[r])*q[r])",
			[][2]string{{"dst", "g"}, {"dst", "a"}}, func(b *Body) Val {
				g := b.Sub(b.Mul(b.Load("g"), b.Load("c")), b.Held("s"))
				return b.Mul(b.Held("w"), b.Sub(g, b.Mul(b.Sub(b.Load("a"), b.Held("m")), b.Held("q"))))
			}, Matrix, "g", Step, "gStride", Matrix, "a", Step, "stride", In, "c", InRows, "m", "w", "s", "q"),
		{
			Name: "NormalizeGrad", Doc: "dst[i] = w[i]*((g[i]-s[i]) - (a[i]-m[i])*q[i])", Family: "level1",
			Params: params(Out, "dst", In, "g", "a", "m", "w", "s", "q"),
			Alias:  [][2]string{{"dst", "g"}, {"dst", "a"}},
			Loop: Map{Body: func(b *Body) {
				deviation := b.Mul(b.Sub(b.Load("a"), b.Load("m")), b.Load("q"))
				b.Store("dst", b.Mul(b.Load("w"), b.Sub(b.Sub(b.Load("g"), b.Load("s")), deviation)))
			}},
		},
	}
}
