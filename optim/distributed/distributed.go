package distributed

import (
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/memory"
)

// A Transport joins the processes that train one model together: see [optim.Transport].
type Transport = optim.Transport

// NewMemory returns the transports of so many ranks that are goroutines of one process, the
// first that of rank 0. They serve tests, and show a training on many ranks on one machine.
func NewMemory(size int) []Transport {
	all := make([]Transport, size)
	for r, t := range memory.New(size) {
		all[r] = t
	}
	return all
}
