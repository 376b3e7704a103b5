package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// A normalization is one of the normalisations with its gradient.
type normalization[T kernels.Float] struct {
	name    string
	columns bool // each column is normalised, and not each row
	forward func(p *normCall[T])
	grad    func(p *normCall[T])
}

// normCall holds the arguments of a normalisation and of its gradient.
type normCall[T kernels.Float] struct {
	x, y, dy, dx               matrixOf[T]
	gamma, beta, dgamma, dbeta []T
	mean, rstd                 []T // of columns or rows
	eps                        T
}

// normalizations returns them all.
func normalizations[T kernels.Float]() []normalization[T] {
	return []normalization[T]{
		{"BatchNorm", true, func(p *normCall[T]) {
			kernels.BatchNorm(p.y.x, p.y.stride, p.x.x, p.x.stride, p.x.rows, p.gamma, p.beta, p.mean, p.rstd, p.eps, nil)
		}, func(p *normCall[T]) {
			kernels.BatchNormGrad(p.dx.x, p.dx.stride, p.dgamma, p.dbeta, p.dy.x, p.dy.stride, p.x.x, p.x.stride, p.x.rows, p.gamma, p.mean, p.rstd)
		}},
		{"LayerNorm", false, func(p *normCall[T]) {
			kernels.LayerNorm(p.y.x, p.y.stride, p.x.x, p.x.stride, p.gamma, p.beta, p.mean, p.rstd, p.eps)
		}, func(p *normCall[T]) {
			kernels.LayerNormGrad(p.dx.x, p.dx.stride, p.dgamma, p.dbeta, p.dy.x, p.dy.stride, p.x.x, p.x.stride, p.gamma, p.mean, p.rstd)
		}},
		{"RMSNorm", false, func(p *normCall[T]) {
			kernels.RMSNorm(p.y.x, p.y.stride, p.x.x, p.x.stride, p.gamma, p.rstd, p.eps)
		}, func(p *normCall[T]) {
			kernels.RMSNormGrad(p.dx.x, p.dx.stride, p.dgamma, p.dy.x, p.dy.stride, p.x.x, p.x.stride, p.gamma, p.rstd)
		}},
	}
}

// newNorm draws arguments. What is to be written is NaN.
func newNorm[T kernels.Float](n normalization[T], rows, columns, pad int, draw func() T) *normCall[T] {
	nan := func() T { return T(math.NaN()) }
	vector := func(n int, f func() T) []T { return newMatrix(1, n, 0, f).x }
	groups := rows
	if n.columns {
		groups = columns
	}
	return &normCall[T]{
		x: newMatrix(rows, columns, pad, draw), dy: newMatrix(rows, columns, pad+1, draw),
		y: newMatrix(rows, columns, 2*pad, nan), dx: newMatrix(rows, columns, 3*pad, nan),
		gamma: vector(columns, draw), beta: vector(columns, draw), dgamma: vector(columns, nan), dbeta: vector(columns, nan),
		mean: vector(groups, nan), rstd: vector(groups, nan), eps: 1e-3,
	}
}

// definition computes outputs and gradients in float64 from the definitions, with the
// arithmetic of torch's documentation: xhat = (x - mean)/sqrt(variance + eps).
func (n normalization[T]) definition(p *normCall[T]) (y, dx [][]float64, dgamma, dbeta []float64) {
	rows, columns := p.x.rows, p.x.columns
	xhat, slope := make([][]float64, rows), make([][]float64, rows)
	y, dx = make([][]float64, rows), make([][]float64, rows)
	for r := range xhat {
		xhat[r], slope[r], y[r], dx[r] = make([]float64, columns), make([]float64, columns), make([]float64, columns), make([]float64, columns)
	}
	// groups calls f for the places of each group that is normalised.
	groups := func(f func(places [][2]int)) {
		outer, inner := rows, columns
		if n.columns {
			outer, inner = columns, rows
		}
		for i := range outer {
			var places [][2]int
			for k := range inner {
				if n.columns {
					places = append(places, [2]int{k, i})
				} else {
					places = append(places, [2]int{i, k})
				}
			}
			f(places)
		}
	}
	average := func(places [][2]int, f func(r, j int) float64) (sum float64) {
		for _, at := range places {
			sum += f(at[0], at[1])
		}
		return sum / float64(len(places))
	}
	groups(func(places [][2]int) {
		mean := average(places, func(r, j int) float64 { return float64(p.x.at(r, j)) })
		if n.name == "RMSNorm" {
			mean = 0
		}
		variance := average(places, func(r, j int) float64 { return (float64(p.x.at(r, j)) - mean) * (float64(p.x.at(r, j)) - mean) })
		for _, at := range places {
			r, j := at[0], at[1]
			slope[r][j] = 1 / math.Sqrt(variance+float64(p.eps))
			xhat[r][j] = (float64(p.x.at(r, j)) - mean) * slope[r][j]
		}
	})
	dgamma, dbeta = make([]float64, columns), make([]float64, columns)
	for r := range rows {
		for j := range columns {
			y[r][j] = xhat[r][j] * float64(p.gamma[j])
			if n.name != "RMSNorm" {
				y[r][j] += float64(p.beta[j])
			}
			dgamma[j] += float64(p.dy.at(r, j)) * xhat[r][j]
			dbeta[j] += float64(p.dy.at(r, j))
		}
	}
	groups(func(places [][2]int) {
		g := func(r, j int) float64 { return float64(p.dy.at(r, j)) * float64(p.gamma[j]) }
		a := average(places, g)
		if n.name == "RMSNorm" {
			a = 0
		}
		b := average(places, func(r, j int) float64 { return g(r, j) * xhat[r][j] })
		for _, at := range places {
			r, j := at[0], at[1]
			dx[r][j] = slope[r][j] * (g(r, j) - a - xhat[r][j]*b)
		}
	})
	return y, dx, dgamma, dbeta
}

// normSizes are one row, one column, blocks of rows with a rest, pieces of rows and of columns.
var normSizes = [][2]int{{1, 1}, {1, 9}, {9, 1}, {5, 30}, {70, 17}, {40, 400}, {600, 11}, {6, 1100}, {3, 4000}}

// TestNorms holds outputs and gradients against the definitions in float64.
func TestNorms(t *testing.T) { onEveryLevel(t, testNorms[float32], testNorms[float64]) }

func testNorms[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(81, 82))
	for _, n := range normalizations[T]() {
		for i, s := range normSizes {
			p := newNorm(n, s[0], s[1], i%2, func() T { return T(1 + r.NormFloat64()) })
			if i%3 == 0 { // a group of equal elements
				for row := range p.x.rows {
					p.x.x[row*p.x.stride] = 3
				}
			}
			n.forward(p)
			n.grad(p)
			y, dx, dgamma, dbeta := n.definition(p)
			// Sums of up to 600 terms of the size of a few, times 1/sqrt(eps) at most.
			near := func(got T, want, size float64, what string, at ...int) {
				t.Helper()
				if !(math.Abs(float64(got)-want) <= 500*unit[T]()*size) {
					t.Fatalf("%s, %v: %s%v = %v, want %v", n.name, p.x, what, at, got, want)
				}
			}
			for row := range y {
				for j := range y[row] {
					near(p.y.at(row, j), y[row][j], 10+math.Abs(y[row][j]), "y", row, j)
					near(p.dx.at(row, j), dx[row][j], 10/math.Sqrt(float64(p.eps)), "dx", row, j)
				}
			}
			for j := range dgamma {
				near(p.dgamma[j], dgamma[j], 10+float64(s[0]), "dgamma", j)
				if n.name != "RMSNorm" {
					near(p.dbeta[j], dbeta[j], 10+float64(s[0]), "dbeta", j)
				}
			}
		}
	}
}

// TestNormCentralDifferences: the gradients are those of the sum of y times dy, which the
// function itself computes.
func TestNormCentralDifferences(t *testing.T) {
	const step = 1e-5
	r := rand.New(rand.NewPCG(83, 84))
	for _, n := range normalizations[float64]() {
		p := newNorm(n, 6, 5, 1, func() float64 { return 2 + r.NormFloat64() })
		n.forward(p)
		n.grad(p)
		value := func() (sum float64) {
			n.forward(p)
			for row := range p.y.rows {
				for j := range p.y.columns {
					sum += p.y.at(row, j) * p.dy.at(row, j)
				}
			}
			return sum
		}
		check := func(x *float64, grad float64, what string) {
			t.Helper()
			old := *x
			*x = old + step
			above := value()
			*x = old - step
			below := value()
			*x = old
			if d := (above - below) / (2 * step); !(math.Abs(d-grad) <= 1e-7) {
				t.Errorf("%s: the gradient for %s is %v, the difference %v", n.name, what, grad, d)
			}
		}
		for row := range p.x.rows {
			for j := range p.x.columns {
				check(&p.x.x[row*p.x.stride+j], p.dx.at(row, j), fmt.Sprint("x ", row, j))
			}
		}
		for j := range p.gamma {
			check(&p.gamma[j], p.dgamma[j], fmt.Sprint("gamma ", j))
			if n.name != "RMSNorm" {
				check(&p.beta[j], p.dbeta[j], fmt.Sprint("beta ", j))
			}
		}
	}
}

// TestRunningMoments: they move towards the batch's mean and its variance as a sample, and
// BatchNormApply with the batch's own moments is BatchNorm.
func TestRunningMoments(t *testing.T) {
	onEveryLevel(t, runningMoments[float32], runningMoments[float64])
}

func runningMoments[T kernels.Float](t *testing.T) {
	const rows, columns, momentum = 50, 1030, 0.1
	r := rand.New(rand.NewPCG(87, 88))
	draw := func() T { return T(5 + r.NormFloat64()) }
	n := normalizations[T]()[0]
	p := newNorm(n, rows, columns, 1, draw)
	running := kernels.RunningMoments[T]{Mean: newMatrix(1, columns, 0, draw).x, Variance: newMatrix(1, columns, 0, draw).x, Momentum: momentum}
	mean, variance := slices.Clone(running.Mean), slices.Clone(running.Variance)
	kernels.BatchNorm(p.y.x, p.y.stride, p.x.x, p.x.stride, rows, p.gamma, p.beta, p.mean, p.rstd, p.eps, &running)
	batchMean, batchVariance := make([]T, columns), make([]T, columns)
	kernels.ColumnMoments(batchMean, batchVariance, p.x.x, p.x.stride, rows)
	for j := range mean {
		wantMean := (1-momentum)*float64(mean[j]) + momentum*float64(batchMean[j])
		wantVariance := (1-momentum)*float64(variance[j]) + momentum*float64(batchVariance[j])*rows/(rows-1)
		if math.Abs(float64(running.Mean[j])-wantMean) > 20*unit[T]() || math.Abs(float64(running.Variance[j])-wantVariance) > 20*unit[T]() {
			t.Fatalf("column %d: running moments %v and %v, want %v and %v", j, running.Mean[j], running.Variance[j], wantMean, wantVariance)
		}
	}
	y := p.y.clone()
	kernels.BatchNormApply(y.x, y.stride, p.x.x, p.x.stride, rows, p.gamma, p.beta, batchMean, batchVariance, p.eps)
	for i := range y.x {
		same(t, y.x[i], p.y.x[i], "BatchNormApply: number %d", i)
	}
	kernels.BatchNormApply(nil, columns, nil, columns, 0, p.gamma, p.beta, batchMean, batchVariance, p.eps)
}
