package bench

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// The plain loops of what means, variances and normalisation are made of.

// naiveMoments enters them into the table.
func naiveMoments[T kernels.Float](t *kerneltest.Table[T]) {
	t.ColumnDeviations, t.ColumnProducts, t.RowProductSums = columnDeviations[T], columnProducts[T], rowProductSums[T]
	t.RowDeviations, t.RowSquaredDeviations, t.RowProducts = rowDeviations[T], rowSquaredDeviations[T], rowProducts[T]
	t.StandardizeColumns, t.UnstandardizeColumns, t.NormalizeColumns = standardizeColumns[T], unstandardizeColumns[T], normalizeColumns[T]
	t.NormalizeRows, t.ScaleRows, t.NormalizeRowsGrad = normalizeRows[T], scaleRows[T], normalizeRowsGrad[T]
}

func columnDeviations[T kernels.Float](rows int, s, q, a []T, stride int, k []T) {
	for r := range rows {
		for j, x := range a[r*stride:][:len(s)] {
			d := x - k[j]
			s[j] += d
			q[j] += d * d
		}
	}
}

func columnProducts[T kernels.Float](rows int, s, q, g []T, gStride int, a []T, stride int, m, w []T) {
	for r := range rows {
		row := a[r*stride:][:len(s)]
		for j, x := range g[r*gStride:][:len(s)] {
			s[j] += x
			q[j] += x * (row[j] - m[j]) * w[j]
		}
	}
}

func rowProductSums[T kernels.Float](rows int, s, q, g []T, gStride int, a []T, stride int, m, w []T) {
	for r := range rows {
		row := a[r*stride:][:len(s)]
		for j, x := range g[r*gStride:][:len(s)] {
			s[j] += x
			q[j] += x * (row[j] - m[r]) * w[r]
		}
	}
}

func rowDeviations[T kernels.Float](rows, n int, dst, a []T, stride int, m []T) {
	for r := range rows {
		var sum T
		for _, x := range a[r*stride:][:n] {
			sum += x - m[r]
		}
		dst[r] = sum
	}
}

func rowSquaredDeviations[T kernels.Float](rows, n int, dst, a []T, stride int, m []T) {
	for r := range rows {
		var sum T
		for _, x := range a[r*stride:][:n] {
			d := x - m[r]
			sum += d * d
		}
		dst[r] = sum
	}
}

func rowProducts[T kernels.Float](rows, n int, dst, g []T, gStride int, a []T, stride int, c, m []T) {
	for r := range rows {
		row := a[r*stride:][:n]
		var sum T
		for j, x := range g[r*gStride:][:n] {
			sum += x * c[j] * (row[j] - m[r])
		}
		dst[r] = sum
	}
}

func standardizeColumns[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, m, w []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, x := range a[r*stride:][:n] {
			to[j] = (x - m[j]) * w[j]
		}
	}
}

func unstandardizeColumns[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, m, w []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, x := range a[r*stride:][:n] {
			to[j] = x*w[j] + m[j]
		}
	}
}

func normalizeColumns[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, m, w, c []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, x := range a[r*stride:][:n] {
			to[j] = (x-m[j])*w[j] + c[j]
		}
	}
}

func normalizeRows[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, c, d, m, w []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, x := range a[r*stride:][:n] {
			to[j] = (x-m[r])*w[r]*c[j] + d[j]
		}
	}
}

func scaleRows[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, c, w []T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, x := range a[r*stride:][:n] {
			to[j] = x * w[r] * c[j]
		}
	}
}

func normalizeRowsGrad[T kernels.Float](rows, n int, dst []T, dstStride int, g []T, gStride int, a []T, stride int, c, m, w, s, q []T) {
	for r := range rows {
		to, grad := dst[r*dstStride:][:n], g[r*gStride:][:n]
		for j, x := range a[r*stride:][:n] {
			to[j] = w[r] * (grad[j]*c[j] - s[r] - (x-m[r])*q[r])
		}
	}
}
