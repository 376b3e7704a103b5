package enc

import "fmt"

// Loads and stores. Offsets count bytes.

// LDR loads t from [n, #off]: off is a multiple of the width, up to 4095 times.
func LDR(w Width, t V, n R, off int) Inst { return unsigned("ldr", 1, w, t, n, off) }

// STR stores t to [n, #off]: off is a multiple of the width, up to 4095 times.
func STR(w Width, t V, n R, off int) Inst { return unsigned("str", 0, w, t, n, off) }

// LDUR loads t from [n, #off]: off is any from -256 to 255.
func LDUR(w Width, t V, n R, off int) Inst { return unscaled("ldur", 1, w, t, n, off) }

// STUR stores t to [n, #off]: off is any from -256 to 255.
func STUR(w Width, t V, n R, off int) Inst { return unscaled("stur", 0, w, t, n, off) }

// LDRRegister loads t from [n, m], where m counts bytes.
func LDRRegister(w Width, t V, n, m R) Inst { return indexed("ldr", 1, w, t, n, m) }

// STRRegister stores t to [n, m], where m counts bytes.
func STRRegister(w Width, t V, n, m R) Inst { return indexed("str", 0, w, t, n, m) }

// LDP loads t and t2 from [n, #off], two different registers: off is a multiple
// of the width, -64 to 63 times.
func LDP(w Width, t, t2 V, n R, off int) Inst { return pair("ldp", 1, w, t, t2, n, off) }

// STP stores t and t2 to [n, #off]: off is a multiple of the width, -64 to 63
// times.
func STP(w Width, t, t2 V, n R, off int) Inst { return pair("stp", 0, w, t, t2, n, off) }

// LD1 loads lane i of t from [n] and keeps the others.
func LD1(a Arr, t V, i int, n R) Inst { return single("ld1", 1, a, t, i, n) }

// ST1 stores lane i of t to [n].
func ST1(a Arr, t V, i int, n R) Inst { return single("st1", 0, a, t, i, n) }

// LD1R loads one element from [n] into all lanes of t.
func LD1R(a Arr, t V, n R) Inst {
	s := a.in(S4, D2)
	list := s.v(t, rt)
	list.text = "{" + list.text + "}"
	return structure("ld1r", s.q(), 1, 0b110, 0, s.size(), list, at(n))
}

// access is the fields size and opc of a load (l 1) or store (l 0) of one
// register: size has the lower two bits of log2 of the bytes, opc the third.
func access(w Width, l uint32) uint32 {
	return uint32(w&3)<<30 | uint32(w>>2)<<23 | l<<22
}

// unsigned is Load/store register (unsigned immediate):
// size 111 VR 01 opc imm12 Rn Rt.
func unsigned(name string, l uint32, w Width, t V, n R, off int) Inst {
	return inst(name, 0x3d000000|access(w, l),
		w.in(S, D, Q).v(t, rt), at(n, offset(off, 0, 4095, w, 0xfff, 10)))
}

// unscaled is Load/store register (unscaled immediate):
// size 111 VR 00 opc 0 imm9 00 Rn Rt.
func unscaled(name string, l uint32, w Width, t V, n R, off int) Inst {
	return inst(name, 0x3c000000|access(w, l),
		w.in(S, D, Q).v(t, rt), at(n, offset(off, -256, 255, 0, 0x1ff, 12)))
}

// indexed is Load/store register (register offset):
// size 111 VR 00 opc 1 Rm option S 10 Rn Rt, with option LSL and no shift.
func indexed(name string, l uint32, w Width, t V, n, m R) Inst {
	return inst(name, 0x3c206800|access(w, l),
		w.in(S, D, Q).v(t, rt), at(n, general("x", m, ZR, rm)))
}

// pair is Load/store register pair (offset): opc 101 VR 010 L imm7 Rt2 Rn Rt.
func pair(name string, l uint32, w Width, t, t2 V, n R, off int) Inst {
	p := w.in(S, D, Q)
	first, second := p.v(t, rt), p.v(t2, rt2)
	if l == 1 && t == t2 {
		second.bad = "both registers are " + second.text
	}
	return inst(name, 0x2d000000|uint32(w-S)<<30|l<<22,
		first, second, at(n, offset(off, -64, 63, w, 0x7f, 15)))
}

// single is a structure of one lane: opcode is 100, size is 00 for S4 and 01 for
// D2, and the number of the lane is Q:S or Q.
func single(name string, l uint32, a Arr, t V, i int, n R) Inst {
	s := a.in(S4, D2)
	list := s.lane(t, i, rt)
	list.text = fmt.Sprintf("{v%d.%s}[%d]", t, s.letter(), i)
	qs := uint32(i) << a.sz()
	return structure(name, qs>>1, l, 0b100, qs&1, a.sz(), list, at(n))
}

// structure is Advanced SIMD load/store single structure:
// 0 Q 0011010 L R 00000 opcode S size Rn Rt.
func structure(name string, q, l, opcode, s, size uint32, ops ...operand) Inst {
	return inst(name, 0x0d000000|q<<30|l<<22|opcode<<13|s<<12|size<<10, ops...)
}

// at is an address: a base register and what is added to it.
func at(n R, plus ...operand) operand {
	o := join(append([]operand{general("x", n, SP, rn)}, plus...)...)
	o.text = "[" + o.text + "]"
	return o
}

// offset is an immediate offset, lo to hi times the scale's width.
func offset(off, lo, hi int, scale Width, mask uint32, lsb int) operand {
	o := operand{bits: uint32(off>>scale) & mask << lsb}
	if off != 0 {
		o.text = fmt.Sprintf("#%d", off)
	}
	if off < lo<<scale || off > hi<<scale || off>>scale<<scale != off {
		o.bad = fmt.Sprintf("offset %d, want a multiple of %d in %d..%d", off, 1<<scale, lo<<scale, hi<<scale)
	}
	return o
}
