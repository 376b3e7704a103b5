package amd64

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed63264101/steepest/gen/vec"
)

// absMask clears the sign.
var absMask = vec.Const{Name: "abs", Bits32: 1<<31 - 1, Bits64: 1<<63 - 1}

// Constants implements vec.Machine.
func (m *Machine) Constants(op vec.Op, e vec.Elem) []vec.Const {
	switch op {
	case vec.OpAbs:
		return []vec.Const{absMask}
	case vec.OpQuiet: // how VFIXUPIMMPS takes NaN, quiet or not: as a quiet one
		return []vec.Const{vec.Pattern(0x22)}
	}
	return nil
}

// Expand implements vec.Machine.
func (m *Machine) Expand(b *vec.Body, op vec.Op, args []vec.Val) (vec.Val, bool) {
	switch {
	case op == vec.OpXor3 && !m.evex:
		return b.Xor(args[0], b.Xor(args[1], args[2])), true
	case op == vec.OpInsert && !m.evex:
		return b.Or(b.And(args[1], args[0]), args[2]), true
	case op == vec.OpAddWhere && !m.evex:
		return b.Or(b.KeepNonZero(args[2], b.AddBits(args[0], args[1])), args[4]), true
	case op == vec.OpOrMasked && !m.evex:
		return b.Or(b.And(args[1], args[0]), args[2]), true
	case op == vec.OpXorMasked && !m.evex:
		return b.And(b.Xor(args[1], args[2]), args[0]), true
	case op == vec.OpQuiet && !m.evex:
		return b.Quieted(args[0], args[1]), true
	case op == vec.OpKeepLess && !m.evex:
		return b.And(b.Less(args[0], args[1]), args[2]), true
	case op != vec.OpFlush:
		return 0, false
	}
	// |x| < threshold exactly if none of the exponent bits from the threshold's one
	// upwards is set: a test of integers instead of a comparison of magnitudes.
	threshold := b.ConstOf(args[1])
	mask := b.Const(vec.Const{Name: threshold.Name + "mask",
		Bits32: 1<<31 - threshold.Bits32, Bits64: 1<<63 - threshold.Bits64})
	return b.KeepBits(args[0], mask), true
}

// packed returns the instruction for the element type.
func packed(e vec.Elem, ps, pd func(...operand.Op)) func(...operand.Op) {
	if e == vec.F32 {
		return ps
	}
	return pd
}

// bytesOr returns the instruction for bytes or for lanes of 32 bits.
func bytesOr(e vec.Elem, b, d func(...operand.Op)) func(...operand.Op) {
	if e == vec.U8 {
		return b
	}
	return d
}

// Op implements vec.Machine. Go's operand order is the reverse of Intel's: the
// second source comes first.
func (m *Machine) Op(op vec.Op, e vec.Elem, bytes int, dst vec.V, args ...vec.V) {
	bytes = max(bytes, 16)
	d := sized(dst, bytes)
	a := make([]reg.VecPhysical, len(args))
	for i, r := range args {
		a[i] = sized(r, bytes)
	}
	switch op {
	case vec.OpAdd:
		packed(e, m.VADDPS, m.VADDPD)(a[1], a[0], d)
	case vec.OpSub:
		packed(e, m.VSUBPS, m.VSUBPD)(a[1], a[0], d)
	case vec.OpMul:
		packed(e, m.VMULPS, m.VMULPD)(a[1], a[0], d)
	case vec.OpDiv:
		packed(e, m.VDIVPS, m.VDIVPD)(a[1], a[0], d)
	case vec.OpSqrt:
		packed(e, m.VSQRTPS, m.VSQRTPD)(a[0], d)
	case vec.OpAbs:
		packed(e, m.VANDPS, m.VANDPD)(a[1], a[0], d)
	case vec.OpOr:
		packed(e, m.VORPS, m.VORPD)(a[1], a[0], d)
	case vec.OpMax:
		packed(e, m.VMAXPS, m.VMAXPD)(a[1], a[0], d)
	case vec.OpMin:
		packed(e, m.VMINPS, m.VMINPD)(a[1], a[0], d)
	case vec.OpAtLeast:
		// The instruction returns its second source if either is NaN.
		packed(e, m.VMAXPS, m.VMAXPD)(a[0], a[1], d)
	case vec.OpEqual:
		m.compare(equal, e, d, a[0], a[1])
	case vec.OpMaxNaN:
		m.maxBits(e, bytes, d, a[0], a[1])
	case vec.OpMulAdd:
		m.mulAdd(e, bytes, dst, args)
	case vec.OpAnd:
		packed(e, m.VANDPS, m.VANDPD)(a[1], a[0], d)
	case vec.OpAddBits:
		packed(e, m.VPADDD, m.VPADDQ)(a[1], a[0], d)
	case vec.OpSubBits:
		packed(e, m.VPSUBD, m.VPSUBQ)(a[1], a[0], d)
	case vec.OpEqualBits:
		m.equalBits(e, d, a[0], a[1])
	case vec.OpLess:
		m.compare(lessThan, e, d, a[0], a[1])
	case vec.OpNotAtLeast:
		m.compare(notAtLeast, e, d, a[0], a[1])
	case vec.OpScale:
		m.VSCALEFPD(a[1], a[0], d)
	case vec.OpKeepLess:
		m.VCMPPD(lessThan, a[1], a[0], reg.K2)
		m.VMOVAPD_Z(a[2], reg.K2, d)
	case vec.OpXor:
		packed(e, m.VXORPS, m.VXORPD)(a[1], a[0], d)
	case vec.OpXor3:
		m.xor3(bytes, dst, args)
	case vec.OpMulHalves:
		m.VPMULUDQ(a[1], a[0], d)
	case vec.OpSelect, vec.OpInsert:
		m.ternary(e, bytes, choose, dst, args)
	case vec.OpAddWhere:
		m.VPTESTMD(a[3], a[2], reg.K2)
		m.VPADDD(a[1], a[0], d)
		m.VPBLENDMD(d, a[4], reg.K2, d)
	case vec.OpOrMasked:
		m.ternary(e, bytes, orMasked, dst, args)
	case vec.OpXorMasked:
		m.ternary(e, bytes, xorMasked, dst, args)
	case vec.OpQuiet:
		m.quiet(bytes, dst, args)
	case vec.OpMulBits:
		m.VPMULLD(a[1], a[0], d)
	case vec.OpMinBits:
		bytesOr(e, m.VPMINUB, m.VPMINUD)(a[1], a[0], d)
	case vec.OpMaxBits:
		bytesOr(e, m.VPMAXUB, m.VPMAXUD)(a[1], a[0], d)
	case vec.OpShiftRightBy:
		m.VPSRLVD(a[1], a[0], d)
	case vec.OpKeepNonZero:
		m.keepNonZero(bytes, d, a[0], a[1])
	case vec.OpKeepBits:
		m.keepBits(e, bytes, d, a[0], a[1])
	default:
		panic(fmt.Sprintf("amd64: no instruction for operation %d", op))
	}
}

// Shift implements vec.Machine.
func (m *Machine) Shift(op vec.Op, e vec.Elem, bytes, by int, dst, src vec.V) {
	shift := packed(e, m.VPSLLD, m.VPSLLQ)
	switch op {
	case vec.OpShiftRight:
		shift = packed(e, m.VPSRLD, m.VPSRLQ)
	case vec.OpShiftRightSigned:
		shift = m.VPSRAD
	}
	bytes = max(bytes, 16)
	shift(operand.U8(uint8(by)), sized(src, bytes), sized(dst, bytes))
}

// MemoryOperands implements vec.Machine.
func (m *Machine) MemoryOperands() bool { return true }

// OpMemory implements vec.Machine.
func (m *Machine) OpMemory(op vec.Op, e vec.Elem, bytes int, dst, x vec.V, a vec.Address) {
	var single, whole func(...operand.Op)
	switch op {
	case vec.OpAdd:
		single, whole = packed(e, m.VADDSS, m.VADDSD), packed(e, m.VADDPS, m.VADDPD)
	case vec.OpSub:
		single, whole = packed(e, m.VSUBSS, m.VSUBSD), packed(e, m.VSUBPS, m.VSUBPD)
	case vec.OpMul:
		single, whole = packed(e, m.VMULSS, m.VMULSD), packed(e, m.VMULPS, m.VMULPD)
	case vec.OpAbs:
		whole = packed(e, m.VANDPS, m.VANDPD)
	}
	ins := whole
	if bytes == e.Size() {
		ins = single
	}
	if ins == nil {
		panic(fmt.Sprintf("amd64: operation %d takes no %d bytes in memory", op, bytes))
	}
	ins(mem(a), sized(x, max(bytes, 16)), sized(dst, max(bytes, 16)))
}

// keepBits clears the elements that have none of the mask's bits.
func (m *Machine) keepBits(e vec.Elem, bytes int, d, x, mask reg.VecPhysical) {
	switch {
	case m.evex && e == vec.F32:
		m.VPTESTMD(mask, x, reg.K2)
		m.VMOVAPS_Z(x, reg.K2, d)
	case m.evex:
		m.VPTESTMQ(mask, x, reg.K2)
		m.VMOVAPD_Z(x, reg.K2, d)
	default:
		// PSIGN multiplies by the sign of the masked bits: +1 or 0, as the mask
		// has no sign bit. There is none for 64 bits; copying the upper half
		// down makes the one for 32 bits do.
		t := m.scratch(bytes)
		m.VPAND(mask, x, t)
		if e == vec.F64 {
			m.VPSHUFD(operand.U8(0xf5), t, t)
		}
		m.VPSIGND(t, x, d)
	}
}

// keepNonZero clears the elements of y where x has no bits.
func (m *Machine) keepNonZero(bytes int, d, x, y reg.VecPhysical) {
	if m.evex {
		m.VPTESTMD(x, x, reg.K2)
		m.VMOVAPS_Z(y, reg.K2, d)
		return
	}
	t := m.scratch(bytes)
	m.VPXOR(t, t, t)
	m.VPCMPEQD(x, t, t)
	m.VPANDN(y, t, d)
}

// quiet takes args[1], or args[0] as a quiet NaN where it is NaN. The instruction overwrites
// args[1]'s register, and only in those places.
func (m *Machine) quiet(bytes int, dst vec.V, args []vec.V) {
	v, x, table := args[0], args[1], args[2]
	if dst == v && dst != x {
		m.VMOVAPS(sized(v, bytes), m.scratch(bytes))
		v = vec.V(m.Vectors())
	}
	if dst != x {
		m.VMOVAPS(sized(x, bytes), sized(dst, bytes))
	}
	m.VFIXUPIMMPS(operand.U8(0), sized(table, bytes), sized(v, bytes), sized(dst, bytes))
}

// mulAdd computes args[0]*args[1] + args[2]. One of the three registers is overwritten,
// and there is an instruction for each.
func (m *Machine) mulAdd(e vec.Elem, bytes int, dst vec.V, args []vec.V) {
	d, a, b, c := sized(dst, bytes), sized(args[0], bytes), sized(args[1], bytes), sized(args[2], bytes)
	switch dst {
	case args[0]:
		packed(e, m.VFMADD213PS, m.VFMADD213PD)(c, b, d)
	case args[1]:
		packed(e, m.VFMADD213PS, m.VFMADD213PD)(c, a, d)
	default:
		if dst != args[2] {
			packed(e, m.VMOVAPS, m.VMOVAPD)(c, d)
		}
		packed(e, m.VFMADD231PS, m.VFMADD231PD)(b, a, d)
	}
}

// tables are the truth tables of an operation on three registers, of which the first is
// overwritten: that of the second argument, of the third, or of the first. Behind it come the
// mask and the other one, or, where it is the mask itself, the two others.
type tables struct{ second, third, first operand.U8 }

var (
	choose   = tables{0xe2, 0xb8, 0xca} // args[1] where the mask args[0] has all bits, args[2] where none
	orMasked = tables{0xea, 0xf8, 0xea} // args[2], or args[1] where the mask has bits

	xorMasked = tables{0x48, 0x48, 0x60} // args[1] but not args[2], or the reverse, and the mask
)

// ternary computes one of them. AVX2 can only choose.
func (m *Machine) ternary(e vec.Elem, bytes int, t tables, dst vec.V, args []vec.V) {
	d, mask, a, b := sized(dst, bytes), sized(args[0], bytes), sized(args[1], bytes), sized(args[2], bytes)
	if !m.evex {
		blend := m.VBLENDVPD
		if e == vec.F32 {
			blend = m.VBLENDVPS
		}
		blend(mask, a, b, d)
		return
	}
	ternary := packed(e, m.VPTERNLOGD, m.VPTERNLOGQ)
	switch dst {
	case args[1]:
		ternary(t.second, b, mask, d)
	case args[2]:
		ternary(t.third, a, mask, d)
	default:
		if dst != args[0] {
			packed(e, m.VMOVAPS, m.VMOVAPD)(mask, d)
		}
		ternary(t.first, b, a, d)
	}
}

// xor3 takes the exclusive or of three registers. The first operand is overwritten, and the
// table gives 1 where one of them, or all, have a bit.
func (m *Machine) xor3(bytes int, dst vec.V, args []vec.V) {
	from := slices.Clone(args)
	if i := slices.Index(from, dst); i >= 0 {
		from[0], from[i] = from[i], from[0]
	} else {
		m.VMOVAPD(sized(from[0], bytes), sized(dst, bytes))
	}
	if !m.evex {
		d := sized(dst, bytes)
		m.VXORPS(sized(from[1], bytes), d, d)
		m.VXORPS(sized(from[2], bytes), d, d)
		return
	}
	m.VPTERNLOGQ(operand.U8(0x96), sized(from[2], bytes), sized(from[1], bytes), sized(dst, bytes))
}

// equalBits is compare of integers that are equal.
func (m *Machine) equalBits(e vec.Elem, d, a, b reg.VecPhysical) {
	m.throughMask(e, d, func(to operand.Op) { packed(e, m.VPCMPEQD, m.VPCMPEQQ)(b, a, to) })
}

// throughMask sets all bits of the elements of d for which a comparison is true, and none
// of the others. AVX-512 compares into a mask.
func (m *Machine) throughMask(e vec.Elem, d reg.VecPhysical, compare func(to operand.Op)) {
	if !m.evex {
		compare(d)
		return
	}
	compare(reg.K2)
	if e == vec.F32 {
		m.VPMOVM2D(reg.K2, d)
	} else {
		m.VPMOVM2Q(reg.K2, d)
	}
}

// The comparisons, as the instructions number them. None is false and none raises an
// exception for a quiet NaN.
const (
	equal      = operand.U8(0x00)
	lessThan   = operand.U8(0x11)
	notAtLeast = operand.U8(0x19)
)

// compare sets all bits of the elements that compare so, and none of the others.
func (m *Machine) compare(how operand.U8, e vec.Elem, d, a, b reg.VecPhysical) {
	m.throughMask(e, d, func(to operand.Op) { packed(e, m.VCMPPS, m.VCMPPD)(how, b, a, to) })
}

// maxBits takes the larger of two non-negative numbers by their bits, as signed
// integers: there NaN is larger than infinity.
func (m *Machine) maxBits(e vec.Elem, bytes int, d, a, b reg.VecPhysical) {
	switch {
	case e == vec.F32:
		m.VPMAXSD(b, a, d)
	case m.evex:
		m.VPMAXSQ(b, a, d)
	default:
		t := m.scratch(bytes)
		m.VPCMPGTQ(b, a, t) // a > b
		m.VBLENDVPD(t, a, b, d)
	}
}
