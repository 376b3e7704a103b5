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
		return b.orQuiet(b.AddBits(b.AddBits(v, bits(1<<15-1)), even), v)
	}
	return b.orQuiet(b.AddBits(v, b.random16(f.Round)), v)
}

// quiet is the bit that makes NaN quiet.
const quiet = 1 << 22

// orQuiet returns x, or v as a quiet NaN where it is NaN.
func (b *Body) orQuiet(x, v Val) Val {
	return b.Select(b.NotAtLeast(v, v), b.Or(v, b.Const(Pattern(quiet))), x)
}

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
	x := b.emit(instr{op: OpPlace, args: []Val{b.Held(lanePlace), b.Coef(b.kernel.Params[b.kernel.key(1)].Name), next}}, true)
	x = b.MulBits(b.Xor(x, b.ShiftRight(x, 16)), generic.RandomFactor0)
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

// lanePlace is the held value that random bits begin with.
const lanePlace = "place"

// holdPlace gives a register to the place of the elements before the first vector, if the body
// uses that.
func (g *gen) holdPlace(b *Body) {
	if !b.holds(lanePlace) {
		return
	}
	at := g.hold(lanePlace)
	g.m.LaneMultiples(at, -g.lanes(b.Elem), generic.RandomLane)
	key := g.free[len(g.free)-1]
	g.m.Broadcast(key, F32, Uniform{Param: g.k.Params[g.k.key(0)].Name})
	g.m.Op(OpAddBits, F32, g.m.VectorBytes(), at, at, key)
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
