package checkpoint

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// A split is a store of the float32s that a split parameter has: bfloat16 alone would lose the
// rest.
type split struct {
	hi   *[]kernels.BFloat16
	rest *[]int16
}

func (s split) dtype() string { return dtype[float32]() }

func (s split) len() int { return len(*s.hi) }

func (s split) write(w io.Writer, buf []byte) error {
	return writeVector(w, joined(*s.hi, *s.rest), buf)
}

func (s split) read(r io.Reader, t tensor, buf []byte) error {
	x, err := readVector[float32](r, t, buf)
	if err == nil {
		*s.hi, *s.rest = splitOf(x)
	}
	return err
}

// joined returns the numbers of a bfloat16 parameter, which may be split.
func joined(hi []kernels.BFloat16, rest []int16) []float32 {
	return packed.Vector{BF16: hi, Rest: rest}.Floats()
}

// splitOf is the inverse of joined.
func splitOf(x []float32) (hi []kernels.BFloat16, rest []int16) {
	hi, rest = make([]kernels.BFloat16, len(x)), make([]int16, len(x))
	kernels.SplitBF16(hi, rest, x)
	return hi, rest
}

// decodeBF16 is decodeVector for bfloat16.
func decodeBF16(v []kernels.BFloat16, b []byte, dtype string) (int, float64) {
	if dtype == "BF16" { // NaNs keep their bits, too
		for i := range v {
			v[i] = kernels.BFloat16(binary.LittleEndian.Uint16(b[2*i:]))
		}
		return -1, 0
	}
	var wide [1]float64
	for i := range v {
		size := len(b) / len(v)
		decodeFloats(wide[:], b[size*i:], dtype)
		if v[i] = narrow(wide[0]); math.IsInf(float64(v[i].Float32()), 0) && !math.IsInf(wide[0], 0) {
			return i, wide[0]
		}
	}
	return -1, 0
}

// narrow returns the nearest bfloat16 of a float64. Rounded to float32 first it would be
// rounded twice: here what the first rounding loses is kept in the last bit, which is enough
// to tell on which side of the middle of two bfloat16s the number is.
func narrow(x float64) kernels.BFloat16 {
	y := float32(x)
	if e := float64(y); e != x && x == x && !math.IsInf(e, 0) {
		if math.Abs(e) > math.Abs(x) {
			y = math.Float32frombits(math.Float32bits(y) - 1)
		}
		y = math.Float32frombits(math.Float32bits(y) | 1)
	}
	return kernels.ToBFloat16(y)
}
