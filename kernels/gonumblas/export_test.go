package gonumblas

import "github.com/seed63264101/steepest/kernels/parallel"

// SetPool sets the goroutines for large products, and returns what undoes it.
func SetPool(p *parallel.Pool) (undo func()) {
	was := pool
	pool = p
	return func() { pool = was }
}
