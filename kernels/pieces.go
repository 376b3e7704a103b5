package kernels

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
func (s *pieceSum[T]) end(t *Table[T], r int) {
	if r > 0 {
		t.Add(s.dst, s.dst, s.partial)
	}
}
