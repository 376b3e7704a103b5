package vec

import "github.com/seed63264101/steepest/kernels/generic"

// Blocks8 is the skeleton of element-wise kernels, of float32, with streams of 8 bits, in
// blocks of generic.Block8 elements that share an exponent. The body is that of a Map: its
// loads decode, and its stores are to local memory, of a block. What the block's greatest
// number is decides about its exponent; only then a second pass codes the numbers. Behind
// each coded stream stands the parameter of its exponents.
//
// A block that is not finite needs no way of its own: it decodes to NaN, and its codes are
// limited to 0.
type Blocks8 struct {
	Body func(b *Body)
}

func (Blocks8) result(string) string { return "" }

// blocks8 generates such a kernel.
type blocks8 struct {
	*gen
	coded  []Param // the coded streams
	stored []Param // those that are written
	ptrs   map[string]G
	left   G // elements that are left, with the block
	n      G // holds nothing between two loops over the block
	t      G // holds nothing between two uses
}

// The slots of local memory: the block's elements, the key of its random bits, and of each
// coded stream where its codes and exponents begin. The numbers to be coded lie behind them,
// aligned.
const (
	slotElements = iota
	slotKey
	slotStreams
)

const (
	slots       = slotStreams + 2*2
	codesOf     = 0
	exponentsOf = 1

	bufferAlign = 64
	bufferBytes = 4 * generic.Block8
	beside      = 8*slots + bufferAlign // local memory that is no buffer

	keyPerBlock = generic.Block8 * generic.RandomLane & (1<<32 - 1)
)

func (s Blocks8) generate(g *gen) {
	b := &blocks8{gen: g, ptrs: map[string]G{}}
	streams := g.k.Streams()
	for _, p := range streams {
		if p.Format.Code == 0 {
			continue
		}
		b.coded = append(b.coded, p)
		if p.Kind.Stores() {
			b.stored = append(b.stored, p)
			streams = append(streams, Param{Name: uncoded(p.Name), Kind: InOut})
		}
	}
	body := newBody(g.k, F32, g.m, streams)
	s.Body(body)
	body.storesLast()

	m := g.m
	frame := 8 * slots
	if len(b.stored) > 0 {
		frame = beside + bufferBytes*len(b.stored)
	}
	m.Begin(g.k, F32, frame)
	for _, p := range streams {
		b.ptrs[p.Name] = g.general()
	}
	b.left, b.n, b.t = g.general(), g.general(), g.general()
	b.begin()
	block, short, done := g.label("block"), g.label("short"), g.label("done")
	m.JumpIf(b.left, EQ, 0, done)
	m.Label(block)
	m.Move(b.n, b.left)
	m.JumpIf(b.n, LE, generic.Block8, short)
	m.Set(b.n, generic.Block8)
	m.Label(short)
	m.SaveInt(slotElements, b.n)
	before := g.begins()
	b.open()
	b.run(body)
	g.restore(before)
	if len(b.stored) > 0 {
		b.close()
		b.run(b.coding())
		g.restore(before)
		m.LoadInt(b.t, slotKey)
		m.AddImm(b.t, keyPerBlock)
		m.SaveInt(slotKey, b.t)
	}
	m.SubJump(b.left, generic.Block8, GT, block)
	m.Label(done)
	m.Return()
}

// slot returns the slot of a coded stream.
func (b *blocks8) slot(stream string, which int) int {
	for i, p := range b.coded {
		if p.Name == stream {
			return slotStreams + 2*i + which
		}
	}
	panic("vec: kernel " + b.k.Name + " has no codes " + stream)
}

// begin sets what holds for all blocks.
func (b *blocks8) begin() {
	m := b.m
	for _, p := range b.k.Streams() {
		m.ArgBase(b.ptrs[p.Name], p.Name)
	}
	b.length(b.left)
	for _, p := range b.coded {
		m.ArgBase(b.t, b.k.exponentsOf(p.Name))
		m.SaveInt(b.slot(p.Name, exponentsOf), b.t)
	}
	if b.random() {
		m.ArgBits(b.t, F32, b.k.Params[b.k.key(0)].Name)
		m.SaveInt(slotKey, b.t)
	}
}

// random reports whether the kernel has random bits.
func (b *blocks8) random() bool { return len(b.stored) > 0 }

// open holds what decodes the block, and notes where its codes begin.
func (b *blocks8) open() {
	for _, p := range b.coded {
		if p.Kind.Stores() {
			b.m.SaveInt(b.slot(p.Name, codesOf), b.ptrs[p.Name])
		}
		if !p.Kind.Loads() {
			continue
		}
		b.m.LoadInt(b.t, b.slot(p.Name, exponentsOf))
		body := newBody(b.k, F32, b.m, []Param{
			{Name: exponent(p.Name), Kind: In, Format: Format{Elem: U8}},
			{Name: base(p.Name), Kind: Out}, {Name: notFinite(p.Name), Kind: Out},
		})
		body.opened(p.Name, p.Format.Code)
		b.spread(body, nil)
		if !p.Kind.Stores() {
			b.next(p.Name)
		}
	}
	b.buffers()
}

// spread runs a body over one element, of which what is stored is held in all lanes. The first
// stream's element is where t points, unless it is loaded.
func (b *blocks8) spread(body *Body, loaded map[int]V) {
	s := step{body: body, copies: 1, access: 1, wide: b.m.VectorBytes(), spread: map[int]V{}, loaded: loaded}
	s.ptrs = make([]G, len(body.streams))
	for i, p := range body.streams {
		s.ptrs[i] = b.t
		if p.Format.Elem == 0 {
			s.ptrs[i] = noRegister
		}
	}
	for _, in := range body.code {
		if in.op == OpStore && s.ptrs[in.stream] == noRegister {
			s.spread[in.stream] = b.hold(body.streams[in.stream].Name)
		}
	}
	b.emit(s)
}

// next moves on to the next block's exponent.
func (b *blocks8) next(stream string) {
	slot := b.slot(stream, exponentsOf)
	b.m.LoadInt(b.t, slot)
	b.m.AddImm(b.t, 1)
	b.m.SaveInt(slot, b.t)
}

// buffers sets the pointers to the numbers to be coded.
func (b *blocks8) buffers() {
	for i, p := range b.stored {
		ptr := b.ptrs[uncoded(p.Name)]
		b.m.Local(ptr)
		b.m.AddImm(ptr, beside-1)
		b.m.AndImm(ptr, -bufferAlign)
		b.m.AddImm(ptr, bufferBytes*i)
	}
}

// run runs a body over the block, whose elements n counts.
func (b *blocks8) run(body *Body) {
	ptrs := make([]G, len(body.streams))
	for i, p := range body.streams {
		ptrs[i] = b.ptrs[p.Name]
	}
	if body.holds(lanePlace) {
		b.m.LoadInt(b.t, slotKey)
		at, key := b.hold(lanePlace), b.free[len(b.free)-1]
		b.m.BroadcastBits(key, b.t)
		b.m.LaneMultiples(at, -b.lanes(F32), generic.RandomLane)
		b.m.Op(OpAddBits, F32, b.m.VectorBytes(), at, at, key)
	}
	b.makeResident(body)
	b.mapLoop(body, ptrs, b.n, false)
}

// close finds the block's greatest numbers, stores its exponents, and holds what codes it.
func (b *blocks8) close() {
	b.buffers()
	most := b.vectors(len(b.stored))
	for i, p := range b.stored {
		before := b.begins()
		b.m.Comment("the greatest of " + p.Name)
		acc := b.greatest(p)
		b.m.Op(OpOr, F32, 16, most[i], acc, acc)
		b.restore(before)
	}
	for i, p := range b.stored {
		body := newBody(b.k, F32, b.m, []Param{
			{Name: greatest(p.Name), Kind: In}, {Name: exponent(p.Name), Kind: Out, Format: Format{Elem: U8}},
			{Name: base(p.Name), Kind: Out}, {Name: limit(p.Name), Kind: Out}, {Name: sign(p.Name), Kind: Out},
		})
		body.closed(p.Name, p.Format.Code)
		b.m.LoadInt(b.t, b.slot(p.Name, exponentsOf))
		b.spread(body, map[int]V{0: most[i]})
		b.next(p.Name)
	}
	b.buffers()
	for _, p := range b.stored {
		b.m.LoadInt(b.ptrs[p.Name], b.slot(p.Name, codesOf))
	}
	b.m.LoadInt(b.n, slotElements)
}

// greatest returns a register whose first lane has the greatest bits of the numbers to be
// coded.
func (b *blocks8) greatest(p Param) V {
	x := Param{Name: uncoded(p.Name), Kind: In}
	body := newBody(b.k, F32, b.m, []Param{x})
	body.Accumulate(0, body.Abs(body.Load(x.Name)))
	a := accumulation{body: body, combine: OpMaxNaN, sums: 1, ptrs: []G{b.ptrs[x.Name]}, n: b.n, t: b.t, first: noRegister}
	a.registers(b.gen)
	b.makeResident(body)
	b.m.LoadInt(b.n, slotElements)
	a.zero(b.gen, 0, len(a.acc[0]))
	a.elements(b.gen)
	a.fold(b.gen)
	return a.acc[0][0]
}

// coding returns the body that codes the block's numbers.
func (b *blocks8) coding() *Body {
	var streams []Param
	for _, p := range b.stored {
		streams = append(streams, Param{Name: uncoded(p.Name), Kind: In}, Param{Name: p.Name, Kind: Out, Format: Format{Elem: U8}})
	}
	body := newBody(b.k, F32, b.m, streams)
	for _, p := range b.stored {
		body.Store(p.Name, body.encode8(p.Name, p.Format.Code, p.Format.Round, body.Load(uncoded(p.Name))))
	}
	body.storesLast()
	return body
}

// exponentsOf returns the name of the exponents that follow a coded stream.
func (k *Kernel) exponentsOf(stream string) string {
	for i, p := range k.Params[:len(k.Params)-1] {
		if next := k.Params[i+1]; p.Name == stream && next.Kind.IsExponents() {
			return next.Name
		}
	}
	panic("vec: kernel " + k.Name + ": no exponents follow the codes " + stream)
}
