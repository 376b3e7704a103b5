package vec

import "fmt"

// Product is the skeleton of one block of a matrix product, the only one that fuses
// multiplications with additions where that shows in the bits: c[i][j] becomes
// Beta*c[i][j] plus Alpha times a sum that starts at +0 and takes a[i][l]*b[l][j] for
// each l in turn, rounded once.
//
// Vectors run along the rows of b and c, never along the sum, so that an element's
// bits do not depend on the width, on the tile that computes it, or on its place in
// it. A tile is a few rows by a few vectors, whose sums stay in registers. The columns
// go by in panels of as many vectors as a tile has, all rows for one panel: what a
// panel reads of b stays near, and a goes by once for each panel.
type Product struct {
	Alpha, Beta string
}

func (Product) result(string) string { return "" }

// The slots in local memory, for what has no register.
const (
	slotColumns = iota // columns to come
	slotB              // the panel's first element of b
	slotC              // the panel's first element of c
	numSlots
)

// directRows is how many rows a pointer reaches with a stride and three strides.
const directRows = 5

// product is the code of a Product kernel, and its registers.
type product struct {
	Product
	*gen
	left, right, target Param
	byLane              bool // a's rows are adjacent, and multiply by lane

	a          []G // the tile's first row, and those directRows and twice as many further
	row, rows3 G   // from one row of a to the next, once and three times
	column     G   // from one column of a to the next
	b, step    G   // the panel in b, and from one of its rows to the next
	n          G   // counts, and anything
	rowsLeft   G   // rows to come
	c          G   // the tile in c
	last       G   // where the last vector is, behind the panel's first; noRegister: where its number says
}

func (s Product) generate(g *gen) {
	m, k := g.m, g.k
	p := &product{Product: s, gen: g, left: k.OfKind(Left), right: k.OfKind(Right), target: k.OfKind(Target)}
	m.Begin(k, g.e, 8*numSlots)
	for v, rows := 1, 0; v <= tileVectors(m, false); v++ {
		for rows = max(rows, m.TileRows(v, false)); len(p.a)*directRows < rows; {
			p.a = append(p.a, g.general())
		}
	}
	for _, r := range []*G{&p.row, &p.rows3, &p.column, &p.b, &p.step, &p.n, &p.rowsLeft, &p.c} {
		*r = g.general()
	}
	p.last = noRegister
	if !m.MaskedStores() {
		p.last = g.general()
	}
	m.ArgInt(p.n, k.OfKind(ColumnCount).Name)
	m.SaveInt(slotColumns, p.n)
	m.ArgBase(p.b, p.right.Name)
	m.SaveInt(slotB, p.b)
	m.ArgBase(p.c, p.target.Name)
	m.SaveInt(slotC, p.c)
	p.distance(p.row, p.left, 0)
	m.Move(p.rows3, p.row)
	m.AddTimes(p.rows3, p.row, 2)
	p.distance(p.column, p.left, 1)
	p.distance(p.step, p.right, 0)
	if m.ByLane() {
		other := g.label("apart")
		m.JumpIf(p.row, NE, g.e.Size(), other)
		m.Comment("The rows of a are adjacent.")
		p.byLane = true
		p.panels()
		p.byLane = false
		m.Label(other)
	}
	p.panels()
}

// distance sets r to one of the steps of a matrix, in bytes.
func (p *product) distance(r G, matrix Param, number int) {
	p.m.ArgInt(r, p.k.stepOf(matrix.Name, number).Name)
	p.m.ShiftLeft(r, shift(p.e))
}

// span is a vector of a tile's columns, or a part of one.
type span struct {
	first  int // the first of its columns; those of the panel's last vector say it themselves
	access Access
	last   bool // behind the panel's beginning, product.last says how far
}

// address returns a span's place in the row that a register points to.
func (p *product) address(row G, s span) Address {
	if s.last {
		return Address{Base: row, Index: p.last, Times: 1}
	}
	return Address{Base: row, Disp: s.first * p.e.Size()}
}

// spans returns a tile's vectors, the last one masked, or wherever the columns end.
func (p *product) spans(vectors int) []span {
	s := make([]span, vectors)
	for j := range s {
		s[j].first = j * p.lanes(p.e)
	}
	switch end := &s[vectors-1]; {
	case p.m.MaskedStores():
		end.access = Partial
	case vectors > 1:
		end.last = true
	}
	return s
}

// panels emits the loop over the panels, with a version for each number of vectors.
func (p *product) panels() {
	m, w := p.m, p.lanes(p.e)
	most := tileVectors(m, p.byLane)
	panel, end, few := p.label("panel"), p.label("end"), p.label("few")
	m.Label(panel)
	m.LoadInt(p.n, slotColumns)
	m.JumpIf(p.n, LE, 0, end)
	if !m.MaskedStores() {
		m.JumpIf(p.n, LT, w, few)
	}
	versions := make([]string, most+1)
	for v := most; v > 1; v-- {
		versions[v] = p.label("vectors")
		m.JumpIf(p.n, GT, (v-1)*w, versions[v])
	}
	for v := 1; v <= most; v++ {
		if v > 1 {
			m.Label(versions[v])
		}
		if m.MaskedStores() {
			p.mask(v, v == most)
		} else if v > 1 {
			p.overlap(v, v == most)
		}
		p.walk(p.spans(v), m.TileRows(v, p.byLane))
		if v < most {
			m.Return()
			continue
		}
		p.next(v)
		m.JumpIf(p.n, GT, 0, panel)
	}
	m.Label(end)
	m.Return()
	if m.MaskedStores() {
		return
	}
	m.Label(few)
	m.Comment("Less than a vector: powers of two.")
	labels := make([]string, w)
	for n := 2; n < w; n++ {
		labels[n] = p.label("columns")
		m.JumpIf(p.n, EQ, n, labels[n])
	}
	for n := 1; n < w; n++ {
		if n > 1 {
			m.Label(labels[n])
		}
		var s []span
		for first, part := 0, w/2; part > 0; part /= 2 {
			if n&part != 0 {
				s = append(s, span{first: first, access: Access(part)})
				first += part
			}
		}
		rows := 4
		if len(s) > 2 {
			rows = 2
		}
		p.walk(s, rows)
		m.Return()
	}
}

// tileVectors returns the vectors of the widest tile.
func tileVectors(m Machine, byLane bool) int {
	most := 1
	for m.TileRows(most+1, byLane) > 0 {
		most++
	}
	return most
}

// PanelColumns returns the columns of a machine's panels.
func PanelColumns(m Machine, e Elem) int {
	return tileVectors(m, m.ByLane()) * m.VectorBytes() / e.Size()
}

// mask prepares a version's last vector.
func (p *product) mask(vectors int, more bool) {
	m, w := p.m, p.lanes(p.e)
	m.AddImm(p.n, -(vectors-1)*w)
	if more {
		fits := p.label("fits")
		m.JumpIf(p.n, LE, w, fits)
		m.Set(p.n, w)
		m.Label(fits)
	}
	m.SetCount(p.n)
}

// overlap finds the place of a version's last vector, which may begin before the one in
// front of it ends: both compute the same there. Where more columns follow, they are a
// vector at least.
func (p *product) overlap(vectors int, more bool) {
	m, w := p.m, p.lanes(p.e)
	m.Move(p.last, p.n)
	m.AddImm(p.last, -w)
	if more {
		fits := p.label("fits")
		m.JumpIf(p.last, LE, (vectors-1)*w, fits)
		m.AddImm(p.last, -w)
		m.JumpIf(p.last, LE, (vectors-1)*w, fits)
		m.Set(p.last, (vectors-1)*w)
		m.Label(fits)
	}
	m.ShiftLeft(p.last, shift(p.e))
}

// next goes to the next panel, and sets n to the columns that are left.
func (p *product) next(vectors int) {
	m, w := p.m, p.lanes(p.e)
	m.LoadInt(p.n, slotColumns)
	if m.MaskedStores() {
		m.AddImm(p.n, -vectors*w)
	} else {
		m.Move(p.a[0], p.last)
		m.ShiftRight(p.a[0], shift(p.e))
		m.AddImm(p.n, -w)
		p.sub(p.n, p.a[0])
	}
	m.SaveInt(slotColumns, p.n)
	p.move(slotB, p.b, vectors)
	p.move(slotC, p.c, vectors)
}

// move moves a panel's beginning to the next one.
func (p *product) move(slot int, r G, vectors int) {
	p.m.LoadInt(r, slot)
	if p.m.MaskedStores() {
		p.m.AddImm(r, vectors*p.m.VectorBytes())
	} else {
		p.m.Add(r, p.last)
		p.m.AddImm(r, p.m.VectorBytes())
	}
	p.m.SaveInt(slot, r)
}

// walk emits the loop over the rows of a panel: tiles of so many rows, and a smaller
// one for the rest; where rows multiply by lane, one for each bit of the rest.
func (p *product) walk(columns []span, most int) {
	m := p.m
	m.ArgInt(p.rowsLeft, p.k.OfKind(RowCount).Name)
	m.ArgBase(p.a[0], p.left.Name)
	m.LoadInt(p.c, slotC)
	tile, rest, done := p.label("tile"), p.label("rest"), p.label("rows")
	m.SubJump(p.rowsLeft, most, LT, rest)
	m.Label(tile)
	p.tile(most, columns)
	m.SubJump(p.rowsLeft, most, GE, tile)
	m.Label(rest)
	if p.byLane {
		for rows := most / 2; rows > 0; rows /= 2 {
			skip := p.label("skip")
			m.JumpUnlessBit(p.rowsLeft, rows, skip)
			p.tile(rows, columns)
			m.Label(skip)
		}
		return
	}
	labels := make([]string, most)
	for rows := 1; rows < most; rows++ {
		labels[rows] = p.label("short")
		m.JumpIf(p.rowsLeft, EQ, rows-most, labels[rows])
	}
	m.Jump(done)
	for rows := 1; rows < most; rows++ {
		m.Label(labels[rows])
		p.tile(rows, columns)
		if rows+1 < most {
			m.Jump(done)
		}
	}
	m.Label(done)
}

// tile emits the code of so many rows and vectors, and goes to the next rows.
func (p *product) tile(rows int, columns []span) {
	m, start := p.m, p.begins()
	m.Comment(fmt.Sprintf("%d x %d", rows, len(columns)))
	sums := make([][]V, rows)
	for i := range sums {
		sums[i] = p.vectors(len(columns))
		for _, v := range sums[i] {
			m.Zero(v)
		}
	}
	p.fetch(rows, columns)
	m.ArgInt(p.n, p.k.OfKind(Depth).Name)
	m.LoadInt(p.b, slotB)
	pointers := p.pointers(rows)
	for i := 1; i < len(pointers); i++ {
		m.Move(pointers[i], pointers[i-1])
		m.AddTimes(pointers[i], p.rows3, 1)
		m.AddTimes(pointers[i], p.row, 2)
	}
	depth, sum := p.label("depth"), p.label("sum")
	m.JumpIf(p.n, LE, 0, sum)
	held := p.begins()
	m.AlignLoop()
	m.Label(depth)
	p.multiply(sums, columns)
	m.Add(p.b, p.step)
	for _, a := range pointers {
		m.Add(a, p.column)
	}
	m.SubJump(p.n, 1, GT, depth)
	p.restore(held)

	m.Label(sum)
	p.finish(sums, columns)
	m.ArgInt(p.n, p.k.OfKind(Depth).Name)
	m.Mul(p.n, p.column)
	p.sub(p.a[0], p.n)
	p.addRows(rows)
	p.restore(start)
}

// pointers returns the registers that reach so many rows.
func (p *product) pointers(rows int) []G {
	if p.byLane {
		return p.a[:1]
	}
	return p.a[:(rows+directRows-1)/directRows]
}

// fetchDepth is the number of terms from which c is asked for before they are added: it is
// needed at their end, and may have to come from far away. Fewer terms take less time.
const fetchDepth = 64

// fetch asks for the tile's part of c.
func (p *product) fetch(rows int, columns []span) {
	m, near := p.m, p.label("near")
	m.ArgInt(p.n, p.k.OfKind(Depth).Name)
	m.JumpIf(p.n, LT, fetchDepth, near)
	p.distance(p.n, p.target, 0)
	m.Move(p.b, p.c)
	for i := range rows {
		for first := 0; first < len(columns)*m.VectorBytes(); first += cacheLine {
			m.Prefetch(Address{Base: p.b, Disp: first})
		}
		if i+1 < rows {
			m.Add(p.b, p.n)
		}
	}
	m.Label(near)
}

// cacheLine is the size of a cache line.
const cacheLine = 64

// multiply adds the products of one column of a and one row of b to the sums.
func (p *product) multiply(sums [][]V, columns []span) {
	m := p.m
	b := p.vectors(len(columns))
	for j, s := range columns {
		m.Load(b[j], p.e, p.e, p.address(p.b, s), s.access)
	}
	if p.byLane {
		w := p.lanes(p.e)
		for first := 0; first < len(sums); first += w {
			rows, access := sums[first:], Access(len(sums)-first)
			if len(rows) >= w {
				rows, access = rows[:w], Full
			}
			a := p.vector()
			m.Load(a, p.e, p.e, Address{Base: p.a[0], Disp: first * p.e.Size()}, access)
			for i, sum := range rows {
				for j, v := range sum {
					m.MultiplyAddLane(p.e, v, b[j], a, i)
				}
			}
		}
		return
	}
	a := p.vector()
	for i, sum := range sums {
		m.BroadcastAt(a, p.e, p.rowAddress(i))
		for j, v := range sum {
			m.MultiplyAdd(p.e, m.VectorBytes(), v, a, b[j])
		}
	}
}

// rowAddress returns the place of a row's element in the current column of a.
func (p *product) rowAddress(row int) Address {
	return strided(p.a[row/directRows], p.row, p.rows3, row%directRows)
}

// addRows moves a on by rows: multiples of one and three strides.
func (p *product) addRows(rows int) {
	for _, r := range []struct {
		stride     G
		rows, most int
	}{{p.rows3, 3, 4}, {p.row, 1, 2}} {
		for times := r.most; times > 0; times /= 2 {
			for ; rows >= times*r.rows; rows -= times * r.rows {
				p.m.AddTimes(p.a[0], r.stride, times)
			}
		}
	}
}

// finish stores beta*c + alpha*sum, and does not read c where beta is 0: it may hold
// anything, and has often just been written. All of a row is loaded before any of it is
// stored: vectors may overlap.
func (p *product) finish(sums [][]V, columns []span) {
	m, bytes := p.m, p.m.VectorBytes()
	alpha, beta, old := p.vector(), p.vector(), p.vector()
	m.Broadcast(alpha, p.e, Uniform{Param: p.Alpha})
	unread, done := p.label("unread"), p.label("stored")
	m.ArgBits(p.n, p.e, p.Beta)
	m.ShiftLeft(p.n, 65-8*p.e.Size()) // zero has either sign
	m.JumpIf(p.n, EQ, 0, unread)
	m.Comment("c = beta*c + alpha*sum")
	m.Broadcast(beta, p.e, Uniform{Param: p.Beta})
	p.distance(p.n, p.target, 0)
	for _, sum := range sums {
		for j, s := range columns {
			m.Load(old, p.e, p.e, p.address(p.c, s), s.access)
			m.Op(OpMul, p.e, bytes, old, beta, old)
			m.Op(OpMul, p.e, bytes, sum[j], alpha, sum[j])
			m.Op(OpAdd, p.e, bytes, sum[j], old, sum[j])
		}
		p.store(sum, columns)
	}
	m.Jump(done)
	m.Label(unread)
	m.Comment("c = 0 + alpha*sum")
	m.Zero(old)
	p.distance(p.n, p.target, 0)
	for _, sum := range sums {
		for j := range columns {
			m.Op(OpMul, p.e, bytes, sum[j], alpha, sum[j])
			m.Op(OpAdd, p.e, bytes, sum[j], old, sum[j])
		}
		p.store(sum, columns)
	}
	m.Label(done)
}

// store stores a row of results and goes to the next.
func (p *product) store(sum []V, columns []span) {
	for j, s := range columns {
		p.m.Store(sum[j], p.e, p.e, p.address(p.c, s), s.access)
	}
	p.m.Add(p.c, p.n)
}

// MultiplyAdds is the skeleton of the products' limit probe: for each of its Depth, as
// many multiply-adds as multiplyAddBytes of vectors hold, of which none waits for another.
type MultiplyAdds struct{}

// multiplyAddBytes are a probe's results in one turn, on every machine.
const multiplyAddBytes = 24 * 64

func (MultiplyAdds) result(string) string { return "" }

func (MultiplyAdds) generate(g *gen) {
	m := g.m
	m.Begin(g.k, g.e, 0)
	n := g.general()
	m.ArgInt(n, g.k.OfKind(Depth).Name)
	vectors := multiplyAddBytes / m.VectorBytes()
	sums := g.vectors(min(vectors, (m.Vectors()-1)/12*12))
	a := g.vector()
	for _, v := range append(sums, a) {
		m.Zero(v)
	}
	turn := g.label("turn")
	m.AlignLoop()
	m.Label(turn)
	for i := range vectors {
		m.MultiplyAdd(g.e, m.VectorBytes(), sums[i%len(sums)], a, a)
	}
	m.SubJump(n, 1, GT, turn)
	m.Return()
}
