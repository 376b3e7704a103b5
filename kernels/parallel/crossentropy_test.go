package parallel_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/kernels/parallel"
)

// TestCrossEntropy compares losses and gradients on 1 to 5 goroutines with those on one, with
// all sorts of options: many small rows, few long ones, a last piece that is smaller, too
// small a batch, and nothing but ignored rows.
func TestCrossEntropy(t *testing.T) {
	t.Run("type=f32", testCrossEntropy[float32])
	t.Run("type=f64", testCrossEntropy[float64])
}

func testCrossEntropy[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	pools := somePools(t, 5)
	for i, s := range [][2]int{{20, 3}, {5000, 10}, {3328, 10}, {700, 300}, {129, 1000}, {1000, 40}} {
		rows, classes := s[0], s[1]
		stride, gradStride := classes+i%3, classes+i%2
		logits, labels := make([]T, rows*stride), make([]int, rows)
		for j := range logits {
			logits[j] = T(3 * r.NormFloat64())
		}
		for j := range labels {
			labels[j] = r.IntN(classes)
		}
		weights := make([]T, classes)
		for j := range weights {
			weights[j] = T(r.Float64())
		}
		all := []*kernels.CrossEntropyOptions[T]{nil, {Scale: 0.25}, {Ignore: true, IgnoredLabel: 1, Smoothing: 0.1}, {Weights: weights, Losses: make([]T, rows)}}
		if i == 1 {
			all = append(all, &kernels.CrossEntropyOptions[T]{Weights: make([]T, classes)}) // of nothing
		}
		for _, o := range all {
			grad := make([]T, rows*gradStride)
			wantLoss, err := kernels.CrossEntropy(grad, gradStride, logits, stride, classes, labels, o)
			if err != nil {
				t.Fatal(err)
			}
			var losses []T
			if o != nil && o.Losses != nil {
				losses = slices.Clone(o.Losses)
				clear(o.Losses)
			}
			for i, pool := range pools {
				got := make([]T, rows*gradStride)
				loss, err := parallel.CrossEntropy(pool, got, gradStride, logits, stride, classes, labels, o)
				if err != nil || !kerneltest.Same(loss, wantLoss) {
					t.Fatalf("%dx%d, %+v, pool %d: loss %v, %v, want %v", rows, classes, o, i, loss, err, wantLoss)
				}
				for j := range grad {
					if !kerneltest.Same(got[j], grad[j]) {
						t.Fatalf("%dx%d, %+v, pool %d: grad[%d] = %v, want %v", rows, classes, o, i, j, got[j], grad[j])
					}
				}
				for j := range losses {
					if !kerneltest.Same(o.Losses[j], losses[j]) {
						t.Fatalf("%dx%d, pool %d: the loss of row %d is %v, want %v", rows, classes, i, j, o.Losses[j], losses[j])
					}
				}
			}
		}
	}
}

// TestCrossEntropyMisuse: what kernels.CrossEntropy panics with or returns, before anything
// is written.
func TestCrossEntropyMisuse(t *testing.T) {
	const rows, classes = 5000, 20
	logits, grad, labels := make([]float32, rows*classes), make([]float32, rows*classes), make([]int, rows)
	pool := parallel.New(2)
	defer pool.Close()
	run := func(grad []float32, gradStride int, logits []float32, stride, classes int, o *kernels.CrossEntropyOptions[float32]) func() {
		return func() {
			if _, err := parallel.CrossEntropy(pool, grad, gradStride, logits, stride, classes, labels, o); err != nil {
				panic(err.Error())
			}
		}
	}
	bad := func() {
		labels[rows-1] = classes
		defer func() { labels[rows-1] = 0 }()
		run(grad, classes, logits, classes, classes, nil)()
	}
	for i, call := range []func(){
		run(grad[1:], classes, logits, classes, classes, nil),
		run(grad, classes, logits[1:], classes, classes, nil),
		run(grad, classes-1, logits, classes, classes, nil),
		run(grad, classes, logits, classes-1, classes, nil),
		run(grad, classes, logits, classes, -1, nil),
		run(grad, classes, logits, classes, classes, &kernels.CrossEntropyOptions[float32]{Losses: logits[:7]}),
		run(grad, classes, logits, classes, classes, &kernels.CrossEntropyOptions[float32]{Smoothing: 2}),
		run(grad, classes, logits[1:], classes, classes, &kernels.CrossEntropyOptions[float32]{Scale: 1}),
		run(grad, classes, logits, classes, classes, &kernels.CrossEntropyOptions[float32]{Scale: 1, Losses: logits[:7]}),
		bad,
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.Contains(text, "kernels: CrossEntropy:") {
					t.Errorf("call %d panics with %v", i, text)
				}
			}()
			call()
		}()
		for j, g := range grad {
			if g != 0 {
				t.Fatalf("call %d wrote grad[%d] = %v", i, j, g)
			}
		}
	}
}

// TestCrossEntropyNoAllocation: calls on several goroutines allocate nothing, once they have.
func TestCrossEntropyNoAllocation(t *testing.T) {
	const rows, classes = 5000, 20
	logits, grad, labels := make([]float32, rows*classes), make([]float32, rows*classes), make([]int, rows)
	pool := parallel.New(2)
	defer pool.Close()
	call := func() {
		if _, err := parallel.CrossEntropy(pool, grad, classes, logits, classes, classes, labels, nil); err != nil {
			t.Fatal(err)
		}
	}
	call()
	if allocs := kerneltest.Allocations(20, call); allocs != 0 {
		t.Errorf("%v allocations in a call", allocs)
	}
}
