package catalog

import (
	"fmt"
	"slices"

	. "github.com/seed63264101/steepest/gen/vec"
)

// narrow lists the kernels that go better in vectors of 32 bytes on cores which
// compute 64 bytes in two halves, and for which element types. Such cores split a
// longer access or conversion, and the halves get in each other's way. Each entry was
// measured on Zen 4; bench/report -forms prints the ratios of the two forms.
//
// Axpy of 1024 float32 takes 36 ns instead of 39 there, SumSquares of 1024 float64 77
// instead of 93 (on Zen 5, whose data paths have 64 bytes, 35 instead of 25, and 62
// instead of 38). SumRowsAdd and MeanRowsAdd of 65,000 to 131,000 elements, Gemv of
// 1024, GemvT and SumSlicesAdd of 16, and Ger of 1024 float64 are 1.4 times as slow in
// vectors of 64 bytes. IndexAbs has a longer way with these, through masks. Of 128 rows of
// 10 float32, RowShares takes 330 ns instead of 270.
var narrow = map[string][]Elem{
	"Axpy":             {F32, F64},
	"Axpby":            {F32, F64},
	"Scal":             {F32, F64},
	"Add":              {F32, F64},
	"Sub":              {F32, F64},
	"Mul":              {F32, F64},
	"Swap":             {F32, F64},
	"Rot":              {F32, F64},
	"Rotm":             {F32, F64},
	"Lerp":             {F32, F64},
	"Clamp":            {F32, F64},
	"Dsdot":            {F32, F64},
	"SumSquares":       {F32, F64},
	"SumSquaresScaled": {F32, F64},
	"IndexAbs":         {F32, F64},
	"SumRowsAdd":       {F32, F64},
	"MeanRowsAdd":      {F32, F64},
	"SumSlicesAdd":     {F32, F64},
	"RowSubtractMax":   {F32, F64},
	"RowShares":        {F32, F64},
	"Gemv":             {F32, F64},
	"GemvT":            {F32, F64},
	"Ger":              {F64},
}

// Narrow reports whether a core whose data paths have half the width of the widest
// vectors takes the kernel in vectors of half the size.
func Narrow(k *Kernel, e Elem) bool { return slices.Contains(narrow[k.Name], e) }

// checkNarrow panics if an entry is no kernel's.
func checkNarrow(kernels []*Kernel) {
	for name := range narrow {
		if !slices.ContainsFunc(kernels, func(k *Kernel) bool { return k.Name == name }) {
			panic(fmt.Sprintf("catalog: there is no kernel %s that could be narrow", name))
		}
	}
}
