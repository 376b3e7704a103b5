package vec

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels/generic"
)

// Val is a value of a body: a vector, one lane per element. Values that are the
// same in every lane and every iteration (coefficients and constants) are
// uniform.
type Val int

// Op is a lane-wise operation.
type Op int

// The operations. Each rounds once, where it rounds at all.
const (
	OpLoad    Op = iota // the stream's vector
	OpStore             // stores its argument to the stream
	OpAccum             // accumulates its argument, or the product of its two: see Reduce
	OpAdd               // a + b
	OpSub               // a - b
	OpMul               // a * b
	OpDiv               // a / b
	OpSqrt              // square root
	OpAbs               // |a|
	OpOr                // bits of a or bits of b
	OpMax               // a where a > b, otherwise b
	OpMin               // a where a < b, otherwise b
	OpMaxNaN            // larger of two non-negative numbers; NaN beats all
	OpFlush             // a, or +0 where |a| < b; NaN stays
	OpAtLeast           // a, or b, which is positive, where a < b; NaN stays
	OpEqual             // all bits where a = b, otherwise none

	// What functions are made of. Sums of bits wrap around.
	OpMulAdd           // a*b + c, rounded once
	OpAnd              // bits of a and bits of b
	OpAddBits          // bits of a, as an integer, + bits of b
	OpSubBits          // bits of a, as an integer, - bits of b
	OpShiftLeft        // bits of a, moved up by a constant
	OpShiftRight       // bits of a, moved down by a constant, zeros above
	OpShiftRightSigned // likewise, copies of the sign above, in lanes of 32 bits
	OpEqualBits        // all bits where a and b have the same bits, otherwise none
	OpLess             // all bits where a < b, otherwise none
	OpNotAtLeast       // all bits unless a >= b: also for NaN
	OpScale            // a * 2^b for whole b, rounded once: see Machine.Scales
	OpSelect           // b where a has all bits, c where it has none

	// What random numbers are made of, too, in lanes of 64 bits.
	OpXor       // bits of a or of b, but not of both
	OpXor3      // the same of three
	OpMulHalves // the product of the lower halves of a and b, which has two equal ones
	OpInsert    // c, with b's bits where a has them, and c none
	OpKeepLess  // c where a < b, otherwise +0
	OpCount     // the counts of the step's next blocks: see Random
	OpPlace     // the first step of random bits: a, moved on by c, with its upper half and b

	// What formats of few bits are made of, too, in lanes of 32 bits.
	OpMulBits      // the lower half of the product of a and b, as integers
	OpMinBits      // the smaller of a and b, as integers without a sign
	OpMaxBits      // the larger of a and b, as integers without a sign
	OpShiftRightBy // bits of a, moved down by as many as b says, less than 32, zeros above
	OpKeepNonZero  // b where a has any bits, otherwise +0
	OpOrMasked     // bits of c, and those of b where a has them
	OpAddWhere     // the sum of a and b, as integers, where c has any bits of d, otherwise e: see AddWhere
	OpXorMasked    // bits of b or of c, but not of both, where a has them
	OpQuiet        // b, or a as a quiet NaN where it is NaN

	// For a Machine's Expand only.
	OpKeepBits // a where it has any of the bits of b, otherwise +0
)

// Const is a constant of a body, given by its bits for each element type.
type Const struct {
	Name   string // for the generated text
	Bits32 uint32
	Bits64 uint64
}

// Bits returns the constant's bits for the element type.
func (c Const) Bits(e Elem) uint64 {
	if e == F32 {
		return uint64(c.Bits32)
	}
	return c.Bits64
}

// Number returns a constant of float64 by its bits, of which its name tells.
func Number(bits uint64) Const { return Const{Name: fmt.Sprintf("x%016x", bits), Bits64: bits} }

// Uniform is a value that is equal in all lanes, or that a skeleton holds in a
// register of its own: a scalar parameter, a word in memory, a constant, or a held value.
type Uniform struct {
	Param string // the parameter's name, or ""
	Held  string // the held value's name, or ""
	Word  int    // the word's number in Words, which is not the first, or 0
	Const Const
}

// instr is one operation of a recorded body.
type instr struct {
	op     Op
	dst    Val // -1: none
	args   []Val
	stream int    // OpLoad, OpStore; OpAccum: which of the body's sums
	part   int    // OpLoad, OpStore: which of the body's parts
	by     int    // OpShiftLeft, OpShiftRight, OpShiftRightSigned: so many bits
	note   string // the step of the formula that begins here
}

// Body records the operations of a kernel for one element type.
type Body struct {
	Elem Elem // what the lanes compute in

	// exact says that a product of two loads is exact, as it is of float32 elements in
	// float64: then to round it or not before it is added makes no difference.
	exact bool

	kernel  *Kernel
	machine Machine
	streams []Param
	code    []instr
	vals    int
	uni     []Uniform
	uniVal  map[Val]int // value → index in uni
	loaded  map[int]Val
	random  hash
	note    string
	deep    int // how many copies of a function are interleaved, 0 for other bodies
	parts   int // in how many parts of a block a copy works: see Random; 0 for other bodies
	part    int // the one that is recorded

	// ready says that partial vectors are in registers before a step, which loads none.
	ready bool
}

func newBody(k *Kernel, e Elem, m Machine, streams []Param) *Body {
	return &Body{Elem: e, kernel: k, machine: m, streams: streams,
		uniVal: map[Val]int{}, loaded: map[int]Val{}, random: noHash}
}

// Note names the step of the formula that the next operations compute. It
// becomes a comment in the generated code.
func (b *Body) Note(text string) { b.note = text }

func (b *Body) emit(in instr, hasDst bool) Val {
	in.dst = -1
	if hasDst {
		in.dst = Val(b.vals)
		b.vals++
	}
	in.note, b.note = b.note, ""
	in.part = b.part
	b.code = append(b.code, in)
	return in.dst
}

func (b *Body) stream(name string) int {
	for i, s := range b.streams {
		if s.Name == name {
			return i
		}
	}
	panic(fmt.Sprintf("vec: kernel %s has no stream %q", b.kernel.Name, name))
}

// storesLast moves the stores behind all other operations. Streams often begin
// at the same place of a page, and then a load that follows a store to another
// stream looks to the core like one from the same address: it waits. Adam in the
// first-level cache is three times slower with a store between its loads.
func (b *Body) storesLast() {
	slices.SortStableFunc(b.code, func(x, y instr) int {
		return cmp.Compare(btoi(x.op == OpStore), btoi(y.op == OpStore))
	})
}

// checkUsed panics if the result of an operation is used by none: it would be computed for
// nothing.
func (b *Body) checkUsed() {
	used := map[Val]bool{}
	for _, in := range b.code {
		for _, arg := range in.args {
			used[arg] = true
		}
	}
	for _, in := range b.code {
		if in.dst >= 0 && !used[in.dst] {
			panic(fmt.Sprintf("vec: kernel %s: nothing uses the result of operation %d", b.kernel.Name, in.op))
		}
	}
}

// loadsAtUse moves each load to the front of the first operation that uses it: a register
// holds its vector no longer than it must.
func (b *Body) loadsAtUse() {
	var code []instr
	loads := map[Val]instr{}
	for _, in := range b.code {
		if in.op == OpLoad {
			loads[in.dst] = in
			continue
		}
		for _, arg := range in.args {
			if load, ok := loads[arg]; ok {
				code = append(code, load)
				delete(loads, arg)
			}
		}
		code = append(code, in)
	}
	b.code = code
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Load returns the current elements of a stream. A stream is loaded once.
func (b *Body) Load(name string) Val {
	s := b.stream(name)
	if !b.streams[s].Kind.Loads() {
		panic(fmt.Sprintf("vec: kernel %s reads stream %q", b.kernel.Name, name))
	}
	v, ok := b.loaded[s]
	if !ok {
		v = b.emit(instr{op: OpLoad, stream: s}, true)
		if rest := b.streams[s].Format.Rest; rest != "" {
			v = b.AddBits(v, b.Load(rest))
		}
		if code := b.streams[s].Format.Code; code != 0 {
			v = b.decode8(name, code, v)
		}
		b.loaded[s] = v
	}
	return v
}

// Again returns what Load returned, loaded once more: no register needs to hold it from its
// first use to this one.
func (b *Body) Again(loaded Val) Val {
	for _, in := range b.code {
		if in.op == OpLoad && in.dst == loaded {
			return b.emit(instr{op: OpLoad, stream: in.stream}, true)
		}
	}
	panic(fmt.Sprintf("vec: kernel %s loads again what it has not loaded", b.kernel.Name))
}

// Store writes a value to the current elements of a stream.
func (b *Body) Store(name string, v Val) {
	s := b.stream(name)
	if !b.streams[s].Kind.Stores() {
		panic(fmt.Sprintf("vec: kernel %s writes stream %q", b.kernel.Name, name))
	}
	if b.streams[s].Format.Code != 0 {
		s = b.stream(uncoded(name))
	}
	b.emit(instr{op: OpStore, stream: s, args: []Val{b.encode(b.streams[s].Format, v)}}, false)
}

// Coef returns a scalar parameter in all lanes.
func (b *Body) Coef(name string) Val {
	b.kernel.Param(name)
	return b.uniform(Uniform{Param: name})
}

// Const returns a constant in all lanes.
func (b *Body) Const(c Const) Val { return b.uniform(Uniform{Const: c}) }

// Word returns one of the words that all lanes share.
func (b *Body) Word(number int) Val { return b.uniform(Uniform{Word: number}) }

// Held returns a value that the skeleton has put in a register.
func (b *Body) Held(name string) Val { return b.uniform(Uniform{Held: name}) }

// holds reports whether the body uses a held value.
func (b *Body) holds(name string) bool {
	return slices.ContainsFunc(b.uni, func(u Uniform) bool { return u.Held == name })
}

// Accumulate adds a term to one of the body's sums: see accumulation. An exact product
// that was computed last is left to a multiply-add, which gives the same bits.
func (b *Body) Accumulate(sum int, term Val) {
	args := []Val{term}
	if last := len(b.code) - 1; b.exact && last >= 0 && b.code[last].dst == term && b.isProductOfLoads(b.code[last]) {
		args, b.code = b.code[last].args, b.code[:last]
	}
	b.emit(instr{op: OpAccum, stream: sum, args: args}, false)
}

// isProductOfLoads reports whether an operation multiplies two loads as they are.
func (b *Body) isProductOfLoads(in instr) bool {
	if in.op != OpMul {
		return false
	}
	for _, arg := range in.args {
		i := slices.IndexFunc(b.code, func(of instr) bool { return of.dst == arg })
		if i < 0 || b.code[i].op != OpLoad {
			return false
		}
	}
	return true
}

func (b *Body) uniform(u Uniform) Val {
	for v, i := range b.uniVal {
		if b.uni[i] == u {
			return v
		}
	}
	v := Val(b.vals)
	b.vals++
	b.uniVal[v] = len(b.uni)
	b.uni = append(b.uni, u)
	return v
}

// op records an operation, or what the machine has in its place, together with
// the constants that the machine's version needs.
func (b *Body) op(op Op, args ...Val) Val {
	if v, ok := b.machine.Expand(b, op, args); ok {
		return v
	}
	for _, c := range b.machine.Constants(op, b.Elem) {
		args = append(args, b.Const(c))
	}
	return b.emit(instr{op: op, args: args}, true)
}

// Add returns x + y.
func (b *Body) Add(x, y Val) Val { return b.op(OpAdd, x, y) }

// Sub returns x - y.
func (b *Body) Sub(x, y Val) Val { return b.op(OpSub, x, y) }

// Mul returns x * y.
func (b *Body) Mul(x, y Val) Val { return b.op(OpMul, x, y) }

// Div returns x / y.
func (b *Body) Div(x, y Val) Val { return b.op(OpDiv, x, y) }

// Sqrt returns the square root of x.
func (b *Body) Sqrt(x Val) Val { return b.op(OpSqrt, x) }

// Abs returns |x|.
func (b *Body) Abs(x Val) Val { return b.op(OpAbs, x) }

// Max returns x where x > y, otherwise y: a NaN in y stays, one in x goes.
func (b *Body) Max(x, y Val) Val { return b.op(OpMax, x, y) }

// Min returns x where x < y, otherwise y: a NaN in y stays, one in x goes.
func (b *Body) Min(x, y Val) Val { return b.op(OpMin, x, y) }

// Equal returns all bits where x = y, otherwise none: NaN equals nothing.
func (b *Body) Equal(x, y Val) Val { return b.op(OpEqual, x, y) }

// MulAdd returns x*y + z, rounded once. Only functions have it: see Function.
func (b *Body) MulAdd(x, y, z Val) Val { return b.op(OpMulAdd, x, y, z) }

// And returns the bitwise and of x and y.
func (b *Body) And(x, y Val) Val { return b.op(OpAnd, x, y) }

// AddBits returns the sum of x and y as integers.
func (b *Body) AddBits(x, y Val) Val { return b.op(OpAddBits, x, y) }

// SubBits returns the difference of x and y as integers.
func (b *Body) SubBits(x, y Val) Val { return b.op(OpSubBits, x, y) }

// ShiftLeft moves the bits of x up by a constant, less than a lane has.
func (b *Body) ShiftLeft(x Val, by int) Val { return b.shift(OpShiftLeft, x, by) }

// ShiftRight moves the bits of x down by a constant, at least 1 and less than a lane has.
func (b *Body) ShiftRight(x Val, by int) Val { return b.shift(OpShiftRight, x, by) }

// shift moves the bits of x by a constant.
func (b *Body) shift(op Op, x Val, by int) Val {
	return b.emit(instr{op: op, args: []Val{x}, by: by}, true)
}

// mantissa is the width of the mantissa's field.
func (b *Body) mantissa() int {
	if b.Elem == F32 {
		return 23
	}
	return 52
}

// ShiftUp moves the lowest bits of x up to the exponent's field and the sign.
func (b *Body) ShiftUp(x Val) Val { return b.ShiftLeft(x, b.mantissa()) }

// ShiftDown moves the exponent's field and the sign of x down to the lowest bits.
func (b *Body) ShiftDown(x Val) Val { return b.ShiftRight(x, b.mantissa()) }

// EqualBits returns all bits where x and y have the same bits, otherwise none.
func (b *Body) EqualBits(x, y Val) Val { return b.op(OpEqualBits, x, y) }

// Less returns all bits where x < y, otherwise none: NaN is not less.
func (b *Body) Less(x, y Val) Val { return b.op(OpLess, x, y) }

// NotAtLeast returns all bits unless x >= y: those of a NaN, where one is.
func (b *Body) NotAtLeast(x, y Val) Val { return b.op(OpNotAtLeast, x, y) }

// Scale returns x * 2^k, rounded once, for the k in the lowest bits of low, which is the
// sum of generic.Whole and k: from -1150 to 0, or with grows to 1024, where x must be
// normal unless k is 0.
func (b *Body) Scale(x, low Val, grows bool) Val {
	number := func(x float64) Val { return b.Const(Number(math.Float64bits(x))) }
	if b.machine.Scales() {
		return b.op(OpScale, x, b.Sub(low, number(generic.Whole)))
	}
	// In two steps, of which the first is exact: by 2^k and another power, so that they
	// together are a normal number, and by that power's inverse.
	unit, back := number(1), number(1)
	if grows {
		unit, back = number(0.5), number(2)
	}
	small := b.Less(low, number(generic.Whole-960))
	unit = b.Select(small, number(0x1p200), unit)
	back = b.Select(small, number(0x1p-200), back)
	return b.Mul(b.Mul(x, b.AddBits(unit, b.ShiftUp(low))), back)
}

// Select returns x where the mask has all bits, y where it has none.
func (b *Body) Select(mask, x, y Val) Val { return b.op(OpSelect, mask, x, y) }

// Xor returns the bitwise exclusive or of x and y.
func (b *Body) Xor(x, y Val) Val { return b.op(OpXor, x, y) }

// Xor3 returns the bitwise exclusive or of three values. Of y and z it may be taken first.
func (b *Body) Xor3(x, y, z Val) Val { return b.op(OpXor3, x, y, z) }

// MulHalves returns the product of the lower half of x and a number, as integers.
func (b *Body) MulHalves(x Val, number uint32) Val {
	return b.op(OpMulHalves, x, b.Const(Number(uint64(number)<<32|uint64(number))))
}

// Insert returns into, which has none of the mask's bits, with those of x.
func (b *Body) Insert(mask uint64, x Val, into uint64) Val {
	if mask&into != 0 {
		panic(fmt.Sprintf("vec: kernel %s: bits of %x are in the way of those of %x", b.kernel.Name, into, mask))
	}
	return b.op(OpInsert, b.Const(Number(mask)), x, b.Const(Number(into)))
}

// KeepLess returns z where x < y, otherwise +0.
func (b *Body) KeepLess(x, y, z Val) Val { return b.op(OpKeepLess, x, y, z) }

// Pattern is a constant of lanes of 32 bits by its bits, of which its name tells.
func Pattern(bits uint32) Const { return Const{Name: fmt.Sprintf("x%08x", bits), Bits32: bits} }

// MulBits returns the lower half of the product of x and a number, as integers.
func (b *Body) MulBits(x Val, number uint32) Val {
	return b.op(OpMulBits, x, b.Const(Pattern(number)))
}

// MinBits returns the smaller of x and y, as integers without a sign.
func (b *Body) MinBits(x, y Val) Val { return b.op(OpMinBits, x, y) }

// MaxBits returns the larger of x and y, as integers without a sign.
func (b *Body) MaxBits(x, y Val) Val { return b.op(OpMaxBits, x, y) }

// ShiftRightBy moves the bits of x down by as many as a uniform value says, less than 32.
func (b *Body) ShiftRightBy(x, by Val) Val { return b.op(OpShiftRightBy, x, by) }

// KeepNonZero returns y where x has any bits, otherwise +0.
func (b *Body) KeepNonZero(x, y Val) Val { return b.op(OpKeepNonZero, x, y) }

// AddWhere returns the sum of x and y, as integers, where c has any of the bits of in,
// otherwise other. It must have no bits where in has all those that c may have, and otherwise
// be NaN: a machine may or it with the sum, or +0 where c is 0.
func (b *Body) AddWhere(x, y, c, in, other Val) Val { return b.op(OpAddWhere, x, y, c, in, other) }

// OrMasked returns the bits of y, and those of x where the mask has them.
func (b *Body) OrMasked(mask, x, y Val) Val { return b.op(OpOrMasked, mask, x, y) }

// XorMasked returns the bitwise exclusive or of x and y where the mask has bits, otherwise none.
func (b *Body) XorMasked(mask, x, y Val) Val { return b.op(OpXorMasked, mask, x, y) }

// Quiet returns x, or v as a quiet NaN where it is NaN.
func (b *Body) Quiet(v, x Val) Val { return b.op(OpQuiet, v, x) }

// Quieted is Quiet in other operations, for Expand.
func (b *Body) Quieted(v, x Val) Val {
	return b.Select(b.NotAtLeast(v, v), b.Or(v, b.Const(Pattern(quiet))), x)
}

// Or returns the bitwise or of x and y.
func (b *Body) Or(x, y Val) Val { return b.op(OpOr, x, y) }

// Flush returns x, or +0 where |x| < threshold; NaN stays. The threshold is a power
// of two whose exponent field is one too, so that a test of the field's upper bits
// decides.
func (b *Body) Flush(x Val, threshold Const) Val {
	for _, bits := range []uint64{uint64(threshold.Bits32), threshold.Bits64} {
		if bits == 0 || bits&(bits-1) != 0 {
			panic(fmt.Sprintf("vec: kernel %s: flush threshold %s is no power of two of a power of two", b.kernel.Name, threshold.Name))
		}
	}
	return b.op(OpFlush, x, b.Const(threshold))
}

// AtLeast returns x, or least where x < least; NaN stays. It must be a positive
// number, so that signs of zeros do not matter.
func (b *Body) AtLeast(x Val, least Const) Val {
	if !(math.Float32frombits(least.Bits32) > 0 && math.Float64frombits(least.Bits64) > 0) {
		panic(fmt.Sprintf("vec: kernel %s: least value %s is no positive number", b.kernel.Name, least.Name))
	}
	return b.op(OpAtLeast, x, b.Const(least))
}

// ConstOf returns the constant that a value is, for Expand.
func (b *Body) ConstOf(v Val) Const { return b.uni[b.uniVal[v]].Const }

// KeepBits returns x where it has any of the bits of mask, otherwise +0.
func (b *Body) KeepBits(x, mask Val) Val { return b.op(OpKeepBits, x, mask) }

// Bits returns the bitwise or of all streams that are read: the cheapest value
// that depends on every one. Limit probes use it.
func (b *Body) Bits() Val {
	all := Val(-1)
	for _, s := range b.streams {
		if !s.Kind.Loads() {
			continue
		}
		if v := b.Load(s.Name); all < 0 {
			all = v
		} else {
			all = b.Or(all, v)
		}
	}
	return all
}
