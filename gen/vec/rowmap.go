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

	last := w.lastPieces()
	g.makeResident(body)
	start := g.begins()
	ptrs := w.near()
	w.inPieces(n, 1, unprepared, func(p pieces) {
		w.ahead = p.bytes(g.e)
		w.each(func() { w.mapPieces(body, p, ptrs, n, last) })
	})
	g.restore(start)
	w.strides, w.bases = nil, nil

	g.exactTails, w.ahead = true, 0
	walk := g.generalsFor(w.streams)
	w.each(func() {
		w.far(walk)
		w.columns(n)
		g.mapLoop(body, walk, n, false)
	})
	m.Label(end)
	m.Return()
}

// lastPieces gives registers to the last pieces of the matrices that are read.
func (w *rowwise) lastPieces() map[int]V {
	last := map[int]V{}
	for i, p := range w.streams[:w.matrices] {
		if p.Kind.Loads() {
			last[i] = w.vector()
		}
	}
	return last
}

// mapPieces runs an element-wise body over the pieces of a row; n is the bytes in front of
// the last one. A piece that overlaps the one before it is loaded before that one is stored,
// which may be to the same place.
func (w *rowwise) mapPieces(b *Body, p pieces, ptrs []G, n G, last map[int]V) {
	if p.overlap {
		for i := range w.matrices {
			if v, ok := last[i]; ok {
				w.m.Load(v, w.e, w.e, Address{Base: ptrs[i], Index: n, Times: 1}, p.access())
			}
		}
	}
	w.emit(step{body: b, copies: p.whole, access: p.access(), ptrs: ptrs})
	if p.overlap {
		w.emit(step{body: b, copies: 1, access: p.access(), ptrs: ptrs, strides: same(n, len(ptrs)), element: 1, loaded: last})
	}
}
