package train

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// loadValues stores a parameter's values, those of bfloat16 as float32, joined if it is split.
func loadValues[T kernels.Float](dst []T, p optim.Param[T]) {
	if len(p.BF16) == 0 {
		copy(dst, p.Value)
		return
	}
	packed.Vector{BF16: p.BF16, Rest: p.Rest}.Decode(packed.Float32s(dst))
}

// storeValues sets a parameter's values: what loadValues has stored as it was, other numbers
// rounded to the nearest bfloat16 if they must be.
func storeValues[T kernels.Float](p optim.Param[T], src []T) {
	switch {
	case len(p.BF16) == 0:
		copy(p.Value, src)
	case len(p.Rest) > 0:
		kernels.SplitBF16(p.BF16, p.Rest, packed.Float32s(src))
	default:
		kernels.RoundBF16(p.BF16, packed.Float32s(src))
	}
}

// partOf returns the elements lo to hi of a parameter.
func partOf[T kernels.Float](p optim.Param[T], lo, hi int) optim.Param[T] {
	switch {
	case len(p.BF16) == 0:
		return optim.Param[T]{Value: p.Value[lo:hi]}
	case len(p.Rest) > 0:
		return optim.Param[T]{BF16: p.BF16[lo:hi], Rest: p.Rest[lo:hi]}
	}
	return optim.Param[T]{BF16: p.BF16[lo:hi]}
}

// copiesOf returns parameters with copies of the values, in the type T, in their places.
func copiesOf[T kernels.Float](params []optim.Param[T]) []optim.Param[T] {
	copies := make([]optim.Param[T], len(params))
	for i, p := range params {
		copies[i] = optim.Param[T]{Name: p.Name, Shape: p.Shape, Sparse: p.Sparse, Value: make([]T, p.Len())}
		loadValues(copies[i].Value, p)
	}
	return copies
}
