package enc

import "fmt"

// Constants, copies and permutations.

// MOVIZero clears d.
//
// Advanced SIMD modified immediate: 0 Q op 0111100000 abc cmode 01 defgh Rd, with
// op 1 and cmode 1110: each bit of abcdefgh is a byte of a 64-bit lane.
func MOVIZero(d V) Inst {
	return inst("movi", 0x6f00e400, v2d.v(d, rd), operand{text: "#0"})
}

// DUPElement copies lane i of n to all lanes of d.
func DUPElement(a Arr, d, n V, i int) Inst {
	t := a.in(S4, D2)
	return copies("dup", t.q(), 0, imm5(a, i), 0b0000, t.v(d, rd), t.lane(n, i, rn))
}

// DUPGeneral copies n to all lanes of d, Wn to four or Xn to two.
func DUPGeneral(a Arr, d V, n R) Inst {
	t := a.in(S4, D2)
	return copies("dup", t.q(), 0, imm5(a, 0), 0b0001, t.v(d, rd), t.general(n, rn))
}

// INSElement copies lane j of n to lane i of d.
func INSElement(a Arr, d V, i int, n V, j int) Inst {
	t := a.in(S4, D2)
	return copies("mov", 1, 1, imm5(a, i), uint32(j)<<a.size(), t.lane(d, i, rd), t.lane(n, j, rn))
}

// INSGeneral copies n to lane i of d, Wn to one of four or Xn to one of two.
func INSGeneral(a Arr, d V, i int, n R) Inst {
	t := a.in(S4, D2)
	return copies("mov", 1, 0, imm5(a, i), 0b0011, t.lane(d, i, rd), t.general(n, rn))
}

// UMOV copies lane i of n to d, one of four to Wd or one of two to Xd.
func UMOV(a Arr, d R, n V, i int) Inst {
	t := a.in(S4, D2)
	return copies("mov", a.sz(), 0, imm5(a, i), 0b0111, t.general(d, rd), t.lane(n, i, rn))
}

// EXT takes 16 bytes out of m:n, from byte i of n on.
//
// Advanced SIMD extract: 0 Q 101110 op2 0 Rm 0 imm4 0 Rn Rd.
func EXT(d, n, m V, i int) Inst {
	return inst("ext", 0x6e000000, v16b.v(d, rd), v16b.v(n, rn), v16b.v(m, rm),
		operand{fmt.Sprintf("#%d", i), uint32(i) << 11, inRange("byte", i, 0, 15)})
}

// UZP1 takes the even lanes of n, then those of m.
func UZP1(a Arr, d, n, m V) Inst { return permute("uzp1", 0b001, a, d, n, m) }

// UZP2 takes the odd lanes of n, then those of m.
func UZP2(a Arr, d, n, m V) Inst { return permute("uzp2", 0b101, a, d, n, m) }

// TRN1 interleaves the even lanes of n and m.
func TRN1(a Arr, d, n, m V) Inst { return permute("trn1", 0b010, a, d, n, m) }

// TRN2 interleaves the odd lanes of n and m.
func TRN2(a Arr, d, n, m V) Inst { return permute("trn2", 0b110, a, d, n, m) }

// ZIP1 interleaves the lower halves of n and m.
func ZIP1(a Arr, d, n, m V) Inst { return permute("zip1", 0b011, a, d, n, m) }

// ZIP2 interleaves the upper halves of n and m.
func ZIP2(a Arr, d, n, m V) Inst { return permute("zip2", 0b111, a, d, n, m) }

// REV64 swaps the neighbours within each 64 bits of n; there is none for D2.
func REV64(a Arr, d, n V) Inst {
	t := a.in(S4)
	return misc("rev64", 0, t.size(), 0b00000, t.q(), t.v(d, rd), t.v(n, rn))
}

// copies is Advanced SIMD copy: 0 Q op 01110000 imm5 0 imm4 1 Rn Rd.
func copies(name string, q, op, imm5, imm4 uint32, ops ...operand) Inst {
	return inst(name, 0x0e000400|q<<30|op<<29|imm5<<16|imm4<<11, ops...)
}

// imm5 is a lane of Advanced SIMD copy: its number above a one bit, whose
// position tells the size.
func imm5(a Arr, i int) uint32 { return uint32(2*i+1) << a.size() }

// permute is Advanced SIMD permute: 0 Q 001110 size 0 Rm 0 opcode 10 Rn Rd.
func permute(name string, opcode uint32, a Arr, d, n, m V) Inst {
	t := a.in(S4, D2)
	return inst(name, 0x0e000800|t.q()<<30|t.size()<<22|opcode<<12,
		t.v(d, rd), t.v(n, rn), t.v(m, rm))
}
