package vec

// RowReduce is the skeleton of reductions of the rows of matrices: for each row r, dst[r]
// is Finish of what its terms combine to. A sum is added in the order of Reduce. A term
// may read matrices, vectors that all rows share, and, as held values, vectors with one
// element for each row.
type RowReduce struct {
	// Combine is OpAdd, or OpMax: it passes over NaN, gives +0 for zeros of either sign,
	// and -Inf for a row without numbers.
	Combine Op
	Term    func(b *Body) Val
	Finish  func(b *Body, total Val) Val // nil stores the total
}

func (RowReduce) result(string) string { return "" }

// least is what a maximum begins with.
var least = Const{Name: "least", Bits32: 0xff800000, Bits64: 0xfff0000000000000}

// rowReduce is the code of a RowReduce kernel.
type rowReduce struct {
	*rowwise
	RowReduce
	dst          Param
	body, finish *Body
	n            G // columns
}

func (s RowReduce) generate(g *gen) {
	m, end := g.m, g.label("end")
	m.Begin(g.k, g.e, 0)
	r := &rowReduce{rowwise: newRowwise(g, end), RowReduce: s, dst: g.k.OfKind(OutRows), n: g.general()}
	r.columns(r.n)
	r.holdCoefs()
	r.body = newBody(g.k, g.e, m, r.streams)
	r.body.Accumulate(0, s.Term(r.body))
	r.finish = newBody(g.k, g.e, m, []Param{{r.dst.Name, Out}})
	total := r.finish.Held("total")
	if s.Combine == OpMax {
		total = r.finish.Add(total, r.finish.Const(zero))
	}
	if s.Finish != nil {
		total = s.Finish(r.finish, total)
	}
	r.finish.Store(r.dst.Name, total)
	if s.Combine == OpMax {
		r.greatest()
	} else {
		r.sums()
	}
	m.Label(end)
	m.Return()
}

// zero is +0. Added to -0, it turns it into +0.
var zero = Const{Name: "zero"}

// store finishes a row.
func (r *rowReduce) store() {
	at := r.element(r.dst.Name)
	r.emit(step{body: r.finish, copies: 1, access: 1, ptrs: []G{at.Base}, strides: []G{at.Index}, element: 1})
}

// sums emits the code of a sum.
func (r *rowReduce) sums() {
	g, m, start := r.gen, r.m, r.begins()
	r.shortSums()
	g.restore(start)
	r.strides, r.bases = nil, nil

	ptrs, rest := g.generalsFor(r.streams), g.general()
	a := accumulation{body: r.body, combine: OpAdd, sums: 1, ptrs: ptrs, n: r.n, t: r.t, first: noRegister}
	a.registers(g)
	total := g.vector()
	g.resident[Uniform{Held: "total"}] = a.acc[0][0]
	g.makeResident(r.body, r.finish)
	r.each(func() {
		r.far(ptrs)
		r.columns(rest)
		m.Zero(total)
		a.blocks(g, rest, []V{total}, false, r.columns)
		r.store()
	})
}

// shortSums emits the code for rows of few columns.
func (r *rowReduce) shortSums() {
	g, m, n, w := r.gen, r.m, r.n, r.lanes(r.e)
	ptrs := r.near(r.dst)
	a := accumulation{body: r.body, combine: OpAdd, sums: 1, acc: [][]V{g.vectors(rowwiseVectors)}}
	g.resident[Uniform{Held: "total"}] = a.acc[0][0]
	none := g.vector()
	m.Zero(none)
	g.makeResident(r.body, r.finish)
	rows := func(vectors int, last Access) {
		r.each(func() {
			for j := range vectors {
				s := step{body: r.body, first: j, copies: 1, ptrs: ptrs, sums: column(a.acc, j), combine: OpAdd, assign: j > 0}
				if j == 0 { // as in accumulation.few
					s.begin = &none
				}
				if j == vectors-1 {
					s.access = last
				}
				g.emit(s)
			}
			a.foldFew(g, vectors)
			a.foldLanes(g)
			r.store()
		})
		m.Return()
	}
	for v := 1; v <= rowwiseVectors; v++ {
		more := g.label("more")
		if m.MaskedStores() {
			m.JumpIf(n, GT, v*w, more)
		} else { // a partial vector is much work, and never whole
			part := g.label("part")
			m.JumpIf(n, NE, v*w, part)
			rows(v, Full)
			m.Label(part)
			m.JumpIf(n, GE, v*w, more)
		}
		m.AddImm(n, -(v-1)*w)
		m.SetCount(n)
		rows(v, Partial)
		m.Label(more)
	}
}

// greatest emits the code of a maximum. It does not matter to that in which order its
// terms come, and whether one comes twice.
func (r *rowReduce) greatest() {
	g, m, n, w := r.gen, r.m, r.n, r.lanes(r.e)
	a := accumulation{body: r.body, combine: OpMax, sums: 1, acc: [][]V{g.vectors(rowwiseVectors)}}
	acc := a.acc[0]
	g.resident[Uniform{Held: "total"}] = acc[0]
	none := g.hold("none")
	m.Broadcast(none, g.e, Uniform{Const: least})
	g.makeResident(r.body, r.finish)
	start := g.begins()

	ptrs := r.near(r.dst)
	some := g.label("some")
	m.JumpIf(n, GT, 0, some)
	r.each(func() {
		m.Convert(acc[0], none, g.e, g.e)
		r.store()
	})
	m.Return()
	m.Label(some)
	r.inPieces(n, func(p pieces) {
		r.each(func() {
			for j := range p.whole {
				s := step{body: r.body, first: j, copies: 1, access: p.access(), ptrs: ptrs, sums: a.acc, combine: OpMax}
				if j == 0 {
					s.begin = &none
				}
				g.emit(s)
			}
			if p.overlap {
				g.emit(step{body: r.body, copies: 1, access: p.access(), ptrs: ptrs, strides: same(n, len(ptrs)), element: 1,
					sums: a.acc, combine: OpMax})
			}
			a.foldBytes(g, p.lanes*int(g.e))
			r.store()
		})
	})
	g.restore(start)
	r.strides, r.bases = nil, nil

	walk := g.generalsFor(r.streams)
	r.each(func() {
		main, single, tail, done := g.label("main"), g.label("single"), g.label("tail"), g.label("done")
		r.far(walk)
		r.columns(n)
		for _, v := range acc {
			m.Op(OpOr, g.e, m.VectorBytes(), v, none, none)
		}
		s := step{body: r.body, copies: len(acc), ptrs: walk, sums: a.acc, combine: OpMax}
		m.AlignLoop()
		m.Label(main)
		g.emit(s)
		g.advance(walk, n, len(acc)*w)
		m.JumpIf(n, GE, len(acc)*w, main)
		s.copies = 1
		m.Label(single)
		m.JumpIf(n, LT, w, tail)
		g.emit(s)
		g.advance(walk, n, w)
		m.Jump(single)
		m.Label(tail)
		m.JumpIf(n, EQ, 0, done)
		m.Comment("The last vector ends where the row ends.")
		m.ShiftLeft(n, shift(g.e))
		for _, p := range walk {
			m.Add(p, n)
		}
		s.first = -1
		g.emit(s)
		m.Label(done)
		for h := len(acc) / 2; h > 0; h /= 2 {
			a.foldRegisters(g, h, len(acc), m.VectorBytes())
		}
		a.foldLanes(g)
		r.store()
	})
}

// same returns a register for each of so many streams: it is the same for all.
func same(r G, streams int) []G {
	all := make([]G, streams)
	for i := range all {
		all[i] = r
	}
	return all
}
