package vec

// G is a general register and V a vector register, each numbered from 0 by the
// machine.
type (
	G int
	V int
)

// Cond is a signed comparison.
type Cond int

// The comparisons of JumpIf.
const (
	LT Cond = iota
	LE
	GE
	GT
	EQ
	NE
)

// Access says how many elements a load or store touches.
type Access int

// A positive Access is a number of elements: that many are loaded into the first
// lanes and the others cleared, or that many are stored.
const (
	Full    Access = 0  // a whole vector
	Partial Access = -1 // as many as SetCount said
)

// Address is a place in memory.
type Address struct {
	Base G
	Disp int

	// With Times, 1, 2 or 4, so many times Index is added to the base, and there is
	// no Disp but for Pointer.
	Index G
	Times int
}

// Machine writes instructions for one instruction set. Its methods know no
// kernels and no loops. Registers that the machine needs for itself are not
// among those that it counts.
type Machine interface {
	VectorBytes() int // size of a vector register
	Vectors() int     // how many of them the language may use
	Generals() int    // how many general registers it may use

	// MaskedStores reports whether Store understands Partial. Where it does
	// not, the tail of a Map goes down in powers of two.
	MaskedStores() bool

	// Interleave reports whether the copies of every unrolled body should be
	// interleaved, for cores that cannot look far ahead.
	Interleave() bool

	// PeelBytes is the alignment of stores that is worth reaching for, 0 for
	// none.
	PeelBytes() int

	// HeldBytes is how many bytes of a vector that all rows of a matrix share are worth
	// holding in registers, where its elements are adjacent. A machine without masked
	// stores cannot hold one that is written.
	HeldBytes() int

	// RowByRow reports whether a matrix beyond the first-level cache is better read
	// row by row, even if that loads what the rows share for each of them.
	RowByRow() bool

	// AddsInPlace reports whether an OpMulAdd whose result goes to the register of what is
	// added takes one instruction, and all others more.
	AddsInPlace() bool

	// Scales reports whether the machine has OpScale, for float64.
	Scales() bool

	// Expand may record other operations in the place of one.
	Expand(b *Body, op Op, args []Val) (Val, bool)

	// Constants lists the constants that the machine's version of an operation takes
	// as further arguments.
	Constants(op Op, e Elem) []Const

	// Begin starts the function of a kernel, with frame bytes of local memory.
	Begin(k *Kernel, e Elem, frame int)
	Return()

	Comment(text string)
	Label(name string)
	AlignLoop()

	// General registers.
	ArgBase(dst G, param string)
	ArgLen(dst G, param string)
	ArgInt(dst G, param string)
	ArgBits(dst G, e Elem, param string) // a scalar's bits, with zeros above them
	Local(dst G)                         // address of the local memory
	SaveInt(slot int, src G)             // to the local memory's slot of 8 bytes
	LoadInt(dst G, slot int)
	Pointer(dst G, from Address)
	Prefetch(a Address) // into the first-level cache
	Move(dst, src G)
	Set(dst G, imm int)
	Add(dst, src G)
	AddTimes(dst, src G, times int) // dst += times*src, for times 1, 2 or 4
	AddImm(dst G, imm int)
	Mul(dst, src G)
	Neg(dst G)
	AndImm(dst G, imm int)
	ShiftLeft(dst G, by int)
	ShiftRight(dst G, by int)
	Jump(label string)
	JumpIf(a G, c Cond, imm int, label string)
	JumpUnlessBit(a G, bit int, label string)
	JumpUnlessBits(a G, bits int, label string) // if none of them is set; they are the lowest ones
	SubJump(a G, imm int, c Cond, label string) // a -= imm, and JumpIf a compares so with 0

	// Vector registers. The parameters in and of are the element types in registers and
	// in memory: float32 elements may be widened on loading, and rounded on storing. Of
	// those that are in memory alone, Elem tells; bfloat16 may be widened to float64.
	Zero(dst V)
	Broadcast(dst V, in Elem, u Uniform)
	BroadcastAt(dst V, in Elem, a Address)
	BroadcastBits(dst V, src G) // the lowest 32 bits, to all lanes of 32 bits
	// LaneMultiples sets the lanes of 32 bits to successive multiples of a factor.
	LaneMultiples(dst V, first int, factor uint32)
	Load(dst V, in, of Elem, a Address, access Access)
	// Gather is Load, with access Full or Partial, of elements that are so many
	// bytes apart. A Full one moves the pointer behind the last of them.
	Gather(dst V, in, of Elem, ptr, stride G, access Access)
	Store(src V, in, of Elem, a Address, access Access)
	// HoldFormats takes registers, for the rest of the function, with which it loads and
	// stores the formats of the kernel's streams in fewer instructions.
	HoldFormats(k *Kernel, register func() V)
	// Op needs to compute no more than the first so many bytes of dst; the others may
	// be cleared.
	Op(op Op, e Elem, bytes int, dst V, args ...V)
	// Shift is Op for OpShiftLeft, OpShiftRight and OpShiftRightSigned, by so many bits.
	Shift(op Op, e Elem, bytes, by int, dst, src V)

	// PackBytes sets dst to the lanes of 32 bits of four registers, as bytes without a sign,
	// or with one: what is too large or too small becomes the nearest. They stand in an order
	// of the machine's, which OrderBytes makes that of the lanes. The registers are lost. Of
	// bytes, Op has OpMinBits and OpMaxBits, for U8.
	PackBytes(dst V, from [4]V, signed bool)
	OrderBytes(dst, src V)

	// MemoryOperands reports whether the machine has OpMemory. That is OpAdd, OpSub or
	// OpMul of x and of so many bytes in memory, either a single element or 16 and more;
	// or OpAbs of 16 bytes and more in memory, with its constant in x. Where it is a
	// single element, the other lanes of dst are those of x.
	MemoryOperands() bool
	OpMemory(op Op, e Elem, bytes int, dst, x V, a Address)

	// MultiplyAdd computes dst += a*b, rounded once, in the first so many bytes at least,
	// as Op. A Product has it, and a Reduce whose products are exact.
	MultiplyAdd(e Elem, bytes int, dst, a, b V)

	// LoadPieces loads 16 bytes from each place, one behind the other.
	LoadPieces(dst V, places []Address)
	// TransposePieces transposes the squares of elements that the registers hold in 16
	// bytes of each, and returns the registers with the result, which are of either list.
	TransposePieces(e Elem, rows, others []V) []V

	// TileRows returns the rows of the best tile of so many vectors, 0 for more vectors
	// than a tile has. With ByLane, MultiplyAddLane computes dst += b times one lane of a,
	// and tiles of which rows are multiplied so have a power of two of them.
	TileRows(vectors int, byLane bool) int
	ByLane() bool
	MultiplyAddLane(e Elem, dst, b, a V, lane int)

	// SetCount prepares Partial accesses to n elements: less than a vector, or up
	// to a whole one where stores are masked.
	SetCount(n G)

	// FirstTrue sets dst to the first lane of src that has all its bits, or to
	// the number of lanes if there is none. The others have no bit.
	FirstTrue(dst G, src V, e Elem)

	// UpperHalf moves the upper half of the first bytes of src to the front of
	// dst; the rest of dst does not matter.
	UpperHalf(dst, src V, bytes int)

	// Spread sets the lanes in the first so many bytes of dst, at least, to the first of src.
	Spread(dst, src V, e Elem, bytes int)

	// Convert converts the first lane from one type to the other.
	Convert(dst, src V, from, to Elem)
	// AddFirst adds in the first lane, in float64: dst += src.
	AddFirst(dst, src V)
	// Result stores the first lane as the function's result.
	Result(src V, e Elem)
	// ResultInt stores the function's result.
	ResultInt(src G)
}
