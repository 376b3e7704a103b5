package kernels_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// indexedCalls are the functions that take rows at indices; the last row of a is the last that
// fits.
func indexedCalls[T kernels.Float]() map[string]func(batch []T, batchStride int, a []T, stride, columns int, rows []int) {
	return map[string]func(batch []T, batchStride int, a []T, stride, columns int, rows []int){
		"Gather": kernels.Gather[T],
		"ScatterAdd": func(batch []T, batchStride int, a []T, stride, columns int, rows []int) {
			kernels.ScatterAdd(a, stride, batch, batchStride, columns, rows)
		},
		"EmbeddingBag": func(batch []T, batchStride int, a []T, stride, columns int, rows []int) {
			kernels.EmbeddingBag(batch, batchStride, a, stride, columns, rows, oneEach(rows), nil, kernels.BagSum)
		},
		"EmbeddingBagGrad": func(batch []T, batchStride int, a []T, stride, columns int, rows []int) {
			kernels.EmbeddingBagGrad(batch, batchStride, make([]T, len(rows)), batch, batchStride, a, stride, columns, rows, oneEach(rows), nil, kernels.BagSum)
		},
	}
}

// oneEach returns the offsets of bags of one row.
func oneEach(rows []int) []int {
	offsets := make([]int, len(rows)+1)
	for i := range offsets {
		offsets[i] = i
	}
	return offsets
}

// TestIndexMisuse has indices of no row at every place among others, and matrices that do not
// fit.
func TestIndexMisuse(t *testing.T) { onEveryLevel(t, indexMisuse[float32], indexMisuse[float64]) }

func indexMisuse[T kernels.Float](t *testing.T) {
	const number, columns, stride, have = 9, 5, 7, 6
	const lengthA, length = (have-1)*stride + columns, (number-1)*stride + columns
	a, batch := make([]T, lengthA, 200), make([]T, length, 200) // capacity is no length
	all := [][]T{a, batch}
	rows := []int{5, 0, 3, 3, 1, 5, 2, 4, 0}
	for name, call := range indexedCalls[T]() {
		for at := range rows {
			for _, r := range []int{-1, have, math.MaxInt, math.MinInt} {
				bad := slices.Clone(rows)
				bad[at] = r
				expectPanic(t, name, []int{r, at, have}, all, func() { call(batch, stride, a, stride, columns, bad) })
			}
		}
		expectPanic(t, name, []int{5, 0, have - 1}, all, func() { call(batch, stride, a[:lengthA-1], stride, columns, rows) })
		expectPanic(t, name, []int{5, 0}, all, func() { call(batch, stride, a[:columns-1], stride, columns, rows) })
		expectPanic(t, name, []int{number, columns, stride, length - 1}, all, func() { call(batch[:length-1], stride, a, stride, columns, rows) })
		expectPanic(t, name, []int{columns - 1, columns}, all, func() { call(batch, columns-1, a, stride, columns, rows) })
		expectPanic(t, name, []int{columns - 1, columns}, all, func() { call(batch, stride, a, columns-1, columns, rows) })
		expectPanic(t, name, []int{-1}, all, func() { call(batch, stride, a, stride, -1, rows) })
		expectPanic[T](t, name, []int{-1}, nil, func() { call(batch, stride, nil, 0, 0, []int{3, -1}) })
		for _, f := range []func(){
			func() { call(batch, stride, a, stride, columns, rows) },
			func() { call(nil, stride, nil, stride, columns, nil) },
			func() { call(nil, 0, nil, 0, 0, []int{3, 70}) }, // rows of nothing are anywhere
		} {
			if p := panicOf(f); p != "" {
				t.Errorf("%s of fitting arguments panics with %q", name, p)
			}
		}
	}
}

// TestBagMisuse has offsets that do not cut the rows into bags, and weights of another length.
func TestBagMisuse(t *testing.T) { onEveryLevel(t, bagMisuse[float32], bagMisuse[float64]) }

func bagMisuse[T kernels.Float](t *testing.T) {
	b := newBags(6, 5, true, kernels.BagSum, func() T { return 1 })
	n := len(b.rows)
	all := [][]T{b.table.x, b.y.x, b.dy.x, b.dRows.x, b.weights, b.dWeights}
	both := func(numbers []int, change func(b *bags[T])) {
		t.Helper()
		bad := b
		change(&bad)
		expectPanic(t, "EmbeddingBag", numbers, all, bad.run)
		expectPanic(t, "EmbeddingBagGrad", numbers, all, bad.grad)
	}
	// offset gives one of them a value, for which the message names one that does not ascend.
	offset := func(at, value, named int) {
		t.Helper()
		both([]int{named, n}, func(b *bags[T]) { b.offsets = slices.Clone(b.offsets); b.offsets[at] = value })
	}
	last := len(b.offsets) - 1
	offset(0, 1, 1)
	offset(0, -1, -1)
	offset(2, -1, -1)
	offset(2, n, b.offsets[3])
	offset(2, n+1, n+1)
	offset(last, n-1, n-1)
	offset(last, n+1, n+1)
	both(nil, func(b *bags[T]) { b.offsets = nil })
	both([]int{n - 1, n}, func(b *bags[T]) { b.weights = b.weights[:n-1] })
	both(nil, func(b *bags[T]) { b.mode = kernels.BagMean })
	both([]int{7}, func(b *bags[T]) { b.mode = 7 })
	short := b
	short.dWeights = b.dWeights[:n-1]
	expectPanic(t, "EmbeddingBagGrad", []int{n - 1, n}, all, short.grad)
	short.weights, short.dWeights, short.mode = nil, b.dWeights, kernels.BagMean
	expectPanic(t, "EmbeddingBagGrad", nil, all, short.grad)
	short = b
	short.dy.x = b.dy.x[:len(b.dy.x)-1]
	expectPanic(t, "EmbeddingBagGrad", []int{len(b.dy.x) - 1}, all, short.grad)
	without := b
	without.table.x, without.dWeights = nil, nil
	if p := panicOf(without.grad); p != "" {
		t.Errorf("EmbeddingBagGrad without a table panics with %q", p)
	}
}
