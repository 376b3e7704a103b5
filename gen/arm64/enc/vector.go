package enc

import "fmt"

// Floating-point arithmetic.

// FADD is d = n + m.
func FADD(a Arr, d, n, m V) Inst { return float3("fadd", 0, 0b00, 0b11010, a, d, n, m) }

// FSUB is d = n - m.
func FSUB(a Arr, d, n, m V) Inst { return float3("fsub", 0, 0b10, 0b11010, a, d, n, m) }

// FMUL is d = n * m.
func FMUL(a Arr, d, n, m V) Inst { return float3("fmul", 1, 0b00, 0b11011, a, d, n, m) }

// FDIV is d = n / m.
func FDIV(a Arr, d, n, m V) Inst { return float3("fdiv", 1, 0b00, 0b11111, a, d, n, m) }

// FMAX is the maximum of n and m, NaN if either is NaN.
func FMAX(a Arr, d, n, m V) Inst { return float3("fmax", 0, 0b00, 0b11110, a, d, n, m) }

// FMIN is the minimum of n and m, NaN if either is NaN.
func FMIN(a Arr, d, n, m V) Inst { return float3("fmin", 0, 0b10, 0b11110, a, d, n, m) }

// FMAXNM is the maximum of n and m, the other one if either is a quiet NaN.
func FMAXNM(a Arr, d, n, m V) Inst { return float3("fmaxnm", 0, 0b00, 0b11000, a, d, n, m) }

// FMINNM is the minimum of n and m, the other one if either is a quiet NaN.
func FMINNM(a Arr, d, n, m V) Inst { return float3("fminnm", 0, 0b10, 0b11000, a, d, n, m) }

// FMLA is d += n * m, rounded once.
func FMLA(a Arr, d, n, m V) Inst { return float3("fmla", 0, 0b00, 0b11001, a, d, n, m) }

// FMLS is d -= n * m, rounded once.
func FMLS(a Arr, d, n, m V) Inst { return float3("fmls", 0, 0b10, 0b11001, a, d, n, m) }

// FADDP adds neighbours: the sums of n's pairs, then those of m's.
func FADDP(a Arr, d, n, m V) Inst { return float3("faddp", 1, 0b00, 0b11010, a, d, n, m) }

// FSQRT is the square root of n.
func FSQRT(a Arr, d, n V) Inst { return float2("fsqrt", 1, 0b10, 0b11111, a, d, n) }

// FABS is the absolute value of n.
func FABS(a Arr, d, n V) Inst { return float2("fabs", 0, 0b10, 0b01111, a, d, n) }

// FNEG is d = -n.
func FNEG(a Arr, d, n V) Inst { return float2("fneg", 1, 0b10, 0b01111, a, d, n) }

// FRINTN rounds n to integers, ties to even.
func FRINTN(a Arr, d, n V) Inst { return float2("frintn", 0, 0b00, 0b11000, a, d, n) }

// FMULElement is d = n * m[i].
func FMULElement(a Arr, d, n, m V, i int) Inst { return element("fmul", 0b1001, a, d, n, m, i) }

// FMLAElement is d += n * m[i], rounded once.
func FMLAElement(a Arr, d, n, m V, i int) Inst { return element("fmla", 0b0001, a, d, n, m, i) }

// Floating-point comparisons: all ones where true, zero where false.

// FCMEQ is n == m.
func FCMEQ(a Arr, d, n, m V) Inst { return float3("fcmeq", 0, 0b00, 0b11100, a, d, n, m) }

// FCMGE is n >= m.
func FCMGE(a Arr, d, n, m V) Inst { return float3("fcmge", 1, 0b00, 0b11100, a, d, n, m) }

// FCMGT is n > m.
func FCMGT(a Arr, d, n, m V) Inst { return float3("fcmgt", 1, 0b10, 0b11100, a, d, n, m) }

// FACGE is |n| >= |m|.
func FACGE(a Arr, d, n, m V) Inst { return float3("facge", 1, 0b00, 0b11101, a, d, n, m) }

// FACGT is |n| > |m|.
func FACGT(a Arr, d, n, m V) Inst { return float3("facgt", 1, 0b10, 0b11101, a, d, n, m) }

// FCMEQZero is n == 0.
func FCMEQZero(a Arr, d, n V) Inst { return float2("fcmeq", 0, 0b10, 0b01101, a, d, n, floatZero) }

// FCMGEZero is n >= 0.
func FCMGEZero(a Arr, d, n V) Inst { return float2("fcmge", 1, 0b10, 0b01100, a, d, n, floatZero) }

// FCMGTZero is n > 0.
func FCMGTZero(a Arr, d, n V) Inst { return float2("fcmgt", 0, 0b10, 0b01100, a, d, n, floatZero) }

// FCMLTZero is n < 0.
func FCMLTZero(a Arr, d, n V) Inst { return float2("fcmlt", 0, 0b10, 0b01110, a, d, n, floatZero) }

// Conversions between float32 and float64.

// FCVTL widens the two lower float32 of n to two float64.
func FCVTL(d, n V) Inst {
	return misc("fcvtl", 0, 0b01, 0b10111, 0, v2d.v(d, rd), v2s.v(n, rn))
}

// FCVTL2 widens the two upper float32 of n to two float64.
func FCVTL2(d, n V) Inst {
	return misc("fcvtl2", 0, 0b01, 0b10111, 1, v2d.v(d, rd), v4s.v(n, rn))
}

// FCVTN narrows n to two float32 in the lower half of d, and clears the upper.
func FCVTN(d, n V) Inst {
	return misc("fcvtn", 0, 0b01, 0b10110, 0, v2s.v(d, rd), v2d.v(n, rn))
}

// FCVTN2 narrows n to two float32 in the upper half of d, and keeps the lower.
func FCVTN2(d, n V) Inst {
	return misc("fcvtn2", 0, 0b01, 0b10110, 1, v4s.v(d, rd), v2d.v(n, rn))
}

// Integers.

// ADD is d = n + m.
func ADD(a Arr, d, n, m V) Inst { return int3("add", 0, 0b10000, a.in(S4, D2), d, n, m) }

// SUB is d = n - m.
func SUB(a Arr, d, n, m V) Inst { return int3("sub", 1, 0b10000, a.in(S4, D2), d, n, m) }

// UMULL is d = n * m, whose lanes are the whole products of the lower two lanes of n and m.
func UMULL(d, n, m V) Inst {
	return inst("umull", 0x2ea0c000, v2d.v(d, rd), v2s.v(n, rn), v2s.v(m, rm))
}

// MUL is d = n * m, the lower halves of the products; there is none for D2.
func MUL(a Arr, d, n, m V) Inst { return int3("mul", 0, 0b10011, a.in(S4), d, n, m) }

// NEG is d = -n.
func NEG(a Arr, d, n V) Inst {
	t := a.in(S4, D2)
	return misc("neg", 1, t.size(), 0b01011, t.q(), t.v(d, rd), t.v(n, rn))
}

// XTN moves the lower halves of n's lanes to the lower half of d, and clears the upper.
func XTN(a Arr, d, n V) Inst {
	return narrow("xtn", 0, 0b10010, a, d, n, 0)
}

// narrow is misc to lanes of half the size, in the lower half of d or, with q, in the upper.
func narrow(name string, u, opcode uint32, a Arr, d, n V, q uint32) Inst {
	t := a.in(H8, S4, D2)
	half := t.half()
	if q == 1 {
		half.Arr |= 0b100 // named by the whole register
	}
	return misc(name, u, t.size()-1, opcode, q, half.v(d, rd), t.v(n, rn))
}

// SQXTN moves the nearest to n's lanes, signed, to the lower half of d, and clears the upper.
func SQXTN(a Arr, d, n V) Inst { return narrow("sqxtn", 0, 0b10100, a, d, n, 0) }

// SQXTN2 moves the nearest to n's lanes, signed, to the upper half of d, and keeps the lower.
func SQXTN2(a Arr, d, n V) Inst { return narrow("sqxtn2", 0, 0b10100, a, d, n, 1) }

// SQXTUN moves the nearest without a sign to n's lanes, signed, to the lower half of d, and
// clears the upper.
func SQXTUN(a Arr, d, n V) Inst { return narrow("sqxtun", 1, 0b10010, a, d, n, 0) }

// SQXTUN2 moves the nearest without a sign to n's lanes, signed, to the upper half of d, and
// keeps the lower.
func SQXTUN2(a Arr, d, n V) Inst { return narrow("sqxtun2", 1, 0b10010, a, d, n, 1) }

// SHRN moves the bits of n's lanes down by so many, and the lower halves of the results
// to the lower half of d, and clears the upper: by is from 1 to the bits of a lane of d.
func SHRN(a Arr, d, n V, by int) Inst {
	t := a.in(H8, S4, D2)
	esize := 4 << t.size()
	return shiftBy("shrn", 0, 0b10000, 0, t.half().v(d, rd), t.v(n, rn), shiftImmediate(by, 1, esize, 2*esize-by))
}

// SHLL moves the lanes in the lower half of n up by as many bits as they have, to lanes of
// twice the size.
func SHLL(a Arr, d, n V) Inst {
	t := a.in(H8, S4, D2)
	return misc("shll", 1, t.size()-1, 0b10011, 0, t.v(d, rd), t.half().v(n, rn),
		operand{text: fmt.Sprintf("#%d", 4<<t.size())})
}

// SXTL moves the lanes in the lower half of n, signed, to lanes of twice the size: SSHLL
// by no bits.
func SXTL(a Arr, d, n V) Inst { return lengthen("sxtl", 0, a, d, n) }

// UXTL moves the lanes in the lower half of n, unsigned, to lanes of twice the size: USHLL
// by no bits.
func UXTL(a Arr, d, n V) Inst { return lengthen("uxtl", 1, a, d, n) }

// SMAX is the signed maximum of n and m; there is none for D2.
func SMAX(a Arr, d, n, m V) Inst { return int3("smax", 0, 0b01100, a.in(S4), d, n, m) }

// UMIN is the unsigned minimum of n and m; there is none for D2.
func UMIN(a Arr, d, n, m V) Inst { return int3("umin", 1, 0b01101, a.in(B16, S4), d, n, m) }

// UMAX is the unsigned maximum of n and m; there is none for D2.
func UMAX(a Arr, d, n, m V) Inst { return int3("umax", 1, 0b01100, a.in(B16, S4), d, n, m) }

// CMEQ is n == m: all ones where true, zero where false.
func CMEQ(a Arr, d, n, m V) Inst { return int3("cmeq", 1, 0b10001, a.in(S4, D2), d, n, m) }

// CMGT is n > m, signed.
func CMGT(a Arr, d, n, m V) Inst { return int3("cmgt", 0, 0b00110, a.in(S4, D2), d, n, m) }

// CMHI is n > m, unsigned.
func CMHI(a Arr, d, n, m V) Inst { return int3("cmhi", 1, 0b00110, a.in(S4, D2), d, n, m) }

// CMTST is n&m != 0: all ones where true, zero where false.
func CMTST(a Arr, d, n, m V) Inst { return int3("cmtst", 0, 0b10001, a.in(S4, D2), d, n, m) }

// USHL is d = n << m, or n >> -m where m is negative: m is the lowest byte of its lane.
func USHL(a Arr, d, n, m V) Inst { return int3("ushl", 1, 0b01000, a.in(S4, D2), d, n, m) }

// SHL is d = n << by, by less than the bits of a lane.
func SHL(a Arr, d, n V, by int) Inst {
	esize := 8 << a.size()
	return shift("shl", 0, 0b01010, a, d, n, by, 0, esize-1, esize+by)
}

// SSHR is d = n >> by, signed, by from 1 to the bits of a lane.
func SSHR(a Arr, d, n V, by int) Inst {
	esize := 8 << a.size()
	return shift("sshr", 0, 0b00000, a, d, n, by, 1, esize, 2*esize-by)
}

// USHR is d = n >> by, unsigned, by from 1 to the bits of a lane.
func USHR(a Arr, d, n V, by int) Inst {
	esize := 8 << a.size()
	return shift("ushr", 1, 0b00000, a, d, n, by, 1, esize, 2*esize-by)
}

// Bits, over the whole register.

// AND is d = n & m.
func AND(d, n, m V) Inst { return bitwise("and", 0, 0b00, d, n, m) }

// BIC is d = n &^ m.
func BIC(d, n, m V) Inst { return bitwise("bic", 0, 0b01, d, n, m) }

// ORR is d = n | m.
func ORR(d, n, m V) Inst { return bitwise("orr", 0, 0b10, d, n, m) }

// ORN is d = n | ^m.
func ORN(d, n, m V) Inst { return bitwise("orn", 0, 0b11, d, n, m) }

// EOR is d = n ^ m.
func EOR(d, n, m V) Inst { return bitwise("eor", 1, 0b00, d, n, m) }

// BSL selects by d: n where d's bit is set, m elsewhere.
func BSL(d, n, m V) Inst { return bitwise("bsl", 1, 0b01, d, n, m) }

// BIT inserts n's bits into d where m's bit is set.
func BIT(d, n, m V) Inst { return bitwise("bit", 1, 0b10, d, n, m) }

// BIF inserts n's bits into d where m's bit is clear.
func BIF(d, n, m V) Inst { return bitwise("bif", 1, 0b11, d, n, m) }

// NOT is d = ^n.
func NOT(d, n V) Inst {
	return misc("not", 1, 0b00, 0b00101, 1, v16b.v(d, rd), v16b.v(n, rn))
}

// MOV is d = n: ORR with n twice.
func MOV(d, n V) Inst {
	return inst("mov", ORR(0, 0, 0).Word, v16b.v(d, rd), v16b.v(n, rn), operand{bits: uint32(n) << rm})
}

// The classes of the Arm ARM's encoding index, their fields from the top bit down.

// three is Advanced SIMD three same: 0 Q U 01110 size 1 Rm opcode 1 Rn Rd.
func three(name string, u, size, opcode uint32, t shape, d, n, m V) Inst {
	return inst(name, 0x0e200400|t.q()<<30|u<<29|size<<22|opcode<<11,
		t.v(d, rd), t.v(n, rn), t.v(m, rm))
}

// float3 is three with floats: size is 0x or 1x, and x is sz.
func float3(name string, u, size, opcode uint32, a Arr, d, n, m V) Inst {
	return three(name, u, size|a.sz(), opcode, a.in(S4, D2), d, n, m)
}

// int3 is three with integers: size is the lane's.
func int3(name string, u, opcode uint32, t shape, d, n, m V) Inst {
	return three(name, u, t.size(), opcode, t, d, n, m)
}

// element is Advanced SIMD vector x indexed element, with floats:
// 0 Q U 01111 size L M Rm opcode H 0 Rn Rd, where size is 1:sz, M:Rm is the register,
// and the index is H:L or H.
func element(name string, opcode uint32, a Arr, d, n, m V, i int) Inst {
	t := a.in(S4, D2)
	hl := uint32(i) << a.sz()
	return inst(name, 0x0f800000|t.q()<<30|t.sz()<<22|opcode<<12|hl>>1<<11|hl&1<<21,
		t.v(d, rd), t.v(n, rn), t.lane(m, i, rm))
}

// bitwise is three with bits: size belongs to the opcode.
func bitwise(name string, u, size uint32, d, n, m V) Inst {
	return three(name, u, size, 0b00011, v16b, d, n, m)
}

// misc is Advanced SIMD two-register miscellaneous: 0 Q U 01110 size 10000 opcode 10 Rn Rd.
func misc(name string, u, size, opcode, q uint32, ops ...operand) Inst {
	return inst(name, 0x0e200800|q<<30|u<<29|size<<22|opcode<<12, ops...)
}

// float2 is misc with floats: size is 0x or 1x, and x is sz.
func float2(name string, u, size, opcode uint32, a Arr, d, n V, rest ...operand) Inst {
	t := a.in(S4, D2)
	ops := append([]operand{t.v(d, rd), t.v(n, rn)}, rest...)
	return misc(name, u, size|a.sz(), opcode, t.q(), ops...)
}

// floatZero is the constant that the comparisons with zero imply.
var floatZero = operand{text: "#0.0"}

// shift is Advanced SIMD shift by immediate: 0 Q U 011110 immh immb opcode 1 Rn Rd.
// The position of the top bit of immh:immb tells the size of the lanes.
func shift(name string, u, opcode uint32, a Arr, d, n V, by, lo, hi, immhb int) Inst {
	t := a.in(S4, D2)
	return shiftBy(name, u, opcode, t.q(), t.v(d, rd), t.v(n, rn), shiftImmediate(by, lo, hi, immhb))
}

// lengthen is shift to lanes of twice the size, by no bits, which the text leaves out.
func lengthen(name string, u uint32, a Arr, d, n V) Inst {
	t := a.in(H8, S4, D2)
	return shiftBy(name, u, 0b10100, 0, t.v(d, rd), t.half().v(n, rn), operand{bits: 4 << t.size() << 16})
}

// shiftBy is shift with the operands as they are.
func shiftBy(name string, u, opcode, q uint32, d, n, by operand) Inst {
	return inst(name, 0x0f000400|q<<30|u<<29|opcode<<11, d, n, by)
}

// shiftImmediate is by, in lo to hi, as the fields immh:immb hold it.
func shiftImmediate(by, lo, hi, immhb int) operand {
	return operand{fmt.Sprintf("#%d", by), uint32(immhb) << 16, inRange("shift", by, lo, hi)}
}
