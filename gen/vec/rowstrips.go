package vec

// Sums over rows, row by row: see rowbyrow.go. A strip of a few vectors stays in
// registers while all rows are added. That suits few columns, and rows that are in
// the first-level cache. Of rows in the second-level cache, a strip would read only a
// short piece of each: they go in longer blocks of columns, of which the first strip
// stays in registers and the rest in the first-level cache.

// middleBytes is the size up to which rows are taken to be in the second-level cache.
// Beyond it, rows side by side hide more of the distance.
const middleBytes = 512 << 10

// rowByRow emits the code for rows up to the size of the second-level cache, which
// ends with a jump. For others, it does nothing but destroy registers.
func (l *rowsLoop) rowByRow(end string) {
	m, g, start := l.m, l.gen, l.begins()
	block, strips, others := g.label("block"), g.label("strips"), g.label("others")
	sums := make([]V, rowHeld)
	for i := range sums {
		sums[i] = g.vector()
	}
	finish := l.pass(g, 0, true)
	g.makeResident(finish)

	m.ArgLen(l.n, l.dst.Name)
	m.JumpIf(l.n, LE, rowHeld*g.lanes(g.e), strips)
	l.first()
	m.Move(l.src, l.left)
	m.Mul(l.src, l.n)
	m.JumpIf(l.src, LE, nearBytes/g.e.Size(), strips)
	m.JumpIf(l.src, GT, middleBytes/g.e.Size(), others)
	m.JumpIf(l.left, LT, 3, others)
	l.blocks(block, strips, sums, finish)
	m.Jump(end)
	l.strips(strips, end, sums, finish)
	m.Label(others)
	g.restore(start)
}

// add adds a row to vectors.
func (l *rowsLoop) add(sums columns, row G) {
	body := newBody(l.k, l.e, l.m, []Param{{Name: rowName(0), Kind: In}})
	body.Accumulate(0, body.Load(rowName(0)))
	l.addRow(body, sums, row)
}

// strips emits the code that handles n columns, at least one, in strips, beginning at
// the byte off of each row. Columns that fit in one strip are handled as one, however
// many rows there are. (Of rows far away, each of several strips would bring more into
// the cache than it needs.)
func (l *rowsLoop) strips(label, end string, sums []V, finish *Body) {
	m, g, w := l.m, l.gen, l.lanes(l.e)
	l.t = l.rows[len(l.rows)-1] // n counts the columns
	defer func() { l.t = l.n }()
	last := g.label("last")
	m.Label(label)
	m.Comment("Strips of columns that stay in registers for all rows.")
	m.JumpIf(l.n, LE, len(sums)*w, last)
	l.strip(columns{vectors: sums, rest: Full}, finish)
	m.AddImm(l.off, len(sums)*m.VectorBytes())
	m.AddImm(l.n, -len(sums)*w)
	m.Jump(label)
	m.Label(last)
	for v := 1; v <= len(sums); v++ {
		more := g.label("more")
		if v < len(sums) {
			m.JumpIf(l.n, GT, v*w, more)
		}
		m.AddImm(l.n, -(v-1)*w)
		m.SetCount(l.n)
		l.strip(columns{vectors: sums[:v], rest: Partial}, finish)
		m.Jump(end)
		m.Label(more)
	}
}

// strip adds the rows of a strip.
func (l *rowsLoop) strip(sums columns, finish *Body) {
	m, g, row := l.m, l.gen, l.rows[0]
	loop, added := g.label("row"), g.label("added")
	l.first()
	l.nextRow(row)
	for j, v := range sums.vectors {
		m.Load(v, g.e, g.e, Address{Base: row, Disp: j * m.VectorBytes()}, sums.access(j))
	}
	m.SubJump(l.left, 1, LE, added)
	m.Label(loop)
	l.nextRow(row)
	l.add(sums, row)
	m.SubJump(l.left, 1, GT, loop)
	m.Label(added)
	l.toDst(l.out)
	for j, v := range sums.vectors {
		g.emit(step{body: finish, first: j, copies: 1, access: sums.access(j), ptrs: []G{l.out, noRegister, l.out}, loaded: map[int]V{1: v}})
	}
}

// blocks emits the code that handles three rows or more, in blocks of columns. It
// leaves a last block that is not longer than a strip to the strips.
func (l *rowsLoop) blocks(block, strips string, sums []V, finish *Body) {
	m, g, row := l.m, l.gen, l.rows[0]
	held, walk := len(sums)*m.VectorBytes(), []G{l.rows[1], l.rows[2]}
	long, loop, size := g.label("long"), g.label("row"), sharedBytes
	if l.Accumulate {
		size = rowsBlock // of the local memory
	}
	begin, more := l.pass(g, 0, false), newBody(l.k, l.e, m, []Param{{Name: "out", Kind: InOut}, {Name: rowName(0), Kind: In}})
	more.Store("out", more.Add(more.Load("out"), more.Load(rowName(0))))
	// behind runs a body on what is behind the strip, of the sums and of a row.
	behind := func(body *Body, row G) {
		l.toWork(walk[0])
		m.Move(walk[1], row)
		m.AddImm(walk[0], held)
		m.AddImm(walk[1], held)
		g.columns(l.n, l.off, l.dst.Name, size)
		m.AddImm(l.n, -held/g.e.Size())
		g.exactTails = true
		g.mapLoop(body, walk, l.n, false)
		g.exactTails = false
	}
	m.Label(block)
	g.columnsLeft(l.n, l.off, l.dst.Name)
	m.JumpIf(l.n, GT, held, long)
	m.ShiftRight(l.n, shift(g.e))
	m.Jump(strips)
	m.Label(long)
	m.Comment("A block of columns, whose first vectors stay in registers for all rows.")
	l.first()
	l.nextRow(l.src)
	for j, v := range sums {
		m.Load(v, g.e, g.e, Address{Base: l.src, Disp: j * m.VectorBytes()}, Full)
	}
	behind(begin, l.src)
	m.AddImm(l.left, -1)
	m.Label(loop)
	l.nextRow(row)
	l.add(columns{vectors: sums, rest: Full}, row)
	behind(more, row)
	m.SubJump(l.left, 1, GT, loop)
	l.toWork(l.src)
	for j, v := range sums {
		m.Store(v, g.e, g.e, Address{Base: l.src, Disp: j * m.VectorBytes()}, Full)
	}
	if l.Finish != nil || l.Accumulate {
		l.toDst(l.out)
		l.toDst(l.next)
		g.columns(l.n, l.off, l.dst.Name, size)
		g.mapLoop(finish, []G{l.out, l.src, l.next}[:len(finish.streams)], l.n, false)
	}
	m.AddImm(l.off, size)
	g.columnsLeft(l.n, l.off, l.dst.Name)
	m.JumpIf(l.n, GT, 0, block)
}
