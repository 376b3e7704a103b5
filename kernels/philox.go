package kernels

import "github.com/seed63264101/steepest/kernels/generic"

// Philox is a place in a stream of random numbers. The numbers are a function of it alone:
// those of an index do not depend on how many are drawn in a call, or on the level. So
// workers may draw parts of a vector, and a run that resumes needs no state. Each Stream
// of a Seed is independent of the others. Give each use one of its own, such as
//
//	Stream: uint64(step)<<32 | uint64(layer)
//
// where the numbers of a stream serve once in each step, as with [Dropout], with steps that
// count from 1, and the number of the parameter where they serve once. The numbers of element i of a call are those of
// Index + i, modulo 2^64; the next call on the stream has an Index higher by the elements
// of the one before. The functions of float32 and of float64 draw from the same bits: they
// are not independent of each other.
type Philox struct{ Seed, Stream, Index uint64 }

// Philox4x32 is the block function of Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011,
// "Parallel random numbers: as easy as 1, 2, 3"), which makes four words of a counter.
//
// The key is a [Philox]'s Seed, and the counter a count and the Stream, the lower word first.
// For float32, index i has word i/16 mod 4 of the count 16*(i/64) + i mod 16. For float64,
// it has words 0 and 1, the lower first, or where i/16 is odd words 2 and 3, of the count
// 16*(i/32) + i mod 16.
func Philox4x32(key [2]uint32, counter [4]uint32) [4]uint32 {
	k0, k1 := key[0], key[1] // in registers, which arrays are not
	x0, x1, x2, x3 := counter[0], counter[1], counter[2], counter[3]
	for range 10 {
		p0, p1 := generic.PhiloxM0*uint64(x0), generic.PhiloxM1*uint64(x2)
		x0, x1 = uint32(p1>>32)^x1^k0, uint32(p1)
		x2, x3 = uint32(p0>>32)^x3^k1, uint32(p0)
		k0 += generic.PhiloxW0
		k1 += generic.PhiloxW1
	}
	return [4]uint32{x0, x1, x2, x3}
}

// PhiloxCount returns the count at which the levels' kernels of random numbers begin for an
// index, which must be a multiple of 64 for float32, and of 32 for float64.
func PhiloxCount[T Float](index uint64) uint64 {
	return index / uint64(generic.PhiloxBlock[T]()) * 16
}

// draw calls f for dst, and src beside it, in pieces of whole blocks: f gets the words of
// the first. Where a block begins in front of the index, or ends behind dst, f works on a
// copy of it.
func draw[T Float](dst, src []T, at Philox, f func(dst, src []T, words []uint64)) {
	block := generic.PhiloxBlock[T]()
	for len(dst) > 0 {
		skip := int(at.Index % uint64(block))
		words := generic.PhiloxWordsOf(at.Seed, at.Stream, PhiloxCount[T](at.Index-uint64(skip)))
		n := len(dst) - len(dst)%block
		if skip > 0 || n == 0 {
			n = min(len(dst), block-skip)
			var buffer [64]T
			whole := noescape(buffer[:block])
			copy(whole[skip:], src[:n])
			f(whole, whole, noescape(words[:]))
			copy(dst[:n], whole[skip:])
		} else {
			// Behind the last index, the first follows, whose count is 0.
			if left := -at.Index; left > 0 && left < uint64(n) {
				n = int(left)
			}
			f(noescape(dst[:n]), noescape(src[:n]), noescape(words[:]))
		}
		dst, src = dst[n:], src[n:]
		at.Index += uint64(n)
	}
}
