package kernels

// AdafactorDirection divides a gradient, a row-major matrix of len(row) rows and len(column)
// columns, by the root of the second moment that Adafactor keeps of it, a number for each row
// times one for each column (N. Shazeer and M. Stern, Adafactor: adaptive learning rates with
// sublinear memory cost, ICML 2018, in the form of torch.optim.Adafactor):
//
//	for r := range row {
//		for j := range column {
//			dst[r*dstStride+j] = g[r*stride+j] / sqrt(max(least, row[r]*column[j]))
//		}
//	}
//
// where max(x, y) is x if x > y, otherwise y; a NaN as least is no limit. dst may be g, with
// the same stride. The numbers of the rows, or of the columns, are meant to be divided by
// their mean before: then no product is far from the second moment itself. What they are made
// of, sums of squares, [RowDots] gives for rows, and [Mul] with [SumRowsAdd] for columns.
// AdafactorDirection panics if a stride is less than the number of columns, or a matrix does
// not fit in its slice; the last row need not be padded to the stride.
func AdafactorDirection[T Float](dst []T, dstStride int, g []T, stride int, row, column []T, least T) {
	checkRows("AdafactorDirection", len(column), len(dst), len(row), dstStride)
	checkRows("AdafactorDirection", len(column), len(g), len(row), stride)
	table[T]().AdafactorDirection(len(row), len(column), noescape(dst), dstStride, noescape(g), stride,
		noescape(column), noescape(row), least)
}
