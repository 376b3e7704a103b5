package optim

import "github.com/seed63264101/steepest/kernels"

// A packed is a vector in a format of fewer bits than float32, or a part of one: bfloat16,
// with the lower halves if it is split, or 8 bits.
type packed struct {
	number int // of a state vector, in the order of Rule.State; ofValues for the parameter
	bf16   []kernels.BFloat16
	rest   []int16
	int8   kernels.Vector8
	signed bool // which codes of 8 bits it has
}

// ofValues is the number of the vector of a parameter's values.
const ofValues = -1

func (v packed) len() int { return len(v.bf16) + v.int8.Len() }

// rounds reports whether encode loses something of bfloat16.
func (v packed) rounds() bool { return v.bf16 != nil && v.rest == nil }

// part returns the elements lo to hi. Of 8 bits they are whole blocks, but for the last one.
func (v packed) part(lo, hi int) packed {
	if v.bf16 == nil {
		v.int8 = v.int8.Slice(lo, hi)
		return v
	}
	v.bf16 = v.bf16[lo:hi]
	if v.rest != nil {
		v.rest = v.rest[lo:hi]
	}
	return v
}

// decode stores the elements in dst.
func (v packed) decode(dst []float32) {
	switch {
	case v.rest != nil:
		kernels.JoinBF16(dst, v.bf16, v.rest)
	case v.bf16 != nil:
		kernels.WidenBF16(dst, v.bf16)
	case v.signed:
		kernels.DequantizeSigned(dst, v.int8)
	default:
		kernels.DequantizeUnsigned(dst, v.int8)
	}
}

// encode is the inverse of decode, but that it rounds by the random bits of a place.
func (v packed) encode(src []float32, at place) {
	if v.rest != nil {
		kernels.SplitBF16(v.bf16, v.rest, src)
		return
	}
	for lo := 0; lo < len(src); {
		r, n := at.rounding(v.number, lo)
		hi := min(len(src), lo+n)
		switch part := v.part(lo, hi); {
		case v.bf16 != nil:
			kernels.RoundBF16Stochastic(part.bf16, src[lo:hi], r)
		case v.signed:
			kernels.QuantizeSigned(part.int8, src[lo:hi], r)
		default:
			kernels.QuantizeUnsigned(part.int8, src[lo:hi], r)
		}
		lo = hi
	}
}

// clear sets the elements to zero.
func (v packed) clear() {
	clear(v.bf16)
	clear(v.rest)
	clear(v.int8.Codes)
	clear(v.int8.Exponents)
}

// copyFrom copies the first elements from another state vector of the format, which is no longer.
func (v packed) copyFrom(w packed) {
	copy(v.bf16, w.bf16)
	copy(v.int8.Codes, w.int8.Codes)
	copy(v.int8.Exponents, w.int8.Exponents)
}

// bytes returns the size of the elements.
func (v packed) bytes() int {
	return 2*len(v.bf16) + 2*len(v.rest) + len(v.int8.Codes) + len(v.int8.Exponents)
}

// A place says where and when a part of a parameter, or of a state vector, is rounded.
type place struct {
	seed        uint64
	step, param int
	at          int // index of the part's first element in the whole vector
}

// rounding returns the random bits of the elements from lo on, for the vector of the number,
// and how many elements have them: up to the end of their block. First moments have the upper
// bits, second moments the lower ones and parameters those in the middle, as the fused kernels
// want it, and so on in pairs of vectors with other keys.
func (p place) rounding(number, lo int) (r kernels.Rounding, n int) {
	const size = kernels.BlockBytes / 4
	i := p.at + lo
	pair := uint64(max(number, 0) / 2)
	r = kernels.NewRounding(p.seed^pair<<32, p.step, p.param, i/size).From(i % size)
	switch {
	case number == ofValues:
	case number%2 == 0:
		r = r.High()
	default:
		r = r.Low()
	}
	return r, size - i%size
}

// newPacked returns the vectors of zeros that parameters keep their state in, if it is in a
// format of fewer bits: lengths and numbers are those of lens, of which a native parameter has
// none. They lie in memory as those of newState do.
func newPacked(formats []Format, signed [][]bool, lens [][]int) [][]packed {
	lens16, codes, exponents := make([][]int, len(lens)), make([][]int, len(lens)), make([][]int, len(lens))
	for i, l := range lens {
		switch formats[i] {
		case BFloat16:
			lens16[i] = l
		case Int8:
			codes[i] = l
			for _, n := range l {
				exponents[i] = append(exponents[i], kernels.Exponents8(n))
			}
		}
	}
	of16, ofCodes, ofExponents := newState[kernels.BFloat16](lens16), newState[uint8](codes), newState[uint8](exponents)
	all := make([][]packed, len(lens))
	for i := range lens {
		for j, x := range of16[i] {
			all[i] = append(all[i], packed{number: j, bf16: x})
		}
		for j, x := range ofCodes[i] {
			all[i] = append(all[i], packed{number: j, int8: kernels.Vector8{Codes: x, Exponents: ofExponents[i][j]}, signed: signed[i][j]})
		}
	}
	return all
}
