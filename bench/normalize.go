package bench

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
)

// Moments and normalisation of the rows or columns of a matrix, on every level beside plain
// loops.

// normShapes are the numbers of rows and columns.
var normShapes = [][2]int{{64, 512}, {256, 1024}}

const normEps = 1e-5

// normLayer holds the arguments of all that is measured here.
type normLayer[T kernels.Float] struct {
	rows, columns               int
	x, y, dy                    []T // matrices
	gamma, beta, dgamma, dbeta  []T // by column
	columnMean, columnDeviation []T
	rowMean, rowDeviation       []T
}

// normCall is a function of kernels on the layer, beside the plain loop.
type normCall[T kernels.Float] struct {
	name           string
	matrices       int // that are read or written
	public, simple func(l *normLayer[T])
}

func normCalls[T kernels.Float]() []normCall[T] {
	return []normCall[T]{
		{"ColumnMoments", 1, func(l *normLayer[T]) {
			kernels.ColumnMoments(l.columnMean, l.columnDeviation, l.x, l.columns, l.rows)
		}, func(l *normLayer[T]) { columnMoments(l.columnMean, l.columnDeviation, l.x, l.rows) }},
		{"RowMoments", 1, func(l *normLayer[T]) {
			kernels.RowMoments(l.rowMean, l.rowDeviation, l.x, l.columns, l.columns)
		}, func(l *normLayer[T]) { rowMoments(l.rowMean, l.rowDeviation, l.x, l.columns) }},
		{"BatchNorm", 2, func(l *normLayer[T]) {
			kernels.BatchNorm(l.y, l.columns, l.x, l.columns, l.rows, l.gamma, l.beta, l.columnMean, l.columnDeviation, normEps, nil)
		}, func(l *normLayer[T]) {
			batchNorm(l.y, l.x, l.rows, l.gamma, l.beta, l.columnMean, l.columnDeviation, normEps)
		}},
		{"BatchNormGrad", 3, func(l *normLayer[T]) {
			kernels.BatchNormGrad(l.y, l.columns, l.dgamma, l.dbeta, l.dy, l.columns, l.x, l.columns, l.rows, l.gamma, l.columnMean, l.columnDeviation)
		}, func(l *normLayer[T]) {
			batchNormGrad(l.y, l.dgamma, l.dbeta, l.dy, l.x, l.rows, l.gamma, l.columnMean, l.columnDeviation)
		}},
		{"LayerNorm", 2, func(l *normLayer[T]) {
			kernels.LayerNorm(l.y, l.columns, l.x, l.columns, l.gamma, l.beta, l.rowMean, l.rowDeviation, normEps)
		}, func(l *normLayer[T]) {
			layerNorm(l.y, l.x, l.gamma, l.beta, l.rowMean, l.rowDeviation, normEps)
		}},
		{"LayerNormGrad", 3, func(l *normLayer[T]) {
			kernels.LayerNormGrad(l.y, l.columns, l.dgamma, l.dbeta, l.dy, l.columns, l.x, l.columns, l.gamma, l.rowMean, l.rowDeviation)
		}, func(l *normLayer[T]) {
			layerNormGrad(l.y, l.dgamma, l.dbeta, l.dy, l.x, l.gamma, l.rowMean, l.rowDeviation)
		}},
		{"RMSNorm", 2, func(l *normLayer[T]) {
			kernels.RMSNorm(l.y, l.columns, l.x, l.columns, l.gamma, l.rowDeviation, normEps)
		}, func(l *normLayer[T]) { rmsNorm(l.y, l.x, l.gamma, l.rowDeviation, normEps) }},
		{"RMSNormGrad", 3, func(l *normLayer[T]) {
			kernels.RMSNormGrad(l.y, l.columns, l.dgamma, l.dy, l.columns, l.x, l.columns, l.gamma, l.rowDeviation)
		}, func(l *normLayer[T]) { rmsNormGrad(l.y, l.dgamma, l.dy, l.x, l.gamma, l.rowDeviation) }},
	}
}

// normSpecs lists the cases.
func normSpecs(c Caches) []Spec {
	f32, f64 := newPools[float32](), newPools[float64]()
	calls32, calls64 := normCalls[float32](), normCalls[float64]()
	var all []Spec
	for i, call := range calls32 {
		for _, s := range normShapes {
			op, n := fmt.Sprintf("%s/%dx%d", call.name, s[0], s[1]), s[0]*s[1]
			all = append(all, bothTypes(c, op, n, call.matrices*n,
				func(m *Arena) *Case { return buildNorm(m, op, s[0], s[1], f32, call) },
				func(m *Arena) *Case { return buildNorm(m, op, s[0], s[1], f64, calls64[i]) })...)
		}
	}
	return all
}

// buildNorm makes a case. The gradients take the moments that the arena's numbers are.
func buildNorm[T kernels.Float](m *Arena, op string, rows, columns int, pool *pools[T], call normCall[T]) *Case {
	matrix, byColumn, byRow := room(rows*columns*sizeOf[T]()), room(columns*sizeOf[T]()), room(rows*sizeOf[T]())
	m.reset(3*matrix + 6*byColumn + 2*byRow)
	l := &normLayer[T]{rows: rows, columns: columns}
	vectors := []struct {
		x *[]T
		n int
	}{
		{&l.x, rows * columns}, {&l.y, rows * columns}, {&l.dy, rows * columns},
		{&l.gamma, columns}, {&l.beta, columns}, {&l.dgamma, columns}, {&l.dbeta, columns},
		{&l.columnMean, columns}, {&l.columnDeviation, columns}, {&l.rowMean, rows}, {&l.rowDeviation, rows},
	}
	for _, v := range vectors {
		*v.x = slice[T](m, v.n)
	}
	c := &Case{
		Bytes: call.matrices * rows * columns * sizeOf[T](),
		Reset: func() {
			for i, v := range vectors {
				fill(*v.x, pool.signed[i:])
			}
		},
		Contenders: []Contender{{Op: op, Role: Naive, Run: repeatOn(l.y, func() { call.simple(l) })}},
	}
	for _, level := range kernels.Levels() {
		c.Contenders = append(c.Contenders, Contender{Op: op, Role: Kernel, Level: level, Prepare: func() { setLevel(level) }, Run: repeatOn(l.y, func() { call.public(l) })})
	}
	return c
}
