package kernels_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestCrossEntropyEdges has rows of which the documentation says what comes of them.
func TestCrossEntropyEdges(t *testing.T) {
	onEveryLevel(t, crossEntropyEdges[float32], crossEntropyEdges[float64])
}

func crossEntropyEdges[T kernels.Float](t *testing.T) {
	nan, inf := T(math.NaN()), T(math.Inf(1))
	for _, c := range []struct {
		name   string
		logits []T
		label  int
		loss   T
		grad   []T
	}{
		{"one class", []T{5}, 0, 0, []T{0}},
		{"one class, huge", []T{-1e30}, 0, 0, []T{0}},
		{"equal", []T{2, 2}, 1, T(math.Ln2), []T{0.5, -0.5}},
		{"huge", []T{1e30, -1e30, 0}, 0, 0, []T{0, 0, 0}},
		{"huge, the other label", []T{1e30, -1e30, 0}, 2, 1e30, []T{1, 0, -1}},
		{"the largest", []T{greatest[T](), greatest[T](), -greatest[T]()}, 0, T(math.Ln2), []T{-0.5, 0.5, 0}},
		{"no probability", []T{3, -inf, -inf}, 0, 0, []T{0, 0, 0}},
		{"no probability of the label", []T{3, -inf, 3}, 1, inf, []T{0.5, -1, 0.5}},
		{"no probabilities", []T{-inf, -inf}, 0, nan, []T{nan, nan}},
		{"infinite", []T{1, inf, 2}, 1, nan, []T{nan, nan, nan}},
		{"NaN", []T{1, nan, 2}, 0, nan, []T{nan, nan, nan}},
	} {
		n := len(c.logits)
		// Beside an ordinary row, which must stay what it is.
		logits := append(slices.Clone(c.logits), make([]T, n)...)
		grad, losses := make([]T, 2*n), make([]T, 2)
		loss, err := kernels.CrossEntropy(grad, n, logits, n, n, []int{c.label, 0}, &kernels.CrossEntropyOptions[T]{Scale: 1, Losses: losses})
		if err != nil {
			t.Fatal(err)
		}
		same(t, losses[0], c.loss, "%s: loss", c.name)
		same(t, T(loss), T(float64(losses[0]+losses[1])), "%s: sum", c.name)
		for j, want := range c.grad {
			same(t, grad[j], want, "%s: gradient %d", c.name, j)
			if other := float64(grad[n+j]); !(other >= -1 && other <= 1) {
				t.Fatalf("%s: the other row's gradient %d is %v", c.name, j, other)
			}
		}
	}
}

// TestCrossEntropyOfNothing: every row ignored, and no rows.
func TestCrossEntropyOfNothing(t *testing.T) {
	onEveryLevel(t, crossEntropyOfNothing[float32], crossEntropyOfNothing[float64])
}

func crossEntropyOfNothing[T kernels.Float](t *testing.T) {
	nan := T(math.NaN())
	for _, scale := range []T{0, 1} {
		want := 0.0
		if scale == 0 {
			want = math.NaN()
		}
		o := &kernels.CrossEntropyOptions[T]{Ignore: true, IgnoredLabel: 9, Scale: scale, Smoothing: 0.1}
		logits, grad := []T{1, 2, nan, T(math.Inf(1))}, []T{5, 5, 5, 5}
		loss, err := kernels.CrossEntropy(grad, 2, logits, 2, 2, []int{9, 9}, o)
		if err != nil {
			t.Fatal(err)
		}
		same(t, loss, want, "scale %v, every row ignored", scale)
		for j, g := range grad {
			same(t, g, 0, "scale %v, every row ignored: gradient %d", scale, j)
		}
		loss, err = kernels.CrossEntropy(nil, 2, nil, 2, 2, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		same(t, loss, want, "scale %v, no rows", scale)
	}
	if _, err := kernels.CrossEntropy[T](nil, 0, nil, 0, 0, nil, nil); err != nil {
		t.Fatalf("no rows and no classes: %v", err)
	}
}

// TestCrossEntropyErrors has bad labels and options: the error names them, and nothing is
// written.
func TestCrossEntropyErrors(t *testing.T) {
	t.Run("type=f32", crossEntropyErrors[float32])
	t.Run("type=f64", crossEntropyErrors[float64])
}

func crossEntropyErrors[T kernels.Float](t *testing.T) {
	type options = kernels.CrossEntropyOptions[T]
	nan, inf := T(math.NaN()), T(math.Inf(1))
	for _, c := range []struct {
		label int
		o     *options
		want  []string
	}{
		{3, nil, []string{"label 3", "row 1", "3 classes"}},
		{-1, nil, []string{"label -1", "row 1", "3 classes"}},
		{math.MinInt, nil, []string{"row 1", "3 classes"}},
		{-100, &options{Ignore: true, IgnoredLabel: -99}, []string{"label -100", "row 1"}},
		{-100, &options{IgnoredLabel: -100}, []string{"label -100", "row 1"}},
		{0, &options{Smoothing: -0.25}, []string{"Smoothing", "-0.25"}},
		{0, &options{Smoothing: 1.25}, []string{"Smoothing", "1.25"}},
		{0, &options{Smoothing: nan}, []string{"Smoothing", "NaN"}},
		{0, &options{Scale: nan}, []string{"Scale", "NaN"}},
		{0, &options{Scale: inf}, []string{"Scale", "+Inf"}},
		{0, &options{Weights: make([]T, 2)}, []string{"2 Weights", "3 classes"}},
		{0, &options{Weights: []T{}}, []string{"0 Weights", "3 classes"}},
		{0, &options{Weights: []T{1, 1, -2}}, []string{"Weights[2]", "-2"}},
		{0, &options{Weights: []T{1, nan, 1}}, []string{"Weights[1]", "NaN"}},
		{0, &options{Weights: []T{inf, 1, 1}}, []string{"Weights[0]", "+Inf"}},
	} {
		losses, grad, labels := []T{5, 5}, []T{5, 5, 5, 5, 5, 5}, []int{2, c.label}
		if c.o != nil {
			c.o.Losses = losses
		}
		loss, err := kernels.CrossEntropy(grad, 3, make([]T, 6), 3, 3, labels, c.o)
		_, alone := kernels.CrossEntropyWeight(labels, 3, c.o)
		if err == nil || alone == nil || err.Error() != alone.Error() || loss != 0 {
			t.Fatalf("label %d, options %+v: loss %v, errors %v and %v", c.label, c.o, loss, err, alone)
		}
		for _, part := range append(c.want, "CrossEntropy") {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("label %d, options %+v: %q does not name %q", c.label, c.o, err, part)
			}
		}
		if slices.Contains(grad, 0) || losses[0] != 5 || slices.ContainsFunc(grad, func(g T) bool { return g != 5 }) {
			t.Errorf("label %d, options %+v: something is written", c.label, c.o)
		}
	}
}

// TestLossMisuse passes strides below a row's length, slices that are one element too short
// and negative numbers.
func TestLossMisuse(t *testing.T) {
	const rows, columns, stride = 3, 4, 5
	full := (rows-1)*stride + columns
	x := make([]float32, 100)
	labels := make([]int, rows)
	entropy := func(nGrad, gradStride, nLogits, stride, classes int, o *kernels.CrossEntropyOptions[float32]) func() {
		return func() { kernels.CrossEntropy(x[:nGrad], gradStride, x[:nLogits], stride, classes, labels, o) }
	}
	sum := func(nShares, sharesStride, nX, stride, columns int) func() {
		return func() { kernels.LogSumExp(make([]float32, rows), x[:nShares], sharesStride, x[:nX], stride, columns) }
	}
	for name, call := range map[string]func(){
		"CrossEntropy: grad too short":   entropy(full-1, stride, full, stride, columns, nil),
		"CrossEntropy: grad's stride":    entropy(full, columns-1, full, stride, columns, nil),
		"CrossEntropy: logits too short": entropy(full, stride, full-1, stride, columns, nil),
		"CrossEntropy: logits' stride":   entropy(full, stride, full, columns-1, columns, nil),
		"CrossEntropy: negative classes": entropy(full, stride, full, stride, -1, nil),
		"CrossEntropy: too few losses":   entropy(full, stride, full, stride, columns, &kernels.CrossEntropyOptions[float32]{Losses: x[:rows-1]}),
		"LogSumExp: softmax too short":   sum(full-1, stride, full, stride, columns),
		"LogSumExp: softmax's stride":    sum(full, columns-1, full, stride, columns),
		"LogSumExp: x too short":         sum(full, stride, full-1, stride, columns),
		"LogSumExp: x's stride":          sum(full, stride, full, columns-1, columns),
		"LogSumExp: negative columns":    sum(full, stride, full, stride, -1),
	} {
		func() {
			defer func() {
				text, _ := recover().(string)
				if function, _, _ := strings.Cut(name, ":"); !strings.Contains(text, "kernels: "+function+": ") {
					t.Errorf("%s: panics with %q", name, text)
				}
			}()
			call()
		}()
	}
}
