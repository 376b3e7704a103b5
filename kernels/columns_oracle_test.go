package kernels_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestColumns works on two columns of one matrix, which is what strides are for:
// the vectors lie between each other without sharing an element.
func TestColumns(t *testing.T) { onEveryLevel(t, twoColumns[float32], twoColumns[float64]) }

func twoColumns[T kernels.Float](t *testing.T) {
	all := oracles[T](t)
	tried := 0
	for _, op := range kerneltest.Ops[T]() {
		if o := all[op.Name]; op.Family == "strided" && op.Count(kerneltest.Inc) == 2 && o.public != nil {
			tried++
			for n := range 40 {
				checkColumns(t, op, o, n, 1)
				checkColumns(t, op, o, n, -1)
			}
		}
	}
	if tried < 7 {
		t.Errorf("only %d kernels have two strided vectors", tried)
	}
}

func checkColumns[T kernels.Float](t *testing.T, op kerneltest.Op[T], o oracle[T], n, direction int) {
	t.Helper()
	const width, first, second = 3, 2, 1
	draw := kerneltest.Draw[T](kerneltest.Normal, rand.New(rand.NewPCG(27, uint64(n))))
	a := make([]T, (n+1)*width)
	for i := range a {
		a[i] = draw()
	}
	scalars := []T{draw(), draw(), draw(), draw()}
	on := func(a []T) *call[T] {
		end := max(0, n-1)*width + 1 // the slices end with the last element
		return &call[T]{op: op, public: true, args: &kerneltest.Args[T]{
			Scalar: scalars,
			Int:    []int{n, width, direction * width},
			Vec:    [][]T{a[first:][:end], a[second:][:end]},
		}}
	}
	c := on(slices.Clone(a))
	o.expect(c)
	want := slices.Clone(a)
	for k, column := range []int{first, second} {
		if c.after != nil && c.after[k] != nil {
			for i := range n {
				want[i*width+column] = c.after[k][i*width]
			}
		}
	}

	run := on(a)
	o.public(run)
	for i := range a {
		same(t, a[i], want[i], "%s of columns of %d rows, strides %v: a[%d]", op.Name, n, run.args.Int[1:], i)
	}
	for _, e := range c.result {
		expect(t, e, run.got, "%s of columns of %d rows, strides %v", op.Name, n, run.args.Int[1:])
	}
}
