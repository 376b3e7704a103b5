// Package tree adds up micro-batches in a fixed binary tree over their numbers. The sum of n of
// them is that of the first ones, as many as the largest power of two below n, plus that of the
// others, and each of the two is such a sum again. So the order of the additions depends on the
// number of micro-batches alone, whoever adds which of them.
package tree

import "math/bits"

// A Span is the micro-batches of the numbers Lo to Hi, exclusive.
type Span struct{ Lo, Hi int }

// Len returns how many there are.
func (s Span) Len() int { return s.Hi - s.Lo }

// halves returns the two nodes below one of at least two micro-batches.
func (s Span) halves() (left, right Span) {
	mid := s.Lo + 1<<(bits.Len(uint(s.Len()-1))-1)
	return Span{s.Lo, mid}, Span{mid, s.Hi}
}

// Cover returns the fewest nodes of the tree over n micro-batches that make up a span of it, in
// their order.
func (s Span) Cover(n int) []Span { return s.cover(Span{0, n}, nil) }

func (s Span) cover(node Span, list []Span) []Span {
	switch {
	case s.Len() <= 0 || node.Hi <= s.Lo || s.Hi <= node.Lo:
		return list
	case s.Lo <= node.Lo && node.Hi <= s.Hi:
		return append(list, node)
	}
	left, right := node.halves()
	return s.cover(right, s.cover(left, list))
}

// Grown appends to list the fewest spans that make up s and are nodes of the tree over any
// number of micro-batches that are not less than s.Hi.
func (s Span) Grown(list []Span) []Span {
	for lo := s.Lo; lo < s.Hi; {
		size := 1 << (bits.Len(uint(s.Hi-lo)) - 1)
		if aligned := lo & -lo; lo > 0 {
			size = min(size, aligned)
		}
		list = append(list, Span{lo, lo + size})
		lo += size
	}
	return list
}

// Share returns the numbers of n micro-batches that are a rank's, of so many ranks: contiguous
// ones, and as many for each rank as can be.
func Share(n, rank, size int) Span {
	each, more := n/size, n%size
	lo := rank*each + min(rank, more)
	hi := lo + each
	if rank < more {
		hi++
	}
	return Span{lo, hi}
}
