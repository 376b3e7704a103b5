package kernels

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels/generic"
)

// BagMode says what [EmbeddingBag] makes of the rows of a bag.
type BagMode int

// The modes, those of torch.nn.EmbeddingBag.
const (
	BagSum  BagMode = iota // their sum
	BagMean                // their mean
)

// EmbeddingBag adds up rows of a table, which is a row-major matrix of so many columns, in
// bags, as torch.nn.functional.embedding_bag does. Bag b has the rows
// rows[offsets[b]:offsets[b+1]], so that offsets has one element more than there are bags,
// from 0 to len(rows), as with torch's include_last_offset:
//
//	for b := range len(offsets) - 1 {
//		for j := range columns {
//			y[b*yStride+j] = 0
//			for i := offsets[b]; i < offsets[b+1]; i++ {
//				y[b*yStride+j] += weights[i] * table[rows[i]*stride+j]
//			}
//		}
//	}
//
// The sum of no rows is 0. Without weights, which may be nil, the rows themselves are added.
// BagMean multiplies the sum by 1/n rounded to T, where n is the number of the bag's rows;
// there are no weights then.
//
// y must not overlap the table or the weights. EmbeddingBag panics, and writes nothing, if an
// index is none of a row that lies in the table as a whole, offsets do not ascend from 0 to
// len(rows), columns < 0, a stride is less than columns, y is too short, or there are weights
// with BagMean or for another number of rows; the last row need not be padded to the stride,
// and what lies between two rows is left alone.
func EmbeddingBag[T Float](y []T, yStride int, table []T, stride, columns int, rows, offsets []int, weights []T, mode BagMode) {
	checkBags("EmbeddingBag", rows, offsets, weights, mode)
	bags := len(offsets) - 1
	checkRows("EmbeddingBag", columns, len(y), bags, yStride)
	checkIndices("EmbeddingBag", columns, len(table), stride, rows)
	if weights != nil {
		generic.SumWeightedBags(bags, columns, y, yStride, offsets, table, stride, rows, weights)
		return
	}
	generic.SumBags(bags, columns, y, yStride, offsets, table, stride, rows)
	if mode == BagMean {
		for b := range bags {
			if n := offsets[b+1] - offsets[b]; n > 0 {
				Scal(1/T(n), y[b*yStride:][:columns])
			}
		}
	}
}

// EmbeddingBagGrad is the gradient of [EmbeddingBag], given that of y, dy: of each of the rows
// that rows names, and if dWeights is not nil of the weights, which are 1 where there are none.
//
//	for b := range len(offsets) - 1 {
//		for i := offsets[b]; i < offsets[b+1]; i++ {
//			for j := range columns {
//				dRows[i*dRowsStride+j] = weights[i] * dy[b*dyStride+j]
//			}
//			dWeights[i] = Dot(dy[b*dyStride:][:columns], table[rows[i]*stride:][:columns])
//		}
//	}
//
// With BagMean 1/n stands in the place of weights[i], and dWeights must be nil. A row that is
// named more than once has a gradient for each time: [ScatterAdd] adds them up, and so does an
// optimizer's sparse parameter. The table is read for dWeights only, and may be nil without.
//
// dRows and dWeights must not overlap each other or what is read. EmbeddingBagGrad panics
// where EmbeddingBag does, of its own slices.
func EmbeddingBagGrad[T Float](dRows []T, dRowsStride int, dWeights, dy []T, dyStride int, table []T, stride, columns int, rows, offsets []int, weights []T, mode BagMode) {
	checkBags("EmbeddingBagGrad", rows, offsets, weights, mode)
	checkRows("EmbeddingBagGrad", columns, len(dRows), len(rows), dRowsStride)
	checkRows("EmbeddingBagGrad", columns, len(dy), len(offsets)-1, dyStride)
	if dWeights != nil {
		checkLen("EmbeddingBagGrad", len(dWeights), len(rows))
		if mode == BagMean {
			panic("kernels: EmbeddingBagGrad: gradients of weights with BagMean")
		}
		checkIndices("EmbeddingBagGrad", columns, len(table), stride, rows)
	}
	for b := range len(offsets) - 1 {
		from := dy[b*dyStride:][:columns]
		for i := offsets[b]; i < offsets[b+1]; i++ {
			to := dRows[i*dRowsStride:][:columns]
			copy(to, from)
			switch {
			case weights != nil:
				Scal(weights[i], to)
			case mode == BagMean:
				Scal(1/T(offsets[b+1]-offsets[b]), to)
			}
			if dWeights != nil {
				dWeights[i] = Dot(from, table[rows[i]*stride:][:columns])
			}
		}
	}
}

// checkBags panics unless the offsets cut the rows into bags, and the weights are as many.
func checkBags[T Float](kernel string, rows, offsets []int, weights []T, mode BagMode) {
	if mode != BagSum && mode != BagMean {
		panic(fmt.Sprintf("kernels: %s: unknown mode %d", kernel, int(mode)))
	}
	if weights != nil {
		checkLen(kernel, len(weights), len(rows))
		if mode == BagMean {
			panic(fmt.Sprintf("kernels: %s: weights with BagMean", kernel))
		}
	}
	if len(offsets) == 0 {
		panic(fmt.Sprintf("kernels: %s: no offsets", kernel))
	}
	before := 0
	for b, o := range offsets {
		if o < before || o > len(rows) || b == 0 && o > 0 {
			panic(fmt.Sprintf("kernels: %s: offset %d at position %d does not ascend from 0 to the %d rows", kernel, o, b, len(rows)))
		}
		before = o
	}
	if before != len(rows) {
		panic(fmt.Sprintf("kernels: %s: the last offset is %d, with %d rows", kernel, before, len(rows)))
	}
}
