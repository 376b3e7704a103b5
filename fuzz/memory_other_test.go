//go:build !unix

package fuzz

// memory is nothing where there are no guard pages: all slices are on the heap.
type memory struct{}

func (*memory) close() {}

func first[T any](*memory, int, int) []T { return nil }
func last[T any](*memory, int, int) []T  { return nil }

func panicOnFault() func() { return func() {} }
