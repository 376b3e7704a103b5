package vec

import "fmt"

// The sums of RowReduce: those of rows of few columns, and others.

// sums emits the code of a sum.
func (r *rowReduce) sums() {
	g, m, start := r.gen, r.m, r.begins()
	r.shortSums()
	g.restore(start)
	r.strides, r.bases = nil, nil

	walk, rest := g.generalsFor(r.streams), g.general()
	r.base()
	a := accumulation{body: r.body, tail: r.tail, combine: OpAdd, sums: 1, ptrs: r.reads(walk), n: r.n, t: r.t, first: noRegister}
	a.registers(g)
	total := g.vector()
	g.resident[Uniform{Held: "total"}] = a.acc[0][0]
	r.body.ready, r.tail.ready = !a.masked(g), !a.masked(g)
	g.makeResident(r.bodies()...)
	if r.Cut {
		r.columns(rest)
		m.AndImm(rest, r.lanes(r.e)-1)
		m.SetCount(rest)
		r.cut()
	}
	r.each(func() {
		r.far(walk)
		r.columns(rest)
		m.Zero(total)
		a.blocks(g, rest, []V{total}, false, r.columns)
		r.storeLong(walk)
	})
}

// shortSums emits the code for rows of few columns.
func (r *rowReduce) shortSums() {
	g, m, n, w := r.gen, r.m, r.n, r.lanes(r.e)
	ptrs := r.near()
	a := accumulation{body: r.body, combine: OpAdd, sums: 1, acc: [][]V{g.vectors(rowwiseVectors)}}
	g.resident[Uniform{Held: "total"}] = a.acc[0][0]
	none := g.vector()
	m.Zero(none)
	g.makeResident(r.bodies()...)
	// sum adds up a row of some vectors, the last of them as access says.
	sum := func(vectors int, last Access) {
		for j := range vectors {
			s := step{body: r.body, first: j, copies: 1, ptrs: r.reads(ptrs), sums: column(a.acc, j), combine: OpAdd, assign: j > 0}
			if j == 0 { // as in accumulation.few
				s.begin = &none
			}
			if j == vectors-1 {
				s.access = last
			}
			if s.access == Partial {
				s.body = r.tail
			}
			g.emit(s)
		}
		a.foldFew(g, vectors)
	}
	if r.after != nil {
		r.sumPieces(&a, ptrs, sum)
		return
	}
	rows := func(vectors int, last Access) {
		if last == Partial {
			r.cut()
		}
		r.each(func() {
			sum(vectors, last)
			a.foldLanes(g)
			r.store(0)
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

// sumPieces emits the code for rows of few columns whose elements are handled again, in
// pieces, once their sum is known. A sum takes no element twice: its last vector is partial.
func (r *rowReduce) sumPieces(a *accumulation, ptrs []G, sum func(vectors int, last Access)) {
	g, m, w := r.gen, r.m, r.lanes(r.e)
	some := g.label("some")
	m.JumpIf(r.n, GT, 0, some)
	r.each(func() {
		m.Zero(a.acc[0][0])
		r.store(0)
	})
	m.Return()
	m.Label(some)
	least := 1
	if !m.MaskedStores() {
		least = w
		r.sumLessThanVector(a, ptrs, sum)
	}
	r.inPieces(r.n, least, func(p pieces) {
		if p.overlap {
			m.Move(r.t, r.n)
			if p.lanes == w {
				m.AddImm(r.t, -p.whole*w)
			}
			m.SetCount(r.t)
		}
	}, func(p pieces) {
		vectors, last, lanes := p.whole, p.access(), p.lanes
		switch {
		case p.overlap && p.lanes == w:
			vectors, last = vectors+1, Partial
		case p.overlap:
			last, lanes = Partial, 2*p.lanes
		}
		r.each(func() {
			sum(vectors, last)
			a.foldBytes(g, lanes*g.e.Size())
			r.storePieces(p, ptrs)
		})
	})
}

// sumLessThanVector emits the code for rows of less than a vector, where a partial vector is
// loaded piece by piece, whatever is known of their number.
func (r *rowReduce) sumLessThanVector(a *accumulation, ptrs []G, sum func(vectors int, last Access)) {
	m, w := r.m, r.lanes(r.e)
	whole := r.label("whole")
	m.JumpIf(r.n, GE, w, whole)
	m.SetCount(r.n)
	r.each(func() {
		sum(1, Partial)
		a.foldLanes(r.gen)
		r.store(r.m.VectorBytes())
		done := r.label("done")
		for l := w / 2; l > 0; l /= 2 {
			less := r.label("less")
			if l > 1 {
				m.JumpIf(r.n, LT, l, less)
			}
			m.Move(r.t, r.n)
			m.AddImm(r.t, -l)
			m.ShiftLeft(r.t, shift(r.e))
			r.mapPieces(r.after, pieces{l, 1, l > 1}, ptrs, r.t, r.last)
			if l > 1 {
				m.Jump(done)
				m.Label(less)
			}
		}
		m.Label(done)
	})
	m.Return()
	m.Label(whole)
}

// prepareCut makes the body for partial vectors of the streams that are read, and leaves a
// vector of all bits in the local memory.
func (r *rowReduce) prepareCut(read []Param) {
	if r.Map != nil {
		panic(fmt.Sprintf("vec: kernel %s has both Cut and Map", r.k.Name))
	}
	r.tail = newBody(r.k, r.e, r.m, read)
	r.tail.Accumulate(0, r.tail.And(r.Term(r.tail), r.tail.Held("present")))
	r.present = r.hold("present")
	r.m.Broadcast(r.present, r.e, Uniform{Const: Const{Name: "all", Bits32: 1<<32 - 1, Bits64: 1<<64 - 1}})
	r.m.Local(r.t)
	r.m.Store(r.present, r.e, r.e, Address{Base: r.t}, Full)
}

// cut prepares partial vectors of as many elements as SetCount was told.
func (r *rowReduce) cut() {
	if r.Cut {
		r.m.Local(r.t)
		r.m.Load(r.present, r.e, r.e, Address{Base: r.t}, Partial)
	}
}
