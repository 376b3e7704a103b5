package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// rows describes the mini-batch reductions: sum or mean, over the rows of a
// matrix or a list of slices, overwriting or accumulating.
func rows() []*Kernel {
	var all []*Kernel
	for _, source := range []struct {
		name, element string
		params        []Param
	}{
		{"Rows", "a[r*stride+j]", params(Matrix, "a", RowCount, "rows", RowStride, "stride")},
		{"Slices", "xs[r][j]", params(List, "xs")},
	} {
		for _, mean := range []bool{false, true} {
			for _, accumulate := range []bool{false, true} {
				k := &Kernel{Name: "Sum" + source.name, Doc: "dst[j] = ", Family: "rows"}
				k.Params = append(params(Out, "dst"), source.params...)
				formula := "sum over r of " + source.element
				loop := Rows{Accumulate: accumulate}
				if mean {
					k.Name = "Mean" + source.name
					k.Params = append(k.Params, params(Scalar, "div")...)
					formula = "(" + formula + ") / div"
					loop.Finish = func(b *Body, sum Val) Val { return b.Div(sum, b.Coef("div")) }
				}
				if accumulate {
					k.Name += "Add"
					k.Doc = "dst[j] += "
					k.Params[0].Kind = InOut
				}
				k.Doc += formula
				k.Loop = loop
				all = append(all, k)
			}
		}
	}
	return append(all, trees()...)
}

// trees describes the reductions of a list of slices in the order of a binary tree.
func trees() []*Kernel {
	const formula = "sum over r of xs[r][j]"
	alias := [][2]string{{"dst", "xs"}}
	return []*Kernel{
		{
			Name: "SumSlicesTree", Doc: "dst[j] = " + formula + ", as a tree", Family: "rows",
			Params: params(Out, "dst", List, "xs"), Alias: alias,
			Loop: Tree{},
		},
		{
			Name: "MeanSlicesTree", Doc: "dst[j] = (" + formula + ", as a tree) / div", Family: "rows",
			Params: params(Out, "dst", List, "xs", Scalar, "div"), Alias: alias,
			Loop: Tree{Finish: func(b *Body, sum Val) Val { return b.Div(sum, b.Coef("div")) }},
		},
	}
}
