package kerneltest

import (
	"math"
	"math/rand/v2"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// Values draws test values of one character.
type Values int

// The characters of values.
const (
	Normal   Values = iota // standard normal deviates
	Raw                    // any bits: mostly huge and tiny, some NaN and subnormal
	Special                // zeros, infinities, NaN, largest, smallest, among ordinary ones
	Small                  // around the thresholds of the update kernels and below, zeros of both signs
	NumCases               // the number of characters
)

// Pool is a source of values that has drawn a few thousand and goes round them: tests want
// variety, not a good generator's time for every element.
type Pool[T kernels.Float] struct {
	values []T
	last   int // where the last value stood
}

// NewPool draws values of the character.
func NewPool[T kernels.Float](c Values, r *rand.Rand) *Pool[T] {
	draw := source[T](c, r)
	p := &Pool[T]{values: make([]T, 4099)}
	for i := range p.values {
		p.values[i] = draw()
	}
	p.last = r.IntN(len(p.values))
	return p
}

// Value returns the next value.
func (p *Pool[T]) Value() T {
	p.last++
	if p.last >= len(p.values) {
		p.last = 0
	}
	return p.values[p.last]
}

// Fill fills a slice with the next values.
func (p *Pool[T]) Fill(x []T) {
	for len(x) > 0 {
		n := copy(x, p.values[p.last+1:])
		x = x[n:]
		if p.last += n; len(x) > 0 {
			p.last = -1
		}
	}
}

// Draw returns the values of a new pool, one after another.
func Draw[T kernels.Float](c Values, r *rand.Rand) func() T { return NewPool[T](c, r).Value }

func source[T kernels.Float](c Values, r *rand.Rand) func() T {
	normal := func() T { return T(r.NormFloat64()) }
	switch c {
	case Raw:
		return func() T { return FromBits[T](r.Uint64()) }
	case Special:
		list := []T{0, T(math.Copysign(0, -1)), T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()),
			largest[T](), -largest[T](), smallest[T](), -smallest[T](), 1, -1,
			// NaN of both signs to whose bits nothing can be added.
			FromBits[T](0x7fffffff7fffffff), FromBits[T](1<<64 - 1)}
		return func() T {
			if r.IntN(3) == 0 {
				return list[r.IntN(len(list))]
			}
			return normal()
		}
	case Small:
		exponents := []int{-95, -63, -102, -126, -140}
		if unsafe.Sizeof(T(0)) == 8 {
			exponents = []int{-959, -511, -968, -1022, -1060}
		}
		return func() T {
			switch r.IntN(6) {
			case 0:
				return T(math.Copysign(0, r.NormFloat64()))
			case 1:
				return normal()
			default:
				x := math.Ldexp(1+r.Float64(), exponents[r.IntN(len(exponents))]-1+r.IntN(2))
				return T(math.Copysign(x, r.NormFloat64()))
			}
		}
	}
	return normal
}

// FromBits returns the number with the low bits of b.
func FromBits[T kernels.Float](b uint64) T {
	if unsafe.Sizeof(T(0)) == 4 {
		return T(math.Float32frombits(uint32(b)))
	}
	return T(math.Float64frombits(b))
}

func largest[T kernels.Float]() T {
	if unsafe.Sizeof(T(0)) == 4 {
		return T(math.MaxFloat32)
	}
	f := math.MaxFloat64
	return T(f)
}

func smallest[T kernels.Float]() T {
	f := math.SmallestNonzeroFloat64
	if unsafe.Sizeof(T(0)) == 4 {
		f = math.SmallestNonzeroFloat32
	}
	return T(f)
}
