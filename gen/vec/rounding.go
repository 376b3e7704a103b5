package vec

import "github.com/seed63264101/steepest/kernels/generic"

// Rounding is how a float32 becomes a BF16.
type Rounding int

// The roundings. From High on they add random bits below those that stay. Which of an element's
// bits these are is up to the stream, or to the parameter of kind Shift; the bits are those of
// generic.RandomBits, of two parameters of kind Bits32. A Map holds the first part of it, which
// depends on the element's place, in a register, and moves it on in front of each vector.
const (
	Truncate Rounding = iota
	Nearest           // to even
	High
	Middle
	Low
	Shifted
)

// Random reports whether a rounding is stochastic.
func (r Rounding) Random() bool { return r >= High }

// encode returns the bits of a value as a format stores them, or the upper half of them.
func (b *Body) encode(f Format, v Val) Val {
	bits := func(x uint32) Val { return b.Const(Pattern(x)) }
	switch {
	case f.Rest != "":
		nan := b.And(b.Or(v, bits(quiet)), bits(1<<32-1<<16))
		v = b.Select(b.NotAtLeast(v, v), nan, v)
		b.Store(f.Rest, v)
		return b.AddBits(v, bits(1<<15))
	case f.Round == Truncate:
		return v
	case f.Round == Nearest:
		even := b.And(b.ShiftRight(v, 16), bits(1))
		return b.Quiet(v, b.AddBits(b.AddBits(v, bits(1<<15-1)), even))
	}
	return b.Quiet(v, b.AddBits(v, b.random16(f.Round)))
}

// quiet is the bit that makes NaN quiet.
const quiet = 1 << 22

// hash has the random bits of the elements before their last step, which is the exclusive or
// with the upper half moved down, that half, and afterwards the bits themselves.
type hash struct{ last, upper, bits Val }

var noHash = hash{-1, -1, -1}

// hash records random bits but for their last step.
func (b *Body) hash() {
	if b.random != noHash {
		return
	}
	b.Note("the elements' random bits")
	next := b.Const(Pattern(uint32(b.machine.VectorBytes()/b.Elem.Size()) * generic.RandomLane))
	x := b.emit(instr{op: OpPlace, args: []Val{b.Held(lanePlace), b.Held(hashKey), next}}, true)
	x = b.MulBits(x, generic.RandomFactor0)
	x = b.MulBits(b.Xor(x, b.ShiftRight(x, 15)), generic.RandomFactor1)
	b.random.last, b.random.upper = x, b.ShiftRight(x, 16)
}

// Random returns the elements' random bits.
func (b *Body) Random() Val {
	b.hash()
	if b.random.bits < 0 {
		b.random.bits = b.Xor(b.random.last, b.random.upper)
	}
	return b.random.bits
}

// random16 returns sixteen of the elements' random bits.
func (b *Body) random16(r Rounding) Val {
	b.hash()
	var x Val
	switch r {
	case High:
		return b.random.upper // the last step leaves them as they are
	case Middle:
		x = b.ShiftRight(b.Random(), generic.Middle16)
	case Low:
		if b.random.bits < 0 {
			return b.XorMasked(b.Const(Pattern(1<<16-1)), b.random.last, b.random.upper)
		}
		x = b.Random()
	default:
		x = b.ShiftRightBy(b.Random(), b.Coef(b.kernel.OfKind(Shift).Name))
	}
	return b.And(x, b.Const(Pattern(1<<16-1)))
}

// key returns the index of one of the parameters of kind Bits32.
func (k *Kernel) key(number int) int {
	for i, p := range k.Params {
		if p.Kind == Bits32 {
			if number == 0 {
				return i
			}
			number--
		}
	}
	panic("vec: kernel " + k.Name + " lacks the keys of random bits")
}

// What random bits begin with, as held values: the place with the first key, and the other key
// with its own upper half, as the first step has both.
const (
	lanePlace = "place"
	hashKey   = "hash key"
)

// holdPlace gives registers to the place of the elements before the first vector, and to what
// else random bits begin with, if the body uses them. first sets a register to the first key.
func (g *gen) holdPlace(b *Body, first func(dst V)) {
	if !b.holds(lanePlace) {
		return
	}
	at, key, t := g.hold(lanePlace), g.hold(hashKey), g.free[len(g.free)-1]
	bytes := g.m.VectorBytes()
	g.m.LaneMultiples(at, -g.lanes(b.Elem), generic.RandomLane)
	first(t)
	g.m.Op(OpAddBits, F32, bytes, at, at, t)
	g.m.Broadcast(key, F32, Uniform{Param: g.k.Params[g.k.key(1)].Name})
	g.m.Shift(OpShiftRight, F32, bytes, 16, t, key)
	g.m.Op(OpXor, F32, bytes, key, key, t)
}

// back moves the place of the body's elements back behind a step of fewer elements than a
// vector has.
func (g *gen) back(b *Body, elements int) {
	if !b.holds(lanePlace) {
		return
	}
	at, by := g.resident[Uniform{Held: lanePlace}], g.free[len(g.free)-1]
	g.m.Broadcast(by, F32, Uniform{Const: Pattern(uint32(g.lanes(b.Elem)-elements) * generic.RandomLane)})
	g.m.Op(OpSubBits, F32, g.m.VectorBytes(), at, at, by)
}

// backBy is back for a number of elements in a register.
func (g *gen) backBy(b *Body, elements G) {
	if !b.holds(lanePlace) {
		return
	}
	at, by := g.resident[Uniform{Held: lanePlace}], g.free[len(g.free)-1]
	t, lane := g.general(), g.general()
	g.m.Move(t, elements)
	g.m.AddImm(t, -g.lanes(b.Elem))
	g.m.Set(lane, generic.RandomLane-1<<32) // the lower 32 bits count
	g.m.Mul(t, lane)
	g.m.BroadcastBits(by, t)
	g.m.Op(OpAddBits, F32, g.m.VectorBytes(), at, at, by)
	g.generals -= 2
}
