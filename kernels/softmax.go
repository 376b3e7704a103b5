package kernels

import "github.com/seed63264101/steepest/kernels/internal/dispatch"

// expRows takes the exponential function of each element of a matrix, multiplies it by its
// row's element of shares over the sum of the row, and leaves the sums' logarithms in logs.
func expRows[T Float](t *dispatch.Table[T], columns int, x []T, stride int, shares, logs []T) {
	rows := len(logs)
	if stride == columns {
		t.Exp(x[:rows*columns], x[:rows*columns])
	} else {
		for r := range rows {
			row := x[r*stride:][:columns]
			t.Exp(row, row)
		}
	}
	t.RowShares(rows, columns, logs, x, stride, x, stride, shares)
	t.Log(logs, logs)
}

// LogSumExp computes the logarithm of the sum of exponentials of each row of a row-major
// matrix, which has len(dst) rows of so many columns, and the exponentials' shares in it:
//
//	for r := range dst {
//		m := the largest element of row r
//		sum := 0
//		for j := range columns {
//			softmax[r*softmaxStride+j] = exp(x[r*stride+j] - m)
//			sum += softmax[r*softmaxStride+j]
//		}
//		dst[r] = m + log(sum)
//		for j := range columns {
//			softmax[r*softmaxStride+j] *= 1 / sum
//		}
//	}
//
// The shares are the softmax of the row, and the gradient of dst[r]. Each operation rounds
// to T; exponentials and logarithms are those of [Exp] and [Log], the sum is [Sum]'s. So the
// shares of a row of n numbers add up to 1 within
//
//	(min(n, 64 KiB of elements)/L + log2(L) + 7) u
//
// to first order, with u and the lanes L of [Sum], where none underflows.
//
// An element of -Inf has no share. A row of nothing else, or of no columns, gives -Inf, one
// with +Inf gives +Inf, and one with NaN gives NaN; the shares of these are NaN.
//
// softmax may be x, with the same stride; dst must not overlap either. LogSumExp panics if
// columns < 0, a stride is less than columns, or a matrix does not fit in its slice; the
// last row need not be padded to the stride, and what lies between two rows is left alone.
func LogSumExp[T Float](dst, softmax []T, softmaxStride int, x []T, stride, columns int) {
	checkRows("LogSumExp", columns, len(softmax), len(dst), softmaxStride)
	checkRows("LogSumExp", columns, len(x), len(dst), stride)
	logSumExp(noescape(dst), noescape(softmax), softmaxStride, noescape(x), stride, columns)
}

func logSumExp[T Float](dst, softmax []T, softmaxStride int, x []T, stride, columns int) {
	var sharesOf, logsOf [nearRows]T
	t, step := table[T](), rowsAtATime[T](columns)
	for r := range min(step, len(dst)) {
		sharesOf[r] = 1
	}
	for first := 0; first < len(dst); first += step {
		rows := min(step, len(dst)-first)
		most, x, softmax := dst[first:][:rows], x[first*stride:], softmax[first*softmaxStride:]
		shares, logs := noescape(sharesOf[:rows]), noescape(logsOf[:rows])
		t.RowMax(rows, columns, most, x, stride)
		for r, m := range most {
			if m-m != 0 { // of infinities: NaN would not show in the sum, which is NaN anyway
				most[r] = m + nanIn(x[r*stride:][:columns])
			}
		}
		t.RowSubtract(rows, columns, softmax, softmaxStride, x, stride, most)
		expRows(t, columns, softmax, softmaxStride, shares, logs)
		for r, m := range most {
			if m-m == 0 {
				most[r] = m + logs[r]
			}
		}
	}
}

// nanIn returns NaN if an element is NaN, 0 otherwise.
func nanIn[T Float](x []T) T {
	for _, v := range x {
		if v != v {
			return v
		}
	}
	return 0
}
