package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed63264101/steepest/gen/vec"
)

// Constants of the machine's own.
var (
	absMask  = vec.Const{Name: "abs", Bits32: 1<<31 - 1, Bits64: 1<<63 - 1}
	infinity = vec.Const{Name: "inf", Bits32: 0x7f800000, Bits64: 0x7ff0000000000000}
	half     = vec.Const{Name: "half", Bits32: 0x3f000000, Bits64: 0x3fe0000000000000}
)

// Constants implements vec.Machine.
func (m *Machine) Constants(op vec.Op, e vec.Elem) []vec.Const {
	switch op {
	case vec.OpAbs, vec.OpFlush:
		return []vec.Const{absMask}
	case vec.OpPickFinite:
		return []vec.Const{infinity}
	}
	return nil
}

// Expand implements vec.Machine.
//
// AVX-512 has a float32 estimate of 1/sqrt(x) with a relative error of 2^-14.
// One coupled Newton step (Goldschmidt's form: g tends to sqrt(x), h to
// 1/(2 sqrt(x))) squares that error, and a step with the exact residual x - g*g
// rounds correctly, for every x from 2^-102 up; below, the residual itself would
// be subnormal. Beside a division, which occupies the divider, it runs for free.
func (m *Machine) Expand(b *vec.Body, op vec.Op, args []vec.Val) (vec.Val, bool) {
	if op != vec.OpSqrt || !m.wide || b.Elem != vec.F32 {
		return 0, false
	}
	x, half := args[0], b.Const(half)
	y := b.RsqrtEst(x)
	g := b.Mul(x, y)
	h := b.Mul(y, half)
	r := b.FNMA(g, h, half)
	g = b.FMA(g, r, g)
	h = b.FMA(h, r, h)
	d := b.FNMA(g, g, x)
	g = b.FMA(d, h, g)
	return b.PickFinite(x, g), true
}

// packed returns the instruction for the element type.
func packed(e vec.Elem, ps, pd func(...operand.Op)) func(...operand.Op) {
	if e == vec.F32 {
		return ps
	}
	return pd
}

// Predicates of VCMPPS and VCMPPD, all quiet.
const (
	notLess  = operand.U8(0x15) // or unordered
	lessThan = operand.U8(0x11) // and ordered
	notEqual = operand.U8(0x04) // or unordered
)

// Op implements vec.Machine. Go's operand order is the reverse of Intel's: the
// second source comes first.
func (m *Machine) Op(op vec.Op, e vec.Elem, dst vec.V, args []vec.V) {
	d := m.v(dst)
	a := make([]reg.VecPhysical, len(args))
	for i, r := range args {
		a[i] = m.v(r)
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
	case vec.OpMaxNaN:
		m.maxBits(e, d, a[0], a[1])
	case vec.OpFlush:
		x, limit, abs, t := a[0], a[1], a[2], m.scratch()
		packed(e, m.VANDPS, m.VANDPD)(abs, x, t)
		if m.wide {
			packed(e, m.VCMPPS, m.VCMPPD)(notLess, limit, t, reg.K2)
			if e == vec.F32 {
				m.VMOVAPS_Z(x, reg.K2, d)
			} else {
				m.VMOVAPD_Z(x, reg.K2, d)
			}
			return
		}
		packed(e, m.VCMPPS, m.VCMPPD)(notLess, limit, t, t)
		packed(e, m.VANDPS, m.VANDPD)(x, t, d)
	case vec.OpRsqrtEst:
		m.VRSQRT14PS(a[0], d)
	case vec.OpFMA, vec.OpFNMA:
		m.fma(op, e, dst, args)
	case vec.OpPickFinite:
		x, y, inf, t := a[0], a[1], a[2], m.scratch()
		m.VPXORD(t, t, t)
		m.VCMPPS(lessThan, inf, x, reg.K2)
		m.VCMPPS(notEqual, t, x, reg.K2, reg.K2)
		m.VBLENDMPS(y, x, reg.K2, d)
	default:
		panic(fmt.Sprintf("amd64: no instruction for operation %d", op))
	}
}

// maxBits takes the larger of two non-negative numbers by their bits, as signed
// integers: there NaN is larger than infinity.
func (m *Machine) maxBits(e vec.Elem, d, a, b reg.VecPhysical) {
	switch {
	case e == vec.F32:
		m.VPMAXSD(b, a, d)
	case m.wide:
		m.VPMAXSQ(b, a, d)
	default:
		t := m.scratch()
		m.VPCMPGTQ(b, a, t) // a > b
		m.VBLENDVPD(t, a, b, d)
	}
}

// fma writes d = ±a*b + c. The three forms differ in the operand that they
// overwrite.
func (m *Machine) fma(op vec.Op, e vec.Elem, dst vec.V, args []vec.V) {
	d, a, b, c := m.v(dst), m.v(args[0]), m.v(args[1]), m.v(args[2])
	form231 := packed(e, m.VFMADD231PS, m.VFMADD231PD)
	form213 := packed(e, m.VFMADD213PS, m.VFMADD213PD)
	if op == vec.OpFNMA {
		form231 = packed(e, m.VFNMADD231PS, m.VFNMADD231PD)
		form213 = packed(e, m.VFNMADD213PS, m.VFNMADD213PD)
	}
	switch dst {
	case args[2]:
		form231(b, a, d) // d = a*b + d
	case args[0]:
		form213(c, b, d) // d = b*d + c
	case args[1]:
		form213(c, a, d) // d = a*d + c
	default:
		m.VMOVAPS(c, d)
		form231(b, a, d)
	}
}
