package kernels_test

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest/functions"
)

// TestFunctionBounds compares functions with their values in many bits: those that are not
// correctly rounded err by no more units in the last place than their documentation says.
// It tests one level, since the others have the same bits.
func TestFunctionBounds(t *testing.T) {
	for name, f := range bounded[float64]() {
		t.Run(name+"/type=f64", func(t *testing.T) { functions.Bound(t, name, f.ulps64, f.call) })
	}
	for name, f := range bounded[float32]() {
		if f.ulps32 > 0 {
			t.Run(name+"/type=f32", func(t *testing.T) { functions.Bound(t, name, f.ulps32, f.call) })
		}
	}
}

// boundedFunction is a function with the largest errors that it promises, 0 where it is
// correctly rounded.
type boundedFunction[T kernels.Float] struct {
	call           func(dst, x []T)
	ulps64, ulps32 float64
}

func bounded[T kernels.Float]() map[string]boundedFunction[T] {
	return map[string]boundedFunction[T]{
		"Exp":      {kernels.Exp[T], 0.85, 0},
		"Exp2":     {kernels.Exp2[T], 0.85, 0},
		"Expm1":    {kernels.Expm1[T], 1, 0},
		"Log":      {kernels.Log[T], 0.85, 0},
		"Log1p":    {kernels.Log1p[T], 1, 0},
		"Tanh":     {kernels.Tanh[T], 2.5, 0},
		"Sigmoid":  {kernels.Sigmoid[T], 2.5, 0},
		"Erf":      {kernels.Erf[T], 1.5, 0},
		"Softplus": {kernels.Softplus[T], 2, 0.6},
		"SiLU":     {kernels.SiLU[T], 2.5, 0.6},
		"GELU":     {kernels.GELU[T], 4, 0.6},
		"GELUTanh": {kernels.GELUTanh[T], 2.5, 0.6},
	}
}
