package kernels

import (
	"fmt"
	"math"
)

// Gather copies the rows of a row-major matrix that a list of indices names, as
// torch.index_select and numpy.take do: the rows of a table for a batch. Rows have so many
// columns:
//
//	for i, r := range rows {
//		for j := range columns {
//			dst[i*dstStride+j] = src[r*stride+j]
//		}
//	}
//
// A row may be named more than once. dst must not overlap src. Gather panics, and writes
// nothing, if an index is none of a row that lies in src as a whole, columns < 0, a stride is
// less than columns, or dst is too short; the last row need not be padded to the stride, and
// what lies between two rows is left alone.
func Gather[T Float](dst []T, dstStride int, src []T, stride, columns int, rows []int) {
	checkRows("Gather", columns, len(dst), len(rows), dstStride)
	checkIndices("Gather", columns, len(src), stride, rows)
	table[T]().Gather(len(rows), columns, noescape(dst), dstStride, noescape(src), stride, noescape(rows))
}

// ScatterAdd adds each row of a row-major matrix to the row of another that an index names, as
// torch's index_add_ and numpy.add.at do: the gradient of [Gather]. Rows have so many columns:
//
//	for i, r := range rows {
//		for j := range columns {
//			dst[r*dstStride+j] += src[i*stride+j]
//		}
//	}
//
// A row that is named more than once gets its terms in the order of the indices. dst must not
// overlap src. ScatterAdd panics, and writes nothing, if an index is none of a row that lies in
// dst as a whole, columns < 0, a stride is less than columns, or src is too short; the last row
// need not be padded to the stride, and what lies between two rows is left alone.
func ScatterAdd[T Float](dst []T, dstStride int, src []T, stride, columns int, rows []int) {
	checkRows("ScatterAdd", columns, len(src), len(rows), stride)
	checkIndices("ScatterAdd", columns, len(dst), dstStride, rows)
	table[T]().ScatterAdd(len(rows), columns, noescape(dst), dstStride, noescape(rows), noescape(src), stride)
}

// checkIndices panics unless each index is that of a row of width elements which lies in a
// slice of na elements as a whole; rows are stride apart.
func checkIndices(kernel string, width, na, stride int, rows []int) {
	checkRows(kernel, width, na, 0, stride)
	have := rowsIn(width, na, stride)
	for _, r := range rows {
		if uint(r) >= uint(have) {
			panicIndex(kernel, rows, have)
		}
	}
}

// rowsIn returns how many rows of width elements, stride apart, lie in a slice of na elements:
// as many as there are indices where they take no room.
func rowsIn(width, na, stride int) int {
	switch {
	case na < width:
		return 0
	case stride == 0:
		return math.MaxInt
	}
	return (na-width)/stride + 1
}

//go:noinline
func panicIndex(kernel string, rows []int, have int) {
	for i, r := range rows {
		if r < 0 || r >= have {
			panic(fmt.Sprintf("kernels: %s: index %d at position %d is none of %d rows", kernel, r, i, have))
		}
	}
}
