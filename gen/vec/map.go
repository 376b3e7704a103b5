package vec

// Map is the skeleton of element-wise kernels: the body runs once for every
// element, and an element's result depends on its own inputs alone.
type Map struct {
	Body func(b *Body)
}

func (Map) result(string) string { return "" }

func (s Map) generate(g *gen) {
	streams := g.k.Streams()
	body := newBody(g.k, g.e, g.m, streams)
	s.Body(body)
	body.storesLast()

	g.m.Begin(g.k, g.e, 0)
	ptrs, strides := g.pointers(streams)
	n := g.general()
	g.length(n)
	g.m.HoldFormats(g.k, g.vector)
	g.holdPlace(body, func(dst V) {
		g.m.Broadcast(dst, F32, Uniform{Param: g.k.Params[g.k.key(0)].Name})
	})
	g.makeResident(body)
	if strides != nil {
		g.stridedLoop(body, ptrs, strides, n)
	} else {
		g.mapLoop(body, ptrs, n, true)
	}
	g.m.Return()
}

// unrolls returns how many vectors the main loop of a body handles at once:
// enough to hide the loop's own instructions, not so many that short slices miss
// it. On Zen 5, axpy in the first-level cache takes 1.15 cycles per 64 bytes with
// four 512-bit vectors and 1.3 with two.
func unrolls(b *Body) int {
	if b.deep > 0 {
		return b.deep
	}
	if len(b.code) > 12 {
		return 2
	}
	return 4
}

// mapLoop runs the body over n elements; pointers and n are destroyed. It aligns the
// stores first if peel is set and it pays.
func (g *gen) mapLoop(b *Body, ptrs []G, n G, peel bool) {
	m, w := g.m, g.lanes(b.Elem)
	unroll := unrolls(b)
	main, single, one, tail, done :=
		g.label("main"), g.label("single"), g.label("one"), g.label("tail"), g.label("done")

	first := single
	if unroll == 1 {
		first = tail
	}
	m.JumpIf(n, LT, unroll*w, first)
	if peel {
		g.peel(b, ptrs, n)
	}
	m.AlignLoop()
	m.Label(main)
	g.fetchAhead(b, ptrs, unroll*w)
	g.emit(step{body: b, copies: unroll, ptrs: ptrs})
	g.advance(b, ptrs, n, unroll*w)
	m.JumpIf(n, GE, unroll*w, main)

	if unroll > 1 {
		m.Label(single)
		m.JumpIf(n, LT, w, tail)
		m.Label(one)
		g.emit(step{body: b, copies: 1, ptrs: ptrs})
		g.advance(b, ptrs, n, w)
		m.JumpIf(n, GE, w, one)
	}

	m.Label(tail)
	m.JumpIf(n, EQ, 0, done)
	if m.MaskedStores() && !g.exactTails {
		if unroll == 4 {
			// Half a vector is stored without a mask. The length is often a multiple of
			// it, and what a masked store wrote is slow to load again at once: without
			// this, repeated calls of Scal on the same 8 float32 take 6 ns each on Zen 5,
			// and 5 with it.
			part := g.label("part")
			m.JumpIf(n, NE, w/2, part)
			g.emit(step{body: b, copies: 1, ptrs: ptrs, access: Access(w / 2)})
			m.Jump(done)
			m.Label(part)
		}
		m.SetCount(n)
		g.emit(step{body: b, copies: 1, ptrs: ptrs, access: Partial})
	} else {
		g.powers(b, ptrs, n, w/2, noRegister, done)
	}
	m.Label(done)
}

// fetchAhead fetches what is ahead of so many elements, where all streams are of BF16: so few
// bytes with so much to do for them that a core's own look ahead does not reach the next
// lines in time. AdamBF16State16 out of memory takes 0.60 ns an element on Zen 4 with it, as
// in the cache, and 0.69 without; streams of float32 beside others are slower with it.
func (g *gen) fetchAhead(b *Body, ptrs []G, elements int) {
	const ahead, line = 512, 64
	if g.k.Probe {
		return
	}
	for i := range b.streams {
		if b.elem(g.e, i) != BF16 {
			return
		}
	}
	for _, p := range ptrs {
		for at := 0; at < elements*BF16.Size(); at += line {
			g.m.Prefetch(Address{Base: p, Disp: ahead + at})
		}
	}
}

// advance moves the pointers of a body's streams on by a number of elements, and takes them
// off n, which counts those that are left.
func (g *gen) advance(b *Body, ptrs []G, n G, elements int) {
	g.move(b, ptrs, elements)
	g.m.AddImm(n, -elements)
}

// move moves the pointers of a body's streams on by a number of elements.
func (g *gen) move(b *Body, ptrs []G, elements int) {
	for i, p := range ptrs {
		g.m.AddImm(p, elements*b.elem(g.e, i).Size())
	}
}

// powers runs the body over n mod 2*most elements in powers of two, the largest
// first. Where rest is a register, more elements follow: rest counts them, those done
// are subtracted from it, and the pointers end behind them. Otherwise these elements
// are the last ones, and the code jumps to done as soon as none is left.
func (g *gen) powers(b *Body, ptrs []G, n G, most int, rest G, done string) {
	for part := most; part > 0; part /= 2 {
		skip := g.label("skip")
		g.m.JumpUnlessBit(n, part, skip)
		g.emit(step{body: b, copies: 1, ptrs: ptrs, access: Access(part)})
		if rest != noRegister {
			g.m.AddImm(rest, -part)
		} else if part > 1 {
			g.m.JumpUnlessBits(n, part-1, done)
		}
		if rest != noRegister || part > 1 {
			g.back(b, part)
			g.move(b, ptrs, part)
		}
		g.m.Label(skip)
	}
}

// peelVectors is the number of vectors from which on peeling pays.
const peelVectors = 32

// widestStore returns the number of the first stream of the largest elements that are stored,
// -1 if none are.
func (g *gen) widestStore(b *Body) int {
	widest := -1
	for i, s := range b.streams {
		if s.Kind.Stores() && (widest < 0 || b.elem(g.e, i).Size() > b.elem(g.e, widest).Size()) {
			widest = i
		}
	}
	return widest
}

// peel runs the body up to the first element whose store is aligned. Loads may
// stay misaligned: a core has twice as many ports for them.
func (g *gen) peel(b *Body, ptrs []G, n G) {
	out := g.widestStore(b)
	if g.m.PeelBytes() == 0 || out < 0 {
		return
	}
	size := b.elem(g.e, out).Size()
	m, align := g.m, g.m.PeelBytes()*size/b.Elem.Size()
	aligned := g.label("aligned")
	w := g.lanes(b.Elem)
	m.JumpIf(n, LT, peelVectors*w, aligned) // at least a main loop's turn stays
	m.Comment("Peel up to an aligned store.")
	bytes, count := g.general(), g.general()
	m.Move(bytes, ptrs[out])
	m.Neg(bytes)
	m.AndImm(bytes, align-1)
	m.JumpIf(bytes, EQ, 0, aligned)
	m.Move(count, bytes)
	m.ShiftRight(count, shift(b.elem(g.e, out)))
	if m.MaskedStores() {
		m.SetCount(count)
		g.emit(step{body: b, copies: 1, ptrs: ptrs, access: Partial})
		for i, p := range ptrs {
			if s := b.elem(g.e, i).Size(); s != size {
				m.AddTimes(p, count, s)
			} else {
				m.Add(p, bytes)
			}
		}
		g.backBy(b, count)
		g.sub(n, count)
	} else {
		g.powers(b, ptrs, count, align/size/2, n, "")
	}
	m.Label(aligned)
	g.generals -= 2
}
