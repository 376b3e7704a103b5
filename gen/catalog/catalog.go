package catalog

import "github.com/seed63264101/steepest/gen/vec"

// Kernels returns every kernel of the public tables, in their order.
func Kernels() []*vec.Kernel {
	var all []*vec.Kernel
	for _, family := range [][]*vec.Kernel{
		level1(), reductions(), strided(), level2(), rows(), rowwise(), indexed(), moments(), products(), functions(), activations(), losses(),
		random(), normals(), updates(), conversions(), formatted(),
	} {
		all = append(all, family...)
	}
	checkNarrow(all)
	return all
}

// All returns the kernels, followed by the limit probes of their streams.
func All() []*vec.Kernel {
	kernels := Kernels()
	return append(append(kernels, probes(kernels)...), multiplyAdds())
}

// params builds a parameter list. Each name stands for one parameter of the kind
// before it, and of the format behind that, if there is one.
func params(list ...any) []vec.Param {
	var p []vec.Param
	var kind vec.Kind
	var format vec.Format
	for _, x := range list {
		switch x := x.(type) {
		case vec.Kind:
			kind, format = x, vec.Format{}
		case vec.Format:
			format = x
		case string:
			p = append(p, vec.Param{Name: x, Kind: kind, Format: format})
		}
	}
	return p
}
