package vec

// Matrices beyond the first-level cache, row by row. The prefetchers follow one long
// stream best, read by few instructions: on Zen 5, four rows side by side, or a row
// that is spelled out in many loads, come from the second-level cache at half the
// pace. What the rows share is loaded again for each of them, from the first-level
// cache.

const (
	// nearBytes is the size up to which a matrix is taken to be in the first-level
	// cache, and sharedBytes that up to which a vector stays there beside the rows.
	nearBytes   = 32 << 10
	sharedBytes = 16 << 10

	// rowHeld is how many vectors at the beginning of what the rows share stay in
	// registers, where either the row or what the rows share is stored to. Without
	// these, loads and stores wait for each other too often: those of a short row for
	// those of the row before. Holding twice as many is slower again.
	rowHeld = 8
)

// farRow holds the registers of the code that handles a row.
type farRow struct {
	held        []V // the first vectors of what the rows share
	base, count G   // what the rows share behind held: its place, and the number of elements
	ptr, row, n G   // the walk through it and the row: two pointers, and the elements left
}

// behind prepares the walk through what the rows share behind the held vectors, beside
// the row at a pointer.
func (r farRow) behind(g *gen, row G) {
	g.m.Move(r.ptr, r.base)
	g.m.Move(r.row, row)
	g.m.AddImm(r.row, len(r.held)*g.m.VectorBytes())
	g.m.Move(r.n, r.count)
}

// rowByRow emits the code for matrices that are too large for the first-level cache
// and share a vector that is not, and that is longer than the number of vectors held.
// handle goes through the rows. For other matrices, the code does nothing but destroy
// t and n.
func (g *gen) rowByRow(t, n G, shared Param, held int, handle func(farRow)) {
	m, start, other := g.m, g.begins(), g.label("other")
	r := farRow{base: g.general(), count: g.general(), ptr: g.general(), row: g.general(), n: n}
	g.elements(r.count, shared.Name)
	m.JumpIf(r.count, GT, sharedBytes/g.e.Size(), other)
	if held > 0 {
		m.JumpIf(r.count, LE, held*g.lanes(g.e), other)
	}
	m.ArgInt(n, g.k.OfKind(RowStride).Name)
	m.ArgInt(t, g.k.OfKind(RowCount).Name)
	m.Mul(t, n)
	m.JumpIf(t, LE, nearBytes/g.e.Size(), other)

	m.Comment("A matrix beyond the first-level cache: row by row.")
	m.ArgBase(r.base, shared.Name)
	for j := range held {
		r.held = append(r.held, g.vector())
		m.Load(r.held[j], g.e, g.e, Address{Base: r.base, Disp: j * m.VectorBytes()}, Full)
	}
	bytes := held * m.VectorBytes()
	m.AddImm(r.base, bytes)
	m.AddImm(r.count, -bytes/g.e.Size())
	handle(r)
	if shared.Kind.Stores() {
		for j, v := range r.held {
			m.Store(v, g.e, g.e, Address{Base: r.base, Disp: j*m.VectorBytes() - bytes}, Full)
		}
	}
	m.Return()
	m.Label(other)
	g.restore(start)
}

// rowByRow handles matrices beyond the first-level cache.
func (s RowDots) rowByRow(g *gen, walk rowWalk, out, n G) {
	m, x, y := g.m, g.k.OfKind(In), g.k.OfKind(InOutRows)
	g.rowByRow(walk.t, n, x, 0, func(r farRow) {
		body, finish := s.bodies(g, x, y)
		a := accumulation{body: body, combine: OpAdd, sums: 1, ptrs: []G{r.ptr, r.row}, n: n, t: walk.t, first: noRegister}
		a.registers(g)
		g.resident[Uniform{Held: "sum"}] = a.acc[0][0]
		g.makeResident(body, finish)
		stride, inc := g.general(), g.general()
		g.rowStride(stride)
		g.stride(inc, y.Name)
		g.rowLoop(walk.left, func() {
			r.behind(g, walk.next)
			a.zero(g, 0, len(a.acc[0]))
			a.elements(g)
			a.fold(g)
			g.emit(step{body: finish, copies: 1, ptrs: []G{out}, access: 1})
			m.Add(walk.next, stride)
			m.Add(out, inc)
		})
	})
}

// rowByRow handles matrices beyond the first-level cache.
func (s RowAxpys) rowByRow(g *gen, walk rowWalk, coef, n G, before V) {
	m, x, y := g.m, g.k.OfKind(InRows), g.k.OfKind(InOut)
	g.rowByRow(walk.t, n, y, rowHeld, func(r farRow) {
		held, scale := g.holdCoefs(1, s.Factor)
		first, rest := s.addRow(g, y), s.body(g, y, 1)
		stride, inc := g.general(), g.general()
		g.rowStride(stride)
		g.stride(inc, x.Name)
		for _, v := range r.held {
			m.Op(OpMul, g.e, m.VectorBytes(), v, before, v)
		}
		g.rowLoop(walk.left, func() {
			g.rowCoef(held[0], scale, coef, inc)
			g.addRow(first, columns{vectors: r.held, rest: Full}, walk.next)
			r.behind(g, walk.next)
			g.mapLoop(rest, []G{r.ptr, r.row}, n, false)
			m.Broadcast(before, g.e, Uniform{Const: s.One})
			m.Add(walk.next, stride)
		})
	})
}

// rowByRow handles matrices beyond the first-level cache.
func (s Outer) rowByRow(g *gen, walk rowWalk, coef, n G) {
	m, x, y := g.m, g.k.OfKind(InRows), g.k.OfKind(In)
	g.rowByRow(walk.t, n, y, rowHeld, func(r farRow) {
		held, scale := g.holdCoefs(1, s.Factor)
		body := s.body(g, y, 1)
		stride, inc := g.general(), g.general()
		g.rowStride(stride)
		g.stride(inc, x.Name)
		g.rowLoop(walk.left, func() {
			g.rowCoef(held[0], scale, coef, inc)
			for j, v := range r.held {
				g.emit(step{body: body, first: j, copies: 1, ptrs: []G{noRegister, walk.next}, loaded: map[int]V{0: v}})
			}
			r.behind(g, walk.next)
			g.mapLoop(body, []G{r.ptr, r.row}, n, false)
			m.Add(walk.next, stride)
		})
	})
}
