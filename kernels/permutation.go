package kernels

import "math/bits"

// Permutation fills order with the numbers from 0 to len(order)-1 in random order, each
// order being equally likely: the samples of an epoch, shuffled (Fisher and Yates). It is a
// function of the seed, the epoch and the length alone, on all machines. It draws from the
// streams of the [Philox] of that Seed which count down from the last one, 2^64-1-epoch, so
// that the same seed may serve for streams with small numbers.
func Permutation(order []int, seed, epoch uint64) {
	r := pairs{key: [2]uint32{uint32(seed), uint32(seed >> 32)}, stream: ^epoch}
	for i := range order {
		order[i] = i
	}
	for i := len(order) - 1; i > 0; i-- {
		j := r.below(uint64(i) + 1)
		order[i], order[j] = order[j], order[i]
	}
}

// pairs draws the 64-bit numbers of a stream, one after the other.
type pairs struct {
	key           [2]uint32
	stream, count uint64
	second        uint64 // the other number of the last count
	left          bool   // whether it is still to be drawn
}

func (r *pairs) next() uint64 {
	if r.left {
		r.left = false
		return r.second
	}
	x := Philox4x32(r.key, [4]uint32{uint32(r.count), uint32(r.count >> 32), uint32(r.stream), uint32(r.stream >> 32)})
	r.count++
	r.second, r.left = uint64(x[3])<<32|uint64(x[2]), true
	return uint64(x[1])<<32 | uint64(x[0])
}

// below draws a number below n, each equally likely, by the upper half of a product (Lemire
// 2019, "Fast random integer generation in an interval"). The lower half says whether the
// number is one of the few that some results would get more of.
func (r *pairs) below(n uint64) uint64 {
	result, lower := bits.Mul64(r.next(), n)
	if lower < n {
		for least := -n % n; lower < least; {
			result, lower = bits.Mul64(r.next(), n)
		}
	}
	return result
}
