package vec

import "github.com/seed63264101/steepest/kernels/generic"

// code codes the block's numbers, which are in local memory.
func (b *blocks8) code() {
	if len(b.stored) == 0 {
		return
	}
	all := b.begins()
	b.rewind()
	for _, p := range b.stored {
		b.scan(p)
	}
	for _, p := range b.stored {
		b.close(p)
	}
	for _, p := range b.stored {
		before := b.begins()
		b.codeStream(p)
		b.restore(before)
	}
	b.restore(all)
	b.m.LoadInt(b.t, slotKey)
	b.m.AddImm(b.t, generic.Block8*generic.RandomLane&(1<<32-1))
	b.m.SaveInt(slotKey, b.t)
}

// scan finds the greatest of the block's numbers, and saves its bits.
func (b *blocks8) scan(p Param) {
	before := b.begins()
	b.m.Comment("the greatest of " + p.Name)
	most := b.greatest(p)
	b.m.Local(b.n)
	b.m.Store(most, F32, F32, Address{Base: b.n, Disp: 8 * b.slot(p.Name, slotGreatest)}, 1)
	b.restore(before)
}

// close stores the block's exponent, and holds what codes its numbers.
func (b *blocks8) close(p Param) {
	m := b.m
	body := newBody(b.k, F32, m, []Param{
		{Name: greatest(p.Name), Kind: In}, {Name: exponent(p.Name), Kind: Out, Format: Format{Elem: U8}},
		{Name: base(p.Name), Kind: Out}, {Name: limit(p.Name), Kind: Out}, {Name: sign(p.Name), Kind: Out},
	})
	body.closed(p.Name, p.Format.Code)
	m.Local(b.n)
	m.AddImm(b.n, 8*b.slot(p.Name, slotGreatest))
	m.LoadInt(b.t, b.slot(p.Name, slotExponents))
	b.spread(body, b.n, b.t)
	b.next(p.Name)
}

// greatest returns a register whose first lane has the greatest bits of the numbers to be
// coded.
func (b *blocks8) greatest(p Param) V {
	x := Param{Name: uncoded(p.Name), Kind: In}
	body := newBody(b.k, F32, b.m, []Param{x})
	term := body.Load(x.Name)
	if p.Format.Code == Signed {
		term = body.Abs(term)
	}
	body.Accumulate(0, term)
	a := accumulation{body: body, combine: OpMaxBits, sums: 1, ptrs: []G{b.ptrs[x.Name]}, n: b.n, t: b.t, first: noRegister}
	a.registers(b.gen)
	b.makeResident(body)
	b.m.LoadInt(b.n, slotElements)
	a.zero(b.gen, 0, len(a.acc[0]))
	a.elements(b.gen)
	a.fold(b.gen)
	return a.acc[0][0]
}

// codeStream codes the numbers of a stream, those of four vectors at a time. What lies behind
// the block's numbers is coded with the last ones, but not stored.
func (b *blocks8) codeStream(p Param) {
	m, group := b.m, packed*b.lanes(F32)
	x := uncoded(p.Name)
	streams := []Param{{Name: x, Kind: In}, {Name: randomBits, Kind: In}}
	body := newBody(b.k, F32, m, streams)
	body.scale8(p.Name, p.Format.Code, p.Format.Round)
	c := coding{blocks8: b, body: body, code: p.Format.Code,
		from: b.ptrs[x], random: b.ptrs[randomBits], limit: b.resident[Uniform{Held: limit(p.Name)}]}
	for i := range packed {
		c.codes[i] = b.vector()
	}
	c.numbers = c.codes
	c.numbers[0] = b.vector()
	if p.Format.Code == Signed {
		c.mask = b.resident[Uniform{Held: sign(p.Name)}]
	} else {
		c.mask = b.vector()
		m.Broadcast(c.mask, F32, Uniform{Const: Pattern(inBytes * 1)})
	}
	b.rewind()
	to := b.ptrs[p.Name]
	m.LoadInt(to, b.slot(p.Name, slotCodes))
	m.LoadInt(b.n, slotElements)
	b.makeResident(body)
	loop, rest, done := b.label("codes"), b.label("rest"), b.label("coded")
	m.JumpIf(b.n, LT, group, rest)
	m.AlignLoop()
	m.Label(loop)
	c.group(to)
	m.AddImm(to, group)
	m.AddImm(c.from, 4*group)
	m.AddImm(c.random, 4*group)
	m.AddImm(b.n, -group)
	m.JumpIf(b.n, GE, group, loop)
	m.Label(rest)
	m.JumpIf(b.n, EQ, 0, done)
	m.Comment("The last ones lie in the place of their numbers, and are copied.")
	c.group(c.from)
	u8 := Format{Elem: U8}
	few := newBody(b.k, F32, m, []Param{{Name: x, Kind: In, Format: u8}, {Name: p.Name, Kind: Out, Format: u8}})
	few.Store(p.Name, few.Load(x))
	few.deep = 1
	b.mapLoop(few, []G{c.from, to}, b.n, false)
	m.Label(done)
}

// packed is how many vectors of 32 bits make one of bytes.
const packed = 4

// coding codes the numbers of some vectors.
type coding struct {
	*blocks8
	body           *Body
	code           Code
	from, random   G         // the numbers, and their random bits
	codes, numbers [packed]V // they share all but the first
	limit          V         // the greatest code
	mask           V         // the bit of a code's sign, or the least code of what is not 0
}

// group codes the next vectors, and stores the codes.
func (c *coding) group(to G) {
	m, all := c.m, c.m.VectorBytes()
	c.emit(step{body: c.body, copies: packed, ptrs: []G{c.from, c.random}, sums: [][]V{c.codes[:]}, assign: true})
	code, x := c.codes[0], c.numbers[0]
	m.PackBytes(code, c.codes, false)
	if c.code != Positive {
		for i, v := range c.numbers {
			m.Load(v, F32, F32, Address{Base: c.from, Disp: i * all}, Full)
		}
		m.PackBytes(x, c.numbers, true)
	}
	switch c.code {
	case Signed:
		m.Op(OpMinBits, U8, all, code, code, c.limit)
		m.Op(OpAnd, F32, all, x, x, c.mask)
		m.Op(OpOr, F32, all, code, code, x)
	case Unsigned:
		m.Op(OpMinBits, U8, all, x, x, c.mask) // 0 for 0 alone
		m.Op(OpMaxBits, U8, all, code, code, x)
		m.Op(OpMinBits, U8, all, code, code, c.limit)
	case Positive:
		m.Op(OpMaxBits, U8, all, code, code, c.mask)
		m.Op(OpMinBits, U8, all, code, code, c.limit)
	}
	m.OrderBytes(code, code)
	m.Store(code, F32, F32, Address{Base: to}, Full)
}
