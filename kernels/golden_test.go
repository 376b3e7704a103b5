package kernels_test

import (
	"fmt"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/kernels/kerneltest/golden"
)

// TestGolden compares what every kernel of every level computes from fixed inputs
// with hashes that are the same for all machines.
func TestGolden(t *testing.T) {
	for _, l := range kernels.Levels() {
		hashes := make(map[string]golden.Hash)
		hashKernels[float32](t, l, hashes)
		hashKernels[float64](t, l, hashes)
		golden.Check(t, "kernel", fmt.Sprint("level ", l), hashes)
	}
}

func hashKernels[T kernels.Float](t *testing.T, l kernels.Level, hashes map[string]golden.Hash) {
	table, err := kerneltest.TableOf[T](l)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range kerneltest.Ops[T]() {
		var h golden.Hash
		numbers := golden.NewSource[T](op.Name)
		for i, s := range goldenShapes() {
			// Sums of anything are NaN: every second shape has usual numbers only.
			draw := numbers.Usual
			if i%2 == 1 {
				draw = numbers.Any
			}
			a := kerneltest.New(op, s, kerneltest.Heap[T](i%5), draw)
			h.Add(op.Bind(table, a)(1))
			a.Elements(h.Add)
		}
		hashes[fmt.Sprintf("%s %T", op.Name, T(0))] = h
	}
}

// goldenShapes are all short lengths, some longer ones, and one of several blocks
// with a rest, each with usual numbers and with any.
func goldenShapes() []kerneltest.Shape {
	incs := [][]int{{1, 1}, {2, -3}, {-1, 4}, {1, 2}, {3, 1}}
	var lengths []int
	for n := range 37 {
		lengths = append(lengths, n)
	}
	var all []kerneltest.Shape
	for i, n := range append(lengths, 63, 64, 100, 129, 255, 260, 511, 777, 1031, 17001) {
		rows := 1 + i%7
		if n > 10000 {
			rows = 2
		}
		s := kerneltest.Shape{N: n, Rows: rows, Stride: n + i%3, Incs: incs[i%len(incs)]}
		all = append(all, s, s)
	}
	return all
}
