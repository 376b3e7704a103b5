package vec

// Rows is the skeleton of reductions over the rows of a matrix or over a list of
// slices: out[j] = finish((r0[j] + r1[j]) + r2[j] + ...), added in row order.
//
// It goes through the columns in blocks of rowsBlock bytes and, in a block,
// through the rows in groups of rowsGroup, so that the sums stay in the
// first-level cache, every row is read once, and the hardware prefetchers see a
// few long streams. Where the machine wants it, rows that are no further away than
// the second-level cache go one by one: see rowsLoop.rowByRow.
type Rows struct {
	// Finish turns a sum into what is stored; nil stores the sum.
	Finish func(b *Body, sum Val) Val
	// Accumulate adds the result to the destination instead of overwriting it.
	Accumulate bool
}

const (
	rowsBlock = 4096 // one page of every row
	rowsGroup = 4
)

func (Rows) result(string) string { return "" }

// pass returns the body that adds k rows to src and stores to out; the last pass
// finishes.
func (s Rows) pass(g *gen, k int, last bool) *Body {
	streams := []Param{{Name: "out", Kind: Out}, {Name: "src", Kind: In}}
	for i := range k {
		streams = append(streams, Param{Name: "r" + string(rune('0'+i)), Kind: In})
	}
	if last && s.Accumulate {
		streams = append(streams, Param{Name: "old", Kind: In})
	}
	b := newBody(g.k, g.e, g.m, streams)
	sum := b.Load("src")
	for i := range k {
		sum = b.Add(sum, b.Load("r"+string(rune('0'+i))))
	}
	if last && s.Finish != nil {
		sum = s.Finish(b, sum)
	}
	if last && s.Accumulate {
		sum = b.Add(b.Load("old"), sum)
	}
	b.Store("out", sum)
	return b
}

// columnsLeft sets n to the bytes of a row behind the first off: off - len, negated,
// as the machine has no subtraction of registers that spares off.
func (g *gen) columnsLeft(n, off G, row string) {
	g.m.ArgLen(n, row)
	g.m.ShiftLeft(n, shift(g.e))
	g.m.Neg(n)
	g.m.Add(n, off)
	g.m.Neg(n)
}

// columns sets n to the elements of a row in the block of so many bytes at off.
func (g *gen) columns(n, off G, row string, block int) {
	g.columnsLeft(n, off, row)
	fits := g.label("fits")
	g.m.JumpIf(n, LE, block, fits)
	g.m.Set(n, block)
	g.m.Label(fits)
	g.m.ShiftRight(n, shift(g.e))
}

// rowsLoop writes the code of a Rows kernel; it holds the registers.
type rowsLoop struct {
	Rows
	*gen
	dst, source Param
	out, src    G            // where the sums go, and where they come from
	rows        [rowsGroup]G // pointers to rows
	n           G            // a number of elements or bytes
	t           G            // holds nothing between two uses
	left, next  G            // the number of rows to come, and where the next of them stands
	off         G            // the first byte of the block of columns
}

func (s Rows) generate(g *gen) {
	m := g.m
	l := &rowsLoop{Rows: s, gen: g, dst: g.k.Params[0], source: g.k.Params[1]}
	frame := 0
	if s.Accumulate {
		frame = rowsBlock
	}
	m.Begin(g.k, g.e, frame)
	l.out, l.src = g.general(), g.general()
	for i := range l.rows {
		l.rows[i] = g.general()
	}
	l.n, l.left, l.next, l.off = g.general(), g.general(), g.general(), g.general()
	l.t = l.n

	end := g.label("end")
	m.Set(l.off, 0)
	g.columnsLeft(l.n, l.off, l.dst.Name)
	m.JumpIf(l.n, EQ, 0, end)
	if m.RowByRow() {
		l.rowByRow(end)
	}
	l.groups()
	m.Label(end)
	m.Return()
}

// first goes to the first row, from the block's columns on.
func (l *rowsLoop) first() {
	l.m.ArgBase(l.next, l.source.Name)
	if l.source.Kind == List {
		l.m.ArgLen(l.left, l.source.Name)
	} else {
		l.m.Add(l.next, l.off)
		l.m.ArgInt(l.left, l.k.OfKind(RowCount).Name)
	}
}

// nextRow sets a register to the next row, from the block's columns on.
func (l *rowsLoop) nextRow(row G) {
	if l.source.Kind == List {
		l.m.Pointer(row, Address{Base: l.next})
		l.m.Add(row, l.off)
		l.m.AddImm(l.next, headerBytes)
		return
	}
	l.m.Move(row, l.next)
	l.rowStride(l.t)
	l.m.Add(l.next, l.t)
}

// toDst sets a register to the destination's part of the block.
func (l *rowsLoop) toDst(r G) {
	l.m.ArgBase(r, l.dst.Name)
	l.m.Add(r, l.off)
}

// toWork sets a register to where the block's sums stay until they are finished.
func (l *rowsLoop) toWork(r G) {
	if l.Accumulate {
		l.m.Local(r)
	} else {
		l.toDst(r)
	}
}

// groups emits the code that takes rows in groups, which handles everything.
func (l *rowsLoop) groups() {
	m, g := l.m, l.gen
	middle := l.pass(g, rowsGroup, false)
	final := make([]*Body, rowsGroup+1)
	for i := range final {
		final[i] = l.pass(g, i, true)
	}
	g.makeResident(append(final, middle)...)

	block, group, finish, following := g.label("block"), g.label("group"), g.label("finish"), g.label("next")
	m.Label(block)
	m.Comment("A block of columns, from row 0.")
	l.first()
	m.AddImm(l.left, -1)
	l.nextRow(l.src)
	m.JumpIf(l.left, LE, rowsGroup, finish)

	m.Label(group)
	for _, r := range l.rows {
		l.nextRow(r)
	}
	l.toWork(l.out)
	g.columns(l.n, l.off, l.dst.Name, rowsBlock)
	g.mapLoop(middle, append([]G{l.out, l.src}, l.rows[:]...), l.n, false)
	l.toWork(l.src)
	m.AddImm(l.left, -rowsGroup)
	m.JumpIf(l.left, GT, rowsGroup, group)

	m.Label(finish)
	finals := make([]string, rowsGroup+1)
	for i := range rowsGroup {
		finals[i] = g.label("rows")
		m.JumpIf(l.left, EQ, i, finals[i])
	}
	for i := rowsGroup; i >= 0; i-- {
		if i < rowsGroup {
			m.Label(finals[i])
		}
		for _, r := range l.rows[:i] {
			l.nextRow(r)
		}
		l.toDst(l.out)
		g.columns(l.n, l.off, l.dst.Name, rowsBlock)
		ptrs := append([]G{l.out, l.src}, l.rows[:i]...)
		if l.Accumulate {
			l.toDst(l.next)
			ptrs = append(ptrs, l.next)
		}
		g.mapLoop(final[i], ptrs, l.n, false)
		if i > 0 {
			m.Jump(following)
		}
	}

	m.Label(following)
	m.AddImm(l.off, rowsBlock)
	g.columnsLeft(l.n, l.off, l.dst.Name)
	m.JumpIf(l.n, GT, 0, block)
}
