package kernels

import "github.com/seed63264101/steepest/kernels/generic"

// A Rounding is where the random bits of a stochastic rounding come from: a function of a
// seed and a place, so that no state is kept, and levels, workers and resumed runs agree. Each
// step is to have one of its own, by [NewRounding]: the same bits twice would round the same
// way, and what they take from an element would add up.
// Element i of a slice has the 32 bits
//
//	h(i) = lowbias32((i*0x9e3779b9 + k0) ^ k1)
//
// of two keys k0 and k1, with C. Wellons' hash function lowbias32 (Prospecting for hash
// functions, 2018), in integers of 32 bits. A rounding to bfloat16 takes 16 of them, and one
// to 8 bits 20: the upper or the lower ones, or those in the middle.
type Rounding struct {
	k0, k1 uint32
	bits   randomBits
}

// randomBits says which of an element's random bits a rounding takes.
type randomBits uint8

const (
	middleBits randomBits = iota
	highBits
	lowBits
)

// NewRounding returns the rounding of one part of a parameter in one step of a training: of
// the block of that number, of [BlockBytes] of float32. The keys k0 and k1 are the lower and
// the upper half of a hash of all four,
//
//	h := seed
//	for _, x := range []int{step, param, block} {
//		h = mix64((h + 0x9e3779b97f4a7c15) ^ uint64(x))
//	}
//
// with splitmix64's finalizer mix64 (G. Steele, D. Lea and C. Flood, Fast splittable
// pseudorandom number generators, OOPSLA 2014). The bits are the middle ones.
func NewRounding(seed uint64, step, param, block int) Rounding {
	h := seed
	for _, x := range [...]int{step, param, block} {
		h = mix64((h + 0x9e3779b97f4a7c15) ^ uint64(x))
	}
	return Rounding{k0: uint32(h), k1: uint32(h >> 32)}
}

// mix64 is a bijection in which every bit of the result depends on all of x.
func mix64(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// From returns the rounding for the part of a slice that begins at element i: its elements
// have the bits that they have in the whole slice. In 8 bits, parts begin at a multiple of
// [BlockLen8].
func (r Rounding) From(i int) Rounding {
	r.k0 += uint32(i) * generic.RandomLane
	return r
}

// High returns the rounding that takes the upper bits: first moments and velocities have them.
func (r Rounding) High() Rounding { return r.with(highBits) }

// Middle returns the rounding that takes the bits in the middle: parameters have them.
func (r Rounding) Middle() Rounding { return r.with(middleBits) }

// Low returns the rounding that takes the lower bits: second moments have them.
func (r Rounding) Low() Rounding { return r.with(lowBits) }

func (r Rounding) with(bits randomBits) Rounding {
	r.bits = bits
	return r
}

// shift returns how far down n of an element's bits are to be moved.
func (r Rounding) shift(n uint32) uint32 {
	switch r.bits {
	case highBits:
		return 32 - n
	case lowBits:
		return 0
	}
	return (32 - n) / 2
}
