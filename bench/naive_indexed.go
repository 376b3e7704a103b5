package bench

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// The plain loops over the rows that indices name.

// naiveIndexed enters them into the table.
func naiveIndexed[T kernels.Float](t *kerneltest.Table[T]) {
	t.Gather, t.GatherScale = gather[T], gatherScale[T]
	t.ScatterAdd = scatterAdd[T]
	t.SumBags, t.SumWeightedBags = sumBags[T], sumWeightedBags[T]
}

func gather[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, index []int) {
	for i, r := range index[:rows] {
		copy(dst[i*dstStride:][:n], a[r*stride:][:n])
	}
}

func gatherScale[T kernels.Float](rows, n int, dst []T, dstStride int, a []T, stride int, index []int, p []T) {
	for i, r := range index[:rows] {
		to := dst[i*dstStride:][:n]
		for j, v := range a[r*stride:][:n] {
			to[j] = v * p[i]
		}
	}
}

func scatterAdd[T kernels.Float](rows, n int, dst []T, dstStride int, index []int, a []T, stride int) {
	for i, r := range index[:rows] {
		to := dst[r*dstStride:][:n]
		for j, v := range a[i*stride:][:n] {
			to[j] += v
		}
	}
}

func sumBags[T kernels.Float](rows, n int, dst []T, dstStride int, offsets []int, a []T, stride int, index []int) {
	for b := range rows {
		to := dst[b*dstStride:][:n]
		clear(to)
		for _, r := range index[offsets[b]:offsets[b+1]] {
			for j, v := range a[r*stride:][:n] {
				to[j] += v
			}
		}
	}
}

func sumWeightedBags[T kernels.Float](rows, n int, dst []T, dstStride int, offsets []int, a []T, stride int, index []int, p []T) {
	for b := range rows {
		to := dst[b*dstStride:][:n]
		clear(to)
		for i := offsets[b]; i < offsets[b+1]; i++ {
			w := p[i]
			for j, v := range a[index[i]*stride:][:n] {
				to[j] += w * v
			}
		}
	}
}
