package vec

// Transposition is the skeleton that copies a matrix with its rows as columns. Squares of
// 16 bytes are turned in registers; where a register holds several, they come from as
// many groups of rows, and the stores are as long as the registers.
type Transposition struct{}

func (Transposition) result(string) string { return "" }

// pieceBytes is the size of a row of the squares.
const pieceBytes = 16

// transposition is the code of a Transposition kernel, and its registers.
type transposition struct {
	*gen
	src, dst       Param
	from, fromMore G // the current columns in the first row, and in the row behind a square
	row, rows3     G // from one row of the source to the next, once and three times
	to             G // the current row of the destination
	step, steps3   G // from one of its rows to the next, once and three times
	rowsLeft, n    G // rows and columns to come
}

func (Transposition) generate(g *gen) {
	m, k := g.m, g.k
	t := &transposition{gen: g, src: k.OfKind(Matrix), dst: k.OfKind(Transposed)}
	m.Begin(k, g.e, 0)
	for _, r := range []*G{&t.from, &t.fromMore, &t.row, &t.rows3, &t.to, &t.step, &t.steps3, &t.rowsLeft, &t.n} {
		*r = g.general()
	}
	source, target := g.general(), g.general()
	m.ArgInt(t.row, k.OfKind(RowStride).Name)
	m.ShiftLeft(t.row, shift(g.e))
	m.Move(t.rows3, t.row)
	m.AddTimes(t.rows3, t.row, 2)
	m.ArgInt(t.step, k.stepOf(t.dst.Name, 0).Name)
	m.ShiftLeft(t.step, shift(g.e))
	m.Move(t.steps3, t.step)
	m.AddTimes(t.steps3, t.step, 2)
	m.ArgBase(source, t.src.Name)
	m.ArgBase(target, t.dst.Name)
	m.ArgInt(t.rowsLeft, k.OfKind(RowCount).Name)
	t.walk(g.lanes(g.e), source, target, t.squares)
	t.walk(1, source, target, func() { t.singles(1) })
	m.Return()
}

// walk emits the loop over the rows, so many at a time.
func (t *transposition) walk(rows int, source, target G, handle func()) {
	m := t.m
	block, rest := t.label("rows"), t.label("rest")
	m.Label(block)
	m.JumpIf(t.rowsLeft, LT, rows, rest)
	m.Move(t.from, source)
	m.Move(t.to, target)
	m.ArgInt(t.n, t.k.OfKind(ColumnCount).Name)
	handle()
	m.AddImm(target, rows*t.e.Size())
	for range rows {
		m.Add(source, t.row)
	}
	m.AddImm(t.rowsLeft, -rows)
	m.Jump(block)
	m.Label(rest)
}

// squares emits the loop over the columns of a block of rows, as many as a register has
// lanes.
func (t *transposition) squares() {
	m, side := t.m, pieceBytes/t.e.Size()
	start := t.begins()
	square, rest, done := t.label("square"), t.label("singles"), t.label("columns")
	m.SubJump(t.n, side, LT, rest)
	m.Label(square)
	if m.VectorBytes() > pieceBytes {
		m.Move(t.fromMore, t.from)
		m.AddTimes(t.fromMore, t.row, side)
	}
	rows := t.vectors(side)
	for i := range rows {
		places := []Address{t.at(t.from, i)}
		if m.VectorBytes() > pieceBytes {
			places = append(places, t.at(t.fromMore, i))
		}
		m.LoadPieces(rows[i], places)
	}
	for j, v := range m.TransposePieces(t.e, rows, t.vectors(side)) {
		m.Store(v, t.e, t.e, t.atStep(j), Full)
	}
	m.AddTimes(t.to, t.step, side)
	m.AddImm(t.from, pieceBytes)
	m.SubJump(t.n, side, GE, square)
	m.Label(rest)
	m.AddImm(t.n, side)
	m.JumpIf(t.n, EQ, 0, done)
	t.restore(start)
	t.singles(t.lanes(t.e))
	m.Label(done)
	t.restore(start)
}

// singles emits the loop over columns, element by element.
func (t *transposition) singles(rows int) {
	m, v := t.m, t.vector()
	column, done := t.label("column"), t.label("columns")
	m.SubJump(t.n, 1, LT, done)
	m.Label(column)
	m.Move(t.fromMore, t.from)
	for i := range rows {
		m.Load(v, t.e, t.e, Address{Base: t.fromMore}, 1)
		m.Store(v, t.e, t.e, Address{Base: t.to, Disp: i * t.e.Size()}, 1)
		if i+1 < rows {
			m.Add(t.fromMore, t.row)
		}
	}
	m.Add(t.to, t.step)
	m.AddImm(t.from, t.e.Size())
	m.SubJump(t.n, 1, GE, column)
	m.Label(done)
}

// at returns the place of one of up to four rows of the source.
func (t *transposition) at(base G, row int) Address { return strided(base, t.row, t.rows3, row) }

// atStep returns the place of one of up to four rows of the destination.
func (t *transposition) atStep(row int) Address { return strided(t.to, t.step, t.steps3, row) }

// strided returns the place of a few strides behind a base, at most four; of three, there
// is a register.
func strided(base, stride, three G, times int) Address {
	switch times {
	case 0:
		return Address{Base: base}
	case 3:
		return Address{Base: base, Index: three, Times: 1}
	}
	return Address{Base: base, Index: stride, Times: times}
}
