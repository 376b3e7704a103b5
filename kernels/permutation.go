package kernels

import "math/bits"

// Permutation fills order with the numbers from 0 to len(order)-1 in random order, each
// order being equally likely: the samples of an epoch, shuffled (Fisher and Yates). It is a
// function of the seed, the epoch and the length alone, on all machines:
//
//	for i := len(order) - 1; i > 0; i-- {
//		j := floor((i+1) * u) // u = the next number of Uniform in float64, from 0 to 1, without 1
//		order[i], order[j] = order[j], order[i]
//	}
//
// where the few u are passed over of which some j would get one more. It draws from the streams
// of the [Philox] of that Seed which count down from the last one, 2^64-1-epoch, so that the
// same seed may serve for streams with small numbers.
func Permutation(order []int, seed, epoch uint64) {
	f := fractions{at: Philox{Seed: seed, Stream: ^epoch}}
	for i := range order {
		order[i] = i
	}
	for i := len(order) - 1; i > 0; i-- {
		j := f.below(uint64(i)+1, i)
		order[i], order[j] = order[j], order[i]
	}
}

// fractions draws numbers of 53 bits, one after the other.
type fractions struct {
	at      Philox
	numbers [64]float64 // drawn ahead
	next    int
	drawn   int
}

// bits draws a number; so many are wanted, with this one.
func (f *fractions) bits(wanted int) uint64 {
	if f.next == f.drawn {
		f.next, f.drawn = 0, min(len(f.numbers), wanted)
		Uniform(f.numbers[:f.drawn], 0, 1, f.at)
		f.at.Index += uint64(f.drawn)
	}
	f.next++
	return uint64(f.numbers[f.next-1] * (1 << 53))
}

// below draws a number below n, which is at most 2^53, each equally likely, by the upper part of
// a product (Lemire 2019, "Fast random integer generation in an interval"). The lower 53 bits
// say whether the number is one of the few that some results would get more of. So many numbers
// are wanted, with this one.
func (f *fractions) below(n uint64, wanted int) uint64 {
	for {
		hi, lo := bits.Mul64(f.bits(wanted), n)
		if lower := lo & (1<<53 - 1); lower >= n || lower >= 1<<53%n {
			return hi<<11 | lo>>53
		}
	}
}
