package golden

import (
	"math"
	"math/rand/v2"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// A Source draws numbers by operations on integers alone, so that they are the
// same on every machine.
type Source[T kernels.Float] struct{ r *rand.PCG }

// NewSource returns a source of numbers that follow from a name.
func NewSource[T kernels.Float](name string) *Source[T] {
	seed := uint64(unsafe.Sizeof(T(0)))
	for _, c := range []byte(name) {
		seed = seed*31 + uint64(c)
	}
	return &Source[T]{rand.NewPCG(seed, 1)}
}

// Usual draws a number of either sign, from 1/16 to 2 in magnitude.
func (s *Source[T]) Usual() T {
	b := s.r.Uint64()
	sign, down, fraction := b>>63, b>>60&3, b<<4>>12
	if unsafe.Sizeof(T(0)) == 4 {
		return kerneltest.FromBits[T](sign<<31 | (127-down)<<23 | fraction>>29)
	}
	return kerneltest.FromBits[T](sign<<63 | (1023-down)<<52 | fraction)
}

// Any draws a number of any sort: one in four has any bits, one in four is a zero,
// infinite, NaN, or around the limits of what is normal and of what is stored as
// zero, the others are usual ones.
func (s *Source[T]) Any() T {
	switch s.r.Uint64() % 4 {
	case 0:
		return kerneltest.FromBits[T](s.r.Uint64() ^ s.r.Uint64()<<32)
	case 1:
		return limits[T]()[s.r.Uint64()%16]
	}
	return s.Usual()
}

func limits[T kernels.Float]() [16]T {
	list := [16]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1,
		math.MaxFloat64, -math.MaxFloat64, 0x1p-1074, -0x1p-1074, 0x1p-1022, 0x1p-959, -0x1p-959, 0x1p-511, -0x1p-480}
	if unsafe.Sizeof(T(0)) == 4 {
		list = [16]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1,
			math.MaxFloat32, -math.MaxFloat32, 0x1p-149, -0x1p-149, 0x1p-126, 0x1p-95, -0x1p-95, 0x1p-63, -0x1p-47}
	}
	var limits [16]T
	for i, x := range list {
		limits[i] = T(x)
	}
	return limits
}
