package kernels_test

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// lengthCall calls a public function that demands equally long slices.
type lengthCall[T kernels.Float] struct {
	slices int
	call   func(v [][]T)
}

// lengthCalls returns them by name, with the calls of their oracles. SumSlices and its
// relatives take a destination and a list, here of three.
func lengthCalls[T kernels.Float](t *testing.T) map[string]lengthCall[T] {
	t.Helper()
	calls, all := map[string]lengthCall[T]{}, oracles[T](t)
	for _, op := range kerneltest.Ops[T]() {
		vectors, list := len(op.Vectors()), 3*op.Count(kerneltest.List)
		public := all[op.Name].public
		if public == nil || vectors+list < 2 || op.IsStrided() || op.IsRows() && list == 0 {
			continue
		}
		calls[op.Name] = lengthCall[T]{vectors + list, func(v [][]T) {
			a := &kerneltest.Args[T]{Vec: v[:vectors], List: v[vectors:], Scalar: make([]T, len(op.Params)), Scalar64: slices.Repeat([]float64{1}, len(op.Params))}
			for i := range a.Scalar {
				a.Scalar[i] = T(i + 1)
			}
			public(&call[T]{op: op, args: a})
		}}
	}
	return calls
}

// matrixCalls are the public functions of the rows of a matrix.
func matrixCalls[T kernels.Float]() map[string]func(dst, a []T, rows, stride int) {
	return map[string]func(dst, a []T, rows, stride int){
		"SumRows": kernels.SumRows[T], "SumRowsAdd": kernels.SumRowsAdd[T],
		"MeanRows": kernels.MeanRows[T], "MeanRowsAdd": kernels.MeanRowsAdd[T],
		"AddBias": func(bias, y []T, rows, stride int) { kernels.AddBias(y, rows, stride, bias, nil) },
	}
}

// stridedCall calls a function of strided vectors. One that takes a single vector
// ignores y.
type stridedCall[T kernels.Float] struct {
	vectors int
	call    func(n int, x []T, incX int, y []T, incY int)
}

func stridedCalls[T kernels.Float]() map[string]stridedCall[T] {
	return map[string]stridedCall[T]{
		"CopyInc": {2, func(n int, x []T, incX int, y []T, incY int) { kernels.CopyInc(n, x, incX, y, incY) }},
		"SwapInc": {2, func(n int, x []T, incX int, y []T, incY int) { kernels.SwapInc(n, x, incX, y, incY) }},
		"AxpyInc": {2, func(n int, x []T, incX int, y []T, incY int) { kernels.AxpyInc(n, 2, x, incX, y, incY) }},
		"RotInc":  {2, func(n int, x []T, incX int, y []T, incY int) { kernels.RotInc(n, x, incX, y, incY, 0.6, 0.8) }},
		"RotmInc": {2, func(n int, x []T, incX int, y []T, incY int) {
			kernels.RotmInc(n, x, incX, y, incY, 1, 2, 3, 4)
		}},
		"DotInc":   {2, func(n int, x []T, incX int, y []T, incY int) { kernels.DotInc(n, x, incX, y, incY) }},
		"DsdotInc": {2, func(n int, x []T, incX int, y []T, incY int) { kernels.DsdotInc(n, x, incX, y, incY) }},
		"ScalInc":  {1, func(n int, x []T, incX int, _ []T, _ int) { kernels.ScalInc(n, 2, x, incX) }},
		"AsumInc":  {1, func(n int, x []T, incX int, _ []T, _ int) { kernels.AsumInc(n, x, incX) }},
		"Nrm2Inc":  {1, func(n int, x []T, incX int, _ []T, _ int) { kernels.Nrm2Inc(n, x, incX) }},
		"IamaxInc": {1, func(n int, x []T, incX int, _ []T, _ int) { kernels.IamaxInc(n, x, incX) }},
	}
}

// productCalls are the products of a matrix with vectors: one with an element for
// each row, one with an element for each column. Where there is a beta it is 0,
// with which the destination is cleared: that must not come before the check.
func productCalls[T kernels.Float]() map[string]func(rows, columns, a []T, stride int) {
	return map[string]func(rows, columns, a []T, stride int){
		"Gemv":  func(rows, columns, a []T, stride int) { kernels.Gemv(2, a, stride, columns, 0, rows) },
		"GemvT": func(rows, columns, a []T, stride int) { kernels.GemvT(2, a, stride, rows, 0, columns) },
		"Ger":   func(rows, columns, a []T, stride int) { kernels.Ger(2, rows, columns, a, stride) },

		"RowSums":     func(rows, columns, a []T, stride int) { kernels.RowSums(rows, a, stride, len(columns)) },
		"RowDots":     func(rows, columns, a []T, stride int) { kernels.RowDots(rows, a, stride, a, stride, len(columns)) },
		"RowMax":      func(rows, columns, a []T, stride int) { kernels.RowMax(rows, a, stride, len(columns)) },
		"RowSubtract": func(rows, columns, a []T, stride int) { kernels.RowSubtract(a, stride, a, stride, len(columns), rows) },
		"AdafactorDirection": func(rows, columns, a []T, stride int) {
			kernels.AdafactorDirection(a, stride, a, stride, rows, columns, 1)
		},
		"RowScale": func(rows, columns, a []T, stride int) { kernels.RowScale(a, stride, a, stride, len(columns), rows) },
	}
}

// stridedProductCalls are the products of a matrix with strided vectors.
func stridedProductCalls[T kernels.Float]() map[string]func(m, n int, rows []T, incRows int, columns []T, incColumns int, a []T, stride int) {
	return map[string]func(m, n int, rows []T, incRows int, columns []T, incColumns int, a []T, stride int){
		"GemvInc": func(m, n int, rows []T, incRows int, columns []T, incColumns int, a []T, stride int) {
			kernels.GemvInc(m, n, 2, a, stride, columns, incColumns, 0, rows, incRows)
		},
		"GemvTInc": func(m, n int, rows []T, incRows int, columns []T, incColumns int, a []T, stride int) {
			kernels.GemvTInc(m, n, 2, a, stride, rows, incRows, 0, columns, incColumns)
		},
		"GerInc": func(m, n int, rows []T, incRows int, columns []T, incColumns int, a []T, stride int) {
			kernels.GerInc(m, n, 2, rows, incRows, columns, incColumns, a, stride)
		},
	}
}

// TestGemmMisuse passes negative sizes, strides below a row's length and slices that are
// one element too short.
func TestGemmMisuse(t *testing.T) { onEveryLevel(t, gemmMisuse[float32], gemmMisuse[float64]) }

func gemmMisuse[T kernels.Float](t *testing.T) {
	const m, n, k = 5, 7, 3
	for _, c := range []struct {
		transA, transB kernels.Transpose
		rowsA, widthA  int
		rowsB, widthB  int
	}{
		{kernels.NoTrans, kernels.NoTrans, m, k, k, n},
		{kernels.Trans, kernels.NoTrans, k, m, k, n},
		{kernels.NoTrans, kernels.Trans, m, k, n, k},
		{kernels.Trans, kernels.Trans, k, m, n, k},
	} {
		const gap = 2
		lenA, lenB, lenC := (c.rowsA-1)*(c.widthA+gap)+c.widthA, (c.rowsB-1)*(c.widthB+gap)+c.widthB, (m-1)*(n+gap)+n
		all := [][]T{make([]T, lenA, 900), make([]T, lenB, 900), make([]T, lenC, 900)} // capacity is no length
		call := func(m, n, k, cutA, cutB, cutC, lda, ldb, ldc int) func() {
			return func() {
				kernels.Gemm(c.transA, c.transB, m, n, k, 2, all[0][:lenA-cutA], lda, all[1][:lenB-cutB], ldb, 0, all[2][:lenC-cutC], ldc)
			}
		}
		lda, ldb, ldc := c.widthA+gap, c.widthB+gap, n+gap
		for _, bad := range []struct {
			numbers []int
			call    func()
		}{
			{[]int{-1}, call(-1, n, k, 0, 0, 0, lda, ldb, ldc)},
			{[]int{-1}, call(m, -1, k, 0, 0, 0, lda, ldb, ldc)},
			{[]int{-1}, call(m, n, -1, 0, 0, 0, lda, ldb, ldc)},
			{[]int{lda, lenA - 1}, call(m, n, k, 1, 0, 0, lda, ldb, ldc)},
			{[]int{ldb, lenB - 1}, call(m, n, k, 0, 1, 0, lda, ldb, ldc)},
			{[]int{ldc, lenC - 1}, call(m, n, k, 0, 0, 1, lda, ldb, ldc)},
			{[]int{c.widthA - 1, c.widthA}, call(m, n, k, 0, 0, 0, c.widthA-1, ldb, ldc)},
			{[]int{c.widthB - 1, c.widthB}, call(m, n, k, 0, 0, 0, lda, c.widthB-1, ldc)},
			{[]int{n - 1, n}, call(m, n, k, 0, 0, 0, lda, ldb, n-1)},
			{[]int{math.MaxInt / 2}, call(m, n, k, 0, 0, 0, lda, ldb, math.MaxInt/2)},
		} {
			expectPanic(t, "Gemm", bad.numbers, all, bad.call)
		}
		call(m, n, k, 0, 0, 0, lda, ldb, ldc)()
	}
}

// TestMisuseCoversAll fails when a function of several slices is in no list, or
// one of strided vectors not in theirs.
func TestMisuseCoversAll(t *testing.T) {
	elsewhere := map[string]bool{"Gemm": true, "CrossEntropy": true, "LogSumExp": true, "StandardizeColumns": true, "UnstandardizeColumns": true,
		"Gather": true, "ScatterAdd": true}
	for _, name := range append(formatNames(), ownTests...) {
		elsewhere[name] = true
	}
	for _, r := range kerneltest.TriangleRoutines {
		elsewhere[r.Name] = true
	}
	lengths, matrices := lengthCalls[float32](t), matrixCalls[float32]()
	products, stridedOnes, both := productCalls[float32](), stridedCalls[float32](), stridedProductCalls[float32]()
	for name, slices := range publicFunctions(t) {
		_, vectors := lengths[name]
		_, matrix := matrices[name]
		_, product := products[name]
		_, inc := stridedOnes[name]
		inc = inc || both[name] != nil
		if strings.HasSuffix(name, "Inc") != inc || slices > 1 && !vectors && !matrix && !product && !inc && !elsewhere[name] {
			t.Errorf("the misuse of %s is not tested", name)
		}
	}
}

// panicOf runs f and returns what it panicked with, "" if it did not.
func panicOf(f func()) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// expectPanic fails unless f panics, with a message that names the kernel and the
// numbers, and before it has written to any of the slices.
func expectPanic[T kernels.Float](t *testing.T, kernel string, numbers []int, all [][]T, f func()) {
	t.Helper()
	for _, x := range all {
		for i := range x {
			x[i] = T(i + 1)
		}
	}
	message := panicOf(f)
	words := strings.FieldsFunc(message, func(r rune) bool { return strings.ContainsRune(" :,", r) })
	if !slices.Contains(words, kernel) {
		t.Errorf("%s panics with %q, which does not name it", kernel, message)
	}
	for _, n := range numbers {
		if !slices.Contains(words, fmt.Sprint(n)) {
			t.Errorf("%s panics with %q, which does not contain %d", kernel, message, n)
		}
	}
	for s, x := range all {
		for i := range x {
			if x[i] != T(i+1) {
				t.Fatalf("%s wrote to slice %d before it panicked", kernel, s)
			}
		}
	}
}

// TestUnequalLengths gives one slice after the other a length of its own.
func TestUnequalLengths(t *testing.T) {
	onEveryLevel(t, unequalLengths[float32], unequalLengths[float64])
}

func unequalLengths[T kernels.Float](t *testing.T) {
	for name, c := range lengthCalls[T](t) {
		for odd := range c.slices {
			for _, n := range [][2]int{{70, 71}, {70, 69}, {70, 0}, {0, 70}, {3, 2000}} {
				v := make([][]T, c.slices)
				for i := range v {
					v[i] = make([]T, n[0], 3000) // capacity is no length
				}
				v[odd] = v[odd][:n[1]]
				expectPanic(t, name, n[:], v, func() { c.call(v) })
			}
		}
		equal := make([][]T, c.slices)
		for i := range equal {
			equal[i] = make([]T, 70)
		}
		if p := panicOf(func() { c.call(equal) }); p != "" {
			t.Errorf("%s of equal lengths panics with %q", name, p)
		}
	}
}

// TestUnfitMatrix gives the reductions of rows matrices that cannot be.
func TestUnfitMatrix(t *testing.T) { onEveryLevel(t, unfitMatrix[float32], unfitMatrix[float64]) }

func unfitMatrix[T kernels.Float](t *testing.T) {
	const half = 1 << (bits.UintSize / 2) // half * half overflows to 0
	for name, call := range matrixCalls[T]() {
		for _, c := range []struct {
			d, n, rows, stride int
			numbers            []int
		}{
			{10, 100, 3, 9, []int{9, 10}}, // rows would overlap
			{10, 100, 0, 9, []int{9, 10}},
			{1, 100, 3, 0, []int{0, 1}},
			{0, 100, 3, -1, []int{-1, 0}},
			{10, 100, 3, math.MinInt, []int{math.MinInt, 10}},
			{10, 100, -1, 10, []int{-1}},
			{10, 100, math.MinInt, 10, []int{math.MinInt}},
			{10, 9, 1, 10, []int{1, 10, 9}}, // one element short
			{10, 29, 3, 10, []int{3, 10, 29}},
			{10, 33, 3, 12, []int{3, 10, 12, 33}},
			{10, 0, 1, 10, []int{1, 10, 0}},
			{0, 7, 5, 2, []int{5, 0, 2, 7}}, // the last row begins behind the end
			{10, 100, math.MaxInt, 10, []int{math.MaxInt, 10, 100}},
			{10, 100, 2, math.MaxInt, []int{2, 10, math.MaxInt, 100}},
			{10, 100, math.MaxInt, math.MaxInt, []int{math.MaxInt, 10, 100}},
			{10, 100, half + 1, half, []int{half + 1, 10, half, 100}},
		} {
			dst, a := make([]T, c.d), make([]T, c.n, 3000)
			expectPanic(t, name, c.numbers, [][]T{dst, a}, func() { call(dst, a, c.rows, c.stride) })
		}
	}
}

// TestUnfitProduct gives the products of a matrix with vectors matrices that
// cannot be. There are as many rows as a vector has elements, so never fewer than 0.
func TestUnfitProduct(t *testing.T) { onEveryLevel(t, unfitProduct[float32], unfitProduct[float64]) }

func unfitProduct[T kernels.Float](t *testing.T) {
	const quarter = 1 << (bits.UintSize - 2) // four times it overflows to 0
	for name, call := range productCalls[T]() {
		for _, c := range []struct {
			d, n, rows, stride int
			numbers            []int
		}{
			{10, 100, 3, 9, []int{9, 10}}, // rows would overlap
			{10, 100, 0, 9, []int{9, 10}},
			{10, 100, 1, 9, []int{9, 10}},
			{1, 100, 3, 0, []int{0, 1}},
			{0, 100, 3, -1, []int{-1, 0}},
			{10, 100, 3, math.MinInt, []int{math.MinInt, 10}},
			{10, 9, 1, 10, []int{1, 10, 9}}, // one element short
			{10, 29, 3, 10, []int{3, 10, 29}},
			{10, 33, 3, 12, []int{3, 10, 12, 33}},
			{10, 0, 1, 10, []int{1, 10, 0}},
			{10, 100, 11, 10, []int{11, 10, 100}}, // as if it were transposed
			{0, 7, 5, 2, []int{5, 0, 2, 7}},       // the last row begins behind the end
			{10, 100, 2, math.MaxInt, []int{2, 10, math.MaxInt, 100}},
			{10, 100, 3, math.MaxInt, []int{3, 10, math.MaxInt, 100}},
			{10, 100, 3, quarter, []int{3, 10, quarter, 100}},
			{10, 100, 5, quarter, []int{5, 10, quarter, 100}},
		} {
			rows, columns, a := make([]T, c.rows, 3000), make([]T, c.d, 3000), make([]T, c.n, 3000)
			expectPanic(t, name, c.numbers, [][]T{rows, columns, a}, func() { call(rows, columns, a, c.stride) })
		}
		// What just fits, and sizes that are legal though they look wrong: a stride
		// that is never walked, rows of no elements.
		for _, c := range [][4]int{{10, 34, 3, 12}, {10, 10, 1, 10}, {10, 10, 1, math.MaxInt}, {10, 0, 0, 10},
			{10, 0, 0, math.MaxInt}, {0, 0, 5, 0}, {0, 8, 5, 2}, {0, 0, 1, math.MaxInt}, {0, 0, 0, 0}} {
			rows, columns, a := make([]T, c[2]), make([]T, c[0]), make([]T, c[1])
			if p := panicOf(func() { call(rows, columns, a, c[3]) }); p != "" {
				t.Errorf("%s, %d rows of %d, stride %d, panics with %q", name, c[2], c[0], c[3], p)
			}
		}
	}
}

// TestUnfitStridedProduct gives the products of a matrix with strided vectors one
// argument after the other that does not fit.
func TestUnfitStridedProduct(t *testing.T) {
	onEveryLevel(t, unfitStridedProduct[float32], unfitStridedProduct[float64])
}

func unfitStridedProduct[T kernels.Float](t *testing.T) {
	const quarter = 1 << (bits.UintSize - 2)
	for name, call := range stridedProductCalls[T]() {
		for _, c := range []struct {
			m, n          int
			rows, incRows int // a length and a stride
			cols, incCols int
			a, stride     int
			numbers       []int
		}{
			{-1, 10, 3, 1, 10, 1, 34, 12, []int{-1}},
			{3, -1, 3, 1, 10, 1, 34, 12, []int{-1}},
			{math.MinInt, 10, 3, 2, 19, 2, 34, 12, []int{math.MinInt}},
			{3, math.MinInt, 3, -1, 10, -1, 34, math.MinInt, []int{math.MinInt}},
			{3, 10, 3, 0, 10, 1, 34, 12, []int{0}},
			{3, 10, 3, 1, 10, 0, 34, 12, []int{0}},
			{0, 0, 0, 0, 0, 1, 0, 0, []int{0}},
			{0, 0, 0, 1, 0, 0, 0, 0, []int{0}},
			{3, 10, 2, 1, 10, 1, 34, 12, []int{3, 1, 2}}, // one element short
			{3, 10, 4, 2, 10, 1, 34, 12, []int{3, 2, 4}},
			{3, 10, 4, -2, 10, 1, 34, 12, []int{3, -2, 4}},
			{3, 10, 3, 1, 9, 1, 34, 12, []int{10, 1, 9}},
			{3, 10, 3, 1, 27, 3, 34, 12, []int{10, 3, 27}},
			{3, 10, 3, 1, 27, -3, 34, 12, []int{10, -3, 27}},
			{3, 10, 3, 1, 10, 1, 33, 12, []int{3, 10, 12, 33}},
			{3, 10, 7, 3, 19, -2, 33, 12, []int{3, 10, 12, 33}},
			{3, 10, 3, 1, 10, 1, 34, 9, []int{9, 10}},
			{3, 10, 7, 3, 19, -2, 34, math.MinInt, []int{math.MinInt, 10}},
			{5, 10, 100, 1, 100, 1, 100, quarter, []int{5, 10, quarter, 100}},
			{5, 10, 100, quarter, 100, 1, 100, 10, []int{5, quarter, 100}},
			{2, 10, 100, math.MinInt, 100, 1, 100, 10, []int{2, math.MinInt, 100}},
			{2, 10, 100, 1, 100, math.MaxInt, 100, 10, []int{10, math.MaxInt, 100}},
			{math.MaxInt, 10, 100, 1, 100, 1, 100, 10, []int{math.MaxInt, 1, 100}},
			{2, math.MaxInt, 100, 1, 100, 1, 100, math.MaxInt, []int{math.MaxInt, 1, 100}},
		} {
			rows, cols, a := make([]T, c.rows, 3000), make([]T, c.cols, 3000), make([]T, c.a, 3000)
			expectPanic(t, name, c.numbers, [][]T{rows, cols, a}, func() {
				call(c.m, c.n, rows, c.incRows, cols, c.incCols, a, c.stride)
			})
		}
		// What just fits: also no rows and no matrix, and strides that are never walked.
		for _, c := range [][8]int{{3, 10, 7, -3, 19, 2, 34, 12}, {3, 10, 3, 1, 10, 1, 34, 12},
			{1, 10, 1, math.MinInt, 10, 1, 10, math.MaxInt}, {3, 1, 3, 1, 1, math.MinInt, 3, 1},
			{0, 3000, 0, math.MinInt, 5999, 2, 0, 3000}, {0, 100, 0, 1, 199, -2, 0, 100}, {0, 10, 0, 1, 10, 1, 0, math.MaxInt},
			{5, 0, 9, -2, 0, math.MaxInt, 0, 0}, {0, 0, 0, 1, 0, 1, 0, 0}} {
			rows, cols, a := make([]T, c[2]), make([]T, c[4]), make([]T, c[6])
			if p := panicOf(func() { call(c[0], c[1], rows, c[3], cols, c[5], a, c[7]) }); p != "" {
				t.Errorf("%s of %v panics with %q", name, c, p)
			}
		}
	}
}

// TestUnfitStride gives one vector after the other a stride or a slice with which
// it cannot have so many elements.
func TestUnfitStride(t *testing.T) { onEveryLevel(t, unfitStride[float32], unfitStride[float64]) }

func unfitStride[T kernels.Float](t *testing.T) {
	const (
		half    = 1 << (bits.UintSize / 2) // half * half overflows to 0
		quarter = 1 << (bits.UintSize - 2) // and so does 4 * quarter
	)
	type vector struct{ length, inc int }
	for name, c := range stridedCalls[T]() {
		for odd := range c.vectors {
			for _, bad := range []struct {
				n int
				vector
				numbers []int
			}{
				{-1, vector{100, 1}, []int{-1}},
				{-1, vector{100, -2}, []int{-1}},
				{-1, vector{0, math.MinInt}, []int{-1}},
				{math.MinInt, vector{100, 1}, []int{math.MinInt}},
				{5, vector{100, 0}, []int{0}},
				{1, vector{100, 0}, []int{0}},
				{0, vector{100, 0}, []int{0}},
				{0, vector{0, 0}, []int{0}},
				{1, vector{0, 1}, []int{1, 0}}, // one element short
				{1, vector{0, -5}, []int{1, -5, 0}},
				{10, vector{9, 1}, []int{10, 1, 9}},
				{10, vector{9, -1}, []int{10, -1, 9}},
				{10, vector{18, 2}, []int{10, 2, 18}},
				{10, vector{18, -2}, []int{10, -2, 18}},
				{2, vector{3000, 3000}, []int{2, 3000}},
				{2, vector{100, math.MaxInt}, []int{2, math.MaxInt, 100}},
				{2, vector{100, math.MinInt}, []int{2, math.MinInt, 100}},
				{3, vector{100, math.MinInt}, []int{3, math.MinInt, 100}}, // 2 * MinInt overflows to 0
				{3, vector{100, math.MaxInt}, []int{3, math.MaxInt, 100}},
				{5, vector{100, quarter}, []int{5, quarter, 100}},
				{5, vector{100, -quarter}, []int{5, -quarter, 100}},
				{quarter + 1, vector{100, 4}, []int{quarter + 1, 4, 100}},
				{half + 1, vector{100, half}, []int{half + 1, half, 100}},
				{half + 1, vector{100, -half}, []int{half + 1, -half, 100}},
				{math.MaxInt, vector{100, 1}, []int{math.MaxInt, 1, 100}},
				{math.MaxInt, vector{100, math.MaxInt}, []int{math.MaxInt, 100}},
				{math.MaxInt, vector{100, math.MinInt}, []int{math.MaxInt, math.MinInt, 100}},
			} {
				v := [2]vector{bad.vector, bad.vector}
				if bad.n <= 3000 { // beyond that the other vector does not fit either
					v[1-odd] = vector{3000, 1}
				}
				x, y := make([]T, v[0].length, 9000), make([]T, v[1].length, 9000)
				expectPanic(t, name, bad.numbers, [][]T{x, y}, func() { c.call(bad.n, x, v[0].inc, y, v[1].inc) })
			}
			// What just fits, and strides that are never walked.
			for _, good := range []struct {
				n int
				vector
			}{
				{10, vector{10, 1}}, {10, vector{10, -1}}, {10, vector{19, 2}}, {10, vector{19, -2}},
				{2, vector{3001, 3000}}, {2, vector{3001, -3000}},
				{1, vector{1, math.MaxInt}}, {1, vector{1, math.MinInt}}, {1, vector{1, -7}},
				{0, vector{0, 1}}, {0, vector{0, math.MinInt}}, {0, vector{0, math.MaxInt}},
			} {
				v := [2]vector{{10, 1}, {10, 1}}
				v[odd] = good.vector
				x, y := make([]T, v[0].length), make([]T, v[1].length)
				if p := panicOf(func() { c.call(good.n, x, v[0].inc, y, v[1].inc) }); p != "" {
					t.Errorf("%s of %d elements, %v, panics with %q", name, good.n, v, p)
				}
			}
		}
	}
}

// TestMeanOfNothing checks that a mean of no rows panics.
func TestMeanOfNothing(t *testing.T) {
	dst := make([]float32, 5)
	all := [][]float32{dst}
	expectPanic(t, "MeanRows", []int{0}, all, func() { kernels.MeanRows(dst, nil, 0, 5) })
	expectPanic(t, "MeanRowsAdd", []int{0}, all, func() { kernels.MeanRowsAdd(dst, nil, 0, 5) })
	expectPanic(t, "MeanSlices", []int{0}, all, func() { kernels.MeanSlices(dst, nil) })
	expectPanic(t, "MeanSlicesAdd", []int{0}, all, func() { kernels.MeanSlicesAdd(dst, nil) })
	expectPanic(t, "MeanSlicesTree", []int{0}, all, func() { kernels.MeanSlicesTree(dst, nil) })
}
