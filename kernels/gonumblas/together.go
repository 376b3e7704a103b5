package gonumblas

import (
	"sync"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// vector is a vector whose elements lie side by side.
type vector[T kernels.Float] struct {
	x    []T
	from *buffer[T] // where they are a copy, what holds it
}

// buffer is memory that is kept for the next copy.
type buffer[T kernels.Float] struct{ memory []T }

var buffers32, buffers64 sync.Pool

func buffersOf[T kernels.Float]() *sync.Pool {
	if unsafe.Sizeof(T(0)) == 4 {
		return &buffers32
	}
	return &buffers64
}

// together returns a vector of n elements, or a copy of it if its stride is not 1.
func together[T kernels.Float](n int, x []T, inc int) vector[T] {
	if inc == 1 {
		return vector[T]{x: x[:n]}
	}
	b, ok := buffersOf[T]().Get().(*buffer[T])
	if !ok {
		b = new(buffer[T])
	}
	if len(b.memory) < n {
		b.memory = make([]T, n)
	}
	v := vector[T]{b.memory[:n], b}
	dispatch.Active[T]().CopyInc(n, x, inc, v.x, 1)
	return v
}

// copyTo stores a copy's elements where they come from.
func (v vector[T]) copyTo(x []T, inc int) {
	if v.from != nil {
		dispatch.Active[T]().CopyInc(len(v.x), v.x, 1, x, inc)
	}
}

func (v vector[T]) giveBack() {
	if v.from != nil {
		buffersOf[T]().Put(v.from)
	}
}
