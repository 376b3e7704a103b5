package vec

import "github.com/seed63264101/steepest/kernels/generic"

// Blocks8 is the skeleton of element-wise kernels, of float32, with streams of 8 bits, in
// blocks of generic.Block8 elements that share an exponent. The body is that of a Map: its
// loads decode, and its stores are to local memory, of a block. What the block's greatest
// number is decides about its exponent; only then a second pass codes the numbers, with the
// random bits that the first one has left. Behind each coded stream stands the parameter of
// its exponents.
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
	coded  []Param  // the coded streams
	stored []Param  // those that are written
	local  []string // the streams in local memory
	ptrs   map[string]G
	left   G // elements that are left, with the block
	n      G // holds nothing between two loops over the block
	t      G // holds nothing between two uses
}

// The slots of local memory: the block's elements, the key of its random bits, and those of
// two coded streams.
const (
	slotElements = iota
	slotKey
	slotStreams
	slots = slotStreams + 2*slotsOfStream
)

// The slots of a coded stream: where the block's codes begin and where its exponent is, and
// the bits of its greatest number.
const (
	slotCodes = iota
	slotExponents
	slotGreatest
	slotsOfStream
)

// Behind the slots lie the streams in local memory, each aligned.
const (
	localAlign = 64
	localBytes = 4 * generic.Block8
	beside     = 8*slots + localAlign
)

// randomBits names the stream of the block's random bits.
const randomBits = "random bits"

func (s Blocks8) generate(g *gen) {
	b := &blocks8{gen: g, ptrs: map[string]G{}}
	body := b.body(s)
	m, frame := g.m, 8*slots
	if len(b.local) > 0 {
		frame = beside + localBytes*len(b.local)
	}
	m.Begin(g.k, F32, frame)
	for _, p := range body.streams {
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
	b.open(body)
	b.run(body)
	g.restore(before)
	b.code()
	m.SubJump(b.left, generic.Block8, GT, block)
	m.Label(done)
	m.Return()
}

// body returns the first pass over a block.
func (b *blocks8) body(s Blocks8) *Body {
	streams := b.k.Streams()
	for i, p := range streams {
		if p.Format.Code == 0 {
			continue
		}
		if p.Format.Code == Signed {
			streams[i].Format.Elem = I8
		}
		b.coded = append(b.coded, p)
		if p.Kind.Stores() {
			b.stored = append(b.stored, p)
			b.local = append(b.local, uncoded(p.Name))
		}
	}
	if len(b.stored) > 0 {
		b.local = append(b.local, randomBits)
	}
	for _, name := range b.local {
		streams = append(streams, Param{Name: name, Kind: Out})
	}
	body := newBody(b.k, F32, b.m, streams)
	s.Body(body)
	if len(b.stored) > 0 {
		body.Store(randomBits, body.Random())
	}
	body.storesLast()
	return body
}

// slot returns the slot of a coded stream.
func (b *blocks8) slot(stream string, which int) int {
	for i, p := range b.coded {
		if p.Name == stream {
			return slotStreams + slotsOfStream*i + which
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
		m.SaveInt(b.slot(p.Name, slotExponents), b.t)
	}
	if len(b.stored) > 0 {
		m.ArgBits(b.t, F32, b.k.Params[b.k.key(0)].Name)
		m.SaveInt(slotKey, b.t)
	}
}

// open holds what decodes the block, and notes where its codes begin.
func (b *blocks8) open(body *Body) {
	for _, p := range b.coded {
		if p.Kind.Stores() {
			b.m.SaveInt(b.slot(p.Name, slotCodes), b.ptrs[p.Name])
		}
		if !p.Kind.Loads() {
			continue
		}
		b.m.LoadInt(b.t, b.slot(p.Name, slotExponents))
		opened := newBody(b.k, F32, b.m, []Param{
			{Name: exponent(p.Name), Kind: In, Format: Format{Elem: U8}},
			{Name: base(p.Name), Kind: Out}, {Name: notFinite(p.Name), Kind: Out}, {Name: finite(p.Name), Kind: Out},
		})
		opened.opened(p.Name, p.Format.Code, body.holds)
		b.spread(opened, b.t)
		if !p.Kind.Stores() { // otherwise the exponent is still to be written
			b.next(p.Name)
		}
	}
	b.rewind()
}

// next moves on from an exponent that t points to.
func (b *blocks8) next(stream string) {
	b.m.AddImm(b.t, 1)
	b.m.SaveInt(b.slot(stream, slotExponents), b.t)
}

// spread runs a body over one element. Of its streams, the first ones are in memory; what is
// stored to the others is held in all lanes.
func (b *blocks8) spread(body *Body, ptrs ...G) {
	s := step{body: body, copies: 1, ptrs: ptrs, access: 1, wide: b.m.VectorBytes(), spread: map[int]V{}}
	for range body.streams[len(ptrs):] {
		s.ptrs = append(s.ptrs, noRegister)
	}
	for _, in := range body.code {
		if in.op == OpStore && s.ptrs[in.stream] == noRegister {
			s.spread[in.stream] = b.hold(body.streams[in.stream].Name)
		}
	}
	b.emit(s)
}

// rewind sets the pointers to the streams in local memory.
func (b *blocks8) rewind() {
	for i, name := range b.local {
		b.m.Local(b.ptrs[name])
		b.m.AddImm(b.ptrs[name], beside-1)
		b.m.AndImm(b.ptrs[name], -localAlign)
		b.m.AddImm(b.ptrs[name], localBytes*i)
	}
}

// run runs a body over the block, whose elements n counts.
func (b *blocks8) run(body *Body) {
	ptrs := make([]G, len(body.streams))
	for i, p := range body.streams {
		ptrs[i] = b.ptrs[p.Name]
	}
	b.holdPlace(body, func(dst V) {
		b.m.LoadInt(b.t, slotKey)
		b.m.BroadcastBits(dst, b.t)
	})
	b.makeResident(body)
	b.mapLoop(body, ptrs, b.n, false)
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
