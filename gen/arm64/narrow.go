package arm64

import (
	"fmt"

	"github.com/seed63264101/steepest/gen/arm64/enc"
	"github.com/seed63264101/steepest/gen/vec"
)

// Elements of 16 and 8 bits are in memory alone, and in lanes of 32 bits in registers. Those
// of bfloat16 are floats there, and may be widened further.

// isNarrow reports whether elements are in memory alone.
func isNarrow(of vec.Elem) bool { return of != vec.F32 && of != vec.F64 }

// HoldFormats implements vec.Machine.
func (m *Machine) HoldFormats(*vec.Kernel, func() vec.V) {}

// loadNarrow is Load of narrow elements.
func (m *Machine) loadNarrow(dst vec.V, in, of vec.Elem, a vec.Address, access vec.Access) {
	lanes := 16 / in.Size()
	switch access {
	case vec.Full:
		m.loadBytes(dst, lanes*of.Size(), a)
	case vec.Partial:
		m.loadFew(dst, lanes, of, a)
	default:
		m.loadBytes(dst, int(access)*of.Size(), a)
	}
	d := enc.V(dst)
	switch of {
	case vec.BF16:
		m.word(enc.SHLL(enc.S4, d, d))
	case vec.I16:
		m.word(enc.SXTL(enc.S4, d, d))
	case vec.U8:
		m.word(enc.UXTL(enc.H8, d, d))
		m.word(enc.UXTL(enc.S4, d, d))
	case vec.I8:
		m.word(enc.SXTL(enc.H8, d, d))
		m.word(enc.SXTL(enc.S4, d, d))
	}
	if in == vec.F64 {
		m.word(enc.FCVTL(d, d))
	}
}

// loadBytes loads a power of two of bytes, 8 at most, and clears the others. One or two go
// through a general register: the assembler has no such moves of vector registers.
func (m *Machine) loadBytes(dst vec.V, bytes int, a vec.Address) {
	if bytes < 4 {
		m.p("%s %s, %s", map[int]string{1: "MOVBU", 2: "MOVHU"}[bytes], m.mem(a), temp)
		m.p("FMOVS %s, %s", temp, f(dst))
		return
	}
	m.p("%s %s, %s", move(bytes), m.mem(a), f(dst))
}

// loadFew loads the elements that SetCount said, fewer than lanes, and clears the others.
func (m *Machine) loadFew(dst vec.V, lanes int, of vec.Elem, a vec.Address) {
	m.labels++
	odd, end := fmt.Sprintf("odd%d", m.labels), fmt.Sprintf("loaded%d", m.labels)
	m.Zero(dst)
	if lanes == 4 {
		m.unlessBit(count, 2, odd)
		m.loadBytes(dst, 2*of.Size(), a)
		m.unlessBit(count, 1, end)
		m.p("ADD $%d, %s, %s", a.Disp+2*of.Size(), g(a.Base), temp)
		m.p("VLD1 (%s), V%d.%s[2]", temp, dst, map[int]string{1: "B", 2: "H"}[of.Size()])
		m.Jump(end)
		m.Label(odd)
	}
	m.unlessBit(count, 1, end)
	m.loadBytes(dst, of.Size(), a)
	m.Label(end)
}

// storeNarrow is Store of narrow elements.
func (m *Machine) storeNarrow(src vec.V, of vec.Elem, a vec.Address, access vec.Access) {
	t, s := enc.V(scratch), enc.V(src)
	switch of {
	case vec.BF16:
		m.word(enc.SHRN(enc.S4, t, s, 16))
	case vec.I16:
		m.word(enc.XTN(enc.S4, t, s))
	case vec.U8:
		m.word(enc.XTN(enc.S4, t, s))
		m.word(enc.XTN(enc.H8, t, t))
	}
	bytes := 4 * of.Size()
	if access != vec.Full {
		bytes = int(access) * of.Size()
	}
	if bytes < 4 {
		m.p("FMOVS %s, %s", f(scratch), temp)
		m.p("%s %s, %s", map[int]string{1: "MOVB", 2: "MOVH"}[bytes], temp, m.mem(a))
		return
	}
	m.p("%s %s, %s", move(bytes), f(scratch), m.mem(a))
}

// PackBytes implements vec.Machine.
func (m *Machine) PackBytes(dst vec.V, from [4]vec.V, signed bool) {
	low, high := enc.SQXTUN, enc.SQXTUN2
	if signed {
		low, high = enc.SQXTN, enc.SQXTN2
	}
	f := func(i int) enc.V { return enc.V(from[i]) }
	for i := 0; i < 4; i += 2 {
		m.word(low(enc.S4, f(i), f(i)))
		m.word(high(enc.S4, f(i), f(i+1)))
	}
	m.word(low(enc.H8, enc.V(dst), f(0)))
	m.word(high(enc.H8, enc.V(dst), f(2)))
}

// OrderBytes implements vec.Machine: PackBytes keeps the order.
func (m *Machine) OrderBytes(dst, src vec.V) {
	if dst != src {
		m.word(enc.MOV(enc.V(dst), enc.V(src)))
	}
}
