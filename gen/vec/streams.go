package vec

// elements sets n to the number of a stream's elements.
func (g *gen) elements(n G, stream string) {
	if g.k.Strided() {
		g.m.ArgInt(n, g.k.OfKind(Count).Name)
		return
	}
	g.m.ArgLen(n, stream)
}

// length sets n to the number of the streams' elements.
func (g *gen) length(n G) { g.elements(n, g.k.Streams()[0].Name) }

// pointers hands out registers for the streams' first elements and, where they
// are strided, for their strides in bytes. As in BLAS, a stream with a negative
// stride begins at its far end.
func (g *gen) pointers(streams []Param) (ptrs, strides []G) {
	ptrs = g.generalsFor(streams)
	if !g.k.Strided() {
		for i, p := range streams {
			g.m.ArgBase(ptrs[i], p.Name)
		}
		return ptrs, nil
	}
	strides = make([]G, len(streams))
	t := g.general()
	for i, p := range streams {
		strides[i] = g.general()
		g.begin(ptrs[i], strides[i], t, p.Name, g.k.OfKind(Count).Name)
	}
	return ptrs, strides
}

// generalsFor hands out a register for each stream.
func (g *gen) generalsFor(streams []Param) []G {
	r := make([]G, len(streams))
	for i := range r {
		r[i] = g.general()
	}
	return r
}

// stride sets s to a vector's stride in bytes.
func (g *gen) stride(s G, vector string) {
	g.m.ArgInt(s, g.k.incOf(vector).Name)
	g.m.ShiftLeft(s, shift(g.e))
}

// begin sets p to a strided vector's first element and s to its stride in bytes;
// t is destroyed.
func (g *gen) begin(p, s, t G, vector, count string) {
	backward, ready := g.label("backward"), g.label("ready")
	g.m.ArgBase(p, vector)
	g.stride(s, vector)
	g.m.JumpIf(s, LT, 0, backward)
	g.m.Label(ready)
	g.aside = append(g.aside, func() {
		g.m.Label(backward)
		g.m.Comment("A negative stride: from the far end.")
		g.m.ArgInt(t, count)
		g.m.AddImm(t, -1)
		g.m.Neg(t)
		g.m.Mul(t, s)
		g.m.Add(p, t)
		g.m.Jump(ready)
	})
}

// stridedUnroll is how many elements the main loop of a strided kernel handles
// at once.
const stridedUnroll = 4

// stridedLoop runs the body over n elements, one by one: each store is one
// element, and no core stores more than one or two in a cycle. A stream without a
// stride has its elements side by side.
func (g *gen) stridedLoop(b *Body, ptrs, strides []G, n G) {
	m, before := g.m, g.generals
	s := step{body: b, copies: stridedUnroll, ptrs: ptrs, strides: strides, access: 1}
	advance := func(elements int) {
		for i, p := range ptrs {
			if strides[i] == noRegister {
				m.AddImm(p, elements*g.e.Size())
			} else {
				m.AddTimes(p, strides[i], elements)
			}
		}
	}
	main, rest, last, done := g.label("main"), g.label("rest"), g.label("last"), g.label("done")
	m.SubJump(n, stridedUnroll, LT, rest)
	s.thrice = make([]G, len(strides))
	for i, stride := range strides {
		if stride != noRegister {
			s.thrice[i] = g.general()
			m.Move(s.thrice[i], stride)
			m.AddTimes(s.thrice[i], stride, 2)
		}
	}
	m.AlignLoop()
	m.Label(main)
	g.emit(s)
	advance(stridedUnroll)
	m.SubJump(n, stridedUnroll, GE, main)

	m.Label(rest) // n is negative: its low bits are still those of the rest
	m.JumpUnlessBits(n, stridedUnroll-1, done)
	m.JumpUnlessBit(n, 2, last)
	s.copies = 2
	g.emit(s)
	advance(2)
	m.Label(last)
	m.JumpUnlessBit(n, 1, done)
	s.copies = 1
	g.emit(s)
	m.Label(done)
	g.generals = before
}
