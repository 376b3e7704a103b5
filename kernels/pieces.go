package kernels

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// rowPiece is how many rows of a batch are summed by themselves where a sum goes over rows, in
// normalisation as in linear models.
const rowPiece = LinearPiece

// pieceSum is a sum over rows that goes in pieces of rowPiece: the first is added to what dst
// holds, and every other one is summed from +0 in partial and then added to dst.
type pieceSum[T Float] struct{ dst, partial []T }

// begin returns what the rows of the piece that begins with row r are added to.
func (s *pieceSum[T]) begin(r int) []T {
	if r == 0 {
		return s.dst
	}
	clear(s.partial)
	return s.partial
}

// end ends the piece that begins with row r.
func (s *pieceSum[T]) end(t *dispatch.Table[T], r int) {
	if r > 0 {
		t.Add(s.dst, s.dst, s.partial)
	}
}

// nearBytes is about how much of a matrix is taken through all steps at a time, so that it
// stays in the first-level cache.
const nearBytes = 16 << 10

// nearRows is how many rows are taken together at most: of each of them, some numbers are
// kept.
const nearRows = 128

// rowsAtATime returns how many rows of so many columns are taken together.
func rowsAtATime[T Float](columns int) int {
	return max(1, min(nearRows, nearBytes/int(unsafe.Sizeof(T(0)))/max(1, columns)))
}
