package kernels

import (
	"sync"
	"unsafe"
)

// kept are values that functions keep for their next calls, those of the two element types
// apart.
type kept struct{ single, double sync.Pool }

func keptFor[T Float](k *kept) *sync.Pool {
	if unsafe.Sizeof(T(0)) == 4 {
		return &k.single
	}
	return &k.double
}

// take returns a value that was kept, or a new one; keep takes it back.
func take[T Float, V any](k *kept) *V {
	if v, ok := keptFor[T](k).Get().(*V); ok {
		return v
	}
	return new(V)
}

func keep[T Float, V any](k *kept, v *V) { keptFor[T](k).Put(v) }
