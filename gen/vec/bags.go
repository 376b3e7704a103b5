package vec

import "math/bits"

// Bags is the skeleton of sums over some rows of a matrix, which indices name: for each bag,
// which is a row of the destination, the rows of its entries are added to +0, one after the
// other. Offsets say where the entries of each bag begin, and where the last one's end. A term
// may read the row and, as held values, vectors that have one element for each entry.
type Bags struct {
	Term func(b *Body) Val
}

func (Bags) result(string) string { return "" }

// bagVectors is how many vectors of columns are added up at a time where there are many.
const bagVectors = 8

// What is needed once for each bag stands in the local memory.
const (
	slotLeft    = iota // bags to come
	slotOffsets        // where the current bag's entries begin
	bagsSlots
)

// bags is the code of a Bags kernel, and its registers.
type bags struct {
	*gen
	src, dst Param
	factor   *Param // the vector with one element for each entry, nil if there is none
	body     *Body
	sums     []V

	to       G // the bag's row of the destination
	from     G // where the strip of columns of row 0 begins
	step     G // from one row to the next
	row      G
	entry, p G // the entry's index, and its element of the vector
	count    G // entries of the bag to come
	total    G // entries to come
	n, t     G
}

func (s Bags) generate(g *gen) {
	m, k := g.m, g.k
	b := &bags{gen: g, src: k.OfKind(Matrix), dst: k.OfKind(OutMatrix)}
	b.body = newBody(k, g.e, m, []Param{{Name: b.src.Name, Kind: In}})
	b.body.Accumulate(0, s.Term(b.body))
	m.Begin(k, g.e, indexBytes*bagsSlots)
	for _, r := range []*G{&b.to, &b.from, &b.step, &b.row, &b.entry, &b.count, &b.total, &b.n, &b.t} {
		*r = g.general()
	}
	for _, p := range k.Params {
		if p.Kind == InEntries {
			b.factor, b.p = &p, g.general()
			g.hold(p.Name)
		}
	}
	b.sums = g.vectors(bagVectors)
	g.makeResident(b.body)
	end := g.label("end")
	b.begin(end)

	w := &rowwise{gen: g}
	w.inPieces(b.n, 1, unprepared, func(p pieces) {
		b.each(func() { b.pieces(p) })
	})
	few := g.label("few")
	m.JumpIf(b.n, LT, bagVectors*g.lanes(g.e), few)
	b.each(func() { b.strips(bagVectors) })
	m.Return()
	m.Label(few)
	b.each(func() { b.strips(rowwiseVectors) })
	m.Label(end)
	m.Return()
}

// begin sets all registers for the first bag, or goes to the end if there is nothing to do.
func (b *bags) begin(end string) {
	m, k := b.m, b.k
	offsets, index := k.OfKind(Offsets).Name, k.OfKind(Index).Name
	m.ArgInt(b.count, k.OfKind(RowCount).Name)
	m.ArgInt(b.n, k.OfKind(ColumnCount).Name)
	m.JumpIf(b.count, LE, 0, end)
	m.JumpIf(b.n, EQ, 0, end)
	m.SaveInt(slotLeft, b.count)
	m.ArgBase(b.t, offsets)
	m.SaveInt(slotOffsets, b.t)
	m.ShiftLeft(b.count, bits.TrailingZeros(indexBytes))
	m.Pointer(b.total, Address{Base: b.t, Index: b.count, Times: 1})
	m.Pointer(b.t, Address{Base: b.t})
	m.ArgBase(b.entry, index)
	if b.factor != nil {
		m.ArgBase(b.p, b.factor.Name)
	}
	b.pass(b.t)
	b.sub(b.total, b.t)
	m.ArgBase(b.to, b.dst.Name)
	m.ArgBase(b.from, b.src.Name)
	m.ArgInt(b.step, k.stepOf(b.src.Name, 0).Name)
	m.ShiftLeft(b.step, shift(b.e))
}

// pass passes over so many entries.
func (b *bags) pass(entries G) {
	b.m.AddTimes(b.entry, entries, 4)
	b.m.AddTimes(b.entry, entries, 4)
	if b.factor != nil {
		b.m.AddTimes(b.p, entries, 4)
		if b.e == F64 {
			b.m.AddTimes(b.p, entries, 4)
		}
	}
}

// each emits the loop over the bags.
func (b *bags) each(handle func()) {
	m, bag := b.m, b.label("bag")
	m.Label(bag)
	b.countEntries()
	handle()
	m.ArgInt(b.t, b.k.stepOf(b.dst.Name, 0).Name)
	m.ShiftLeft(b.t, shift(b.e))
	m.Add(b.to, b.t)
	m.LoadInt(b.t, slotOffsets)
	m.AddImm(b.t, indexBytes)
	m.SaveInt(slotOffsets, b.t)
	m.LoadInt(b.t, slotLeft)
	m.AddImm(b.t, -1)
	m.SaveInt(slotLeft, b.t)
	m.JumpIf(b.t, GT, 0, bag)
}

// countEntries sets count to the number of the bag's entries.
func (b *bags) countEntries() {
	b.m.LoadInt(b.row, slotOffsets)
	b.m.Pointer(b.count, Address{Base: b.row, Disp: indexBytes})
	b.m.Pointer(b.t, Address{Base: b.row})
	b.sub(b.count, b.t)
}

// entries adds up the bag's rows in so many registers, which add adds a row to. So many bytes
// of a row are fetched ahead.
func (b *bags) entries(sums, bytes int, add func()) {
	m, loop, near, done := b.m, b.label("entry"), b.label("near"), b.label("added")
	for _, v := range b.sums[:sums] {
		m.Zero(v)
	}
	m.JumpIf(b.count, LE, 0, done)
	m.Label(loop)
	m.JumpIf(b.total, LE, rowsAhead, near)
	m.Pointer(b.t, Address{Base: b.entry, Disp: indexBytes * rowsAhead})
	m.Mul(b.t, b.step)
	m.Add(b.t, b.from)
	b.fetchRow(b.t, 0, bytes)
	m.Label(near)
	m.Pointer(b.row, Address{Base: b.entry})
	m.Mul(b.row, b.step)
	m.Add(b.row, b.from)
	if b.factor != nil {
		m.BroadcastAt(b.resident[Uniform{Held: b.factor.Name}], b.e, Address{Base: b.p})
		m.AddImm(b.p, b.e.Size())
	}
	add()
	m.AddImm(b.entry, indexBytes)
	m.AddImm(b.total, -1)
	m.SubJump(b.count, 1, GT, loop)
	m.Label(done)
}

// pieces handles a bag of rows of few columns; n is the bytes in front of the last piece.
func (b *bags) pieces(p pieces) {
	s := step{body: b.body, copies: p.whole, access: p.access(), ptrs: []G{b.row}, sums: [][]V{b.sums}, combine: OpAdd}
	b.entries(p.whole+btoi(p.overlap), p.bytes(b.e), func() {
		b.emit(s)
		if p.overlap {
			b.emit(step{body: b.body, copies: 1, access: p.access(), ptrs: []G{b.row}, strides: []G{b.n}, element: 1,
				sums: [][]V{b.sums[p.whole:]}, combine: OpAdd})
		}
	})
	for j, v := range b.sums[:p.whole] {
		b.m.Store(v, b.e, b.e, Address{Base: b.to, Disp: j * b.m.VectorBytes()}, p.access())
	}
	if p.overlap {
		b.m.Store(b.sums[p.whole], b.e, b.e, Address{Base: b.to, Index: b.n, Times: 1}, p.access())
	}
}

// strips handles a bag of rows of so many vectors and more, as many at a time. The last strip
// ends where the rows end: what it has in common with the one before it is added up again.
func (b *bags) strips(vectors int) {
	m, strip, done, bytes := b.m, b.label("strip"), b.label("done"), vectors*b.m.VectorBytes()
	m.ArgInt(b.n, b.k.OfKind(ColumnCount).Name)
	m.ShiftLeft(b.n, shift(b.e))
	m.Label(strip)
	b.entries(vectors, bytes, func() {
		b.emit(step{body: b.body, copies: vectors, ptrs: []G{b.row}, sums: [][]V{b.sums}, combine: OpAdd})
	})
	for j, v := range b.sums[:vectors] {
		m.Store(v, b.e, b.e, Address{Base: b.to, Disp: j * m.VectorBytes()}, Full)
	}
	m.AddImm(b.n, -bytes) // those to come
	m.JumpIf(b.n, LE, 0, done)
	b.countEntries()
	m.Add(b.total, b.count)
	m.Move(b.t, b.count)
	m.Neg(b.t)
	b.pass(b.t)
	m.AddImm(b.from, bytes)
	m.AddImm(b.to, bytes)
	m.JumpIf(b.n, GE, bytes, strip)
	m.AddImm(b.n, -bytes)
	m.Add(b.from, b.n)
	m.Add(b.to, b.n)
	m.Set(b.n, bytes)
	m.Jump(strip)
	m.Label(done)
	m.ArgBase(b.from, b.src.Name)
	m.ArgInt(b.t, b.k.OfKind(ColumnCount).Name)
	m.ShiftLeft(b.t, shift(b.e))
	m.AddImm(b.t, -bytes)
	b.sub(b.to, b.t)
}
