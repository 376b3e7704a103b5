package kerneltest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// The vectors whose elements are not of the kernel's type.

// add adds the vector of a parameter, at an odd distance from an aligned address. Elements
// of BF16 are the upper halves of values, and those of other types any bits.
func (a *Args[T]) add(p Param, s Shape, value func() T) {
	n := s.Elements(p.Kind, 1)
	skip := (s.N + 5*(len(a.U16)+len(a.I16)+len(a.U8))) % 17
	switch {
	case p.Memory == BF16:
		a.U16 = append(a.U16, drawn(skip, n, func() uint16 { return upperHalf(float32(value())) }))
	case p.Memory == I16:
		a.I16 = append(a.I16, drawn(skip, n, func() int16 { return int16(hash(value())) }))
	default:
		a.U8 = append(a.U8, drawn(skip, n, func() uint8 { return uint8(hash(value())) }))
	}
}

// drawn returns a vector behind so many elements.
func drawn[E any](skip, n int, value func() E) []E {
	x := make([]E, skip+n)[skip:]
	for i := range x {
		x[i] = value()
	}
	return x
}

// upperHalf returns the upper half of a number's bits, the same for all that are NaN.
func upperHalf(x float32) uint16 {
	if x != x {
		return 0x7fc0
	}
	return uint16(math.Float32bits(x) >> 16)
}

// Place moves the vectors of other elements than T to memory that at returns, for the i-th of
// them and so many bytes.
func (a *Args[T]) Place(at func(i, bytes int) []byte) {
	placeAll(a.U16, 0, at)
	placeAll(a.I16, len(a.U16), at)
	placeAll(a.U8, len(a.U16)+len(a.I16), at)
}

func placeAll[E any](all [][]E, first int, at func(i, bytes int) []byte) {
	for i, x := range all {
		if len(x) == 0 {
			continue
		}
		to := at(first+i, len(x)*int(unsafe.Sizeof(x[0])))
		all[i] = unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(to))), len(x))
		copy(all[i], x)
	}
}

func cloneAll[E any](all [][]E) [][]E {
	var c [][]E
	for _, x := range all {
		c = append(c, slices.Clone(x))
	}
	return c
}

// Widened returns a BF16 as a float32.
func Widened(x uint16) float32 { return math.Float32frombits(uint32(x) << 16) }

// Diff returns an error that names the first difference between the vectors of two argument
// lists, nil where there is none.
func (a *Args[T]) Diff(op Op[T], want *Args[T]) error {
	return a.diff(op, want, func(Kind) bool { return true })
}

// ReadOnly is Diff for the vectors that the kernel does not write.
func (a *Args[T]) ReadOnly(op Op[T], before *Args[T]) error {
	return a.diff(op, before, func(k Kind) bool { return !k.Writes() })
}

// diff compares the vectors of some kinds.
func (a *Args[T]) diff(op Op[T], want *Args[T], compares func(Kind) bool) error {
	vec, u16, i16, u8 := 0, 0, 0, 0
	for _, p := range op.Params {
		var err error
		check := compares(p.Kind)
		switch {
		case p.Memory == BF16:
			err = difference(check, p.Name, a.U16[u16], want.U16[u16], func(x, y uint16) bool { return Same(Widened(x), Widened(y)) })
			u16++
		case p.Memory == I16:
			err = difference(check, p.Name, a.I16[i16], want.I16[i16], func(x, y int16) bool { return x == y })
			i16++
		case p.Memory == U8 || p.Kind.IsExponents():
			err = difference(check, p.Name, a.U8[u8], want.U8[u8], func(x, y uint8) bool { return x == y })
			u8++
		case p.Kind.IsVector():
			err = difference(check, p.Name, a.Vec[vec], want.Vec[vec], Same[T])
			vec++
		case p.Kind == List:
			for i, x := range a.List {
				err = errors.Join(err, difference(check, fmt.Sprintf("%s[%d]", p.Name, i), x, want.List[i], Same[T]))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// difference returns an error that names the first difference between two vectors, if they
// are compared. Most have the same bytes, which takes a fraction of the time to see.
func difference[E any](check bool, name string, got, want []E, same func(x, y E) bool) error {
	if !check || bytes.Equal(bytesOf(got), bytesOf(want)) {
		return nil
	}
	for i, x := range got {
		if !same(x, want[i]) {
			return fmt.Errorf("%s[%d] = %v (%x), want %v (%x)", name, i, any(x), any(x), any(want[i]), any(want[i]))
		}
	}
	return nil
}

// bytesOf returns a vector's memory.
func bytesOf[E any](x []E) []byte {
	var e E
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(e)))
}

// Elements calls f for the elements of all vectors, as numbers.
func (a *Args[T]) Elements(f func(x float64)) {
	each(append(a.Vec, a.List...), f, func(x T) float64 { return float64(x) })
	each(a.U16, f, func(x uint16) float64 { return float64(Widened(x)) })
	each(a.I16, f, func(x int16) float64 { return float64(x) })
	each(a.U8, f, func(x uint8) float64 { return float64(x) })
}

func each[E any](all [][]E, f func(float64), number func(E) float64) {
	for _, x := range all {
		f(float64(len(x)))
		for _, v := range x {
			f(number(v))
		}
	}
}
