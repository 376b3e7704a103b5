package kernels_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// matrixOf is a row-major matrix.
type matrixOf[T kernels.Float] struct {
	x                     []T
	rows, columns, stride int
}

// newMatrix draws a matrix whose rows are pad elements apart.
func newMatrix[T kernels.Float](rows, columns, pad int, draw func() T) matrixOf[T] {
	m := matrixOf[T]{make([]T, max(0, (rows-1)*(columns+pad)+columns)), rows, columns, columns + pad}
	for i := range m.x {
		m.x[i] = draw()
	}
	return m
}

func (m matrixOf[T]) at(r, j int) T { return m.x[r*m.stride+j] }

func (m matrixOf[T]) clone() matrixOf[T] {
	m.x = slices.Clone(m.x)
	return m
}

func (m matrixOf[T]) String() string {
	return fmt.Sprintf("%d rows of %d, stride %d", m.rows, m.columns, m.stride)
}

// exactMoments returns the mean and the variance of n numbers, and the largest distance of
// two of them.
func exactMoments[T kernels.Float](n int, at func(i int) T) (mean, variance *big.Float, distance float64) {
	const prec = 400
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(x) }
	sum, squares, lo, hi := number(0), number(0), math.Inf(1), math.Inf(-1)
	for i := range n {
		x := float64(at(i))
		sum.Add(sum, number(x))
		lo, hi = min(lo, x), max(hi, x)
	}
	mean = sum.Quo(sum, number(float64(n)))
	for i := range n {
		d := number(0).Sub(number(float64(at(i))), mean)
		squares.Add(squares, d.Mul(d, d))
	}
	return mean, squares.Quo(squares, number(float64(n))), hi - lo
}

// apart returns how far a number is from the exact one.
func apart[T kernels.Float](x T, from *big.Float) float64 {
	d := new(big.Float).SetPrec(400).SetFloat64(float64(x))
	f, _ := d.Sub(d, from).Float64()
	return math.Abs(f)
}

// momentValues are numbers that moments go wrong with in different ways, by row and column.
func momentValues[T kernels.Float](r *rand.Rand) map[string]func(i, j int) T {
	return map[string]func(i, j int) T{
		"normal":     func(int, int) T { return T(r.NormFloat64()) },
		"large mean": func(int, int) T { return T(1e6 + r.NormFloat64()) },
		"outlier": func(i, j int) T {
			if i == 0 || j == 0 {
				return T(-1e5 * (1 + r.Float64()))
			}
			return T(r.NormFloat64())
		},
		"drift":    func(i, j int) T { return T(i + j) },
		"constant": func(int, int) T { return 1.0 / 3 },
		"tiny":     func(int, int) T { return T(r.NormFloat64()) * least[T]() * 1000 },
	}
}

// TestMoments holds means and variances against exact ones, within the bounds that the
// documentation has.
func TestMoments(t *testing.T) {
	t.Run("type=f32", testMoments[float32])
	t.Run("type=f64", testMoments[float64])
}

func testMoments[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	u, lanes := unit[T](), float64(lanesOf[T]())
	for name, draw := range momentValues[T](r) {
		for i, s := range [][2]int{{1, 1}, {2, 3}, {3, 300}, {63, 5}, {64, 7}, {65, 9}, {129, 33}, {500, 17}, {7, 1100}} {
			m := newMatrix(s[0], s[1], i%3, func() T { return T(math.NaN()) })
			for row := range m.rows {
				for j := range m.columns {
					m.x[row*m.stride+j] = draw(row, j)
				}
			}
			check := func(what string, n int, at func(i int) T, mean, variance T, meanBound, varianceBound func(mean, variance, distance float64) float64) {
				t.Helper()
				exactMean, exactVariance, distance := exactMoments(n, at)
				mu, _ := exactMean.Float64()
				v, _ := exactVariance.Float64()
				tiny := 100 * float64(least[T]())
				if e := apart(mean, exactMean); !(e <= meanBound(math.Abs(mu), v, distance)+tiny) {
					t.Fatalf("%s, %v: mean of %s %v, want %v", name, m, what, mean, mu)
				}
				if e := apart(variance, exactVariance); !(e <= varianceBound(math.Abs(mu), v, distance)+tiny) {
					t.Fatalf("%s, %v: variance of %s %v, want %v", name, m, what, variance, v)
				}
			}
			rows := float64(m.rows)
			mean, variance := make([]T, m.columns), make([]T, m.columns)
			kernels.ColumnMoments(mean, variance, m.x, m.stride, m.rows)
			for j := range mean {
				check(fmt.Sprint("column ", j), m.rows, func(i int) T { return m.at(i, j) }, mean[j], variance[j],
					func(mean, _, distance float64) float64 { return u*mean + (70+rows/32)*u*distance },
					func(_, _, distance float64) float64 { return (350 + rows/8) * u * distance * distance })
				if name == "constant" && variance[j] != 0 {
					t.Fatalf("%v: variance of equal elements %v", m, variance[j])
				}
			}
			columns := float64(m.columns)
			mean, variance = make([]T, m.rows), make([]T, m.rows)
			kernels.RowMoments(mean, variance, m.x, m.stride, m.columns)
			e := func(mean, distance float64) float64 { return u*mean + (columns/lanes+10)*u*distance }
			for row := range mean {
				check(fmt.Sprint("row ", row), m.columns, func(i int) T { return m.at(row, i) }, mean[row], variance[row],
					func(mean, _, distance float64) float64 { return e(mean, distance) },
					func(mean, variance, distance float64) float64 {
						return (columns/lanes+12)*u*variance + e(mean, distance)*e(mean, distance)
					})
			}
		}
	}
}

// TestMomentsOnLevels: moments have the same bits on every level, whatever the values.
func TestMomentsOnLevels(t *testing.T) {
	t.Run("type=f32", momentsOnLevels[float32])
	t.Run("type=f64", momentsOnLevels[float64])
}

func momentsOnLevels[T kernels.Float](t *testing.T) {
	restoreLevel(t)
	r := rand.New(rand.NewPCG(73, 74))
	for values := range kerneltest.NumCases {
		m := newMatrix(150, 1050, 3, kerneltest.Draw[T](values, r))
		var want []T
		for _, l := range kernels.Levels() {
			activate(t, l)
			got := make([]T, 2*m.columns+2*m.rows)
			kernels.ColumnMoments(got[:m.columns], got[m.columns:2*m.columns], m.x, m.stride, m.rows)
			kernels.RowMoments(got[2*m.columns:][:m.rows], got[2*m.columns+m.rows:], m.x, m.stride, m.columns)
			if want == nil {
				want = got // of the generic level
			}
			for i := range got {
				same(t, got[i], want[i], "values %d, level %v: number %d", values, l, i)
			}
		}
	}
}

// TestStandardizeAndBack: columns in standard deviations have the mean 0 and the variance 1,
// and turn back into what they were.
func TestStandardizeAndBack(t *testing.T) {
	r := rand.New(rand.NewPCG(75, 76))
	m := newMatrix(90, 13, 2, func() float64 { return 50 + 7*r.NormFloat64() })
	before := m.clone()
	mean, variance, scale := make([]float64, m.columns), make([]float64, m.columns), make([]float64, m.columns)
	kernels.ColumnMoments(mean, variance, m.x, m.stride, m.rows)
	kernels.ReciprocalRoot(scale, variance, 0)
	kernels.StandardizeColumns(m.x, m.stride, m.x, m.stride, m.rows, mean, scale)
	newMean, newVariance := make([]float64, m.columns), make([]float64, m.columns)
	kernels.ColumnMoments(newMean, newVariance, m.x, m.stride, m.rows)
	for j := range scale {
		if math.Abs(newMean[j]) > 1e-13 || math.Abs(newVariance[j]-1) > 1e-13 {
			t.Errorf("column %d has the moments %v and %v", j, newMean[j], newVariance[j])
		}
		scale[j] = math.Sqrt(variance[j])
	}
	kernels.UnstandardizeColumns(m.x, m.stride, m.x, m.stride, m.rows, mean, scale)
	for i, x := range m.x {
		if math.Abs(x-before.x[i]) > 1e-12 {
			t.Fatalf("element %d was %v, and is %v", i, before.x[i], x)
		}
	}
}
