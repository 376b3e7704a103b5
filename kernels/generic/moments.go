package generic

// Sums of deviations, and elements with the moments of their column or row. Row r of a
// matrix a begins at a[r*stride]. A sum over the elements of a row is Sum's; one over rows is
// added in row order to what is there.

// ColumnDeviations computes s[j] += a[r*stride+j]-k[j] and q[j] += the square of that, for
// each r in turn.
func ColumnDeviations[T Float](rows int, s, q, a []T, stride int, k []T) {
	for r := range rows {
		for j, x := range a[r*stride:][:len(s)] {
			d := x - k[j]
			s[j] += d
			q[j] += T(d * d)
		}
	}
}

// ColumnProducts computes s[j] += g[r*gStride+j] and
// q[j] += g[r*gStride+j]*((a[r*stride+j]-m[j])*w[j]), for each r in turn.
func ColumnProducts[T Float](rows int, s, q, g []T, gStride int, a []T, stride int, m, w []T) {
	for r := range rows {
		row := a[r*stride:][:len(s)]
		for j, x := range g[r*gStride:][:len(s)] {
			s[j] += x
			q[j] += T(x * ((row[j] - m[j]) * w[j]))
		}
	}
}

// RowProductSums computes s[j] += g[r*gStride+j] and
// q[j] += g[r*gStride+j]*((a[r*stride+j]-m[r])*w[r]), for each r in turn.
func RowProductSums[T Float](rows int, s, q, g []T, gStride int, a []T, stride int, m, w []T) {
	for r := range rows {
		row := a[r*stride:][:len(s)]
		for j, x := range g[r*gStride:][:len(s)] {
			s[j] += x
			q[j] += T(x * ((row[j] - m[r]) * w[r]))
		}
	}
}

// MergeMoments adds n elements to the moments of others: to the mean of their differences from
// origin, and to m2, the sum of their squared deviations. The sum of the n elements' deviations
// from k is s[i], and that of the squares q[i]. w and c are n/N and n*(N-n)/N, where N counts
// all elements, and div divides the new sum.
func MergeMoments[T Float](mean, m2, origin, k, s, q []T, n, w, c, div T) {
	for i, x := range s {
		t := x / n
		delta := k[i] - origin[i] + t - mean[i]
		inside := q[i] - T(x*t)
		if inside < 0 {
			inside = 0
		}
		between := T(T(delta*delta) * c)
		mean[i] += T(delta * w)
		m2[i] = (m2[i] + (inside + between)) / div
	}
}

// ReciprocalRoot computes dst[i] = 1 / sqrt(x[i] + eps).
func ReciprocalRoot[T Float](dst, x []T, eps T) {
	for i, v := range x {
		dst[i] = 1 / sqrt(v+eps)
	}
}

// RowDeviations computes dst[r] = sum over j of a[r*stride+j]-m[r].
func RowDeviations[T Float](rows, n int, dst, a []T, stride int, m []T) {
	for r := range rows {
		row := a[r*stride:][:n]
		dst[r] = sumOf(n, func(j int) T { return row[j] - m[r] })
	}
}

// RowSquaredDeviations computes dst[r] = sum over j of (a[r*stride+j]-m[r])².
func RowSquaredDeviations[T Float](rows, n int, dst, a []T, stride int, m []T) {
	for r := range rows {
		row := a[r*stride:][:n]
		dst[r] = sumOf(n, func(j int) T { return T((row[j] - m[r]) * (row[j] - m[r])) })
	}
}

// RowProducts computes dst[r] = sum over j of ((a[r*stride+j]-m[r])*c[j])*g[r*gStride+j].
func RowProducts[T Float](rows, n int, dst, g []T, gStride int, a []T, stride int, c, m []T) {
	for r := range rows {
		grad, row := g[r*gStride:][:n], a[r*stride:][:n]
		dst[r] = sumOf(n, func(j int) T { return T(T((row[j]-m[r])*c[j]) * grad[j]) })
	}
}

// sumOf returns the sum of n terms, as Sum does.
func sumOf[T Float](n int, term func(j int) T) T {
	var total float64
	for from := 0; from < n; from += Block[T]() {
		var buf [AccumulatorBytes / 4]T
		acc := buf[:Lanes[T]()]
		size := min(n-from, Block[T]())
		for j := range size {
			acc[j%len(acc)] += term(from + j)
		}
		total += float64(fold(acc, size))
	}
	return T(total)
}

// mapRows calls f for each element of a matrix, and stores what it returns.
func mapRows[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, f func(x T, r, j int) T) {
	for r := range rows {
		to := dst[r*dstStride:][:n]
		for j, x := range a[r*stride:][:n] {
			to[j] = f(x, r, j)
		}
	}
}

// StandardizeColumns computes dst[r*dstStride+j] = (a[r*stride+j]-m[j])*w[j].
func StandardizeColumns[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, m, w []T) {
	mapRows(rows, n, dst, dstStride, a, stride, func(x T, _, j int) T { return (x - m[j]) * w[j] })
}

// UnstandardizeColumns computes dst[r*dstStride+j] = a[r*stride+j]*w[j] + m[j].
func UnstandardizeColumns[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, m, w []T) {
	mapRows(rows, n, dst, dstStride, a, stride, func(x T, _, j int) T { return T(x*w[j]) + m[j] })
}

// NormalizeColumns computes dst[r*dstStride+j] = (a[r*stride+j]-m[j])*w[j] + c[j].
func NormalizeColumns[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, m, w, c []T) {
	mapRows(rows, n, dst, dstStride, a, stride, func(x T, _, j int) T { return T((x-m[j])*w[j]) + c[j] })
}

// NormalizeRows computes dst[r*dstStride+j] = ((a[r*stride+j]-m[r])*w[r])*c[j] + d[j].
func NormalizeRows[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, c, d, m, w []T) {
	mapRows(rows, n, dst, dstStride, a, stride, func(x T, r, j int) T { return T(T((x-m[r])*w[r])*c[j]) + d[j] })
}

// ScaleRows computes dst[r*dstStride+j] = (a[r*stride+j]*w[r])*c[j].
func ScaleRows[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, c, w []T) {
	mapRows(rows, n, dst, dstStride, a, stride, func(x T, r, j int) T { return T(x*w[r]) * c[j] })
}

// NormalizeRowsGrad computes dst[r*dstStride+j] =
// w[r]*((g[r*gStride+j]*c[j]-s[r]) - (a[r*stride+j]-m[r])*q[r]).
func NormalizeRowsGrad[T Float](rows, n int, dst []T, dstStride int, g []T, gStride int, a []T, stride int, c, m, w, s, q []T) {
	mapRows(rows, n, dst, dstStride, a, stride, func(x T, r, j int) T {
		return w[r] * ((T(g[r*gStride+j]*c[j]) - s[r]) - T((x-m[r])*q[r]))
	})
}

// NormalizeGrad computes dst[i] = w[i]*((g[i]-s[i]) - (a[i]-m[i])*q[i]).
func NormalizeGrad[T Float](dst, g, a, m, w, s, q []T) {
	for i, x := range a {
		dst[i] = w[i] * ((g[i] - s[i]) - T((x-m[i])*q[i]))
	}
}
