package vec

// RowMap is the skeleton of element-wise kernels over matrices. The body may read, beside
// matrices, vectors that all rows share, and, as held values, vectors with one element for
// each row. An element's result depends on its own inputs alone.
type RowMap struct {
	Body func(b *Body)
}

func (RowMap) result(string) string { return "" }

func (s RowMap) generate(g *gen) {
	m, end := g.m, g.label("end")
	m.Begin(g.k, g.e, 0)
	w := newRowwise(g, end)
	n := g.general()
	w.columns(n)
	m.JumpIf(n, EQ, 0, end)
	w.holdCoefs()
	body := newBody(g.k, g.e, m, w.streams)
	s.Body(body)
	body.storesLast()

	// A piece that overlaps the one before it is loaded before that one is stored, which
	// may be to the same place.
	last := map[int]V{}
	for i, p := range w.streams[:w.matrices] {
		if p.Kind.Reads() {
			last[i] = g.vector()
		}
	}
	g.makeResident(body)
	start := g.begins()
	ptrs := w.near()
	w.inPieces(n, func(p pieces) {
		w.each(func() {
			if p.overlap {
				for i := range w.matrices {
					if v, ok := last[i]; ok {
						m.Load(v, g.e, g.e, Address{Base: ptrs[i], Index: n, Times: 1}, p.access())
					}
				}
			}
			g.emit(step{body: body, copies: p.whole, access: p.access(), ptrs: ptrs})
			if p.overlap {
				g.emit(step{body: body, copies: 1, access: p.access(), ptrs: ptrs, strides: same(n, len(ptrs)), element: 1, loaded: last})
			}
		})
	})
	g.restore(start)
	w.strides, w.bases = nil, nil

	g.exactTails = true
	walk := g.generalsFor(w.streams)
	w.each(func() {
		w.far(walk)
		w.columns(n)
		g.mapLoop(body, walk, n, false)
	})
	m.Label(end)
	m.Return()
}
