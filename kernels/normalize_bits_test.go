package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestNormBits: levels agree for whatever values, y may be x and dx may be dy or x, gaps
// between rows stay, and sums over rows go in pieces of 256.
func TestNormBits(t *testing.T) {
	t.Run("type=f32", normBits[float32])
	t.Run("type=f64", normBits[float64])
}

func normBits[T kernels.Float](t *testing.T) {
	restoreLevel(t)
	r := rand.New(rand.NewPCG(85, 86))
	for _, n := range normalizations[T]() {
		for i, s := range [][2]int{{7, 20}, {600, 11}, {5, 1100}} {
			for values := range kerneltest.NumCases {
				p := newNorm(n, s[0], s[1], 3*(i%2), kerneltest.Draw[T](values, r))
				equal := func(what string, got, want []T) {
					t.Helper()
					for k := range want {
						same(t, got[k], want[k], "%s, %v, values %d, level %v: %s, number %d", n.name, p.x, values, kernels.ActiveLevel(), what, k)
					}
				}
				var y, dx matrixOf[T]
				var vectors []T
				for _, l := range kernels.Levels() {
					activate(t, l)
					n.forward(p)
					n.grad(p)
					all := slices.Concat(p.mean, p.rstd, p.dgamma, p.dbeta)
					if l == kernels.Generic {
						y, dx, vectors = p.y.clone(), p.dx.clone(), all
					}
					equal("y", p.y.x, y.x)
					equal("dx", p.dx.x, dx.x)
					equal("vectors", all, vectors)
				}
				p.y = p.x.clone()
				apart := *p
				apart.x = p.y // y is x
				n.forward(&apart)
				for row := range y.rows {
					equal("y in x", apart.y.x[row*apart.y.stride:][:y.columns], y.x[row*y.stride:][:y.columns])
				}
				for k, from := range []*matrixOf[T]{&p.x, &p.dy} {
					saved := *from
					*from = saved.clone()
					p.dx = *from
					n.grad(p)
					for row := range dx.rows {
						equal(fmt.Sprint("dx in place ", k), p.dx.x[row*p.dx.stride:][:dx.columns], dx.x[row*dx.stride:][:dx.columns])
					}
					*from = saved
				}
				n.pieces(t, p, equal)
			}
		}
	}
}

// TestNormFormulas: outputs, gradients and running moments have the bits of the formulas that
// the documentation has, of which every operation rounds.
func TestNormFormulas(t *testing.T) { onEveryLevel(t, normFormulas[float32], normFormulas[float64]) }

func normFormulas[T kernels.Float](t *testing.T) {
	const rows, columns = 37, 53 // one piece of rows; both are odd divisors
	r := rand.New(rand.NewPCG(89, 90))
	draw := func() T { return T(1 + r.NormFloat64()) }
	for _, n := range normalizations[T]() {
		p := newNorm(n, rows, columns, 1, draw)
		n.forward(p)
		n.grad(p)
		if n.columns {
			columnFormulas(t, p, draw)
			continue
		}
		centered := n.name == "LayerNorm"
		if !centered { // as if they were 0
			clear(p.mean)
			clear(p.beta)
		}
		rowFormulas(t, p, centered)
	}
}

// columnFormulas is TestNormFormulas of BatchNorm, and of one with running moments.
func columnFormulas[T kernels.Float](t *testing.T, p *normCall[T], draw func() T) {
	rows, columns := p.x.rows, p.x.columns
	mean, variance := make([]T, columns), make([]T, columns)
	kernels.ColumnMoments(mean, variance, p.x.x, p.x.stride, rows)
	running := kernels.RunningMoments[T]{Mean: newMatrix(1, columns, 0, draw).x, Variance: newMatrix(1, columns, 0, draw).x, Momentum: 0.1}
	before := kernels.RunningMoments[T]{Mean: slices.Clone(running.Mean), Variance: slices.Clone(running.Variance)}
	kernels.BatchNorm(p.y.x, p.y.stride, p.x.x, p.x.stride, rows, p.gamma, p.beta, p.mean, p.rstd, p.eps, &running)
	sample := T(float64(rows) / float64(rows-1))
	for j := range columns {
		rstd := 1 / T(math.Sqrt(float64(variance[j]+p.eps)))
		same(t, p.mean[j], mean[j], "mean of column %d", j)
		same(t, p.rstd[j], rstd, "rstd of column %d", j)
		same(t, running.Mean[j], add(before.Mean[j], mul(running.Momentum, mean[j]-before.Mean[j])), "running mean of column %d", j)
		same(t, running.Variance[j], add(before.Variance[j], mul(running.Momentum, mul(variance[j], sample)-before.Variance[j])), "running variance of column %d", j)
		var dgamma, dbeta T
		for r := range rows {
			d, dy := p.x.at(r, j)-mean[j], p.dy.at(r, j)
			same(t, p.y.at(r, j), add(mul(d, mul(rstd, p.gamma[j])), p.beta[j]), "y of row %d, column %d", r, j)
			dgamma, dbeta = add(dgamma, mul(dy, mul(d, rstd))), add(dbeta, dy)
		}
		same(t, p.dgamma[j], dgamma, "dgamma of column %d", j)
		same(t, p.dbeta[j], dbeta, "dbeta of column %d", j)
		part := 1 / T(rows)
		a, b := mul(dbeta, part), mul(mul(dgamma, rstd), part)
		for r := range rows {
			dx := mul(mul(p.gamma[j], rstd), add(add(p.dy.at(r, j), -a), -mul(p.x.at(r, j)-mean[j], b)))
			same(t, p.dx.at(r, j), dx, "dx of row %d, column %d", r, j)
		}
	}
}

// rowFormulas is TestNormFormulas of LayerNorm, and of RMSNorm, whose means are 0.
func rowFormulas[T kernels.Float](t *testing.T, p *normCall[T], centered bool) {
	rows, columns := p.x.rows, p.x.columns
	mean, variance := make([]T, rows), make([]T, rows)
	kernels.RowMoments(mean, variance, p.x.x, p.x.stride, columns)
	d, slopes, products := make([]T, columns), make([]T, columns), make([]T, columns)
	dgamma, dbeta := make([]T, columns), make([]T, columns)
	for r := range rows {
		if !centered {
			row := p.x.x[r*p.x.stride:][:columns]
			kernels.Mul(d, row, row)
			mean[r], variance[r] = 0, kernels.Sum(d)/T(columns)
		}
		rstd := 1 / T(math.Sqrt(float64(variance[r]+p.eps)))
		same(t, p.mean[r], mean[r], "mean of row %d", r)
		same(t, p.rstd[r], rstd, "rstd of row %d", r)
		for j := range columns {
			dy := p.dy.at(r, j)
			d[j] = p.x.at(r, j) - mean[r]
			same(t, p.y.at(r, j), add(mul(mul(d[j], rstd), p.gamma[j]), p.beta[j]), "y of row %d, column %d", r, j)
			dgamma[j], dbeta[j] = add(dgamma[j], mul(dy, mul(d[j], rstd))), add(dbeta[j], dy)
			slopes[j], products[j] = mul(dy, p.gamma[j]), mul(mul(d[j], p.gamma[j]), dy)
		}
		var a T
		if centered {
			a = kernels.Sum(slopes) / T(columns)
		}
		b := mul(mul(kernels.Sum(products)/T(columns), rstd), rstd)
		for j := range columns {
			same(t, p.dx.at(r, j), mul(rstd, add(add(slopes[j], -a), -mul(d[j], b))), "dx of row %d, column %d", r, j)
		}
	}
	for j := range columns {
		same(t, p.dgamma[j], dgamma[j], "dgamma of column %d", j)
		if centered {
			same(t, p.dbeta[j], dbeta[j], "dbeta of column %d", j)
		}
	}
}

// pieces compares sums over rows with those of each 256 rows, added in order.
func (n normalization[T]) pieces(t *testing.T, p *normCall[T], equal func(what string, got, want []T)) {
	n.grad(p)
	dgamma, dbeta := slices.Clone(p.dgamma), slices.Clone(p.dbeta)
	sumGamma, sumBeta := make([]T, len(dgamma)), make([]T, len(dbeta))
	for from := 0; from < p.x.rows; from += 256 {
		part := *p
		part.x.rows = min(256, p.x.rows-from)
		part.x.x, part.dy.x = p.x.x[from*p.x.stride:], p.dy.x[from*p.dy.stride:]
		part.dx = newMatrix(part.x.rows, p.x.columns, 0, func() T { return 0 })
		if !n.columns {
			part.mean, part.rstd = p.mean[from:][:part.x.rows], p.rstd[from:][:part.x.rows]
		}
		n.grad(&part)
		if from == 0 {
			copy(sumGamma, part.dgamma)
			copy(sumBeta, part.dbeta)
			continue
		}
		kernels.Add(sumGamma, sumGamma, part.dgamma)
		kernels.Add(sumBeta, sumBeta, part.dbeta)
	}
	equal("dgamma by pieces", dgamma, sumGamma)
	if n.name != "RMSNorm" {
		equal("dbeta by pieces", dbeta, sumBeta)
	}
}
