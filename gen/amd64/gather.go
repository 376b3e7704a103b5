package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed63264101/steepest/gen/vec"
)

// Gather implements vec.Machine, for vectors of 32 bytes.
func (m *Machine) Gather(dst vec.V, in, of vec.Elem, ptr, stride vec.G, access vec.Access) {
	if m.VectorBytes() != 32 {
		panic(fmt.Sprintf("amd64: strided access with vectors of %d bytes", m.VectorBytes()))
	}
	s := strided{m, g(ptr), g(stride), of}
	low, half := sized(dst, 16), 16/of.Size()
	if in != of { // half the bytes, which widening doubles
		if access == vec.Full {
			s.full(low)
		} else {
			s.rest(low)
		}
		m.VCVTPS2PD(low, m.v(dst))
		return
	}
	high := m.scratch(16)
	switch {
	case access == vec.Full:
		s.full(low)
		s.full(high)
		m.insertHigh(dst, high)
	default:
		short, end := m.loadLabel("short"), m.loadLabel("end")
		m.TESTQ(operand.I32(int32(half)), reg.RCX)
		m.JEQ(operand.LabelRef(short))
		s.full(low)
		s.rest(high)
		m.insertHigh(dst, high)
		m.JMP(operand.LabelRef(end))
		m.Label(short)
		s.rest(low)
		m.Label(end)
	}
}

// insertHigh sets the upper half of dst.
func (m *Machine) insertHigh(dst vec.V, high reg.VecPhysical) {
	d := sized(dst, 32)
	if m.evex {
		m.VINSERTF32X4(operand.U8(1), high, d, d)
		return
	}
	m.VINSERTF128(operand.U8(1), high, d, d)
}

// loadLabel returns a label of the function that no other call returned.
func (m *Machine) loadLabel(name string) string {
	m.loads++
	return fmt.Sprintf("%s%d", name, m.loads)
}

// strided is a stream whose elements are some bytes apart. They are loaded one by
// one, each into its lane: on Zen 4 that takes half a cycle for each, where
// VGATHERDPS takes more than a whole one.
type strided struct {
	m           *Machine
	ptr, stride reg.GPPhysical
	of          vec.Elem
}

// at returns the place of an element, not beyond the third.
func (s strided) at(i int) operand.Mem {
	if i == 0 {
		return operand.Mem{Base: s.ptr}
	}
	return operand.Mem{Base: s.ptr, Index: s.stride, Scale: uint8(i)}
}

// full fills 16 bytes and moves the pointer on.
func (s strided) full(x reg.VecPhysical) {
	m := s.m
	s.two(x)
	if s.of == vec.F64 {
		m.LEAQ(s.at(2), s.ptr)
		return
	}
	m.VINSERTPS(operand.U8(0x20), s.at(2), x, x)
	m.LEAQ(s.at(2), s.ptr)
	m.VINSERTPS(operand.U8(0x30), s.at(1), x, x)
	m.LEAQ(s.at(2), s.ptr)
}

// two fills the first two elements and clears the others.
func (s strided) two(x reg.VecPhysical) {
	s.m.part(s.of.Size())(s.at(0), x)
	if s.of == vec.F64 {
		s.m.VMOVHPD(s.at(1), x, x)
		return
	}
	s.m.VINSERTPS(operand.U8(0x10), s.at(1), x, x)
}

// rest fills what the low bits of the count say, less than 16 bytes, and clears
// the others.
func (s strided) rest(x reg.VecPhysical) {
	m := s.m
	odd, end := m.loadLabel("odd"), m.loadLabel("loaded")
	m.VXORPS(x, x, x)
	if s.of == vec.F32 {
		m.TESTQ(operand.I32(2), reg.RCX)
		m.JEQ(operand.LabelRef(odd))
		s.two(x)
		m.TESTQ(operand.I32(1), reg.RCX)
		m.JEQ(operand.LabelRef(end))
		m.VINSERTPS(operand.U8(0x20), s.at(2), x, x)
		m.JMP(operand.LabelRef(end))
		m.Label(odd)
	}
	m.TESTQ(operand.I32(1), reg.RCX)
	m.JEQ(operand.LabelRef(end))
	m.part(s.of.Size())(s.at(0), x)
	m.Label(end)
}
