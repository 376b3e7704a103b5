package vec

// Rows is the skeleton of reductions over the rows of a matrix or over a list of
// slices: out[j] = finish((r0[j] + r1[j]) + r2[j] + ...), added in row order.
//
// It goes through the columns in blocks of rowsBlock bytes and, in a block,
// through the rows in groups of rowsGroup, so that the sums stay in the
// first-level cache, every row is read once, and the hardware prefetchers see a
// few long streams.
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
	streams := []Param{{"out", Out}, {"src", In}}
	for i := range k {
		streams = append(streams, Param{"r" + string(rune('0'+i)), In})
	}
	if last && s.Accumulate {
		streams = append(streams, Param{"old", In})
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

// columnsLeft sets n to the bytes of a row behind the first off.
func (g *gen) columnsLeft(n, off G, row string) {
	g.m.ArgLen(n, row)
	g.m.ShiftLeft(n, shift(g.e))
	g.m.Neg(n)
	g.m.Add(n, off)
	g.m.Neg(n)
}

// columns sets n to the elements of a row in the block at off.
func (g *gen) columns(n, off G, row string) {
	g.columnsLeft(n, off, row)
	fits := g.label("fits")
	g.m.JumpIf(n, LE, rowsBlock, fits)
	g.m.Set(n, rowsBlock)
	g.m.Label(fits)
	g.m.ShiftRight(n, shift(g.e))
}

func (s Rows) generate(g *gen) {
	m, k := g.m, g.k
	dst, source := k.Params[0].Name, k.Params[1]
	middle := s.pass(g, rowsGroup, false)
	final := make([]*Body, rowsGroup+1)
	for i := range final {
		final[i] = s.pass(g, i, true)
	}

	frame := 0
	if s.Accumulate {
		frame = rowsBlock
	}
	m.Begin(k, g.e, frame)
	out, src := g.general(), g.general()
	var rows [rowsGroup]G
	for i := range rows {
		rows[i] = g.general()
	}
	n, left, next, off := g.general(), g.general(), g.general(), g.general()
	g.makeResident(append(final, middle)...)

	nextRow := func(r G) {
		if source.Kind == List {
			m.Pointer(r, Address{Base: next})
			m.Add(r, off)
			m.AddImm(next, 24)
			return
		}
		m.Move(r, next)
		m.ArgInt(n, "stride")
		m.ShiftLeft(n, shift(g.e))
		m.Add(next, n)
	}
	toDst := func(r G) {
		m.ArgBase(r, dst)
		m.Add(r, off)
	}

	block, group, finish, following, end :=
		g.label("block"), g.label("group"), g.label("finish"), g.label("next"), g.label("end")
	m.Set(off, 0)
	g.columnsLeft(n, off, dst)
	m.JumpIf(n, EQ, 0, end)
	m.Label(block)
	m.Comment("A block of columns, from row 0.")
	m.ArgBase(next, source.Name)
	if source.Kind == List {
		m.ArgLen(left, source.Name)
	} else {
		m.Add(next, off)
		m.ArgInt(left, "rows")
	}
	m.AddImm(left, -1)
	nextRow(src)
	m.JumpIf(left, LE, rowsGroup, finish)

	m.Label(group)
	for _, r := range rows {
		nextRow(r)
	}
	work := func(r G) {
		if s.Accumulate {
			m.Local(r)
		} else {
			toDst(r)
		}
	}
	work(out)
	g.columns(n, off, dst)
	g.mapLoop(middle, append([]G{out, src}, rows[:]...), n, false)
	work(src)
	m.AddImm(left, -rowsGroup)
	m.JumpIf(left, GT, rowsGroup, group)

	m.Label(finish)
	finals := make([]string, rowsGroup+1)
	for i := range rowsGroup {
		finals[i] = g.label("rows")
		m.JumpIf(left, EQ, i, finals[i])
	}
	for i := rowsGroup; i >= 0; i-- {
		if i < rowsGroup {
			m.Label(finals[i])
		}
		for _, r := range rows[:i] {
			nextRow(r)
		}
		toDst(out)
		g.columns(n, off, dst)
		ptrs := append([]G{out, src}, rows[:i]...)
		if s.Accumulate {
			toDst(next)
			ptrs = append(ptrs, next)
		}
		g.mapLoop(final[i], ptrs, n, false)
		if i > 0 {
			m.Jump(following)
		}
	}

	m.Label(following)
	m.AddImm(off, rowsBlock)
	g.columnsLeft(n, off, dst)
	m.JumpIf(n, GT, 0, block)
	m.Label(end)
	m.Return()
}
