package kernels_test

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestMomentsOfInfinities: what is not finite shows in its own column and row alone.
func TestMomentsOfInfinities(t *testing.T) {
	onEveryLevel(t, momentsOfInfinities[float32], momentsOfInfinities[float64])
}

func momentsOfInfinities[T kernels.Float](t *testing.T) {
	for _, bad := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
		for _, place := range [][2]int{{0, 0}, {3, 4}, {99, 6}} {
			m := newMatrix(100, 7, 0, func() T { return 2 })
			m.x[place[0]*m.stride+place[1]] = T(bad)
			mean, variance := make([]T, m.columns), make([]T, m.columns)
			kernels.ColumnMoments(mean, variance, m.x, m.stride, m.rows)
			for j := range variance {
				if isBad := j == place[1]; (variance[j] != variance[j]) != isBad || !isBad && (mean[j] != 2 || variance[j] != 0) {
					t.Errorf("%v at %v: column %d has the moments %v and %v", bad, place, j, mean[j], variance[j])
				}
			}
			mean, variance = make([]T, m.rows), make([]T, m.rows)
			kernels.RowMoments(mean, variance, m.x, m.stride, m.columns)
			for r := range variance {
				if isBad := r == place[0]; (variance[r] != variance[r]) != isBad || !isBad && (mean[r] != 2 || variance[r] != 0) {
					t.Errorf("%v at %v: row %d has the moments %v and %v", bad, place, r, mean[r], variance[r])
				}
			}
		}
	}
}

// TestMomentsThatOverflow: moments that cannot be had are infinite or NaN, and not wrong
// numbers.
func TestMomentsThatOverflow(t *testing.T) {
	onEveryLevel(t, momentsThatOverflow[float32], momentsThatOverflow[float64])
}

func momentsThatOverflow[T kernels.Float](t *testing.T) {
	const copies = 19 // of a column and a row, in vectors and alone
	most := math.MaxFloat64
	if size[T]() == 4 {
		most = math.MaxFloat32
	}
	far, inf, nan := 4*math.Sqrt(most), math.Inf(1), math.NaN() // the square of far overflows
	series := func(n int, f func(i int) float64) (x []float64) {
		for i := range n {
			x = append(x, f(i))
		}
		return x
	}
	for _, c := range []struct {
		name    string
		numbers []float64
		mean    float64 // NaN where an element is not finite
	}{
		{"two far", []float64{far, -far}, 0},
		{"three far", []float64{0, far, -far}, 0},
		{"largest", []float64{0, most / 1.1, most / 1.1}, most / 1.65},
		{"difference", []float64{most, -most}, 0},
		{"differences", []float64{0, most, -most, most, -most}, 0},
		{"blocks", series(200, func(i int) float64 { return far * float64(1-i%2*2) }), 0},
		{"between blocks", series(128, func(i int) float64 { return far * float64(1-i/64*2) }), 0},
		{"infinite in front", []float64{inf, 1}, nan},
		{"infinite behind", []float64{1, inf}, nan},
		{"infinities", []float64{1, -inf, inf}, nan},
		{"NaN", []float64{1, nan, 1}, nan},
		{"infinite in a block", series(200, func(i int) float64 { return 1 / float64(max(0, i-128)) }), nan},
	} {
		check := func(what string, mean, variance T) {
			t.Helper()
			m, v := float64(mean), float64(variance)
			if !math.IsInf(v, 1) && v == v || c.mean != c.mean && v == v {
				t.Errorf("%s: the variance of a %s is %v", c.name, what, v)
			}
			if m-m == 0 && !(math.Abs(m-c.mean) <= 100*unit[T]()*max(far, c.mean)) {
				t.Errorf("%s: the mean of a %s is %v, want %v", c.name, what, m, c.mean)
			}
		}
		n := len(c.numbers)
		column, row := newMatrix(n, copies, 1, func() T { return 0 }), newMatrix(copies, n, 1, func() T { return 0 })
		for i, x := range c.numbers {
			for k := range copies {
				column.x[i*column.stride+k], row.x[k*row.stride+i] = T(x), T(x)
			}
		}
		mean, variance := make([]T, copies), make([]T, copies)
		kernels.ColumnMoments(mean, variance, column.x, column.stride, n)
		for k := range mean {
			check("column", mean[k], variance[k])
		}
		kernels.RowMoments(mean, variance, row.x, row.stride, n)
		for k := range mean {
			check("row", mean[k], variance[k])
		}
	}
}
