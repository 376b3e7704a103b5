package train

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// loadValues stores a parameter's values, those of bfloat16 as float32, joined if it is split.
func loadValues[T kernels.Float](dst []T, p optim.Param[T]) {
	switch {
	case len(p.BF16) == 0:
		copy(dst, p.Value)
	case len(p.Rest) > 0:
		kernels.JoinBF16(float32s(dst), p.BF16, p.Rest)
	default:
		kernels.WidenBF16(float32s(dst), p.BF16)
	}
}

// storeValues sets a parameter's values: what loadValues has stored as it was, other numbers
// rounded to the nearest bfloat16 if they must be.
func storeValues[T kernels.Float](p optim.Param[T], src []T) {
	switch {
	case len(p.BF16) == 0:
		copy(p.Value, src)
	case len(p.Rest) > 0:
		kernels.SplitBF16(p.BF16, p.Rest, float32s(src))
	default:
		kernels.RoundBF16(p.BF16, float32s(src))
	}
}

// float32s returns a vector of float32, as only optimizers of that have bfloat16.
func float32s[T kernels.Float](x []T) []float32 { return any(x).([]float32) }

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
