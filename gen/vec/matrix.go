package vec

// The skeletons of kernels over a matrix and two vectors. Rows are handled in
// groups, so that the vector that all rows share is loaded once for a group, and
// every element of the matrix is read once.

// matrixGroup is the number of rows in a group, where the registers allow.
const matrixGroup = 4

// rowName returns the name of a body's stream for a row of the group.
func rowName(i int) string { return "r" + string(rune('0'+i)) }

// groupStreams returns a body's streams for a group: the vector that all rows
// share, and then the rows.
func groupStreams(shared string, kind Kind, rows int, rowKind Kind) []Param {
	streams := []Param{{Name: shared, Kind: kind}}
	for i := range rows {
		streams = append(streams, Param{Name: rowName(i), Kind: rowKind})
	}
	return streams
}

// coefName returns the name of the held coefficient of a row of the group.
func coefName(i int) string { return "c" + string(rune('0'+i)) }

// rowWalk goes through the rows of the kernel's matrix.
type rowWalk struct {
	left G // rows to come
	next G // the next row
	t    G // destroyed
}

// start goes to the first row.
func (r rowWalk) start(g *gen, matrix Param) {
	g.m.ArgInt(r.left, g.k.OfKind(RowCount).Name)
	g.m.ArgBase(r.next, matrix.Name)
}

// take sets the registers to the next rows, one each.
func (r rowWalk) take(g *gen, rows []G) {
	g.rowStride(r.t)
	for _, row := range rows {
		g.m.Move(row, r.next)
		g.m.Add(r.next, r.t)
	}
	g.m.AddImm(r.left, -len(rows))
}

// groups emits the code that handles the rows in groups: groups of most rows, a power
// of two, as long as that many are left, and then one group of half as many, and so on
// down to one row. The code of each size may use all registers that are free now.
func (r rowWalk) groups(g *gen, most int, handle func(rows int)) {
	start := g.begins()
	for rows := most; rows > 0; rows /= 2 {
		group, rest := g.label("rows"), g.label("rest")
		g.m.Label(group)
		g.m.JumpIf(r.left, LT, rows, rest)
		handle(rows)
		if rows == most {
			g.m.Jump(group)
		}
		g.m.Label(rest)
		g.restore(start)
	}
}

// RowDots is the skeleton of a matrix times a vector: y[r] becomes Finish of the
// sum over j of a[r][j]*x[j], added as by Reduce, and of y[r].
type RowDots struct {
	Finish func(b *Body, sum, y Val) Val
}

func (RowDots) result(string) string { return "" }

func (s RowDots) generate(g *gen) {
	m, k := g.m, g.k
	matrix, x, y := k.OfKind(Matrix), k.OfKind(In), k.OfKind(InOutRows)
	m.Begin(k, g.e, 0)
	walk := rowWalk{g.general(), g.general(), g.general()}
	out, rest := g.general(), g.general()
	g.begin(out, rest, walk.t, y.Name, k.OfKind(RowCount).Name)
	walk.start(g, matrix)

	// A group needs registers for all its accumulators, for a total and a partial
	// vector of each row, for the shared vector, and a few for the body.
	most := matrixGroup
	if vectors := accumulatorBytes / m.VectorBytes(); k.Strided() || most*(vectors+2)+5 > m.Vectors() {
		most = 1
	}
	// Where the shared vector may stay in registers, short rows do not come this far,
	// unless they are strided: of those, only the shortest stay in registers.
	few := g.residentVectors() == 0 || k.Strided()
	if g.residentVectors() > 0 {
		s.resident(g, walk, out, rest)
	}
	if m.RowByRow() && !k.Strided() {
		s.rowByRow(g, walk, out, rest)
	}
	walk.groups(g, most, func(rows int) {
		streams := groupStreams(x.Name, In, rows, In)
		body := newBody(k, g.e, m, streams)
		for i := range rows {
			body.Accumulate(i, body.Mul(body.Load(rowName(i)), body.Load(x.Name)))
		}
		a := accumulation{body: body, combine: OpAdd, sums: rows, n: g.general(), t: walk.t, first: noRegister}
		a.ptrs = g.generalsFor(streams)
		if k.Strided() {
			a.strides = g.generalsFor(streams)
		}
		a.registers(g)
		totals := make([]V, rows)
		for i := range totals {
			totals[i] = g.vector()
			m.Zero(totals[i])
		}
		finish := newBody(k, g.e, m, []Param{{Name: y.Name, Kind: InOut}})
		finish.Store(y.Name, s.Finish(finish, finish.Held("sum"), finish.Load(y.Name)))
		held := Uniform{Held: "sum"}
		g.resident[held] = a.acc[0][0]
		g.makeResident(body, finish)

		walk.take(g, a.ptrs[1:])
		if k.Strided() {
			m.Set(a.strides[1], g.e.Size())
			g.begin(a.ptrs[0], a.strides[0], walk.t, x.Name, k.OfKind(Count).Name)
		} else {
			m.ArgBase(a.ptrs[0], x.Name)
		}
		g.elements(rest, x.Name)
		a.blocks(g, rest, totals, few, func(n G) { g.elements(n, x.Name) })
		g.stride(walk.t, y.Name)
		for i := range rows {
			g.resident[held] = a.acc[i][0]
			g.emit(step{body: finish, copies: 1, ptrs: []G{out}, access: 1})
			m.Add(out, walk.t)
		}
	})
	m.Return()
}

// rowCoefs sets the held coefficients of a group to a factor times the next elements
// of a vector that has one element for each row; t is destroyed.
func (g *gen) rowCoefs(held []V, scale V, at, t G, vector string) {
	g.stride(t, vector)
	for _, c := range held {
		g.rowCoef(c, scale, at, t)
	}
}

// rowCoef sets a held coefficient to a factor times the element at a pointer, and moves
// the pointer on to the next row's element.
func (g *gen) rowCoef(held, scale V, at, stride G) {
	g.m.BroadcastAt(held, g.e, Address{Base: at})
	g.m.Op(OpMul, g.e, g.m.VectorBytes(), held, scale, held)
	g.m.Add(at, stride)
}

// holdCoefs gives registers to the coefficients of a group, and to their factor.
func (g *gen) holdCoefs(rows int, factor string) (held []V, scale V) {
	for i := range rows {
		held = append(held, g.hold(coefName(i)))
	}
	scale = g.vector()
	g.m.Broadcast(scale, g.e, Uniform{Param: factor})
	return held, scale
}

// RowAxpys is the skeleton of a transposed matrix times a vector: for each row r
// in turn, y[j] = (Factor*x[r])*a[r][j] + y[j], where the first row takes
// Scale*y[j]. It goes through the columns in blocks of rowsBlock bytes, as Rows
// does, so that y stays in the first-level cache.
type RowAxpys struct {
	Factor, Scale string
	One           Const // the scale of all rows but the first
}

func (RowAxpys) result(string) string { return "" }

func (s RowAxpys) generate(g *gen) {
	m, k := g.m, g.k
	matrix, x, y := k.OfKind(Matrix), k.OfKind(InRows), k.OfKind(InOut)
	m.Begin(k, g.e, 0)
	walk := rowWalk{g.general(), g.general(), g.general()}
	coef, off := g.general(), g.general()
	before := g.hold("before")
	if k.Strided() {
		s.strided(g, walk, coef, off, before)
		return
	}
	g.exactTails = true
	if m.RowByRow() {
		m.Broadcast(before, g.e, Uniform{Param: s.Scale})
		g.begin(coef, walk.next, walk.t, x.Name, k.OfKind(RowCount).Name)
		walk.start(g, matrix)
		if g.residentVectors() > 0 {
			s.resident(g, walk, coef, off, before)
		}
		s.rowByRow(g, walk, coef, off, before)
	}
	block, end := g.label("columns"), g.label("end")
	m.Set(off, 0)
	m.Label(block)
	g.columnsLeft(walk.t, off, y.Name)
	m.JumpIf(walk.t, LE, 0, end)
	m.Comment("A block of columns, from row 0.")
	m.Broadcast(before, g.e, Uniform{Param: s.Scale})
	g.begin(coef, walk.next, walk.t, x.Name, k.OfKind(RowCount).Name)
	walk.start(g, matrix)
	m.Add(walk.next, off)
	walk.groups(g, matrixGroup, func(rows int) {
		held, scale := g.holdCoefs(rows, s.Factor)
		body := s.body(g, y, rows)
		ptrs := g.generalsFor(body.streams)
		walk.take(g, ptrs[1:])
		g.rowCoefs(held, scale, coef, walk.t, x.Name)
		m.ArgBase(ptrs[0], y.Name)
		m.Add(ptrs[0], off)
		g.columns(walk.t, off, y.Name, rowsBlock)
		g.mapLoop(body, ptrs, walk.t, false)
		m.Broadcast(before, g.e, Uniform{Const: s.One})
	})
	m.AddImm(off, rowsBlock)
	m.Jump(block)
	m.Label(end)
	m.Return()
}

// strided generates the kernel for a strided y, whose elements are handled one after
// the other where there are too many for the registers.
func (s RowAxpys) strided(g *gen, walk rowWalk, coef, inc G, before V) {
	m, k := g.m, g.k
	matrix, x, y := k.OfKind(Matrix), k.OfKind(InRows), k.OfKind(InOut)
	m.Broadcast(before, g.e, Uniform{Param: s.Scale})
	g.begin(coef, walk.next, walk.t, x.Name, k.OfKind(RowCount).Name)
	walk.start(g, matrix)
	s.resident(g, walk, coef, inc, before)
	walk.groups(g, 1, func(rows int) {
		held, scale := g.holdCoefs(rows, s.Factor)
		body := s.body(g, y, rows)
		ptrs := g.generalsFor(body.streams)
		walk.take(g, ptrs[1:])
		g.rowCoefs(held, scale, coef, walk.t, x.Name)
		g.sharedLoop(body, y, ptrs, inc, walk.t)
		m.Broadcast(before, g.e, Uniform{Const: s.One})
	})
	m.Return()
}

// sharedLoop runs the body of a group of rows over a strided vector that they
// share; n is destroyed.
func (g *gen) sharedLoop(b *Body, shared Param, ptrs []G, inc, n G) {
	columns := g.k.OfKind(Count).Name
	g.begin(ptrs[0], inc, n, shared.Name, columns)
	strides := []G{inc}
	for range ptrs[1:] {
		strides = append(strides, noRegister)
	}
	g.m.ArgInt(n, columns)
	g.stridedLoop(b, ptrs, strides, n)
}

// body computes y for a group of rows.
func (s RowAxpys) body(g *gen, y Param, rows int) *Body {
	body := newBody(g.k, g.e, g.m, groupStreams(y.Name, InOut, rows, In))
	sum := body.Mul(body.Held("before"), body.Load(y.Name))
	for i := range rows {
		sum = body.Add(body.Mul(body.Held(coefName(i)), body.Load(rowName(i))), sum)
	}
	body.Store(y.Name, sum)
	return body
}

// Outer is the skeleton of a rank-one update: a[r][j] += (Factor*x[r]) * y[j].
type Outer struct {
	Factor string
}

func (Outer) result(string) string { return "" }

func (s Outer) generate(g *gen) {
	m, k := g.m, g.k
	matrix, x, y := k.OfKind(InOutMatrix), k.OfKind(InRows), k.OfKind(In)
	g.exactTails = true
	m.Begin(k, g.e, 0)
	walk := rowWalk{g.general(), g.general(), g.general()}
	coef, inc := g.general(), g.general()
	g.begin(coef, walk.next, walk.t, x.Name, k.OfKind(RowCount).Name)
	walk.start(g, matrix)
	most := matrixGroup
	if k.Strided() {
		s.resident(g, walk, coef, inc)
		most = 1
	} else if m.RowByRow() {
		s.rowByRow(g, walk, coef, inc)
	}
	walk.groups(g, most, func(rows int) {
		held, scale := g.holdCoefs(rows, s.Factor)
		body := s.body(g, y, rows)
		ptrs := g.generalsFor(body.streams)
		walk.take(g, ptrs[1:])
		g.rowCoefs(held, scale, coef, walk.t, x.Name)
		if k.Strided() {
			g.sharedLoop(body, y, ptrs, inc, walk.t)
			return
		}
		m.ArgBase(ptrs[0], y.Name)
		m.ArgLen(walk.t, y.Name)
		g.mapLoop(body, ptrs, walk.t, rows == 1)
	})
	m.Return()
}

// body updates a group of rows.
func (s Outer) body(g *gen, y Param, rows int) *Body {
	body := newBody(g.k, g.e, g.m, groupStreams(y.Name, In, rows, InOut))
	for i := range rows {
		product := body.Mul(body.Held(coefName(i)), body.Load(y.Name))
		body.Store(rowName(i), body.Add(product, body.Load(rowName(i))))
	}
	body.storesLast()
	return body
}
