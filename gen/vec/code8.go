package vec

import "github.com/seed63264101/steepest/kernels/generic"

// Code is how a float32 is coded in 8 bits: see generic.QuantizeSigned and QuantizeUnsigned.
type Code int

// The codes.
const (
	Signed   Code = iota + 1 // as first moments and velocities are
	Unsigned                 // as second moments are
	Positive                 // likewise, of numbers that are never stored as 0
)

// codes tells of each code.
var codes = map[Code]struct {
	span  uint32 // how far below a block's exponent that of the least number's code lies
	spare uint32 // what random bits may add to the greatest number
	limit uint32 // the greatest code, without its sign
}{
	Signed:   {generic.SpanSigned, generic.SpareSigned, 127},
	Unsigned: {generic.SpanUnsigned, generic.SpareUnsigned, 255},
	Positive: {generic.SpanUnsigned, generic.SpareUnsigned, 255},
}

// inBytes repeats a byte in all of a lane's.
const inBytes = 0x01010101

// Bits of float32.
const (
	infinity = 0x7f800000
	aNaN     = infinity | quiet
	signBit  = 1 << 31
)

// Where a body finds what belongs to a block and to a coded stream, as held values or as
// streams of one element.
func exponent(stream string) string  { return stream + " exponent" }
func base(stream string) string      { return stream + " base" }       // bits that are subtracted from a number's
func notFinite(stream string) string { return stream + " not finite" } // bits of NaN where a block is, or none
func limit(stream string) string     { return stream + " limit" }      // the greatest code, 0 in a block that is not finite
func sign(stream string) string      { return stream + " sign" }       // the sign's bit in a code, likewise
func finite(stream string) string    { return stream + " finite" }     // a code's bits where a block is, or none
func greatest(stream string) string  { return stream + " greatest" }   // the bits of the greatest number

// uncoded names the stream of float32 that a body stores to in the place of a coded one.
func uncoded(stream string) string { return stream + " uncoded" }

// pattern returns a constant by its bits.
func (b *Body) pattern(bits uint32) Val { return b.Const(Pattern(bits)) }

// decode8 returns the numbers that codes stand for.
func (b *Body) decode8(stream string, code Code, c Val) Val {
	least := b.Held(base(stream))
	if code != Signed {
		return b.AddWhere(b.ShiftLeft(c, 20), least, c, b.Held(finite(stream)), b.Held(notFinite(stream)))
	}
	y := b.AddBits(b.ShiftLeft(b.And(c, b.pattern(127)), 20), least)
	return b.OrMasked(b.pattern(signBit), c, b.Sub(y, least))
}

// opened records what decode8 needs of a block, from its exponent. Whether that includes
// finite depends on the machine.
func (b *Body) opened(stream string, code Code, needs func(name string) bool) {
	e := b.Load(exponent(stream))
	nan := b.EqualBits(e, b.pattern(generic.NotFinite))
	least := b.ShiftUp(b.SubBits(e, b.pattern(codes[code].span)))
	if code != Signed {
		b.Store(base(stream), least)
		b.Store(notFinite(stream), b.And(nan, b.pattern(aNaN)))
		if needs(finite(stream)) {
			b.Store(finite(stream), b.Select(nan, b.pattern(0), b.pattern(255)))
		}
		return
	}
	b.Store(base(stream), b.Select(nan, b.pattern(aNaN), least))
}

// closed records what scale8 needs of a block, and its exponent, from its greatest bits.
func (b *Body) closed(stream string, code Code) {
	c, most := codes[code], b.Load(greatest(stream))
	nan := b.EqualBits(b.MinBits(most, b.pattern(infinity)), b.pattern(infinity))
	e := b.ShiftDown(b.AddBits(most, b.pattern(c.spare)))
	e = b.MinBits(b.MaxBits(e, b.pattern(generic.LeastExponent)), b.pattern(generic.MostExponent))
	b.Store(exponent(stream), b.Select(nan, b.pattern(generic.NotFinite), e))
	b.Store(base(stream), b.ShiftUp(b.SubBits(e, b.pattern(c.span))))
	b.Store(limit(stream), b.Select(nan, b.pattern(0), b.pattern(inBytes*c.limit)))
	if code == Signed {
		b.Store(sign(stream), b.Select(nan, b.pattern(0), b.pattern(inBytes*128)))
	}
}

// scale8 accumulates the codes of numbers, rounded by random bits. They may lie beyond their
// limits, which is for bytes to see to: so are the sign, and that a number is 0.
func (b *Body) scale8(stream string, code Code, r Rounding) {
	least, x, random := b.Held(base(stream)), b.Load(uncoded(stream)), b.random20(r)
	if code != Signed {
		b.Accumulate(0, b.shift(OpShiftRightSigned, b.AddBits(b.SubBits(x, least), random), 20))
	} else {
		b.Accumulate(0, b.ShiftRight(b.AddBits(b.SubBits(b.Add(b.Abs(x), least), least), random), 20))
	}
}

// random20 returns twenty of the elements' random bits.
func (b *Body) random20(r Rounding) Val {
	x := b.Load(randomBits)
	switch r {
	case High:
		return b.ShiftRight(x, generic.High20)
	case Shifted:
		x = b.ShiftRightBy(x, b.Coef(b.kernel.OfKind(Shift).Name))
	case Middle:
		x = b.ShiftRight(x, generic.Middle20)
	}
	return b.And(x, b.pattern(1<<20-1))
}
