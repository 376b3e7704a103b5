package kernels_test

import (
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// layerCall is a function of rows and columns. Its slices are matrices, vectors with an element
// for each column, and vectors with one for each row.
type layerCall[T kernels.Float] struct {
	name                      string
	matrices, byColumn, byRow int
	call                      func(m, c, r [][]T, stride, rows, columns int)
}

// normCalls returns the functions of moments and normalisation.
func normCalls[T kernels.Float]() []layerCall[T] {
	type v = [][]T
	return []layerCall[T]{
		{"ColumnMoments", 1, 2, 0, func(m, c, _ v, stride, rows, _ int) { kernels.ColumnMoments(c[0], c[1], m[0], stride, rows) }},
		{"RowMoments", 1, 0, 2, func(m, _, r v, stride, _, columns int) { kernels.RowMoments(r[0], r[1], m[0], stride, columns) }},
		{"StandardizeColumns", 2, 2, 0, func(m, c, _ v, stride, rows, _ int) {
			kernels.StandardizeColumns(m[0], stride, m[1], stride, rows, c[0], c[1])
		}},
		{"UnstandardizeColumns", 2, 2, 0, func(m, c, _ v, stride, rows, _ int) {
			kernels.UnstandardizeColumns(m[0], stride, m[1], stride, rows, c[0], c[1])
		}},
		{"BatchNorm", 2, 6, 0, func(m, c, _ v, stride, rows, _ int) {
			running := kernels.RunningMoments[T]{Mean: c[4], Variance: c[5], Momentum: 0.1}
			kernels.BatchNorm(m[0], stride, m[1], stride, rows, c[0], c[1], c[2], c[3], 1, &running)
		}},
		{"BatchNormApply", 2, 4, 0, func(m, c, _ v, stride, rows, _ int) {
			kernels.BatchNormApply(m[0], stride, m[1], stride, rows, c[0], c[1], c[2], c[3], 1)
		}},
		{"BatchNormGrad", 3, 5, 0, func(m, c, _ v, stride, rows, _ int) {
			kernels.BatchNormGrad(m[0], stride, c[0], c[1], m[1], stride, m[2], stride, rows, c[2], c[3], c[4])
		}},
		{"LayerNorm", 2, 2, 2, func(m, c, r v, stride, _, _ int) {
			kernels.LayerNorm(m[0], stride, m[1], stride, c[0], c[1], r[0], r[1], 1)
		}},
		{"LayerNormGrad", 3, 3, 2, func(m, c, r v, stride, _, _ int) {
			kernels.LayerNormGrad(m[0], stride, c[0], c[1], m[1], stride, m[2], stride, c[2], r[0], r[1])
		}},
		{"RMSNorm", 2, 1, 1, func(m, c, r v, stride, _, _ int) { kernels.RMSNorm(m[0], stride, m[1], stride, c[0], r[0], 1) }},
		{"RMSNormGrad", 3, 2, 1, func(m, c, r v, stride, _, _ int) {
			kernels.RMSNormGrad(m[0], stride, c[0], m[1], stride, m[2], stride, c[1], r[0])
		}},
	}
}

// TestNormMisuse shortens one slice after the other, passes rows that overlap, and no numbers
// to take a mean over.
func TestNormMisuse(t *testing.T) { onEveryLevel(t, testNormMisuse[float32], testNormMisuse[float64]) }

func testNormMisuse[T kernels.Float](t *testing.T) {
	const rows, columns, stride = 5, 7, 9
	const length = (rows-1)*stride + columns
	for _, f := range normCalls[T]() {
		var all [][]T
		for i := range f.matrices + f.byColumn + f.byRow {
			n := []int{length, columns, rows}[btoi(i >= f.matrices)+btoi(i >= f.matrices+f.byColumn)]
			all = append(all, make([]T, n, 200)) // capacity is no length
		}
		call := func(v [][]T, stride, rows int) {
			f.call(v[:f.matrices], v[f.matrices:][:f.byColumn], v[f.matrices+f.byColumn:], stride, rows, columns)
		}
		for i, x := range all {
			if f.byRow == 1 && i == len(all)-1 || f.byColumn == 1 && i == f.matrices {
				continue // it alone says how many there are
			}
			short := append([][]T(nil), all...)
			short[i] = x[:len(x)-1]
			expectPanic(t, f.name, []int{len(x) - 1}, all, func() { call(short, stride, rows) })
		}
		expectPanic(t, f.name, []int{columns - 1}, all, func() { call(all, columns-1, rows) })
		if f.byRow == 0 {
			expectPanic(t, f.name, []int{-1}, all, func() { call(all, stride, -1) })
		}
		switch f.name {
		case "ColumnMoments", "BatchNorm", "BatchNormGrad":
			expectPanic(t, f.name, []int{0}, all, func() { call(all, stride, 0) })
		}
		if p := panicOf(func() { call(all, stride, rows) }); p != "" {
			t.Errorf("%s of fitting arguments panics with %q", f.name, p)
		}
	}
	none := make([]T, 3)
	for message, call := range map[string]func(){
		"RowMoments: mean of 0 columns": func() { kernels.RowMoments(none, none, nil, 0, 0) },
		"LayerNorm: mean of 0 columns":  func() { kernels.LayerNorm(nil, 0, nil, 0, nil, nil, none, none, 1) },
		"LayerNormGrad: mean of 0 columns": func() {
			kernels.LayerNormGrad(nil, 0, nil, nil, nil, 0, nil, 0, nil, none, none)
		},
		"RMSNorm: mean of 0 columns":     func() { kernels.RMSNorm(nil, 0, nil, 0, nil, none, 1) },
		"RMSNormGrad: mean of 0 columns": func() { kernels.RMSNormGrad(nil, 0, nil, nil, 0, nil, 0, nil, none) },
		"BatchNormGrad: mean of 0 rows": func() {
			kernels.BatchNormGrad(nil, 3, none, none, nil, 3, nil, 3, 0, none, none, none)
		},
		"BatchNorm: running variance of 1 row": func() {
			kernels.BatchNorm(none[:1], 1, none[:1], 1, 1, none[:1], none[:1], none[:1], none[:1], 1, &kernels.RunningMoments[T]{Mean: none[:1], Variance: none[:1]})
		},
	} {
		name, _, _ := strings.Cut(message, ":")
		expectPanic(t, name, nil, [][]T{none}, call)
		if p := panicOf(call); p != "kernels: "+message {
			t.Errorf("panics with %q, want %q", p, message)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
