package catalog

import (
	"slices"
	"strings"

	. "github.com/seed63264101/steepest/gen/vec"
)

// stridedNames are the kernels of BLAS Level 1, and what its norms are made of.
// Each has a form for vectors whose elements are some distance apart.
var stridedNames = []string{
	"Axpy", "Scal", "Swap", "Rot", "Rotm",
	"Dot", "Dsdot", "Asum", "SumSquares", "SumSquaresScaled", "Amax", "AmaxNumber",
}

// strided describes the strided forms of Level 1.
func strided() []*Kernel {
	all := []*Kernel{inc(&Kernel{
		// Without strides, this is Go's copy.
		Name: "Copy", Doc: "y[i] = x[i]",
		Params: params(In, "x", Out, "y"),
		Loop:   Map{Body: func(b *Body) { b.Store("y", b.Load("x")) }},
	})}
	for _, k := range slices.Concat(level1(), reductions()) {
		if slices.Contains(stridedNames, k.Name) {
			all = append(all, inc(k))
		}
	}
	for _, k := range all {
		k.Family = "strided"
	}
	return all
}

// inc derives the strided form of a kernel: with the number of elements in front,
// or behind the number of rows, and behind each vector the distance of its elements.
func inc(k *Kernel) *Kernel {
	s := &Kernel{Name: k.Name + "Inc", Doc: k.Doc + ", strided", Family: k.Family, Loop: k.Loop}
	for _, p := range k.Params {
		s.Params = append(s.Params, p)
		if p.Kind.IsStream() {
			s.Params = append(s.Params, params(Inc, "inc"+strings.ToUpper(p.Name))...)
		}
	}
	at := 0
	if k.Params[0].Kind == RowCount {
		at = 1
	}
	s.Params = slices.Insert(s.Params, at, params(Count, "n")...)
	return s
}
