package vec

// CopyRows is the skeleton that copies a matrix, a few vectors of columns at a time and
// all rows for them: so the right factor of a product is packed into panels.
type CopyRows struct{}

func (CopyRows) result(string) string { return "" }

// copied is how many vectors of a row go together.
const copied = 4

// copyRows is the code of a CopyRows kernel, and its registers.
type copyRows struct {
	*gen
	source, target G // the first row's columns to come
	from, to       G // the current row
	row, step      G // from one row to the next
	rowsLeft, n    G // rows and columns to come
}

func (CopyRows) generate(g *gen) {
	m, k, w := g.m, g.k, g.lanes(g.e)
	src, dst := k.OfKind(Matrix), k.OfKind(OutMatrix)
	m.Begin(k, g.e, 0)
	c := &copyRows{gen: g}
	for _, r := range []*G{&c.source, &c.target, &c.from, &c.to, &c.row, &c.step, &c.rowsLeft, &c.n} {
		*r = g.general()
	}
	end := g.label("end")
	m.ArgInt(c.rowsLeft, k.OfKind(RowCount).Name)
	m.JumpIf(c.rowsLeft, LE, 0, end)
	m.ArgInt(c.n, k.OfKind(ColumnCount).Name)
	m.ArgBase(c.source, src.Name)
	m.ArgBase(c.target, dst.Name)
	m.ArgInt(c.row, k.OfKind(RowStride).Name)
	m.ShiftLeft(c.row, shift(g.e))
	m.ArgInt(c.step, k.stepOf(dst.Name, 0).Name)
	m.ShiftLeft(c.step, shift(g.e))
	for _, vectors := range []int{copied, 1} {
		group, rest := g.label("columns"), g.label("rest")
		m.Label(group)
		m.JumpIf(c.n, LT, vectors*w, rest)
		c.rows(vectors, Full)
		m.AddImm(c.source, vectors*m.VectorBytes())
		m.AddImm(c.target, vectors*m.VectorBytes())
		m.AddImm(c.n, -vectors*w)
		m.Jump(group)
		m.Label(rest)
	}
	if m.MaskedStores() {
		m.JumpIf(c.n, LE, 0, end)
		m.SetCount(c.n)
		c.rows(1, Partial)
	} else {
		for part := w / 2; part > 0; part /= 2 {
			skip := g.label("skip")
			m.JumpUnlessBit(c.n, part, skip)
			c.rows(1, Access(part))
			m.AddImm(c.source, part*g.e.Size())
			m.AddImm(c.target, part*g.e.Size())
			m.Label(skip)
		}
	}
	m.Label(end)
	m.Return()
}

// rows emits the loop over the rows for some vectors of their columns.
func (c *copyRows) rows(vectors int, access Access) {
	m, start, row := c.m, c.begins(), c.label("row")
	m.Move(c.from, c.source)
	m.Move(c.to, c.target)
	m.ArgInt(c.rowsLeft, c.k.OfKind(RowCount).Name)
	m.Label(row)
	v := c.vectors(vectors)
	for i := range v {
		m.Load(v[i], c.e, c.e, Address{Base: c.from, Disp: i * m.VectorBytes()}, access)
	}
	for i := range v {
		m.Store(v[i], c.e, c.e, Address{Base: c.to, Disp: i * m.VectorBytes()}, access)
	}
	m.Add(c.from, c.row)
	m.Add(c.to, c.step)
	m.SubJump(c.rowsLeft, 1, GT, row)
	c.restore(start)
}
