package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed63264101/steepest/gen/vec"
)

// Elements of 16 and 8 bits are in memory alone, and in lanes of 32 bits in registers. Those
// of bfloat16 are floats there, and may be widened further.

// isNarrow reports whether elements are in memory alone.
func isNarrow(of vec.Elem) bool { return of != vec.F32 && of != vec.F64 }

// HoldFormats implements vec.Machine. AVX-512 has one instruction between words and the upper
// halves of lanes, where others take two: it wants the words' places in a register and, for
// zeros below them, a mask.
func (m *Machine) HoldFormats(k *vec.Kernel, register func() vec.V) {
	if m.bytes < 64 {
		return
	}
	hold := func(symbol string, place func(word int) uint32) vec.V {
		v := register()
		m.VMOVUPS(m.table(symbol, func(i int) uint32 { return place(2*i+1)<<16 | place(2*i) }), m.v(v))
		return v
	}
	for _, p := range k.Streams() {
		if p.Format.Elem == vec.BF16 && p.Kind.Loads() && m.widening == none {
			m.widening = hold("widening", func(word int) uint32 { return uint32(word / 2) })
			m.MOVL(operand.U32(0xaaaaaaaa), reg.EAX)
			m.KMOVD(reg.EAX, reg.K3)
		}
		if p.Format.Elem == vec.BF16 && p.Kind.Stores() && m.narrowing == none {
			m.narrowing = hold("narrowing", func(word int) uint32 { return uint32(2*word+1) % 32 })
		}
	}
}

// loadNarrow is Load of narrow elements.
func (m *Machine) loadNarrow(dst vec.V, in, of vec.Elem, a vec.Address, access vec.Access) {
	lanes := m.VectorBytes() / in.Size()
	n := int(access)
	if access == vec.Full {
		n = lanes
	}
	if of == vec.BF16 && m.widening != none && (n >= 4 || access == vec.Partial) {
		m.loadHalves(dst, n, mem(a), access)
		return
	}
	switch {
	case access == vec.Partial && m.evex:
		masked := map[vec.Elem]func(_, _, _ operand.Op){vec.BF16: m.VPMOVZXWD_Z, vec.I16: m.VPMOVSXWD_Z, vec.U8: m.VPMOVZXBD_Z, vec.I8: m.VPMOVSXBD_Z}[of]
		masked(mem(a), reg.K1, sized(dst, 4*lanes))
	case access == vec.Partial:
		m.loadWords(sized(dst, 16), of, lanes, mem(a))
		m.extend(of)(sized(dst, 16), sized(dst, 4*lanes))
	case n >= 4:
		m.extend(of)(mem(a), sized(dst, 4*n))
	default:
		m.loadBytes(dst, n*of.Size(), mem(a))
		m.extend(of)(sized(dst, 16), sized(dst, 16))
	}
	if of == vec.BF16 {
		x := sized(dst, 4*lanes)
		m.VPSLLD(operand.U8(16), x, x)
	}
	if in == vec.F64 {
		m.VCVTPS2PD(sized(dst, 4*lanes), m.v(dst))
	}
}

// loadHalves is loadNarrow of BF16, n or as many as the mask says.
func (m *Machine) loadHalves(dst vec.V, n int, from operand.Mem, access vec.Access) {
	if access == vec.Partial {
		m.VMOVDQU16_Z(from, reg.K1, sized(dst, 32))
	} else {
		m.part(2*n)(from, sized(dst, 2*n))
	}
	m.VPERMW_Z(m.v(dst), m.v(m.widening), reg.K3, m.v(dst))
}

// extend returns the instruction that moves elements to lanes of 32 bits.
func (m *Machine) extend(of vec.Elem) func(...operand.Op) {
	return map[vec.Elem]func(...operand.Op){vec.BF16: m.VPMOVZXWD, vec.I16: m.VPMOVSXWD, vec.U8: m.VPMOVZXBD, vec.I8: m.VPMOVSXBD}[of]
}

// loadBytes loads less than 16 bytes, a power of two of them, and clears the others.
func (m *Machine) loadBytes(dst vec.V, bytes int, from operand.Mem) {
	x := sized(dst, 16)
	switch bytes {
	case 1:
		m.Zero(dst)
		m.VPINSRB(operand.U8(0), from, x, x)
	case 2:
		m.Zero(dst)
		m.VPINSRW(operand.U8(0), from, x, x)
	default:
		m.part(bytes)(from, x)
	}
}

// loadWords loads as many elements of 16 bits as SetCount said, less than the four or eight of
// a vector, and clears the others. It begins with the last ones, and makes room for those
// before.
func (m *Machine) loadWords(x reg.VecPhysical, of vec.Elem, lanes int, from operand.Mem) {
	if of.Size() != 2 {
		panic(fmt.Sprintf("amd64: partial load of %s without masks", of.GoType()))
	}
	two, four, end := m.loadLabel("two"), m.loadLabel("four"), m.loadLabel("loaded")
	at := func(bits int32) operand.Mem { // of the first element that is not among these
		m.MOVL(reg.ECX, reg.EAX)
		m.ANDL(operand.I8(int8(bits)), reg.EAX)
		from.Index, from.Scale = reg.RAX, 2
		return from
	}
	first := from
	m.VPXOR(x, x, x)
	m.TESTQ(operand.I32(1), reg.RCX)
	m.JEQ(operand.LabelRef(two))
	m.VPINSRW(operand.U8(0), at(6), x, x)
	m.Label(two)
	m.TESTQ(operand.I32(2), reg.RCX)
	if lanes == 4 {
		m.JEQ(operand.LabelRef(end))
		m.VPSLLDQ(operand.U8(4), x, x)
		m.VPINSRD(operand.U8(0), first, x, x)
		m.Label(end)
		return
	}
	m.JEQ(operand.LabelRef(four))
	m.VPSLLDQ(operand.U8(4), x, x)
	m.VPINSRD(operand.U8(0), at(4), x, x)
	m.Label(four)
	m.TESTQ(operand.I32(4), reg.RCX)
	m.JEQ(operand.LabelRef(end))
	m.VPSLLDQ(operand.U8(8), x, x)
	m.VPINSRQ(operand.U8(0), first, x, x)
	m.Label(end)
}

// storeNarrow is Store of narrow elements.
func (m *Machine) storeNarrow(src vec.V, of vec.Elem, a vec.Address, access vec.Access) {
	n := int(access)
	if access <= 0 {
		n = m.VectorBytes() / 4
	}
	if of == vec.BF16 && m.narrowing != none {
		t := m.scratch(m.bytes)
		m.VPERMW(m.v(src), m.v(m.narrowing), t)
		if access == vec.Partial {
			m.VMOVDQU16(m.scratch(32), reg.K1, mem(a))
			return
		}
		m.storeBytes(m.scratch(max(2*n, 16)), 2*n, mem(a))
		return
	}
	if of == vec.BF16 {
		m.VPSRLD(operand.U8(16), sized(src, max(4*n, 16)), m.scratch(max(4*n, 16)))
		src = vec.V(m.Vectors())
	}
	narrow := m.VPMOVDW
	if of == vec.U8 {
		narrow = m.VPMOVDB
	}
	switch {
	case access == vec.Partial:
		narrow(sized(src, 4*n), reg.K1, mem(a))
	case m.evex && n >= 4:
		narrow(sized(src, 4*n), mem(a))
	case m.evex:
		narrow(sized(src, 16), m.scratch(16))
		m.storeBytes(m.scratch(16), n*of.Size(), mem(a))
	default:
		m.pack(src, of, max(4*n, 16))
		m.storeBytes(m.scratch(16), n*of.Size(), mem(a))
	}
}

// pack moves the elements in the lanes of so many bytes to the front of the scratch
// register. The instructions saturate, so that bits above an element's must go before.
func (m *Machine) pack(src vec.V, of vec.Elem, bytes int) {
	t := m.scratch(bytes)
	switch of {
	case vec.BF16: // is shifted down already
		m.VPACKUSDW(t, t, t)
	case vec.I16:
		m.VPSLLD(operand.U8(16), sized(src, bytes), t)
		m.VPSRAD(operand.U8(16), t, t)
		m.VPACKSSDW(t, t, t)
	case vec.U8:
		m.VPSLLD(operand.U8(24), sized(src, bytes), t)
		m.VPSRLD(operand.U8(24), t, t)
		m.VPACKUSDW(t, t, t)
	}
	if bytes == 32 { // the first quarter of each half
		m.VPERMQ(operand.U8(0x08), t, t)
	}
	if of == vec.U8 {
		x := m.scratch(16)
		m.VPACKUSWB(x, x, x)
	}
}

// storeBytes stores a power of two of bytes, 16 at most.
func (m *Machine) storeBytes(x reg.VecPhysical, bytes int, to operand.Mem) {
	switch bytes {
	case 1:
		m.VPEXTRB(operand.U8(0), x, to)
	case 2:
		m.VPEXTRW(operand.U8(0), x, to)
	default:
		m.part(bytes)(x, to)
	}
}

// PackBytes implements vec.Machine. The instructions work on 16 bytes of each register: there,
// four elements of the first one stand in front of four of the next.
func (m *Machine) PackBytes(dst vec.V, from [4]vec.V, signed bool) {
	words, bytes := m.VPACKUSDW, m.VPACKUSWB
	if signed {
		words, bytes = m.VPACKSSDW, m.VPACKSSWB
	}
	words(m.v(from[1]), m.v(from[0]), m.v(from[0]))
	words(m.v(from[3]), m.v(from[2]), m.v(from[2]))
	bytes(m.v(from[2]), m.v(from[0]), m.v(dst))
}

// OrderBytes implements vec.Machine.
func (m *Machine) OrderBytes(dst, src vec.V) {
	pieces := m.bytes / 16
	t := m.scratch(m.bytes)
	m.VMOVUPS(m.table("order", func(i int) uint32 { return uint32(i%pieces*4 + i/pieces) }), t)
	m.VPERMD(m.v(src), t, m.v(dst))
}

// table returns where a vector of lanes of 32 bits stands in memory.
func (m *Machine) table(symbol string, lane func(i int) uint32) operand.Mem {
	if _, ok := m.data[symbol]; !ok {
		m.data[symbol] = m.StaticGlobal(symbol)
		m.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range m.bytes / 4 {
			m.AddDatum(4*i, operand.U32(lane(i)))
		}
	}
	return m.data[symbol]
}
