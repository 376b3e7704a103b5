package demo

// A Sparse is the gradient of some rows of a table, as optim.Embedding takes it:
// the rows' indices, and their gradients one behind the other. An index may
// appear more than once.
type Sparse struct {
	Rows  []int
	Grads []float32
}

// Add appends a row with a gradient of dim zeros, which it returns. It is valid
// until the next call.
func (s *Sparse) Add(row, dim int) []float32 {
	n := len(s.Grads)
	s.Rows = append(s.Rows, row)
	for range dim {
		s.Grads = append(s.Grads, 0)
	}
	return s.Grads[n:]
}

// Reset removes all rows and keeps their memory.
func (s *Sparse) Reset() { s.Rows, s.Grads = s.Rows[:0], s.Grads[:0] }
