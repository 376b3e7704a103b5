package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// indexed describes what is done to rows that a list of indices names.
func indexed() []*Kernel {
	row := func(b *Body) Val { return b.Load("a") }
	gather := []any{RowCount, "rows", ColumnCount, "n", OutMatrix, "dst", Step, "dstStride", Matrix, "a", Step, "stride", Index, "index"}
	return []*Kernel{
		{
			Name: "Gather", Doc: "dst[i*dstStride+j] = a[index[i]*stride+j]", Family: "indexed", Params: params(gather...),
			Loop: RowMap{Body: func(b *Body) { b.Store("dst", row(b)) }},
		},
		{
			Name: "GatherScale", Doc: "dst[i*dstStride+j] = a[index[i]*stride+j] * p[i]", Family: "indexed", Params: params(append(gather, InRows, "p")...),
			Loop: RowMap{Body: func(b *Body) { b.Store("dst", b.Mul(row(b), b.Held("p"))) }},
		},
		{
			Name: "ScatterAdd", Doc: "dst[index[i]*dstStride+j] += a[i*stride+j], in the order of i", Family: "indexed",
			Params: params(RowCount, "rows", ColumnCount, "n", InOutMatrix, "dst", Step, "dstStride", Index, "index", Matrix, "a", Step, "stride"),
			Loop:   RowMap{Body: func(b *Body) { b.Store("dst", b.Add(b.Load("dst"), row(b))) }},
		},
		bagsOf("SumBags", "dst[b*dstStride+j] = 0 + sum over i of a[index[i]*stride+j], from offsets[b] to offsets[b+1]", row),
		bagsOf("SumWeightedBags", "dst[b*dstStride+j] = 0 + sum over i of a[index[i]*stride+j]*p[i], from offsets[b] to offsets[b+1]", func(b *Body) Val {
			return b.Mul(row(b), b.Held("p"))
		}, InEntries, "p"),
	}
}

// bagsOf describes sums over bags of entries.
func bagsOf(name, doc string, term func(b *Body) Val, more ...any) *Kernel {
	all := append([]any{RowCount, "rows", ColumnCount, "n", OutMatrix, "dst", Step, "dstStride", Offsets, "offsets",
		Matrix, "a", Step, "stride", Index, "index"}, more...)
	return &Kernel{Name: name, Doc: doc, Family: "indexed", Params: params(all...), Loop: Bags{Term: term}}
}
