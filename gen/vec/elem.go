package vec

import "strings"

// Elem is an element type.
type Elem int

// The element types of kernels, and those that streams of float32 kernels may have in
// memory. In registers, the latter are in lanes of 32 bits.
const (
	F32  Elem = iota + 1
	F64       // float64
	BF16      // uint16: the upper half of a float32's bits, whose lower half is 0
	I16       // int16: an integer, with its sign; the lower half of a lane is stored
	U8        // uint8: an integer; the lowest bits of a lane are stored
	I8        // uint8: an integer, with the sign that its highest bit says
)

// elems tells of each element type.
var elems = map[Elem]struct {
	size          int
	goType, short string
}{
	F32:  {4, "float32", "f32"},
	F64:  {8, "float64", "f64"},
	BF16: {2, "uint16", "bf16"},
	I16:  {2, "int16", "i16"},
	U8:   {1, "uint8", "u8"},
	I8:   {1, "uint8", "i8"},
}

// Size returns the size in bytes.
func (e Elem) Size() int { return elems[e].size }

// GoType returns the Go name of the type.
func (e Elem) GoType() string { return elems[e].goType }

// Short returns a short name: "f32", "f64", "bf16", "i16", "u8" or "i8".
func (e Elem) Short() string { return elems[e].short }

// Suffix is what the names of assembly functions end in.
func (e Elem) Suffix() string { return strings.ToUpper(e.Short()) }
