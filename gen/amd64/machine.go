// Package amd64 lowers the vector language to AVX2 and AVX-512, through avo.
package amd64

import (
	"bytes"
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed63264101/steepest/gen/vec"
)

// Machine is AVX2 or AVX-512. It writes the kernels of one file.
type Machine struct {
	*build.Context
	evex  bool // AVX-512: masks and twice the registers
	bytes int  // of a vector
	frame operand.Mem
	data  map[string]operand.Mem // constants in memory, by symbol
	loads int                    // partial loads so far, to number their labels

	// zeroed says that the scratch register is 0 in the whole function, which has
	// no other use for it.
	zeroed bool

	// The registers that HoldFormats has taken: places of words that become upper halves of
	// lanes, and of the upper halves that become words; none where it has not.
	widening, narrowing vec.V
}

const none vec.V = -1

// NewAVX2 returns a machine that uses nothing above AVX2, FMA3 and BMI1, with vectors of 32
// bytes, or of 16.
func NewAVX2(bytes int) *Machine { return newMachine(false, bytes) }

// NewAVX512 returns a machine that uses AVX-512 F, BW, DQ and VL, which no core has
// without FMA3, BMI1 and BMI2, with vectors of 64 bytes, or of 32 or 16.
func NewAVX512(bytes int) *Machine { return newMachine(true, bytes) }

func newMachine(evex bool, bytes int) *Machine {
	m := &Machine{Context: build.NewContext(), evex: evex, bytes: bytes, data: map[string]operand.Mem{}}
	m.ConstraintExpr("!purego")
	return m
}

// File returns the functions generated so far.
func (m *Machine) File() (*ir.File, error) {
	f, err := m.Context.Result()
	if err != nil {
		return nil, err
	}
	if err := pass.Compile.Execute(f); err != nil {
		return nil, err
	}
	return f, nil
}

// Print returns a file's assembly text under the given header line.
func Print(f *ir.File, header string) ([]byte, error) {
	text, err := printer.NewGoAsm(printer.Config{}).Print(f)
	if err != nil {
		return nil, err
	}
	_, body, ok := bytes.Cut(text, []byte("\n"))
	if !ok {
		return nil, fmt.Errorf("amd64: avo printed no header line")
	}
	return append([]byte(header+"\n"), body...), nil
}

// generals are the registers of the language. RAX and RCX belong to the machine:
// shifts by a variable count need CL. RSP, RBP and R15 (the global offset table
// under dynamic linking) belong to Go.
var generals = []reg.GPPhysical{
	reg.RDI, reg.RSI, reg.RDX, reg.RBX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13, reg.R14,
}

// VectorBytes implements vec.Machine.
func (m *Machine) VectorBytes() int { return m.bytes }

// Vectors implements vec.Machine. The last register is the machine's scratch.
func (m *Machine) Vectors() int {
	if m.evex {
		return 31
	}
	return 15
}

// scratch returns the low bytes of the scratch register.
func (m *Machine) scratch(bytes int) reg.VecPhysical {
	if m.zeroed {
		panic("amd64: the scratch register is in use")
	}
	return sized(vec.V(m.Vectors()), bytes)
}

// Generals implements vec.Machine.
func (m *Machine) Generals() int { return len(generals) }

// MaskedStores implements vec.Machine. AVX2 has them too, but they are
// microcoded on AMD's cores.
func (m *Machine) MaskedStores() bool { return m.evex }

// Interleave implements vec.Machine. The cores look far ahead by themselves, and
// run loads and stores that alternate better than bursts of either: on Zen 4,
// axpy in the first-level cache takes 2.3 cycles per 64 bytes, against 2.6.
func (m *Machine) Interleave() bool { return false }

// AddsInPlace implements vec.Machine: there are instructions for each of the three.
func (m *Machine) AddsInPlace() bool { return false }

// Scales implements vec.Machine.
func (m *Machine) Scales() bool { return m.evex }

// PeelBytes implements vec.Machine: an access that crosses a cache line takes
// two turns in the first-level cache.
func (m *Machine) PeelBytes() int { return m.VectorBytes() }

// HeldBytes implements vec.Machine: half of the registers.
func (m *Machine) HeldBytes() int {
	if m.evex {
		return 16 * m.bytes
	}
	return 8 * m.bytes
}

// RowByRow implements vec.Machine. On Zen 5, a matrix comes from the second-level
// cache at 62 bytes a cycle if it is read row by row, and at 30 to 45 if four rows
// are read side by side, though the prefetchers then have the longer streams.
func (m *Machine) RowByRow() bool { return m.evex }

func g(r vec.G) reg.GPPhysical { return generals[r] }

// v returns the whole vector register.
func (m *Machine) v(r vec.V) reg.VecPhysical { return sized(r, m.VectorBytes()) }

// sized returns the register that covers the low bytes of a vector register, an
// XMM register at least.
func sized(r vec.V, bytes int) reg.VecPhysical {
	spec := reg.S128
	switch bytes {
	case 64:
		spec = reg.S512
	case 32:
		spec = reg.S256
	}
	return reg.Vector.Lookup(reg.Index(r), spec).(reg.VecPhysical)
}

func mem(a vec.Address) operand.Mem {
	if a.Times > 0 {
		return operand.Mem{Base: g(a.Base), Index: g(a.Index), Scale: uint8(a.Times), Disp: a.Disp}
	}
	return operand.Mem{Base: g(a.Base), Disp: a.Disp}
}

// Begin implements vec.Machine.
func (m *Machine) Begin(k *vec.Kernel, e vec.Elem, frame int) {
	m.Function(k.Symbol(e))
	if frame <= smallFrame {
		m.Attributes(attr.NOSPLIT)
	}
	m.SignatureExpr("func" + k.Signature(e.GoType()))
	m.Context.Comment(k.Doc)
	m.frame, m.widening, m.narrowing = operand.Mem{}, none, none
	if frame > 0 {
		m.frame = m.AllocLocal(frame)
	}
	// Elements that are widened one by one: see Load.
	reduce, ok := k.Loop.(vec.Reduce)
	m.zeroed = ok && reduce.Wide && e == vec.F32 && k.Strided()
	if m.zeroed {
		m.Zero(vec.V(m.Vectors()))
	}
}

// smallFrame is as much local memory as a function has that does not look whether the
// stack must grow.
const smallFrame = 64

// Return implements vec.Machine.
func (m *Machine) Return() {
	if m.bytes > 16 { // otherwise there is nothing to clear
		m.VZEROUPPER()
	}
	m.RET()
}

// Comment implements vec.Machine.
func (m *Machine) Comment(text string) { m.Context.Comment(text) }

// AlignLoop implements vec.Machine. It does nothing: with a PCALIGN inside the
// reach of a short jump, Go 1.26's assembler may grow and shrink the two in turn
// for ever.
func (m *Machine) AlignLoop() {}

// arg returns the place of an argument, or of a part of it.
func (m *Machine) arg(c gotypes.Component) operand.Mem {
	b, err := c.Resolve()
	if err != nil {
		panic(fmt.Sprintf("amd64: %v", err))
	}
	return b.Addr
}

// ArgBase implements vec.Machine.
func (m *Machine) ArgBase(dst vec.G, param string) { m.MOVQ(m.arg(m.Param(param).Base()), g(dst)) }

// ArgLen implements vec.Machine.
func (m *Machine) ArgLen(dst vec.G, param string) { m.MOVQ(m.arg(m.Param(param).Len()), g(dst)) }

// ArgInt implements vec.Machine.
func (m *Machine) ArgInt(dst vec.G, param string) { m.MOVQ(m.arg(m.Param(param)), g(dst)) }

// ArgBits implements vec.Machine.
func (m *Machine) ArgBits(dst vec.G, e vec.Elem, param string) {
	if e == vec.F32 {
		m.MOVL(m.arg(m.Param(param)), g(dst).As32())
		return
	}
	m.MOVQ(m.arg(m.Param(param)), g(dst))
}

// Local implements vec.Machine.
func (m *Machine) Local(dst vec.G) { m.LEAQ(m.frame, g(dst)) }

// SaveInt implements vec.Machine.
func (m *Machine) SaveInt(slot int, src vec.G) { m.MOVQ(g(src), m.frame.Offset(8*slot)) }

// LoadInt implements vec.Machine.
func (m *Machine) LoadInt(dst vec.G, slot int) { m.MOVQ(m.frame.Offset(8*slot), g(dst)) }

// Pointer implements vec.Machine.
func (m *Machine) Pointer(dst vec.G, from vec.Address) { m.MOVQ(mem(from), g(dst)) }

// Prefetch implements vec.Machine.
func (m *Machine) Prefetch(a vec.Address) { m.PREFETCHT0(mem(a)) }

// Move implements vec.Machine.
func (m *Machine) Move(dst, src vec.G) { m.MOVQ(g(src), g(dst)) }

// Set implements vec.Machine.
func (m *Machine) Set(dst vec.G, imm int) {
	if imm == 0 {
		m.XORL(g(dst).As32(), g(dst).As32())
		return
	}
	m.MOVQ(operand.I32(int32(imm)), g(dst))
}

// Add implements vec.Machine.
func (m *Machine) Add(dst, src vec.G) { m.ADDQ(g(src), g(dst)) }

// AddTimes implements vec.Machine.
func (m *Machine) AddTimes(dst, src vec.G, times int) {
	if times == 1 {
		m.Add(dst, src)
		return
	}
	m.LEAQ(operand.Mem{Base: g(dst), Index: g(src), Scale: uint8(times)}, g(dst))
}

// AddImm implements vec.Machine.
func (m *Machine) AddImm(dst vec.G, imm int) {
	if imm == 0 {
		return
	}
	if imm < 0 {
		m.SUBQ(immediate(-imm), g(dst))
		return
	}
	m.ADDQ(immediate(imm), g(dst))
}

// immediate returns the shortest operand for a constant.
func immediate(x int) operand.Op {
	if x == int(int8(x)) {
		return operand.I8(int8(x))
	}
	return operand.I32(int32(x))
}

// Mul implements vec.Machine.
func (m *Machine) Mul(dst, src vec.G) { m.IMULQ(g(src), g(dst)) }

// Neg implements vec.Machine.
func (m *Machine) Neg(dst vec.G) { m.NEGQ(g(dst)) }

// AndImm implements vec.Machine.
func (m *Machine) AndImm(dst vec.G, imm int) { m.ANDQ(immediate(imm), g(dst)) }

// ShiftLeft implements vec.Machine.
func (m *Machine) ShiftLeft(dst vec.G, by int) { m.SHLQ(operand.U8(uint8(by)), g(dst)) }

// ShiftRight implements vec.Machine.
func (m *Machine) ShiftRight(dst vec.G, by int) { m.SHRQ(operand.U8(uint8(by)), g(dst)) }

// Jump implements vec.Machine.
func (m *Machine) Jump(label string) { m.JMP(operand.LabelRef(label)) }

// JumpIf implements vec.Machine.
func (m *Machine) JumpIf(a vec.G, c vec.Cond, imm int, label string) {
	if imm == 0 {
		m.TESTQ(g(a), g(a))
	} else {
		m.CMPQ(g(a), immediate(imm))
	}
	m.jump(c, label)
}

func (m *Machine) jump(c vec.Cond, label string) {
	map[vec.Cond]func(operand.Op){
		vec.LT: m.JLT, vec.LE: m.JLE, vec.GE: m.JGE, vec.GT: m.JGT, vec.EQ: m.JEQ, vec.NE: m.JNE,
	}[c](operand.LabelRef(label))
}

// SubJump implements vec.Machine.
func (m *Machine) SubJump(a vec.G, imm int, c vec.Cond, label string) {
	m.SUBQ(immediate(imm), g(a))
	m.jump(c, label)
}

// JumpUnlessBit implements vec.Machine.
func (m *Machine) JumpUnlessBit(a vec.G, bit int, label string) { m.JumpUnlessBits(a, bit, label) }

// JumpUnlessBits implements vec.Machine.
func (m *Machine) JumpUnlessBits(a vec.G, bits int, label string) {
	m.TESTQ(operand.I32(int32(bits)), g(a))
	m.JEQ(operand.LabelRef(label))
}

// Zero implements vec.Machine. The shortest form clears the whole register.
func (m *Machine) Zero(dst vec.V) {
	if dst < 16 {
		x := sized(dst, 16)
		m.VXORPS(x, x, x)
		return
	}
	z := m.v(dst)
	m.VPXORD(z, z, z)
}

// Broadcast implements vec.Machine.
func (m *Machine) Broadcast(dst vec.V, in vec.Elem, u vec.Uniform) {
	m.broadcast(dst, in, m.uniform(u, in))
}

// BroadcastAt implements vec.Machine.
func (m *Machine) BroadcastAt(dst vec.V, in vec.Elem, a vec.Address) { m.broadcast(dst, in, mem(a)) }

// BroadcastBits implements vec.Machine.
func (m *Machine) BroadcastBits(dst vec.V, src vec.G) {
	if m.evex {
		m.VPBROADCASTD(g(src).As32(), m.v(dst))
		return
	}
	m.VMOVD(g(src).As32(), sized(dst, 16))
	m.VPBROADCASTD(sized(dst, 16), m.v(dst))
}

// LaneMultiples implements vec.Machine.
func (m *Machine) LaneMultiples(dst vec.V, first int, factor uint32) {
	m.VMOVUPS(m.table("multiples", func(i int) uint32 { return uint32(first+i) * factor }), m.v(dst))
}

func (m *Machine) broadcast(dst vec.V, in vec.Elem, from operand.Mem) {
	switch {
	case in == vec.F32:
		m.VBROADCASTSS(from, m.v(dst))
	case m.bytes == 16:
		m.VMOVDDUP(from, m.v(dst))
	default:
		m.VBROADCASTSD(from, m.v(dst))
	}
}

// uniform returns where a coefficient or constant stands in memory.
func (m *Machine) uniform(u vec.Uniform, e vec.Elem) operand.Mem {
	if u.Param != "" {
		return m.arg(m.Param(u.Param))
	}
	symbol := u.Const.Name + "_" + e.Short()
	if _, ok := m.data[symbol]; !ok {
		var c operand.Constant = operand.U64(u.Const.Bits(e))
		if e == vec.F32 {
			c = operand.U32(uint32(u.Const.Bits(e)))
		}
		m.data[symbol] = m.ConstData(symbol, c)
	}
	return m.data[symbol]
}

// Load implements vec.Machine.
func (m *Machine) Load(dst vec.V, in, of vec.Elem, a vec.Address, access vec.Access) {
	if isNarrow(of) {
		m.loadNarrow(dst, in, of, a, access)
		return
	}
	size := m.VectorBytes() * of.Size() / in.Size() // in memory
	raw := sized(dst, size)
	switch {
	case access == vec.Full && in != of:
		m.VCVTPS2PD(mem(a), m.v(dst))
		return
	case access == vec.Full:
		m.move(of)(mem(a), raw)
	case access == vec.Partial && m.evex && in != of:
		m.VCVTPS2PD_Z(mem(a), reg.K1, m.v(dst))
		return
	case access == vec.Partial && m.evex:
		if of == vec.F32 {
			m.VMOVUPS_Z(mem(a), reg.K1, raw)
		} else {
			m.VMOVUPD_Z(mem(a), reg.K1, raw)
		}
	case access == vec.Partial:
		m.loadPartial(dst, of, size, a)
	case access == 1 && in != of:
		// The instruction takes the upper lane from a register: better one that
		// is not waited for.
		x := sized(dst, 16)
		upper := sized(vec.V(m.Vectors()), 16)
		if !m.zeroed {
			m.VXORPS(x, x, x)
			upper = x
		}
		m.VCVTSS2SD(mem(a), upper, x)
		return
	default:
		bytes := int(access) * of.Size()
		m.part(bytes)(mem(a), sized(dst, bytes))
	}
	if in != of {
		m.VCVTPS2PD(raw, m.v(dst))
	}
}

// move returns the instruction that moves whole vectors.
func (m *Machine) move(e vec.Elem) func(...operand.Op) {
	if e == vec.F32 {
		return m.VMOVUPS
	}
	return m.VMOVUPD
}

// part returns the instruction that moves so many bytes, and clears the rest of
// the register on loading.
func (m *Machine) part(bytes int) func(...operand.Op) {
	switch bytes {
	case 4:
		return m.VMOVSS
	case 8:
		return m.VMOVSD
	default:
		return m.VMOVUPS
	}
}

// Store implements vec.Machine.
func (m *Machine) Store(src vec.V, in, of vec.Elem, a vec.Address, access vec.Access) {
	if isNarrow(of) {
		m.storeNarrow(src, of, a, access)
		return
	}
	e, size := of, m.VectorBytes()
	if in != of {
		size /= 2
		t := m.scratch(size)
		map[int]func(...operand.Op){64: m.VCVTPD2PS, 32: m.VCVTPD2PSY, 16: m.VCVTPD2PSX}[m.VectorBytes()](m.v(src), t)
		src = vec.V(m.Vectors())
	}
	switch {
	case access == vec.Full:
		m.move(e)(sized(src, size), mem(a))
	case access == vec.Partial && e == vec.F32:
		m.VMOVUPS(sized(src, size), reg.K1, mem(a))
	case access == vec.Partial:
		m.VMOVUPD(m.v(src), reg.K1, mem(a))
	default:
		bytes := int(access) * e.Size()
		m.part(bytes)(sized(src, bytes), mem(a))
	}
}

// loadPartial loads the elements that SetCount said, fewer than fill size bytes,
// each to its own lane, and clears the others. VMASKMOV would do it in one
// instruction, but emulators are seen to touch the masked elements too.
func (m *Machine) loadPartial(dst vec.V, of vec.Elem, size int, a vec.Address) {
	x, t := sized(dst, 16), m.scratch(16)
	if size == 16 {
		m.loadQuarter(x, of, mem(a))
		return
	}
	half, loaded := m.loadLabel("half"), m.loadLabel("loaded")
	m.TESTQ(operand.I32(int32(16/of.Size())), reg.RCX)
	m.JEQ(operand.LabelRef(half))
	m.loadQuarter(t, of, mem(a).Offset(16))
	m.VMOVUPS(mem(a), x)
	m.insertHigh(dst, t)
	m.JMP(operand.LabelRef(loaded))
	m.Label(half)
	m.loadQuarter(x, of, mem(a))
	m.Label(loaded)
}

// loadQuarter loads what the low bits of the count say, less than 16 bytes.
func (m *Machine) loadQuarter(x reg.VecPhysical, of vec.Elem, from operand.Mem) {
	odd, end := m.loadLabel("odd"), m.loadLabel("loaded")
	m.VXORPS(x, x, x)
	if of == vec.F32 {
		m.TESTQ(operand.I32(2), reg.RCX)
		m.JEQ(operand.LabelRef(odd))
		m.VMOVSD(from, x)
		m.TESTQ(operand.I32(1), reg.RCX)
		m.JEQ(operand.LabelRef(end))
		m.VINSERTPS(operand.U8(0x20), from.Offset(8), x, x)
		m.JMP(operand.LabelRef(end))
		m.Label(odd)
	}
	m.TESTQ(operand.I32(1), reg.RCX)
	m.JEQ(operand.LabelRef(end))
	m.part(of.Size())(from, x)
	m.Label(end)
}

// SetCount implements vec.Machine: a mask on AVX-512, bits to test on AVX2.
func (m *Machine) SetCount(n vec.G) {
	m.MOVQ(g(n), reg.RCX)
	if m.evex {
		m.MOVL(operand.U32(1<<32-1), reg.EAX)
		m.BZHIL(reg.ECX, reg.EAX, reg.EAX)
		m.KMOVW(reg.EAX, reg.K1)
	}
}

// UpperHalf implements vec.Machine.
func (m *Machine) UpperHalf(dst, src vec.V, bytes int) {
	switch bytes {
	case 64:
		m.VEXTRACTF64X4(operand.U8(1), sized(src, 64), sized(dst, 32))
	case 32:
		m.VEXTRACTF128(operand.U8(1), sized(src, 32), sized(dst, 16))
	case 16:
		m.VUNPCKHPD(sized(src, 16), sized(src, 16), sized(dst, 16))
	case 8:
		m.VMOVSHDUP(sized(src, 16), sized(dst, 16))
	default:
		panic(fmt.Sprintf("amd64: upper half of %d bytes", bytes))
	}
}

// Spread implements vec.Machine.
func (m *Machine) Spread(dst, src vec.V, e vec.Elem, bytes int) {
	d, s := sized(dst, max(bytes, 16)), sized(src, 16)
	switch {
	case e == vec.F32:
		m.VBROADCASTSS(s, d)
	case bytes <= 16:
		m.VMOVDDUP(s, d)
	default:
		m.VBROADCASTSD(s, d)
	}
}

// Convert implements vec.Machine.
func (m *Machine) Convert(dst, src vec.V, from, to vec.Elem) {
	d, s := sized(dst, 16), sized(src, 16)
	switch {
	case from == to && dst == src:
	case from == to:
		m.VMOVAPS(s, d)
	case from == vec.F32:
		m.VCVTSS2SD(s, s, d)
	default:
		m.VCVTSD2SS(s, s, d)
	}
}

// AddFirst implements vec.Machine.
func (m *Machine) AddFirst(dst, src vec.V) {
	m.VADDSD(sized(src, 16), sized(dst, 16), sized(dst, 16))
}

// FirstTrue implements vec.Machine: a bit behind those of the lanes stops the
// search.
func (m *Machine) FirstTrue(dst vec.G, src vec.V, e vec.Elem) {
	switch {
	case m.bytes == 64 && e == vec.F32:
		m.VPMOVD2M(m.v(src), reg.K2)
		m.KMOVW(reg.K2, reg.EAX)
	case m.bytes == 64:
		m.VPMOVQ2M(m.v(src), reg.K2)
		m.KMOVW(reg.K2, reg.EAX)
	case e == vec.F32:
		m.VMOVMSKPS(m.v(src), reg.EAX)
	default:
		m.VMOVMSKPD(m.v(src), reg.EAX)
	}
	m.ORL(operand.I32(1<<(m.VectorBytes()/e.Size())), reg.EAX)
	m.TZCNTL(reg.EAX, g(dst).As32()) // BSF takes four times as many micro-operations on AMD's cores
}

// ResultInt implements vec.Machine.
func (m *Machine) ResultInt(src vec.G) { m.MOVQ(g(src), m.arg(m.ReturnIndex(0))) }

// Result implements vec.Machine.
func (m *Machine) Result(src vec.V, e vec.Elem) {
	m.part(e.Size())(sized(src, 16), m.arg(m.ReturnIndex(0)))
}
