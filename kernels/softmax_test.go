package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestLogSumExp holds values and shares against float64, and the sums of the shares against
// the documented bound.
func TestLogSumExp(t *testing.T) { onEveryLevel(t, logSumExpOracle[float32], logSumExpOracle[float64]) }

func logSumExpOracle[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(67, 68))
	u, lanes := unit[T](), float64(lanesOf[T]())
	for _, columns := range []int{1, 2, 3, 7, 10, 16, 31, 64, 100, 1000, 5000, blockOf[T]() + 700} {
		rows := max(1, min(300, 3000/columns))
		stride, to := columns+r.IntN(3), columns+r.IntN(2)
		x, softmax, dst := make([]T, rows*stride), make([]T, rows*to), make([]T, rows)
		for i := range x {
			x[i] = T(3 * r.NormFloat64())
		}
		kernels.LogSumExp(dst, softmax, to, x, stride, columns)
		own := float64(columns) * 0x1p-53 / u // what the sum below errs by
		slack := min(float64(columns), float64(blockOf[T]()))/lanes + math.Log2(lanes) + 7
		for row := range rows {
			most, sum, spread, shares := math.Inf(-1), 0.0, 0.0, 0.0
			in := x[row*stride:][:columns]
			for _, v := range in {
				most = math.Max(most, float64(v))
			}
			for _, v := range in {
				sum += math.Exp(float64(v) - most)
			}
			want := most + math.Log(sum)
			for _, v := range in {
				spread += math.Exp(float64(v)-most) / sum * (most - float64(v))
			}
			if got := float64(dst[row]); !(math.Abs(got-want) <= u*(slack+own+spread+math.Abs(want)+math.Abs(want-most))) {
				t.Fatalf("%d columns: row %d is %v, want %v", columns, row, got, want)
			}
			for j, v := range in {
				got, share := float64(softmax[row*to+j]), math.Exp(float64(v)-most)/sum
				if !(math.Abs(got-share) <= u*share*(slack+4+own+spread+most-float64(v))) {
					t.Fatalf("%d columns: share %d of row %d is %v, want %v", columns, j, row, got, share)
				}
				shares += got
			}
			if !(math.Abs(shares-1) <= slack*u) {
				t.Fatalf("%d columns: the shares of row %d add up to 1 %+g u", columns, row, (shares-1)/u)
			}
		}
	}
}

// TestLogSumExpEdges has rows of which the documentation says what comes of them.
func TestLogSumExpEdges(t *testing.T) {
	onEveryLevel(t, logSumExpEdges[float32], logSumExpEdges[float64])
}

func logSumExpEdges[T kernels.Float](t *testing.T) {
	nan, inf := T(math.NaN()), T(math.Inf(1))
	for _, c := range []struct {
		x      []T
		want   T
		shares []T
	}{
		{[]T{5}, 5, []T{1}},
		{[]T{-1e30}, -1e30, []T{1}},
		{[]T{1e30, -1e30}, 1e30, []T{1, 0}},
		{[]T{3, -inf, -inf}, 3, []T{1, 0, 0}},
		{[]T{0, -inf, 0}, T(math.Ln2), []T{0.5, 0, 0.5}},
		{[]T{-inf}, -inf, []T{nan}},
		{[]T{-inf, -inf, -inf}, -inf, []T{nan, nan, nan}},
		{[]T{1, inf, -inf}, inf, []T{nan, nan, nan}},
		{[]T{inf, inf}, inf, []T{nan, nan}},
		{[]T{1, nan}, nan, []T{nan, nan}},
		{[]T{inf, nan}, nan, []T{nan, nan}},
		{[]T{nan, -inf}, nan, []T{nan, nan}},
		{[]T{nan}, nan, []T{nan}},
	} {
		dst, n := []T{7}, len(c.x)
		x := append([]T(nil), c.x...)
		kernels.LogSumExp(dst, x, n, x, n, n)
		same(t, dst[0], c.want, "%v", c.x)
		for j, want := range c.shares {
			same(t, x[j], want, "share %d of %v", j, c.x)
		}
	}
	dst := []T{7, 7}
	kernels.LogSumExp(dst, nil, 0, nil, 0, 0)
	same(t, dst[1], -inf, "a row of no columns")
}
