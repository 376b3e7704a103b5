// Package arm64 lowers the vector language to NEON (Advanced SIMD).
//
// Go's assembler has the loads, stores and moves, but not the vector arithmetic;
// that goes through package enc and appears as WORD, with the instruction in a
// comment.
package arm64

import (
	"bytes"
	"fmt"
	"math/bits"

	"github.com/seed63264101/steepest/gen/arm64/enc"
	"github.com/seed63264101/steepest/gen/vec"
)

// Machine is NEON. It writes the kernels of one file.
type Machine struct {
	buf    bytes.Buffer
	kernel *vec.Kernel
	layout vec.Layout
	frame  int
	labels int
}

// New returns a machine.
func New() *Machine {
	m := &Machine{}
	m.buf.WriteString("\n//go:build !purego\n\n#include \"textflag.h\"\n")
	return m
}

// Print returns the file's text under the given header line.
func (m *Machine) Print(header string) []byte {
	return append([]byte(header+"\n"), m.buf.Bytes()...)
}

// Registers R0 to R15 are the language's, R16 and R17 the machine's: R16 holds
// the count of SetCount. Above stand the platform's register, the assembler's
// and Go's own.
const (
	generals = 16
	count    = "R16"
	temp     = "R17"
)

// scratch is the machine's vector register.
const scratch vec.V = 31

// VectorBytes implements vec.Machine.
func (m *Machine) VectorBytes() int { return 16 }

// Vectors implements vec.Machine.
func (m *Machine) Vectors() int { return int(scratch) }

// Generals implements vec.Machine.
func (m *Machine) Generals() int { return generals }

// MaskedStores implements vec.Machine.
func (m *Machine) MaskedStores() bool { return false }

// Interleave implements vec.Machine: small cores issue in order.
func (m *Machine) Interleave() bool { return true }

// AddsInPlace implements vec.Machine.
func (m *Machine) AddsInPlace() bool { return true }

// Scales implements vec.Machine.
func (m *Machine) Scales() bool { return false }

// PeelBytes implements vec.Machine. A vector crosses a cache line once in four
// loads at worst.
func (m *Machine) PeelBytes() int { return 0 }

// HeldBytes implements vec.Machine.
func (m *Machine) HeldBytes() int { return 0 }

// RowByRow implements vec.Machine.
func (m *Machine) RowByRow() bool { return false }

// Expand implements vec.Machine.
func (m *Machine) Expand(b *vec.Body, op vec.Op, args []vec.Val) (vec.Val, bool) {
	switch op {
	case vec.OpXor3:
		return b.Xor(args[0], b.Xor(args[1], args[2])), true
	case vec.OpAddWhere:
		return b.Or(b.KeepNonZero(args[2], b.AddBits(args[0], args[1])), args[4]), true
	case vec.OpKeepLess:
		return b.And(b.Less(args[0], args[1]), args[2]), true
	case vec.OpXorMasked:
		return b.And(b.Xor(args[1], args[2]), args[0]), true
	case vec.OpQuiet:
		return b.Quieted(args[0], args[1]), true
	}
	return 0, false
}

// Constants implements vec.Machine.
func (m *Machine) Constants(vec.Op, vec.Elem) []vec.Const { return nil }

// p writes an instruction.
func (m *Machine) p(format string, args ...any) {
	fmt.Fprintf(&m.buf, "\t"+format+"\n", args...)
}

// word writes an instruction that the assembler lacks.
func (m *Machine) word(in enc.Inst) { m.p("%v", in) }

func g(r vec.G) string { return fmt.Sprintf("R%d", r) }

func f(r vec.V) string { return fmt.Sprintf("F%d", r) }

func (m *Machine) mem(a vec.Address) string {
	switch {
	case a.Times == 1 && a.Disp == 0:
		return fmt.Sprintf("(R%d)(R%d)", a.Base, a.Index)
	case a.Times > 0: // loads and stores can only shift by the size of what they move
		m.p("ADD R%d<<%d, R%d, %s", a.Index, bits.TrailingZeros(uint(a.Times)), a.Base, temp)
		if a.Disp != 0 {
			return fmt.Sprintf("%d(%s)", a.Disp, temp)
		}
		return fmt.Sprintf("(%s)", temp)
	}
	if a.Disp == 0 {
		return fmt.Sprintf("(R%d)", a.Base)
	}
	return fmt.Sprintf("%d(R%d)", a.Disp, a.Base)
}

// arg returns the place of an argument's word.
func (m *Machine) arg(param, part string, offset int) string {
	base, ok := m.layout.Offset[param]
	if !ok {
		panic(fmt.Sprintf("arm64: kernel %s has no parameter %q", m.kernel.Name, param))
	}
	return fmt.Sprintf("%s%s+%d(FP)", param, part, base+offset)
}

// Begin implements vec.Machine.
func (m *Machine) Begin(k *vec.Kernel, e vec.Elem, frame int) {
	m.kernel, m.layout, m.frame = k, k.LayoutOf(e), frame
	flags := "NOSPLIT"
	if frame > smallFrame {
		flags = "0"
	}
	fmt.Fprintf(&m.buf, "\n// func %s%s\nTEXT ·%s(SB), %s, $%d-%d\n",
		k.Symbol(e), k.Signature(e.GoType()), k.Symbol(e), flags, frame, m.layout.Size)
	m.p("// %s", k.Doc)
}

// smallFrame is as much local memory as a function has that does not look whether the
// stack must grow.
const smallFrame = 64

// Return implements vec.Machine.
func (m *Machine) Return() { m.p("RET") }

// Comment implements vec.Machine.
func (m *Machine) Comment(text string) { fmt.Fprintf(&m.buf, "\n\t// %s\n", text) }

// Label implements vec.Machine.
func (m *Machine) Label(name string) { fmt.Fprintf(&m.buf, "\n%s:\n", name) }

// AlignLoop implements vec.Machine.
func (m *Machine) AlignLoop() { m.p("PCALIGN $16") }

// ArgBase implements vec.Machine.
func (m *Machine) ArgBase(dst vec.G, param string) {
	m.p("MOVD %s, %s", m.arg(param, "_base", 0), g(dst))
}

// ArgLen implements vec.Machine.
func (m *Machine) ArgLen(dst vec.G, param string) {
	m.p("MOVD %s, %s", m.arg(param, "_len", 8), g(dst))
}

// ArgInt implements vec.Machine.
func (m *Machine) ArgInt(dst vec.G, param string) { m.p("MOVD %s, %s", m.arg(param, "", 0), g(dst)) }

// ArgBits implements vec.Machine.
func (m *Machine) ArgBits(dst vec.G, e vec.Elem, param string) {
	m.p("%s %s, %s", loadBits(e), m.arg(param, "", 0), g(dst))
}

// loadBits returns the instruction that loads a number's bits into a general register.
func loadBits(e vec.Elem) string {
	if e == vec.F32 {
		return "MOVWU"
	}
	return "MOVD"
}

// Local implements vec.Machine.
func (m *Machine) Local(dst vec.G) { m.p("MOVD $local-%d(SP), %s", m.frame, g(dst)) }

// SaveInt implements vec.Machine.
func (m *Machine) SaveInt(slot int, src vec.G) {
	m.p("MOVD %s, local-%d(SP)", g(src), m.frame-8*slot)
}

// LoadInt implements vec.Machine.
func (m *Machine) LoadInt(dst vec.G, slot int) {
	m.p("MOVD local-%d(SP), %s", m.frame-8*slot, g(dst))
}

// Pointer implements vec.Machine.
func (m *Machine) Pointer(dst vec.G, from vec.Address) { m.p("MOVD %s, %s", m.mem(from), g(dst)) }

// Prefetch implements vec.Machine.
func (m *Machine) Prefetch(a vec.Address) { m.p("PRFM %s, PLDL1KEEP", m.mem(a)) }

// Move implements vec.Machine.
func (m *Machine) Move(dst, src vec.G) { m.p("MOVD %s, %s", g(src), g(dst)) }

// Set implements vec.Machine.
func (m *Machine) Set(dst vec.G, imm int) { m.p("MOVD $%d, %s", imm, g(dst)) }

// Add implements vec.Machine.
func (m *Machine) Add(dst, src vec.G) { m.p("ADD %s, %s, %s", g(src), g(dst), g(dst)) }

// AddTimes implements vec.Machine.
func (m *Machine) AddTimes(dst, src vec.G, times int) {
	m.p("ADD %s<<%d, %s, %s", g(src), bits.TrailingZeros(uint(times)), g(dst), g(dst))
}

// AddImm implements vec.Machine.
func (m *Machine) AddImm(dst vec.G, imm int) {
	if imm == 0 {
		return
	}
	op := "ADD"
	if imm < 0 {
		op, imm = "SUB", -imm
	}
	m.p("%s $%d, %s, %s", op, imm, g(dst), g(dst))
}

// Mul implements vec.Machine.
func (m *Machine) Mul(dst, src vec.G) { m.p("MUL %s, %s, %s", g(src), g(dst), g(dst)) }

// Neg implements vec.Machine.
func (m *Machine) Neg(dst vec.G) { m.p("NEG %s, %s", g(dst), g(dst)) }

// AndImm implements vec.Machine.
func (m *Machine) AndImm(dst vec.G, imm int) { m.p("AND $%d, %s, %s", imm, g(dst), g(dst)) }

// ShiftLeft implements vec.Machine.
func (m *Machine) ShiftLeft(dst vec.G, by int) { m.p("LSL $%d, %s, %s", by, g(dst), g(dst)) }

// ShiftRight implements vec.Machine.
func (m *Machine) ShiftRight(dst vec.G, by int) { m.p("LSR $%d, %s, %s", by, g(dst), g(dst)) }

// Jump implements vec.Machine.
func (m *Machine) Jump(label string) { m.p("B %s", label) }

// JumpIf implements vec.Machine.
func (m *Machine) JumpIf(a vec.G, c vec.Cond, imm int, label string) {
	if imm == 0 && c == vec.EQ {
		m.p("CBZ %s, %s", g(a), label)
		return
	}
	m.p("CMP $%d, %s", imm, g(a))
	m.branch(c, label)
}

func (m *Machine) branch(c vec.Cond, label string) {
	m.p("%s %s", map[vec.Cond]string{
		vec.LT: "BLT", vec.LE: "BLE", vec.GE: "BGE", vec.GT: "BGT", vec.EQ: "BEQ", vec.NE: "BNE",
	}[c], label)
}

// SubJump implements vec.Machine.
func (m *Machine) SubJump(a vec.G, imm int, c vec.Cond, label string) {
	m.p("SUBS $%d, %s, %s", imm, g(a), g(a))
	m.branch(c, label)
}

// JumpUnlessBit implements vec.Machine.
func (m *Machine) JumpUnlessBit(a vec.G, bit int, label string) {
	m.unlessBit(g(a), bit, label)
}

// JumpUnlessBits implements vec.Machine.
func (m *Machine) JumpUnlessBits(a vec.G, bits int, label string) {
	m.p("TST $%d, %s", bits, g(a))
	m.p("BEQ %s", label)
}

func (m *Machine) unlessBit(r string, bit int, label string) {
	if bits.OnesCount(uint(bit)) != 1 {
		panic(fmt.Sprintf("arm64: %d is not one bit", bit))
	}
	m.p("TBZ $%d, %s, %s", bits.TrailingZeros(uint(bit)), r, label)
}

// Zero implements vec.Machine.
func (m *Machine) Zero(dst vec.V) { m.p("VEOR V%d.B16, V%d.B16, V%d.B16", dst, dst, dst) }

// Broadcast implements vec.Machine.
func (m *Machine) Broadcast(dst vec.V, in vec.Elem, u vec.Uniform) {
	if u.Param != "" {
		m.broadcast(dst, in, m.arg(u.Param, "", 0))
		return
	}
	m.p("MOVD $0x%x, %s // %s", u.Const.Bits(in), temp, u.Const.Name)
	m.p("VDUP %s, V%d.%s", temp, dst, lanes(in))
}

// BroadcastAt implements vec.Machine.
func (m *Machine) BroadcastAt(dst vec.V, in vec.Elem, a vec.Address) { m.broadcast(dst, in, m.mem(a)) }

// BroadcastBits implements vec.Machine.
func (m *Machine) BroadcastBits(dst vec.V, src vec.G) { m.p("VDUP %s, V%d.S4", g(src), dst) }

// LaneMultiples implements vec.Machine.
func (m *Machine) LaneMultiples(dst vec.V, first int, factor uint32) {
	for i := range 2 {
		at := uint32(first + 2*i)
		m.p("MOVD $0x%x, %s", uint64((at+1)*factor)<<32|uint64(at*factor), temp)
		m.p("VMOV %s, V%d.D[%d]", temp, dst, i)
	}
}

func (m *Machine) broadcast(dst vec.V, in vec.Elem, from string) {
	m.p("%s %s, %s", loadBits(in), from, temp)
	m.p("VDUP %s, V%d.%s", temp, dst, lanes(in))
}

// lanes returns the arrangement of a whole register.
func lanes(e vec.Elem) string {
	if e == vec.F32 {
		return "S4"
	}
	return "D2"
}

// move returns the load or store of so many bytes at the front of a vector
// register; a load clears the rest.
func move(bytes int) string {
	switch bytes {
	case 4:
		return "FMOVS"
	case 8:
		return "FMOVD"
	default:
		return "FMOVQ"
	}
}

// load loads so many bytes. For whole registers the assembler knows no index.
func (m *Machine) load(dst vec.V, bytes int, a vec.Address) {
	if bytes == 16 && a.Times == 1 {
		m.word(enc.LDRRegister(enc.Q, enc.V(dst), enc.R(a.Base), enc.R(a.Index)))
		return
	}
	m.p("%s %s, %s", move(bytes), m.mem(a), f(dst))
}

// Load implements vec.Machine.
func (m *Machine) Load(dst vec.V, in, of vec.Elem, a vec.Address, access vec.Access) {
	if isNarrow(of) {
		m.loadNarrow(dst, in, of, a, access)
		return
	}
	lanes := 16 / in.Size()
	switch access {
	case vec.Full:
		m.load(dst, lanes*of.Size(), a)
	case vec.Partial:
		m.loadPartial(dst, lanes, of, a)
	default:
		m.load(dst, int(access)*of.Size(), a)
	}
	if in != of {
		m.word(enc.FCVTL(enc.V(dst), enc.V(dst)))
	}
}

// loadPartial loads the elements that SetCount said, fewer than lanes, each to
// its own lane.
func (m *Machine) loadPartial(dst vec.V, lanes int, of vec.Elem, a vec.Address) {
	m.labels++
	odd, end := fmt.Sprintf("odd%d", m.labels), fmt.Sprintf("loaded%d", m.labels)
	m.Zero(dst)
	if lanes == 4 {
		m.unlessBit(count, 2, odd)
		m.p("FMOVD %s, %s", m.mem(a), f(dst))
		m.unlessBit(count, 1, end)
		m.p("ADD $%d, %s, %s", a.Disp+8, g(a.Base), temp)
		m.p("VLD1 (%s), V%d.S[2]", temp, dst)
		m.Jump(end)
		m.Label(odd)
	}
	m.unlessBit(count, 1, end)
	m.p("%s %s, %s", move(of.Size()), m.mem(a), f(dst))
	m.Label(end)
}

// Gather implements vec.Machine.
func (m *Machine) Gather(dst vec.V, in, of vec.Elem, ptr, stride vec.G, access vec.Access) {
	lanes := 16 / in.Size()
	load := func(lane int) {
		if lane == 0 { // clears the others
			m.p("%s (%s), %s", move(of.Size()), g(ptr), f(dst))
		} else {
			m.p("VLD1 (%s), V%d.%s[%d]", g(ptr), dst, map[vec.Elem]string{vec.F32: "S", vec.F64: "D"}[of], lane)
		}
		m.p("ADD %s, %s, %s", g(stride), g(ptr), g(ptr))
	}
	if access == vec.Full {
		for i := range lanes {
			load(i)
		}
	} else {
		m.labels++
		odd, end := fmt.Sprintf("odd%d", m.labels), fmt.Sprintf("loaded%d", m.labels)
		m.Zero(dst)
		if lanes == 4 {
			m.unlessBit(count, 2, odd)
			load(0)
			load(1)
			m.unlessBit(count, 1, end)
			load(2)
			m.Jump(end)
			m.Label(odd)
		}
		m.unlessBit(count, 1, end)
		load(0)
		m.Label(end)
	}
	if in != of {
		m.word(enc.FCVTL(enc.V(dst), enc.V(dst)))
	}
}

// MemoryOperands implements vec.Machine.
func (m *Machine) MemoryOperands() bool { return false }

// OpMemory implements vec.Machine.
func (m *Machine) OpMemory(vec.Op, vec.Elem, int, vec.V, vec.V, vec.Address) {
	panic("arm64: arithmetic takes no operands in memory")
}

// Store implements vec.Machine.
func (m *Machine) Store(src vec.V, in, e vec.Elem, a vec.Address, access vec.Access) {
	if isNarrow(e) {
		m.storeNarrow(src, e, a, access)
		return
	}
	size := 16 * e.Size() / in.Size()
	if in != e {
		m.word(enc.FCVTN(enc.V(scratch), enc.V(src)))
		src = scratch
	}
	if access != vec.Full {
		size = int(access) * e.Size()
	}
	if size == 16 && a.Times == 1 {
		m.word(enc.STRRegister(enc.Q, enc.V(src), enc.R(a.Base), enc.R(a.Index)))
		return
	}
	m.p("%s %s, %s", move(size), f(src), m.mem(a))
}

// SetCount implements vec.Machine.
func (m *Machine) SetCount(n vec.G) { m.p("MOVD %s, %s", g(n), count) }

// UpperHalf implements vec.Machine.
func (m *Machine) UpperHalf(dst, src vec.V, bytes int) {
	if bytes == 16 {
		m.p("VEXT $8, V%d.B16, V%d.B16, V%d.B16", src, src, dst)
		return
	}
	m.p("VDUP V%d.S[1], V%d.S4", src, dst)
}

// Spread implements vec.Machine.
func (m *Machine) Spread(dst, src vec.V, e vec.Elem, _ int) {
	m.p("VDUP V%d.%s[0], V%d.%s", src, map[vec.Elem]string{vec.F32: "S", vec.F64: "D"}[e], dst, lanes(e))
}

// Convert implements vec.Machine.
func (m *Machine) Convert(dst, src vec.V, from, to vec.Elem) {
	switch {
	case from == to && dst == src:
	case from == to:
		m.p("VORR V%d.B16, V%d.B16, V%d.B16", src, src, dst)
	case from == vec.F32:
		m.p("FCVTSD %s, %s", f(src), f(dst))
	default:
		m.p("FCVTDS %s, %s", f(src), f(dst))
	}
}

// AddFirst implements vec.Machine.
func (m *Machine) AddFirst(dst, src vec.V) { m.p("FADDD %s, %s, %s", f(src), f(dst), f(dst)) }

// FirstTrue implements vec.Machine: the lanes are narrowed until all stand in a
// general register.
func (m *Machine) FirstTrue(dst vec.G, src vec.V, e vec.Elem) {
	half := "H8"
	if e == vec.F64 {
		half = "S4"
	}
	m.p("VUZP1 V%d.%s, V%d.%s, V%d.%s", src, half, src, half, scratch, half)
	m.p("FMOVD %s, %s", f(scratch), temp)
	m.p("RBIT %s, %s", temp, temp)
	m.p("CLZ %s, %s", temp, temp)
	m.p("LSR $%d, %s, %s", bits.TrailingZeros(uint(4*e.Size())), temp, g(dst))
}

// ResultInt implements vec.Machine.
func (m *Machine) ResultInt(src vec.G) { m.p("MOVD %s, ret+%d(FP)", g(src), m.layout.Result) }

// Result implements vec.Machine.
func (m *Machine) Result(src vec.V, e vec.Elem) {
	m.p("%s %s, ret+%d(FP)", move(e.Size()), f(src), m.layout.Result)
}

// Op implements vec.Machine.
func (m *Machine) Op(op vec.Op, e vec.Elem, _ int, dst vec.V, args ...vec.V) {
	arr := enc.S4
	switch e {
	case vec.F64:
		arr = enc.D2
	case vec.U8:
		arr = enc.B16
	}
	d, t := enc.V(dst), enc.V(scratch)
	a := make([]enc.V, len(args))
	for i, r := range args {
		a[i] = enc.V(r)
	}
	switch op {
	case vec.OpAdd:
		m.word(enc.FADD(arr, d, a[0], a[1]))
	case vec.OpSub:
		m.word(enc.FSUB(arr, d, a[0], a[1]))
	case vec.OpMul:
		m.word(enc.FMUL(arr, d, a[0], a[1]))
	case vec.OpDiv:
		m.word(enc.FDIV(arr, d, a[0], a[1]))
	case vec.OpSqrt:
		m.word(enc.FSQRT(arr, d, a[0]))
	case vec.OpAbs:
		m.word(enc.FABS(arr, d, a[0]))
	case vec.OpOr:
		m.word(enc.ORR(d, a[0], a[1]))
	case vec.OpMax, vec.OpMin:
		// FMAX would take any NaN, and order the zeros.
		greater, less := a[0], a[1]
		if op == vec.OpMin {
			greater, less = less, greater
		}
		m.word(enc.FCMGT(arr, t, greater, less))
		m.word(enc.BSL(t, a[0], a[1]))
		m.word(enc.MOV(d, t))
	case vec.OpAtLeast:
		m.word(enc.FMAX(arr, d, a[0], a[1]))
	case vec.OpEqual:
		m.word(enc.FCMEQ(arr, d, a[0], a[1]))
	case vec.OpMulAdd:
		switch {
		case d == a[2]:
			m.word(enc.FMLA(arr, d, a[0], a[1]))
		case d == a[0] || d == a[1]:
			m.word(enc.MOV(t, a[2]))
			m.word(enc.FMLA(arr, t, a[0], a[1]))
			m.word(enc.MOV(d, t))
		default:
			m.word(enc.MOV(d, a[2]))
			m.word(enc.FMLA(arr, d, a[0], a[1]))
		}
	case vec.OpAnd:
		m.word(enc.AND(d, a[0], a[1]))
	case vec.OpAddBits:
		m.word(enc.ADD(arr, d, a[0], a[1]))
	case vec.OpSubBits:
		m.word(enc.SUB(arr, d, a[0], a[1]))
	case vec.OpEqualBits:
		m.word(enc.CMEQ(arr, d, a[0], a[1]))
	case vec.OpLess:
		m.word(enc.FCMGT(arr, d, a[1], a[0]))
	case vec.OpNotAtLeast:
		m.word(enc.FCMGE(arr, d, a[0], a[1]))
		m.word(enc.NOT(d, d))
	case vec.OpXor:
		m.word(enc.EOR(d, a[0], a[1]))
	case vec.OpXor3:
		x, y := a[0], a[1]
		z := a[2]
		if d == z {
			x, z = z, x
		}
		m.word(enc.EOR(d, x, y))
		m.word(enc.EOR(d, d, z))
	case vec.OpMulHalves:
		m.word(enc.XTN(enc.D2, t, a[0]))
		m.word(enc.UMULL(d, t, a[1]))
	case vec.OpMulBits:
		m.word(enc.MUL(arr, d, a[0], a[1]))
	case vec.OpMinBits:
		m.word(enc.UMIN(arr, d, a[0], a[1]))
	case vec.OpMaxBits:
		m.word(enc.UMAX(arr, d, a[0], a[1]))
	case vec.OpShiftRightBy:
		// The instruction moves up, by a number with a sign.
		m.word(enc.NEG(arr, t, a[1]))
		m.word(enc.USHL(arr, d, a[0], t))
	case vec.OpKeepNonZero:
		m.word(enc.CMTST(arr, t, a[0], a[0]))
		m.word(enc.AND(d, a[1], t))
	case vec.OpOrMasked:
		m.word(enc.AND(t, a[1], a[0]))
		m.word(enc.ORR(d, a[2], t))
	case vec.OpSelect, vec.OpInsert:
		switch d {
		case a[0]:
			m.word(enc.BSL(d, a[1], a[2]))
		case a[1]:
			m.word(enc.BIF(d, a[2], a[0]))
		case a[2]:
			m.word(enc.BIT(d, a[1], a[0]))
		default:
			m.word(enc.MOV(d, a[0]))
			m.word(enc.BSL(d, a[1], a[2]))
		}
	case vec.OpMaxNaN:
		// As signed integers: there NaN is larger than infinity.
		if e == vec.F32 {
			m.word(enc.SMAX(arr, d, a[0], a[1]))
			return
		}
		m.word(enc.CMGT(arr, t, a[0], a[1]))
		m.word(enc.BSL(t, a[0], a[1]))
		m.word(enc.MOV(d, t))
	case vec.OpFlush:
		m.word(enc.FACGT(arr, t, a[1], a[0])) // threshold > |x|, false for NaN
		m.word(enc.BIC(d, a[0], t))
	default:
		panic(fmt.Sprintf("arm64: no instruction for operation %d", op))
	}
}

// Shift implements vec.Machine.
func (m *Machine) Shift(op vec.Op, e vec.Elem, _, by int, dst, src vec.V) {
	arr := enc.S4
	if e == vec.F64 {
		arr = enc.D2
	}
	shift := map[vec.Op]func(enc.Arr, enc.V, enc.V, int) enc.Inst{
		vec.OpShiftLeft: enc.SHL, vec.OpShiftRight: enc.USHR, vec.OpShiftRightSigned: enc.SSHR}[op]
	m.word(shift(arr, enc.V(dst), enc.V(src), by))
}
