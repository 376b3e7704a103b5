package demo

import "slices"

// A Sparse is the gradient of some rows of a table, as optim.Embedding takes it:
// the rows' indices, and their gradients one behind the other. An index may
// appear more than once.
type Sparse struct {
	Rows  []int
	Grads []float32
}

// Gather copies the rows, of dim elements, of a table to dst, one behind the other, and
// returns it, longer if need be. Their gradients become 0.
func (s *Sparse) Gather(dst, table []float32, dim int) []float32 {
	dst = slices.Grow(dst[:0], len(s.Rows)*dim)
	for _, row := range s.Rows {
		dst = append(dst, table[row*dim:][:dim]...)
	}
	s.Grads = Zeros(s.Grads, len(dst))
	return dst
}

// Reset removes all rows and keeps their memory.
func (s *Sparse) Reset() { s.Rows, s.Grads = s.Rows[:0], s.Grads[:0] }

// Zeros returns n zeros, in the memory of x if it suffices.
func Zeros(x []float32, n int) []float32 {
	x = slices.Grow(x[:0], n)[:n]
	clear(x)
	return x
}
