package bench

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// The plain loops for products of a matrix with vectors.

// naiveLevel2 enters them into the table.
func naiveLevel2[T kernels.Float](t *kerneltest.Table[T]) {
	t.Gemv, t.GemvT, t.Ger = gemv[T], gemvT[T], ger[T]
	t.GemvInc, t.GemvTInc, t.GerInc = gemvInc[T], gemvTInc[T], gerInc[T]
}

func gemv[T kernels.Float](rows int, alpha T, a []T, stride int, x []T, beta T, y []T, incY int) {
	for r := range rows {
		row := a[r*stride:]
		var sum T
		for j := range x {
			sum += row[j] * x[j]
		}
		y[r*incY] = alpha*sum + beta*y[r*incY]
	}
}

func gemvT[T kernels.Float](rows int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T) {
	for r := range rows {
		row := a[r*stride:]
		f := alpha * x[r*incX]
		for j := range y {
			y[j] = f*row[j] + beta*y[j]
		}
		beta = 1
	}
}

func ger[T kernels.Float](rows int, alpha T, x []T, incX int, y, a []T, stride int) {
	for r := range rows {
		row := a[r*stride:]
		f := alpha * x[r*incX]
		for j := range y {
			row[j] += f * y[j]
		}
	}
}

func gemvInc[T kernels.Float](rows, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	for r := range rows {
		row := a[r*stride:]
		var sum T
		for j := range n {
			sum += row[j] * x[j*incX]
		}
		y[r*incY] = alpha*sum + beta*y[r*incY]
	}
}

func gemvTInc[T kernels.Float](rows, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	for r := range rows {
		row := a[r*stride:]
		f := alpha * x[r*incX]
		for j := range n {
			y[j*incY] = f*row[j] + beta*y[j*incY]
		}
		beta = 1
	}
}

func gerInc[T kernels.Float](rows, n int, alpha T, x []T, incX int, y []T, incY int, a []T, stride int) {
	for r := range rows {
		row := a[r*stride:]
		f := alpha * x[r*incX]
		for j := range n {
			row[j] += f * y[j*incY]
		}
	}
}
