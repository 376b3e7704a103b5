//go:build unix

package kernels_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// guardCalls returns functions that cut what they get into blocks before they run kernels.
// Those of random numbers fill a vector, from within a block of them.
func guardCalls[T kernels.Float]() []layerCall[T] {
	type v = [][]T
	linear := func(loss kernels.LinearLoss) func(m, c, r v, stride, _, _ int) {
		return func(m, c, r v, stride, _, _ int) { kernels.LinearGradient(c[0], m[0], stride, c[1], 1, r[0], loss, 1) }
	}
	at := func(rows int) kernels.Philox { return kernels.Philox{Seed: 5, Index: uint64(rows)} }
	return append(normCalls[T](),
		layerCall[T]{"LinearGradient", 1, 2, 1, linear(kernels.LeastSquares)},
		layerCall[T]{"LinearGradient", 1, 2, 1, linear(kernels.Logistic)},
		layerCall[T]{"LogSumExp", 2, 0, 1, func(m, _, r v, stride, _, columns int) {
			kernels.LogSumExp(r[0], m[0], stride, m[1], stride, columns)
		}},
		layerCall[T]{"CrossEntropy", 2, 1, 1, func(m, c, r v, stride, rows, columns int) {
			o := kernels.CrossEntropyOptions[T]{Weights: c[0], Smoothing: 0.1, Losses: r[0], Scale: 1}
			for j, w := range c[0] {
				c[0][j] = max(w, -w)
			}
			if _, err := kernels.CrossEntropy(m[0], stride, m[1], stride, columns, make([]int, rows), &o); err != nil {
				panic(err)
			}
		}},
		layerCall[T]{"EmbeddingBag", 2, 0, 1, func(m, _, r v, stride, rows, columns int) {
			index, offsets := pairs(rows)
			kernels.EmbeddingBag(m[0], stride, m[1], stride, columns, index, offsets, r[0], kernels.BagSum)
			kernels.EmbeddingBag(m[0], stride, m[1], stride, columns, index, offsets, nil, kernels.BagMean)
		}},
		layerCall[T]{"EmbeddingBagGrad", 3, 0, 2, func(m, _, r v, stride, rows, columns int) {
			index, offsets := pairs(rows)
			kernels.EmbeddingBagGrad(m[0], stride, r[0], m[1], stride, m[2], stride, columns, index, offsets, r[1], kernels.BagSum)
			kernels.EmbeddingBagGrad(m[0], stride, nil, m[1], stride, nil, stride, columns, index, offsets, nil, kernels.BagMean)
		}},
		layerCall[T]{"AddBias", 1, 1, 0, func(m, c, _ v, stride, rows, columns int) {
			if stride == columns { // rows without gaps alone
				kernels.AddBias(m[0], rows, columns, c[0], kernels.ReLU[T])
			}
		}},
		layerCall[T]{"Uniform", 0, 1, 0, func(_, c, _ v, _, rows, _ int) { kernels.Uniform(c[0], 0, 1, at(rows)) }},
		layerCall[T]{"Bernoulli", 0, 1, 0, func(_, c, _ v, _, rows, _ int) { kernels.Bernoulli(c[0], 0.5, at(rows)) }},
		layerCall[T]{"Dropout", 0, 2, 0, func(_, c, _ v, _, rows, _ int) { kernels.Dropout(c[0], c[1], 0.5, at(rows)) }},
		layerCall[T]{"Normal", 0, 1, 0, func(_, c, _ v, _, rows, _ int) { kernels.Normal(c[0], 0, 1, at(rows)) }},
		layerCall[T]{"TruncatedNormal", 0, 1, 0, func(_, c, _ v, _, rows, _ int) {
			kernels.TruncatedNormal(c[0], 0, 1, -2, 2, at(rows))
		}},
	)
}

// pairs returns indices of as many rows as there are, in bags of two and of none.
func pairs(rows int) (index, offsets []int) {
	for r := range rows {
		index, offsets = append(index, rows-1-r/2), append(offsets, r/2*2)
	}
	return index, append(offsets, rows)
}

// TestGuardPagesOfLayers runs functions of rows and columns, and random numbers, on slices that
// touch an inaccessible page, in front and behind. The results are those of any other place.
func TestGuardPagesOfLayers(t *testing.T) {
	onEveryLevel(t, guardLayers[float32], guardLayers[float64])
}

func guardLayers[T kernels.Float](t *testing.T) {
	const most = 16384                                                                 // elements of a slice
	shapes := [][2]int{{2, 1100}, {9, 257}, {129, 33}, {257, 15}, {300, 1}, {2, 4100}} // rows and columns
	for columns := 1; columns <= 40; columns++ {
		shapes = append(shapes, [2]int{1 + columns*5%7, columns})
	}
	var guards []*kerneltest.Guard
	for range 8 {
		g, err := kerneltest.NewGuard(most * size[T]())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		guards = append(guards, g)
	}
	first := func(i, n int) []T { return kerneltest.First[T](guards[i], n) }
	last := func(i, n int) []T { return kerneltest.Last[T](guards[i], n) }
	for _, f := range guardCalls[T]() {
		for i, s := range shapes {
			rows, columns := s[0], s[1]
			if f.name == "BatchNorm" {
				rows = max(2, rows) // of which a sample's variance is known
			}
			strides := []int{columns, columns + 1 + i%5}
			if columns <= 40 && columns%8 == 5 {
				strides = append(strides, kerneltest.FarStride(rows))
			}
			for _, stride := range strides {
				f.sameAnywhere(t, rows, columns, stride, first)
				f.sameAnywhere(t, rows, columns, stride, last)
			}
		}
	}
}

// sameAnywhere compares a call of slices that have their places with one of any others.
func (f *layerCall[T]) sameAnywhere(t *testing.T, rows, columns, stride int, place func(i, n int) []T) {
	t.Helper()
	draw := kerneltest.Draw[T](kerneltest.Normal, rand.New(rand.NewPCG(11, uint64(rows))))
	var placed, others [][]T
	for i := range f.matrices + f.byColumn + f.byRow {
		n := []int{(rows-1)*stride + columns, columns, rows}[btoi(i >= f.matrices)+btoi(i >= f.matrices+f.byColumn)]
		x := place(i, n)
		for j := range x {
			x[j] = draw()
		}
		placed, others = append(placed, x), append(others, slices.Clone(x))
	}
	for _, v := range [][][]T{placed, others} {
		f.call(v[:f.matrices], v[f.matrices:][:f.byColumn], v[f.matrices+f.byColumn:], stride, rows, columns)
	}
	for i, x := range placed {
		for j := range x {
			if !kerneltest.Same(x[j], others[i][j]) {
				t.Fatalf("%s, %d rows of %d, stride %d: element %d of slice %d is %v, want %v", f.name, rows, columns, stride, j, i, x[j], others[i][j])
			}
		}
	}
}
