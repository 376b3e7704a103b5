package kernels_test

import (
	"fmt"
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
