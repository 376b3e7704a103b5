package vec

import (
	"math/bits"
	"slices"
)

// Matrices of few columns, and a vector that all rows share. The vector stays in
// registers for all rows. The elements of a strided vector are brought together in
// registers and not in memory, where the load of a whole vector would have to wait for
// the narrower stores to the same place.

// ResidentBytes is how much of a strided vector stays in registers.
const ResidentBytes = 128

// residentVectors returns how many registers the shared vector may have.
func (g *gen) residentVectors() int {
	if g.k.Strided() {
		return ResidentBytes / g.m.VectorBytes()
	}
	return g.m.HeldBytes() / g.m.VectorBytes()
}

// columns are the vectors of a shared vector that stay in registers.
type columns struct {
	vectors []V
	rest    Access // to the last of them
	spare   [2]G   // registers that are free once the vectors are loaded
}

// access returns the access to what belongs to the j-th vector in a row.
func (c columns) access(j int) Access {
	if j == len(c.vectors)-1 {
		return c.rest
	}
	return Full
}

// residentColumns emits the code for few columns. There is a version for each number
// of vectors, and each may use the same registers. If whole is set, each number also
// has a version whose last vector is never partial. prepare emits what all versions
// begin with, and handle a version's loop over the rows. Where there are more columns,
// or no rows, the code does nothing but destroy t and n.
func (g *gen) residentColumns(rows, t, n G, shared Param, whole bool, prepare func(), handle func(columns)) {
	m, w := g.m, g.lanes(g.e)
	start := g.begins()
	most := g.residentVectors()
	vectors := make([]V, most)
	for i := range vectors {
		if g.k.Strided() {
			vectors[i] = g.vector()
			continue
		}
		// They get the last registers: folding and the like, which these vectors take
		// no part in, have shorter instructions with the first ones.
		vectors[i], g.free = g.free[0], g.free[1:]
	}
	ptr, inc := g.general(), g.general()

	many := g.label("many")
	g.elements(n, shared.Name)
	m.JumpIf(n, GT, most*w, many)
	m.JumpIf(rows, LE, 0, many)
	m.Comment("Few columns: the shared vector stays in registers.")
	prepare()
	prepared := slices.Clone(g.free)
	g.beginShared(shared, ptr, inc, t)
	version := func(c columns) {
		m.AddImm(n, -(len(c.vectors)-1)*w)
		g.fetch(c, whole, n, ptr, inc)
		g.free = slices.Clone(prepared)
		handle(c)
		if shared.Kind.Stores() {
			g.beginShared(shared, ptr, inc, t)
			g.putBack(c, n, ptr, inc)
		}
		m.Return()
	}
	// A masked vector may be partial or whole. Where vectors are not masked, whole
	// vectors have a version of their own if their number is a power of two; those of
	// other numbers take the next version, whose partial vector is empty then.
	for v := 1; v <= most; v++ {
		more, part := g.label("more"), g.label("part")
		exact := whole || v&(v-1) == 0 && !m.MaskedStores()
		if v < most {
			cond := GT
			if !exact && !m.MaskedStores() {
				cond = GE
			}
			m.JumpIf(n, cond, v*w, more)
		}
		if exact {
			m.JumpIf(n, LT, v*w, part)
			version(columns{vectors[:v], Full, [2]G{ptr, inc}})
			m.Label(part)
		}
		version(columns{vectors[:v], Partial, [2]G{ptr, inc}})
		m.Label(more)
	}
	m.Label(many)
	g.restore(start)
}

// beginShared sets ptr to the shared vector's first element and, where it is
// strided, inc to its stride in bytes; t is destroyed.
func (g *gen) beginShared(shared Param, ptr, inc, t G) {
	if g.k.Strided() {
		g.begin(ptr, inc, t, shared.Name, g.k.OfKind(Count).Name)
	} else {
		g.m.ArgBase(ptr, shared.Name)
	}
}

// fetch loads the vectors, the last of them with n elements.
func (g *gen) fetch(c columns, whole bool, n, ptr, inc G) {
	last := len(c.vectors) - 1
	if g.k.Strided() {
		for _, r := range c.vectors[:last] {
			g.m.Gather(r, g.e, g.e, ptr, inc, Full)
		}
		g.gatherRest(c.vectors[last], c.rest, whole, n, ptr, inc)
		return
	}
	if c.rest == Partial {
		g.m.SetCount(n)
	}
	for j, r := range c.vectors {
		g.m.Load(r, g.e, g.e, Address{Base: ptr, Disp: j * g.m.VectorBytes()}, c.access(j))
	}
}

// putBack stores the vectors, the last of them with n elements.
func (g *gen) putBack(c columns, n, ptr, inc G) {
	last := len(c.vectors) - 1
	if g.k.Strided() {
		for _, r := range c.vectors[:last] {
			g.scatter(r, g.m.VectorBytes(), ptr, inc)
		}
		g.scatterRest(c.vectors[last], c.rest, n, ptr, inc)
		return
	}
	for j, r := range c.vectors {
		g.m.Store(r, g.e, g.e, Address{Base: ptr, Disp: j * g.m.VectorBytes()}, c.access(j))
	}
}

// gatherRest gathers the last n elements into a vector, and leaves the count of Partial
// accesses at n. Those elements may be a whole vector, although rest is Partial, unless
// whole is set (whole vectors have a version of their own then) or vectors are not
// masked (Partial is always less there); a whole one is gathered faster as such.
func (g *gen) gatherRest(dst V, rest Access, whole bool, n, ptr, inc G) {
	if rest == Partial {
		g.m.SetCount(n)
	}
	if rest == Full || whole || !g.m.MaskedStores() {
		g.m.Gather(dst, g.e, g.e, ptr, inc, rest)
		return
	}
	full, loaded := g.label("whole"), g.label("together")
	g.m.JumpIf(n, EQ, g.lanes(g.e), full)
	g.m.Gather(dst, g.e, g.e, ptr, inc, Partial)
	g.m.Jump(loaded)
	g.m.Label(full)
	g.m.Gather(dst, g.e, g.e, ptr, inc, Full)
	g.m.Label(loaded)
}

// scatter stores the elements in the first bytes of a register, and moves the
// pointer behind the last of them.
func (g *gen) scatter(v V, bytes int, ptr, inc G) {
	if bytes == g.e.Size() {
		g.m.Store(v, g.e, g.e, Address{Base: ptr}, 1)
		g.m.Add(ptr, inc)
		return
	}
	g.scatter(v, bytes/2, ptr, inc)
	t := g.vector()
	g.m.UpperHalf(t, v, bytes)
	g.scatter(t, bytes/2, ptr, inc)
	g.free = append(g.free, t)
}

// scatterRest stores the first n elements of a register, up to all of them where
// partial vectors are masked, and destroys it.
func (g *gen) scatterRest(v V, rest Access, n, ptr, inc G) {
	bytes := g.m.VectorBytes()
	if rest == Full {
		g.scatter(v, bytes, ptr, inc)
		return
	}
	part, done := g.label("part"), g.label("done")
	if g.m.MaskedStores() {
		g.m.JumpUnlessBit(n, g.lanes(g.e), part)
		g.scatter(v, bytes, ptr, inc)
		g.m.Jump(done)
		g.m.Label(part)
	}
	for bytes /= 2; bytes >= g.e.Size(); bytes /= 2 {
		skip := g.label("skip")
		g.m.JumpUnlessBit(n, bytes/g.e.Size(), skip)
		g.scatter(v, bytes, ptr, inc)
		if bytes > g.e.Size() {
			g.m.UpperHalf(v, v, 2*bytes)
		}
		g.m.Label(skip)
	}
	g.m.Label(done)
}

// rowLoop repeats what emit writes for as many rows as the register counts, at
// least one.
func (g *gen) rowLoop(rows G, emit func()) {
	loop := g.label("row")
	g.m.Label(loop)
	emit()
	g.m.SubJump(rows, 1, GT, loop)
}

// rowStride sets r to the distance of two rows in bytes.
func (g *gen) rowStride(r G) {
	g.m.ArgInt(r, g.k.OfKind(RowStride).Name)
	g.m.ShiftLeft(r, shift(g.e))
}

// resident handles few columns.
func (s RowDots) resident(g *gen, walk rowWalk, out, n G) {
	m, k := g.m, g.k
	x, y := k.OfKind(In), k.OfKind(InOutRows)
	body, finish := s.bodies(g, x, y)
	sums := min(g.residentVectors(), accumulatorBytes/m.VectorBytes())
	// Where registers are few, the sums are folded as they come, in fewer, and the
	// coefficients get theirs first.
	tree := g.residentVectors()+sums+4 > m.Vectors()
	if tree {
		sums = 1 + bits.Len(uint(sums-1))
	}
	a := accumulation{body: body, combine: OpAdd, sums: 1, acc: [][]V{make([]V, sums)}}
	prepare := func() {
		a.acc[0][0] = g.vector()
		g.resident[Uniform{Held: "sum"}] = a.acc[0][0]
		if tree {
			g.makeResident(body, finish)
		}
		for j := range a.acc[0][1:] {
			a.acc[0][1+j] = g.vector()
		}
		if !tree {
			g.makeResident(body, finish)
		}
	}
	g.residentColumns(walk.left, walk.t, n, x, false, prepare, func(c columns) {
		stride, inc := c.spare[0], c.spare[1]
		g.rowStride(stride)
		g.stride(inc, y.Name)
		g.rowLoop(walk.left, func() {
			if tree {
				a.heldByTree(g, c, walk.next)
			} else {
				a.held(g, c, walk.next)
				a.foldFew(g, len(c.vectors))
			}
			a.foldLanes(g)
			free := slices.Clone(g.free)
			if tree {
				g.free = append(g.free, a.acc[0][1:]...)
			}
			g.emit(step{body: finish, copies: 1, ptrs: []G{out}, access: 1})
			g.free = free
			m.Add(walk.next, stride)
			m.Add(out, inc)
		})
	})
}

// bodies returns what adds a term of a row's sum, and what makes the row's result of
// the sum.
func (s RowDots) bodies(g *gen, x, y Param) (body, finish *Body) {
	body = newBody(g.k, g.e, g.m, groupStreams(x.Name, In, 1, In))
	body.Accumulate(0, body.Mul(body.Load(rowName(0)), body.Load(x.Name)))
	finish = newBody(g.k, g.e, g.m, []Param{{Name: y.Name, Kind: InOut}})
	finish.Store(y.Name, s.Finish(finish, finish.Held("sum"), finish.Load(y.Name)))
	return body, finish
}

// held accumulates the products of the vectors with the beginning of a row. Only the
// first register begins at +0, as in shortMasked.
func (a *accumulation) held(g *gen, c columns, row G) {
	a.zero(g, 0, 1)
	regs := len(a.acc[0])
	for j, v := range c.vectors {
		g.emit(step{body: a.body, first: j, copies: 1, access: c.access(j), ptrs: []G{noRegister, row},
			loaded: map[int]V{0: v}, sums: column(a.acc, j%regs), combine: OpAdd, assign: 0 < j && j < regs})
	}
}

// heldByTree is held and foldFew with few registers: what they add in the end it adds
// as soon as both are there.
func (a *accumulation) heldByTree(g *gen, c columns, row G) {
	leaf := accumulatorBytes / g.m.VectorBytes()
	var sum func(first, distance, to int)
	// sum puts what the register first would hold after it was folded down to so many
	// into the register to.
	sum = func(first, distance, to int) {
		acc := a.acc[0][to]
		if distance == leaf {
			if first == 0 {
				g.m.Zero(acc)
			}
			g.emit(step{body: a.body, first: first, copies: 1, access: c.access(first), ptrs: []G{noRegister, row},
				loaded: map[int]V{0: c.vectors[first]}, sums: [][]V{{acc}}, combine: OpAdd, assign: first > 0})
			return
		}
		sum(first, 2*distance, to)
		if second := first + distance; second < len(c.vectors) {
			sum(second, 2*distance, to+1)
			g.m.Op(OpAdd, g.e, g.m.VectorBytes(), acc, a.acc[0][to+1], acc)
		}
	}
	sum(0, 1, 0)
}

// resident handles few columns.
func (s RowAxpys) resident(g *gen, walk rowWalk, coef, n G, before V) {
	m, k := g.m, g.k
	x, y := k.OfKind(InRows), k.OfKind(InOut)
	var held []V
	var scale V
	body := s.addRow(g, y)
	prepare := func() { held, scale = g.holdCoefs(1, s.Factor) }
	g.residentColumns(walk.left, walk.t, n, y, false, prepare, func(c columns) {
		stride := c.spare[0]
		g.rowStride(stride)
		for _, v := range c.vectors {
			m.Op(OpMul, g.e, m.VectorBytes(), v, before, v)
		}
		g.stride(walk.t, x.Name)
		g.rowLoop(walk.left, func() {
			g.rowCoef(held[0], scale, coef, walk.t)
			g.addRow(body, c, walk.next)
			m.Add(walk.next, stride)
		})
	})
}

// addRow returns what adds a row, times its coefficient, to vectors of y.
func (s RowAxpys) addRow(g *gen, y Param) *Body {
	body := newBody(g.k, g.e, g.m, groupStreams(y.Name, InOut, 1, In))
	body.Accumulate(0, body.Mul(body.Held(coefName(0)), body.Load(rowName(0))))
	return body
}

// addRow runs a body that accumulates a row, its last stream, over vectors that are in
// registers.
func (g *gen) addRow(body *Body, c columns, row G) {
	ptrs := slices.Repeat([]G{noRegister}, len(body.streams))
	ptrs[len(ptrs)-1] = row
	for j := range c.vectors {
		g.emit(step{body: body, first: j, copies: 1, access: c.access(j), ptrs: ptrs,
			sums: [][]V{c.vectors[j : j+1]}, combine: OpAdd})
	}
}

// resident handles few columns. What is left behind whole vectors goes in powers
// of two: see exactTails.
func (s Outer) resident(g *gen, walk rowWalk, coef, n G) {
	m, k := g.m, g.k
	x, y := k.OfKind(InRows), k.OfKind(In)
	var held []V
	var scale V
	body := s.body(g, y, 1)
	prepare := func() { held, scale = g.holdCoefs(1, s.Factor) }
	g.residentColumns(walk.left, walk.t, n, y, true, prepare, func(c columns) {
		stride, at := c.spare[0], c.spare[1]
		whole, rest := c.vectors, []part(nil)
		if c.rest == Partial {
			whole, rest = whole[:len(whole)-1], g.parts(whole[len(whole)-1], n)
		}
		g.rowStride(stride)
		g.stride(walk.t, x.Name)
		g.rowLoop(walk.left, func() {
			g.rowCoef(held[0], scale, coef, walk.t)
			one := step{body: body, copies: 1, ptrs: []G{noRegister, walk.next}}
			for j, v := range whole {
				one.first, one.loaded = j, map[int]V{0: v}
				g.emit(one)
			}
			if len(rest) > 0 {
				m.Move(at, walk.next)
				m.AddImm(at, len(whole)*m.VectorBytes())
			}
			one.first, one.ptrs[1] = 0, at
			done := g.label("done")
			for i, p := range rest {
				if i == 1 && len(rest) > 2 {
					m.JumpUnlessBits(n, rest[0].lanes-1, done)
				}
				skip := g.label("skip")
				m.JumpUnlessBit(n, p.lanes, skip)
				one.access, one.loaded = Access(p.lanes), map[int]V{0: p.v}
				g.emit(one)
				m.AddImm(at, p.lanes*g.e.Size())
				m.Label(skip)
			}
			m.Label(done)
			m.Add(walk.next, stride)
		})
	})
}

// part is a power of two of lanes at the front of a register.
type part struct {
	v     V
	lanes int
}

// parts takes the first n elements of a register, less than all, to pieces: one for
// each bit of n, the largest first. Behind the first half, 16 bytes hold what is
// left.
func (g *gen) parts(v V, n G) []part {
	var pieces []part
	for lanes := g.lanes(g.e) / 2; lanes > 0; lanes /= 2 {
		pieces = append(pieces, part{v, lanes})
		if lanes == 1 {
			break
		}
		rest, skip := g.vector(), g.label("skip")
		g.m.Convert(rest, v, g.e, g.e)
		g.m.JumpUnlessBit(n, lanes, skip)
		g.m.UpperHalf(rest, v, 2*lanes*g.e.Size())
		g.m.Label(skip)
		v = rest
	}
	return pieces
}
