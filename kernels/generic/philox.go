package generic

// Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011), and its constants.
const (
	PhiloxM0, PhiloxM1 = 0xd2511f53, 0xcd9e8d57 // multipliers
	PhiloxW0, PhiloxW1 = 0x9e3779b9, 0xbb67ae85 // what is added to the key in each round
)

const (
	// PhiloxLanes is the largest number of counts that a kernel takes side by side.
	PhiloxLanes = 8
	// PhiloxWords is the number of words that a kernel is told: as many counts, and two
	// for each round.
	PhiloxWords = PhiloxLanes + 2*10

	// PhiloxCounts is the number of counts in a block of elements.
	PhiloxCounts = 16
)

// PhiloxWordsOf returns what the kernels need to know of a seed, a stream, and the first
// count: the next counts, and for each round what all counts have in common. That is the
// key; in the first round also what comes of the stream, the other half of what is
// enciphered, and half of the product with it goes into the word of the second.
func PhiloxWordsOf(seed, stream, count uint64) (words [PhiloxWords]uint64) {
	for i := range uint64(PhiloxLanes) {
		words[i] = count + i
	}
	k0, k1 := uint32(seed), uint32(seed>>32)
	p := PhiloxM1 * uint64(uint32(stream))
	rounds := words[PhiloxLanes:]
	rounds[0], rounds[1] = p>>32^uint64(k0), stream>>32^uint64(k1)
	for i := 2; i < len(rounds); i += 2 {
		k0 += PhiloxW0
		k1 += PhiloxW1
		rounds[i], rounds[i+1] = uint64(k0), uint64(k1)
	}
	rounds[2] ^= uint64(uint32(p))
	return words
}

// philox returns the four words of a count.
func philox(count uint64, rounds []uint64) (x0, x1, x2, x3 uint32) {
	p := PhiloxM0 * uint64(uint32(count))
	x0, x2, x3 = uint32(count>>32)^uint32(rounds[0]), uint32(p>>32)^uint32(rounds[1]), uint32(p)
	for i := 2; i < len(rounds); i += 2 {
		p0, p1 := PhiloxM0*uint64(x0), PhiloxM1*uint64(x2)
		x0, x1 = uint32(p1>>32)^x1^uint32(rounds[i]), uint32(p1)
		x2, x3 = uint32(p0>>32)^x3^uint32(rounds[i+1]), uint32(p0)
	}
	return x0, x1, x2, x3
}

// PhiloxBlock is the number of elements of a block.
func PhiloxBlock[T Float]() int {
	if isFloat32[T]() {
		return 4 * PhiloxCounts
	}
	return 2 * PhiloxCounts
}

// blocks makes the bits of one block of elements after the other.
type blocks[T Float] struct {
	count  uint64
	rounds []uint64
	bits   [4 * PhiloxCounts]uint64
}

func blocksOf[T Float](words []uint64) blocks[T] {
	return blocks[T]{count: words[0], rounds: words[PhiloxLanes:PhiloxWords]}
}

// next returns the bits of the next block's elements: 32 for float32, and 64 for float64.
func (b *blocks[T]) next() []uint64 {
	bits := &b.bits
	for i := range PhiloxCounts {
		x0, x1, x2, x3 := philox(b.count, b.rounds)
		b.count++
		if isFloat32[T]() {
			bits[i], bits[i+PhiloxCounts] = uint64(x0), uint64(x1)
			bits[i+2*PhiloxCounts], bits[i+3*PhiloxCounts] = uint64(x2), uint64(x3)
		} else {
			bits[i], bits[i+PhiloxCounts] = uint64(x1)<<32|uint64(x0), uint64(x3)<<32|uint64(x2)
		}
	}
	return bits[:PhiloxBlock[T]()]
}
