package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// narrow adds a vector whose elements are not T to a call's arguments, and returns what fills
// it with values, nil for other parameters.
func (o *operation[T]) narrow(m *Arena, s kerneltest.Shape, i int, a *kerneltest.Args[T], p *pools[T]) (refill func()) {
	param, n := o.Params[i], o.extent(i, s)
	switch {
	case param.Kind.IsExponents():
		x := slice[uint8](m, n)
		a.U8 = append(a.U8, x)
		return func() { fill(x, []uint8{128}) } // of numbers below 4
	case param.Memory == kerneltest.BF16:
		x := slice[uint16](m, n)
		a.U16 = append(a.U16, x)
		return func() { fill(x, upperHalves(p.of(o.Name, param))) }
	case param.Memory == kerneltest.I16:
		x := slice[int16](m, n)
		a.I16 = append(a.I16, x)
		return func() { fill(x, []int16{0}) }
	case param.Memory == kerneltest.U8:
		x := slice[uint8](m, n)
		a.U8 = append(a.U8, x)
		return func() { fill(x, codes) }
	}
	return nil
}

// upperHalves returns the pool as bfloat16.
func upperHalves[T float32 | float64](pool []T) []uint16 {
	all := make([]uint16, len(pool))
	for i, x := range pool {
		all[i] = uint16(math.Float32bits(float32(x)) >> 16)
	}
	return all
}

// codes are those of ordinary numbers, whether they have a sign or not.
var codes = []uint8{100, 115, 120, 108, 117, 111, 125, 104, 122, 119, 113}
