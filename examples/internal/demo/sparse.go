package demo

import (
	"slices"

	"github.com/seed63264101/steepest/optim"
)

// A Sparse is the gradient of some rows of a table: the rows' indices, and their gradients
// one behind the other. An index may appear more than once.
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

// Gradients returns the rows as a step takes them.
func (s *Sparse) Gradients() optim.RowGradients[float32] {
	return optim.RowGradients[float32]{Rows: s.Rows, Values: s.Grads}
}

// Reset removes all rows and keeps their memory.
func (s *Sparse) Reset() { s.Rows, s.Grads = s.Rows[:0], s.Grads[:0] }

// Zeros returns n zeros, in the memory of x if it suffices.
func Zeros(x []float32, n int) []float32 {
	x = slices.Grow(x[:0], n)[:n]
	clear(x)
	return x
}
