package generic

// Rows of a matrix that a list of indices names. Row r of a begins at a[r*stride] and has n
// elements.

// Gather computes dst[i*dstStride+j] = a[index[i]*stride+j].
func Gather[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, index []int) {
	for i, r := range index[:rows] {
		copy(dst[i*dstStride:][:n], a[r*stride:][:n])
	}
}

// GatherScale computes dst[i*dstStride+j] = a[index[i]*stride+j] * p[i].
func GatherScale[T Float](rows, n int, dst []T, dstStride int, a []T, stride int, index []int, p []T) {
	for i, r := range index[:rows] {
		to := dst[i*dstStride:][:n]
		for j, v := range a[r*stride:][:n] {
			to[j] = v * p[i]
		}
	}
}

// ScatterAdd computes dst[index[i]*dstStride+j] += a[i*stride+j], for one i after the other.
func ScatterAdd[T Float](rows, n int, dst []T, dstStride int, index []int, a []T, stride int) {
	for i, r := range index[:rows] {
		to := dst[r*dstStride:][:n]
		for j, v := range a[i*stride:][:n] {
			to[j] += v
		}
	}
}

// SumBags computes dst[b*dstStride+j] = 0 + sum of a[index[i]*stride+j], for one i after the
// other from offsets[b] to offsets[b+1]-1.
func SumBags[T Float](rows, n int, dst []T, dstStride int, offsets []int, a []T, stride int, index []int) {
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

// SumWeightedBags computes dst[b*dstStride+j] = 0 + sum of a[index[i]*stride+j]*p[i], for one i
// after the other from offsets[b] to offsets[b+1]-1.
func SumWeightedBags[T Float](rows, n int, dst []T, dstStride int, offsets []int, a []T, stride int, index []int, p []T) {
	for b := range rows {
		to := dst[b*dstStride:][:n]
		clear(to)
		for i := offsets[b]; i < offsets[b+1]; i++ {
			for j, v := range a[index[i]*stride:][:n] {
				to[j] += T(v * p[i])
			}
		}
	}
}
