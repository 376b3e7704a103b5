package kernels_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestRows compares the reductions of rows with a plain sum down every column.
func TestRows(t *testing.T) { onEveryLevel(t, rowSums[float32], rowSums[float64]) }

func rowSums[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	normal := kerneltest.Draw[T](kerneltest.Normal, r)
	special := kerneltest.Draw[T](kerneltest.Special, r)
	for _, d := range []int{0, 1, 2, 7, 16, 31, 64, 100, 257, 1025} {
		for rows := 1; rows <= 10; rows++ {
			for _, pad := range []int{0, 1, 5} {
				draw := normal
				if (d+rows+pad)%3 == 0 {
					draw = special
				}
				checkRowSums(t, d, rows, d+pad, draw)
			}
		}
	}
}

func checkRowSums[T kernels.Float](t *testing.T, d, rows, stride int, draw func() T) {
	t.Helper()
	// The last row is not padded to the stride, and nothing lies behind it.
	a := make([]T, (rows-1)*stride+d)
	for i := range a {
		a[i] = draw()
	}
	old := make([]T, d)
	list := make([][]T, rows)
	for r := range list {
		list[r] = slices.Clone(a[r*stride : r*stride+d])
	}
	sum, sumAdd, mean, meanAdd := make([]T, d), make([]T, d), make([]T, d), make([]T, d)
	for j := range d {
		old[j] = draw()
		s := a[j]
		for r := 1; r < rows; r++ {
			s += a[r*stride+j]
		}
		sum[j], mean[j] = s, s/T(rows)
		sumAdd[j], meanAdd[j] = old[j]+s, old[j]+mean[j]
	}
	for _, c := range []struct {
		name string
		want []T
		run  func(dst []T)
	}{
		{"SumRows", sum, func(dst []T) { kernels.SumRows(dst, a, rows, stride) }},
		{"SumRowsAdd", sumAdd, func(dst []T) { kernels.SumRowsAdd(dst, a, rows, stride) }},
		{"MeanRows", mean, func(dst []T) { kernels.MeanRows(dst, a, rows, stride) }},
		{"MeanRowsAdd", meanAdd, func(dst []T) { kernels.MeanRowsAdd(dst, a, rows, stride) }},
		{"SumSlices", sum, func(dst []T) { kernels.SumSlices(dst, list) }},
		{"SumSlicesAdd", sumAdd, func(dst []T) { kernels.SumSlicesAdd(dst, list) }},
		{"MeanSlices", mean, func(dst []T) { kernels.MeanSlices(dst, list) }},
		{"MeanSlicesAdd", meanAdd, func(dst []T) { kernels.MeanSlicesAdd(dst, list) }},
	} {
		dst := slices.Clone(old)
		c.run(dst)
		for j := range dst {
			if !kerneltest.Same(dst[j], c.want[j]) {
				t.Fatalf("%s, %d rows of %d, stride %d: column %d = %v, want %v", c.name, rows, d, stride, j, dst[j], c.want[j])
			}
		}
	}
}

// TestNoRows checks that the sum of nothing is 0, and that adding it changes nothing.
func TestNoRows(t *testing.T) { onEveryLevel(t, noRows[float32], noRows[float64]) }

func noRows[T kernels.Float](t *testing.T) {
	nan, minusZero := T(math.NaN()), T(math.Copysign(0, -1))
	old := []T{1, nan, minusZero, 4, T(math.Inf(-1))}
	for _, c := range []struct {
		name string
		run  func(dst []T)
		want []T
	}{
		{"SumRows", func(dst []T) { kernels.SumRows(dst, nil, 0, len(dst)) }, make([]T, len(old))},
		{"SumSlices", func(dst []T) { kernels.SumSlices(dst, nil) }, make([]T, len(old))},
		{"SumRowsAdd", func(dst []T) { kernels.SumRowsAdd(dst, nil, 0, len(dst)) }, old},
		{"SumSlicesAdd", func(dst []T) { kernels.SumSlicesAdd(dst, [][]T{}) }, old},
	} {
		dst := slices.Clone(old)
		c.run(dst)
		for j := range dst {
			if !kerneltest.Same(dst[j], c.want[j]) {
				t.Fatalf("%s of no rows: column %d = %v, want %v", c.name, j, dst[j], c.want[j])
			}
		}
	}
}

// TestRowsAtTheLimit has sizes that are legal though they look wrong: a stride
// that is never walked, and more rows of no elements than memory could hold.
func TestRowsAtTheLimit(t *testing.T) {
	onEveryLevel(t, rowsAtTheLimit[float32], rowsAtTheLimit[float64])
}

func rowsAtTheLimit[T kernels.Float](t *testing.T) {
	a, dst := []T{1, 2, 3}, make([]T, 3)
	kernels.SumRows(dst, a, 1, math.MaxInt)
	if !slices.Equal(dst, a) {
		t.Errorf("one row of stride MaxInt gives %v, want %v", dst, a)
	}
	kernels.MeanRowsAdd(dst[:0], a, math.MaxInt, 0)
	kernels.SumRows(dst[:0], nil, math.MaxInt, 0)
}
