package kernels

import "fmt"

// BagMode says what [EmbeddingBag] makes of the rows of a bag.
type BagMode int

// The modes, those of torch.nn.EmbeddingBag.
const (
	BagSum  BagMode = iota // their sum
	BagMean                // their mean
)

// EmbeddingBag adds up rows of a table, the row-major matrix src of so many columns, in bags,
// as torch.nn.functional.embedding_bag does. Bag b has the rows rows[offsets[b]:offsets[b+1]],
// so that offsets has one element more than there are bags, from 0 to len(rows), as with
// torch's include_last_offset:
//
//	for b := range len(offsets) - 1 {
//		for j := range columns {
//			y[b*yStride+j] = 0
//			for i := offsets[b]; i < offsets[b+1]; i++ {
//				y[b*yStride+j] += weights[i] * src[rows[i]*stride+j]
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
func EmbeddingBag[T Float](y []T, yStride int, src []T, stride, columns int, rows, offsets []int, weights []T, mode BagMode) {
	checkBags("EmbeddingBag", rows, offsets, weights, mode)
	bags := len(offsets) - 1
	checkRows("EmbeddingBag", columns, len(y), bags, yStride)
	checkIndices("EmbeddingBag", columns, len(src), stride, rows)
	t, to, from, index, ends := table[T](), noescape(y), noescape(src), noescape(rows), noescape(offsets)
	if weights != nil {
		t.SumWeightedBags(bags, columns, to, yStride, ends, from, stride, index, noescape(weights))
		return
	}
	t.SumBags(bags, columns, to, yStride, ends, from, stride, index)
	if mode == BagMean {
		var factors [bagPiece]T
		for first := 0; first < bags; first += bagPiece {
			some := factors[:min(bagPiece, bags-first)]
			for b := range some {
				some[b] = bagFactor[T](offsets, first+b)
			}
			part := to[first*yStride:]
			t.RowScale(len(some), columns, part, yStride, part, yStride, noescape(some))
		}
	}
}

// bagPiece is how many factors or numbers of bags are on the stack at a time.
const bagPiece = 64

// bagFactor returns what a mean multiplies the sum of a bag by, 1 where it is empty.
func bagFactor[T Float](offsets []int, b int) T {
	return 1 / T(max(1, offsets[b+1]-offsets[b]))
}

// EmbeddingBagGrad is the gradient of [EmbeddingBag], given that of y, dy: of each of the rows
// that rows names, and if dWeights is not nil of the weights, which are 1 where there are none.
//
//	for b := range len(offsets) - 1 {
//		for i := offsets[b]; i < offsets[b+1]; i++ {
//			for j := range columns {
//				dRows[i*dRowsStride+j] = weights[i] * dy[b*dyStride+j]
//			}
//			dWeights[i] = Dot(dy[b*dyStride:][:columns], src[rows[i]*stride:][:columns])
//		}
//	}
//
// With BagMean 1/n stands in the place of weights[i], and dWeights must be nil. A row that is
// named more than once has a gradient for each time: [ScatterAdd] adds them up, and so does an
// optimizer's sparse parameter. For dWeights only, the indices are looked at and the table is
// read, which may be nil without.
//
// dRows and dWeights must not overlap each other or what is read. EmbeddingBagGrad panics
// where EmbeddingBag does, of its own slices.
func EmbeddingBagGrad[T Float](dRows []T, dRowsStride int, dWeights, dy []T, dyStride int, src []T, stride, columns int, rows, offsets []int, weights []T, mode BagMode) {
	checkBags("EmbeddingBagGrad", rows, offsets, weights, mode)
	checkRows("EmbeddingBagGrad", columns, len(dRows), len(rows), dRowsStride)
	checkRows("EmbeddingBagGrad", columns, len(dy), len(offsets)-1, dyStride)
	if dWeights != nil {
		checkLen("EmbeddingBagGrad", len(dWeights), len(rows))
		if mode == BagMean {
			panic("kernels: EmbeddingBagGrad: gradients of weights with BagMean")
		}
		checkIndices("EmbeddingBagGrad", columns, len(src), stride, rows)
	}
	t, to, from := table[T](), noescape(dRows), noescape(dy)
	var bags [bagPiece]int
	var factors [bagPiece]T
	b := 0
	for first := 0; first < len(rows); first += bagPiece {
		n := min(bagPiece, len(rows)-first)
		of := weights
		if weights != nil {
			of = weights[first:][:n]
		} else if mode == BagMean {
			of = factors[:n]
		}
		for i := range n {
			for offsets[b+1] <= first+i {
				b++
			}
			bags[i] = b
			if mode == BagMean {
				factors[i] = bagFactor[T](offsets, b)
			}
		}
		part, numbers := to[first*dRowsStride:], noescape(bags[:n])
		if of == nil {
			t.Gather(n, columns, part, dRowsStride, from, dyStride, numbers)
		} else {
			t.GatherScale(n, columns, part, dRowsStride, from, dyStride, numbers, noescape(of))
		}
		if dWeights != nil {
			for i, b := range bags[:n] {
				dWeights[first+i] = Dot(dy[b*dyStride:][:columns], src[rows[first+i]*stride:][:columns])
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
