// Package packed has vectors in formats of fewer bits than float32, and says where and when
// they are rounded: what steps do, and what reads and writes saved state, must agree on both.
package packed

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// A Vector is a vector in such a format, or a part of one: bfloat16, with the lower halves if
// it is split, or 8 bits.
type Vector struct {
	Number int // of a state vector, in the order of Rule.State; OfValues for the parameter
	BF16   []kernels.BFloat16
	Rest   []int16
	Int8   kernels.Vector8
	Signed bool // which codes of 8 bits it has
}

// OfValues is the number of the vector of a parameter's values.
const OfValues = -1

// Len returns the number of elements.
func (v Vector) Len() int { return len(v.BF16) + v.Int8.Len() }

// Rounds reports whether Encode loses something of bfloat16.
func (v Vector) Rounds() bool { return v.BF16 != nil && v.Rest == nil }

// Part returns the elements lo to hi. Of 8 bits they are whole blocks, but for the last one.
func (v Vector) Part(lo, hi int) Vector {
	if v.BF16 == nil {
		v.Int8 = v.Int8.Slice(lo, hi)
		return v
	}
	v.BF16 = v.BF16[lo:hi]
	if v.Rest != nil {
		v.Rest = v.Rest[lo:hi]
	}
	return v
}

// Decode stores the elements in dst.
func (v Vector) Decode(dst []float32) {
	switch {
	case v.Rest != nil:
		kernels.JoinBF16(dst, v.BF16, v.Rest)
	case v.BF16 != nil:
		kernels.WidenBF16(dst, v.BF16)
	case v.Signed:
		kernels.DequantizeSigned(dst, v.Int8)
	default:
		kernels.DequantizeUnsigned(dst, v.Int8)
	}
}

// Floats returns the elements.
func (v Vector) Floats() []float32 {
	x := make([]float32, v.Len())
	v.Decode(x)
	return x
}

// Encode is the inverse of Decode, but that it rounds by the random bits of a place.
func (v Vector) Encode(src []float32, at Place) {
	if v.Rest != nil {
		kernels.SplitBF16(v.BF16, v.Rest, src)
		return
	}
	for lo := 0; lo < len(src); {
		r, n := at.Rounding(v.Number, lo)
		hi := min(len(src), lo+n)
		switch part := v.Part(lo, hi); {
		case v.BF16 != nil:
			kernels.RoundBF16Stochastic(part.BF16, src[lo:hi], r)
		case v.Signed:
			kernels.QuantizeSigned(part.Int8, src[lo:hi], r)
		default:
			kernels.QuantizeUnsigned(part.Int8, src[lo:hi], r)
		}
		lo = hi
	}
}

// Clear sets the elements to zero.
func (v Vector) Clear() {
	clear(v.BF16)
	clear(v.Rest)
	clear(v.Int8.Codes)
	clear(v.Int8.Exponents)
}

// CopyFrom copies the first elements from another state vector of the format, which is no longer.
func (v Vector) CopyFrom(w Vector) {
	copy(v.BF16, w.BF16)
	copy(v.Int8.Codes, w.Int8.Codes)
	copy(v.Int8.Exponents, w.Int8.Exponents)
}

// Bytes returns the size of the elements.
func (v Vector) Bytes() int {
	return 2*len(v.BF16) + 2*len(v.Rest) + len(v.Int8.Codes) + len(v.Int8.Exponents)
}

// A Place says where and when a part of a parameter, or of a state vector, is rounded.
type Place struct {
	Seed        uint64
	Step, Param int
	At          int // index of the part's first element in the whole vector
}

// Rounding returns the random bits of the elements from lo on, for the vector of the number,
// and how many elements have them: up to the end of their block. First moments have the upper
// bits, second moments the lower ones and parameters those in the middle, as the fused kernels
// want it, and so on in pairs of vectors with other keys.
func (p Place) Rounding(number, lo int) (r kernels.Rounding, n int) {
	const size = kernels.BlockBytes / 4 // of float32
	i := p.At + lo
	pair := uint64(max(number, 0) / 2)
	r = kernels.NewRounding(p.Seed^pair<<32, p.Step, p.Param, i/size).From(i % size)
	switch {
	case number == OfValues:
	case number%2 == 0:
		r = r.High()
	default:
		r = r.Low()
	}
	return r, size - i%size
}

// Float32s returns the vector of what is of float32, as only that has these formats.
func Float32s[T kernels.Float](x []T) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
