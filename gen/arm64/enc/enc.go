// Package enc encodes the AArch64 Advanced SIMD and floating-point instructions
// that the NEON backend writes. Go's assembler has no mnemonics for many of
// them, FADD (vector) and FSQRT (vector) among others, so they go into assembly
// files as words.
//
// There is one function per instruction, named as in the Arm Architecture
// Reference Manual (the Arm ARM) with the variant that the manual puts in
// brackets: FMUL (by element) is FMULElement, FADD (scalar) is FADDScalar. The
// bare name is the vector instruction. Operands come in the order of the
// assembly text, destination first, behind the arrangement or the width.
//
// An operand that the instruction cannot encode is a bug in the caller: the
// functions panic with the instruction's name and the value.
package enc

import (
	"fmt"
	"slices"
	"strings"
)

// Inst is an encoded instruction.
type Inst struct {
	Word uint32
	Text string // as the GNU and LLVM assemblers spell it
}

// String returns the instruction as a statement for Go's assembler.
func (i Inst) String() string {
	return fmt.Sprintf("WORD $0x%08x // %s", i.Word, i.Text)
}

// V is a vector register, 0 to 31.
type V uint8

// R is a general register, 0 to 30, or SP or ZR. Those two share the number 31
// in the encoding, and each is accepted only where 31 means it.
type R uint8

// The registers with number 31: SP as the base of an address, ZR as data or as
// the index of an address.
const (
	SP R = 31
	ZR R = 63 // 31 in the low five bits
)

// Arr is the arrangement of a vector register: the bit Q above the field size.
type Arr uint8

// The arrangements that the backend computes in. The others are implied by the
// instructions that have them.
const (
	B16 Arr = 0b100 // sixteen bytes
	H8  Arr = 0b101 // eight 16-bit integers, on the way to S4 and from there
	S4  Arr = 0b110 // four float32 or 32-bit integers
	D2  Arr = 0b111 // two float64 or 64-bit integers

	s2 Arr = 0b010
)

func (a Arr) q() uint32      { return uint32(a >> 2) }
func (a Arr) size() uint32   { return uint32(a & 3) } // log2 of an element's bytes
func (a Arr) sz() uint32     { return uint32(a & 1) } // size of a float: 0 single, 1 double
func (a Arr) lanes() int     { return 8 << a.q() >> a.size() }
func (a Arr) letter() string { return "bhsd"[a.size():][:1] }

// String returns the arrangement as in v0.4s.
func (a Arr) String() string {
	if a > D2 {
		return fmt.Sprintf("Arr(%d)", uint8(a))
	}
	return fmt.Sprint(a.lanes(), a.letter())
}

// Width is the part of a vector register that a scalar instruction works on, or
// a load or store moves: log2 of its bytes.
type Width uint8

// The widths.
const (
	S Width = 2 // 32 bits
	D Width = 3 // 64 bits
	Q Width = 4 // 128 bits
)

// String returns the width as in s0, d0 and q0.
func (w Width) String() string {
	if w < S || w > Q {
		return fmt.Sprintf("Width(%d)", uint8(w))
	}
	return "sdq"[w-S:][:1]
}

// The lowest bits of the register fields.
const (
	rd  = 0
	rt  = 0
	rn  = 5
	rt2 = 10
	rm  = 16
)

// operand is what an operand adds to an instruction.
type operand struct {
	text string // empty if the text leaves it out
	bits uint32 // of the word
	bad  string // why it cannot be encoded
}

// join returns the operands as one, separated by commas.
func join(ops ...operand) (all operand) {
	var texts []string
	for _, o := range ops {
		if o.text != "" {
			texts = append(texts, o.text)
		}
		all.bits |= o.bits
		if all.bad == "" {
			all.bad = o.bad
		}
	}
	all.text = strings.Join(texts, ", ")
	return all
}

// inst puts an instruction together; word has the bits that are not in the
// operands.
func inst(name string, word uint32, ops ...operand) Inst {
	all := join(ops...)
	if all.bad != "" {
		panic("enc: " + name + ": " + all.bad)
	}
	return Inst{word | all.bits, name + " " + all.text}
}

// shape is an arrangement together with what is wrong about it, which the
// operands of that shape inherit.
type shape struct {
	Arr
	bad string
}

// The shapes that instructions imply.
var (
	v4s  = shape{Arr: S4}
	v2d  = shape{Arr: D2}
	v2s  = shape{Arr: s2}
	v16b = shape{Arr: B16}
)

// in holds the arrangement against those that an instruction has.
func (a Arr) in(has ...Arr) shape { return shape{a, oneOf("arrangement", a, has)} }

// half is the lower half of a register in lanes of half the size.
func (t shape) half() shape { return shape{(t.Arr &^ 0b100) - 1, t.bad} }

// v is a whole vector register.
func (t shape) v(r V, lsb int) operand {
	return vector(fmt.Sprintf("v%d.%v", r, t.Arr), r, lsb, t.bad)
}

// lane is one lane of a vector register. Where the word holds the number of the
// lane depends on the instruction, so that it is not among the bits.
func (t shape) lane(r V, i, lsb int) operand {
	o := vector(fmt.Sprintf("v%d.%s[%d]", r, t.letter(), i), r, lsb, t.bad)
	if o.bad == "" {
		o.bad = inRange("lane", i, 0, t.lanes()-1)
	}
	return o
}

// general is a general register as wide as a lane.
func (t shape) general(r R, lsb int) operand {
	prefix := "w"
	if t.Arr == D2 {
		prefix = "x"
	}
	o := general(prefix, r, ZR, lsb)
	if t.bad != "" {
		o.bad = t.bad
	}
	return o
}

// part is a width together with what is wrong about it, as shape is for vectors.
type part struct {
	Width
	bad string
}

// in holds the width against those that an instruction has.
func (w Width) in(has ...Width) part { return part{w, oneOf("width", w, has)} }

// v is the low part of a vector register.
func (p part) v(r V, lsb int) operand {
	return vector(fmt.Sprintf("%v%d", p.Width, r), r, lsb, p.bad)
}

// vector is a vector register under any name.
func vector(text string, r V, lsb int, bad string) operand {
	if bad == "" {
		bad = inRange("vector register", int(r), 0, 31)
	}
	return operand{text, uint32(r) << lsb, bad}
}

// general is a general register, where number 31 is SP or ZR.
func general(prefix string, r, number31 R, lsb int) operand {
	o := operand{text: fmt.Sprint(prefix, uint8(r)), bits: uint32(r&31) << lsb}
	switch {
	case r == number31 && r == SP:
		o.text = "sp"
	case r == number31:
		o.text = prefix + "zr"
	case r == SP:
		o.bad = "general register SP, want 0..30 or ZR"
	case r == ZR:
		o.bad = "general register ZR, want 0..30 or SP"
	default:
		o.bad = inRange("general register", int(r), 0, 30)
	}
	return o
}

// oneOf says what is wrong if x is none of has.
func oneOf[T comparable](what string, x T, has []T) string {
	if slices.Contains(has, x) {
		return ""
	}
	return fmt.Sprintf("%s %v, want one of %v", what, x, has)
}

// inRange says what is wrong if x is not in lo..hi.
func inRange(what string, x, lo, hi int) string {
	if lo <= x && x <= hi {
		return ""
	}
	return fmt.Sprintf("%s %d, want %d..%d", what, x, lo, hi)
}
