package kernels

import "github.com/seed63264101/steepest/kernels/internal/dispatch"

// normMemory is what the functions of normalisation keep for their next calls.
type normMemory[T Float] struct {
	zeros   [nearRows]T // never written
	a, b    [nearRows]T // the averages of a block of rows
	s, q    []T         // sums over the rows of a piece
	discard []T         // a sum that nobody wants
}

var normMemories kept

// sums returns vectors for sums over so many columns.
func (m *normMemory[T]) sums(columns int) (s, q []T) {
	if len(m.s) < columns {
		m.s, m.q, m.discard = make([]T, columns), make([]T, columns), make([]T, columns)
	}
	return m.s[:columns], m.q[:columns]
}

// normGrad is a gradient of LayerNorm or RMSNorm on its way.
type normGrad[T Float] struct {
	table                      *dispatch.Table[T]
	memory                     *normMemory[T]
	gamma                      []T
	dxStride, dyStride, stride int
}

// rows goes through the rows. Without means it is RMSNorm: means and the averages of
// gradients count as 0.
func (g *normGrad[T]) rows(dx, dgamma, dbeta, dy, x, mean, rstd []T) {
	columns := len(g.gamma)
	s, q := g.memory.sums(columns)
	if dbeta == nil {
		dbeta = g.memory.discard[:columns]
	}
	clear(dgamma)
	clear(dbeta)
	block := max(1, rowsAtATime[T](columns)/2) // of two matrices
	toGamma, toBeta := pieceSum[T]{dgamma, q}, pieceSum[T]{dbeta, s}
	for from := 0; from < len(rstd); from += rowPiece {
		sumGamma, sumBeta := toGamma.begin(from), toBeta.begin(from)
		to := min(len(rstd), from+rowPiece)
		for r := from; r < to; r += block {
			end := min(to, r+block)
			means := g.memory.zeros[:end-r]
			if mean != nil {
				means = mean[r:end]
			}
			blockDy, blockX := dy[r*g.dyStride:], x[r*g.stride:]
			g.table.RowProductSums(end-r, sumBeta, sumGamma, blockDy, g.dyStride, blockX, g.stride, means, rstd[r:end])
			a, b := g.averages(blockDy, blockX, mean != nil, means, rstd[r:end])
			g.table.NormalizeRowsGrad(end-r, columns, dx[r*g.dxStride:], g.dxStride, blockDy, g.dyStride, blockX, g.stride, g.gamma, means, rstd[r:end], a, b)
		}
		toGamma.end(g.table, from)
		toBeta.end(g.table, from)
	}
}

// averages returns for each row the average of dy*gamma, and that of dy*gamma*xhat times rstd,
// which is what a deviation is multiplied by.
func (g *normGrad[T]) averages(dy, x []T, centered bool, mean, rstd []T) (a, b []T) {
	n := T(len(g.gamma))
	a, b = g.memory.zeros[:len(rstd)], g.memory.b[:len(rstd)]
	if centered {
		a = g.memory.a[:len(rstd)]
		clear(a) // Gemv multiplies them by 0, but what is NaN stays
		g.table.Gemv(len(rstd), 1, dy, g.dyStride, g.gamma, 0, a, 1)
		for r := range a {
			a[r] /= n
		}
	}
	g.table.RowProducts(len(rstd), len(g.gamma), b, dy, g.dyStride, x, g.stride, g.gamma, mean)
	for r, w := range rstd {
		b[r] = b[r] / n * w * w
	}
	return a, b
}
