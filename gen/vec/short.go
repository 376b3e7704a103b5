package vec

import (
	"math/bits"
	"slices"
)

// The short ways of accumulations: they are for so few elements that preparing for many
// would take most of the time. Each adds in the order of the contract.

// short returns up to how many elements there is a short way, and what emits it
// for n elements.
func (a *accumulation) short(g *gen) (most int, emit func()) {
	switch w := g.lanes(a.body.Elem); {
	case a.strides != nil:
		most = 2 * a.singles(g)
		if a.pairs(g) {
			most *= 2
		}
		return most, func() { a.shortStrided(g) }
	case a.masked(g):
		return a.chain() * w, func() { a.shortMasked(g) }
	default:
		return a.chain() * w, func() { a.shortWhole(g) }
	}
}

// chain returns how many vectors shortMasked and shortWhole take.
func (a *accumulation) chain() int { return min(4, len(a.acc[0])) }

// few accumulates one of a few vectors, the j-th. The first register of each sum begins
// at +0, which is enough to turn a sum of -0 into +0, as the contract wants it. The
// others are assigned their first term, unless the vectors are loaded already: such a
// term may be what was loaded itself, and then no operation could assign it.
func (a *accumulation) few(g *gen, j int, access Access, loaded map[int]V) {
	s := step{body: a.body, first: j, copies: 1, access: access, ptrs: a.ptrs, loaded: loaded, sums: column(a.acc, j), combine: a.combine}
	s.assign = j > 0 && a.combine == OpAdd && loaded == nil
	if !s.assign {
		a.zero(g, j, j+1)
	}
	g.emit(s)
}

// foldFew folds the first registers of each sum, as many as are used.
func (a *accumulation) foldFew(g *gen, used int) {
	for h := len(a.acc[0]) / 2; h > 0; h /= 2 {
		a.foldRegisters(g, h, used, g.m.VectorBytes())
	}
}

// shortWhole accumulates a few vectors, and a partial one only if elements are left:
// where vectors are not masked, a partial one is much work.
func (a *accumulation) shortWhole(g *gen) {
	m, n, w := g.m, a.n, g.lanes(a.body.Elem)
	m.Comment("A few vectors, and one filled up with zeros, which change no sum.")
	whole, lanes := g.label("whole"), g.label("lanes")
	m.Move(a.t, n)
	m.AndImm(a.t, w-1)
	m.JumpIf(a.t, EQ, 0, whole)
	m.SetCount(a.t)
	a.loadPartial(g)
	m.Label(whole)
	rest := make([]string, a.chain())
	for j := range a.chain() {
		rest[j] = g.label("rest")
		m.JumpIf(n, LT, (j+1)*w, rest[j])
		a.few(g, j, Full, nil)
	}
	a.foldFew(g, a.chain())
	m.Jump(lanes)
	for j := a.chain() - 1; j >= 0; j-- {
		none := g.label("none")
		m.Label(rest[j])
		m.JumpIf(n, EQ, j*w, none)
		a.few(g, j, Full, a.loaded)
		a.foldFew(g, j+1)
		m.Jump(lanes)
		m.Label(none)
		if j > 0 {
			a.foldFew(g, j)
			m.Jump(lanes)
		} else {
			a.zero(g, 0, 1)
		}
	}
	m.Label(lanes)
	a.foldLanes(g)
}

// shortMasked accumulates a few vectors, of which the last may be partial.
func (a *accumulation) shortMasked(g *gen) {
	m, n, w := g.m, a.n, g.lanes(a.body.Elem)
	m.Comment("A few vectors, the last filled up with zeros, which change no sum.")
	lanes := g.label("lanes")
	last := make([]string, a.chain())
	for j := range a.chain() {
		last[j] = g.label("last")
		if j+1 < a.chain() {
			m.JumpIf(n, LE, (j+1)*w, last[j])
			a.few(g, j, Full, nil)
		}
	}
	for j := a.chain() - 1; j >= 0; j-- {
		m.Label(last[j])
		m.Move(a.t, n)
		if j > 0 {
			m.AddImm(a.t, -j*w)
		}
		m.SetCount(a.t)
		a.few(g, j, Partial, nil)
		a.foldFew(g, j+1)
		if j > 0 {
			m.Jump(lanes)
		}
	}
	m.Label(lanes)
	a.foldLanes(g)
}

// singles returns how many registers shortStrided adds up in.
func (a *accumulation) singles(g *gen) int {
	const many = 16
	have := len(a.acc[0])
	if have+len(g.free) >= many+g.need(a.body) {
		return many
	}
	return have
}

// pairs reports whether there is a way for twice as many single elements, in half as
// many registers as lanes. It pays for two streams; to bring one together in vectors
// takes no longer.
func (a *accumulation) pairs(g *gen) bool {
	return len(a.ptrs) == 2 && a.singles(g) == 8 && a.sums+g.need(a.body) <= len(g.free)
}

// shortStrided accumulates single elements, each in a register that stands for its
// lane: that is less work than to bring them together in vectors. It has a way of
// its own for each power of two, so that no register has to be cleared for nothing.
func (a *accumulation) shortStrided(g *gen) {
	m, regs := g.m, a.singles(g)
	m.Comment("Few elements: one by one, each register a lane.")
	free := slices.Clone(g.free)
	short := *a
	short.acc = make([][]V, a.sums)
	for i, acc := range a.acc {
		short.acc[i] = slices.Clone(acc)
		for len(short.acc[i]) < regs {
			short.acc[i] = append(short.acc[i], g.vector())
		}
	}
	done, pairs := g.label("added"), a.pairs(g)
	for r := 1; r <= regs; r *= 2 {
		more, last := g.label("more"), r == regs && !pairs
		if !last {
			m.JumpIf(a.n, GT, 2*r, more)
		}
		short.singlesIn(g, r)
		if !last {
			m.Jump(done)
			m.Label(more)
		}
	}
	if pairs {
		short.singlesInPairs(g)
	}
	m.Label(done)
	g.free = free
}

// singlesIn accumulates more than regs elements and at most twice as many, in so
// many registers; in one register, any number up to two.
func (a *accumulation) singlesIn(g *gen, regs int) {
	m := g.m
	fold := g.label("fold")
	for j := range 2 * regs {
		sums := column(a.acc, j%regs)
		assign := j < regs && a.begin(g, sums, j)
		if j > regs || regs == 1 {
			m.JumpIf(a.n, LE, j, fold)
		}
		a.single(g, a.ptrs, j, sums, assign)
		if j+1 < 2*regs {
			a.pass(g, a.ptrs, j)
		}
	}
	m.Label(fold)
	a.foldSingles(g, regs)
}

// begin prepares sums for their first element, the j-th of all, and reports whether its
// term is to be assigned: then nothing needs to be cleared. The sum of element 0 is
// cleared, since +0 plus a term is what turns a total of -0 into +0: see few.
func (a *accumulation) begin(g *gen, sums [][]V, j int) (assign bool) {
	if j > 0 && a.combine == OpAdd {
		return true
	}
	for _, acc := range sums {
		g.m.Zero(acc[0])
	}
	return false
}

// single accumulates the j-th element.
func (a *accumulation) single(g *gen, ptrs []G, j int, sums [][]V, assign bool) {
	g.emit(step{body: a.body, copies: 1, access: 1, ptrs: ptrs, strides: a.strides, element: j & 1,
		sums: sums, combine: a.combine, assign: assign})
}

// pass moves the pointers on by two elements after every second one: single reaches the
// one at the pointers and the next.
func (a *accumulation) pass(g *gen, ptrs []G, j int) {
	if j&1 == 1 {
		for i, p := range ptrs {
			g.m.AddTimes(p, a.strides[i], 2)
		}
	}
}

// foldSingles folds so many registers, of which each is a lane.
func (a *accumulation) foldSingles(g *gen, regs int) {
	for h := regs / 2; h > 0; h /= 2 {
		a.foldRegisters(g, h, regs, a.body.Elem.Size())
	}
}

// singlesInPairs accumulates more than 16 elements and at most 32 in eight registers:
// the upper eight of 16 lanes first, and then the lower ones, each of which is added to
// its partner as soon as it is whole.
func (a *accumulation) singlesInPairs(g *gen) {
	const regs, lanes = 8, 16
	m, generals := g.m, g.generals
	far := make([]G, len(a.ptrs)) // a round of lanes behind the pointers
	for i, p := range a.ptrs {
		far[i] = g.general()
		m.Move(far[i], a.strides[i])
		m.ShiftLeft(far[i], bits.TrailingZeros(regs))
		m.Add(p, far[i])
		m.ShiftLeft(far[i], 1)
		m.Add(far[i], p)
	}
	lower := g.label("lower")
	for j := range regs {
		sums := column(a.acc, j)
		a.single(g, a.ptrs, j, sums, a.begin(g, sums, regs+j))
		a.pass(g, a.ptrs, j)
	}
	for j := range regs {
		m.JumpIf(a.n, LE, lanes+regs+j, lower)
		a.single(g, far, j, column(a.acc, j), false)
		a.pass(g, far, j)
	}
	m.Label(lower)
	for i, p := range a.ptrs {
		m.Move(far[i], p)
		m.Move(a.t, a.strides[i])
		m.ShiftLeft(a.t, bits.TrailingZeros(lanes))
		g.sub(p, a.t)
	}
	free := slices.Clone(g.free)
	sums := make([][]V, a.sums)
	for i := range sums {
		sums[i] = []V{g.vector()}
	}
	for j := range regs {
		whole := g.label("lane")
		a.single(g, a.ptrs, j, sums, a.begin(g, sums, j))
		if j > 0 {
			m.JumpIf(a.n, LE, lanes+j, whole)
		}
		a.single(g, far, j, sums, false)
		m.Label(whole)
		for i, acc := range a.acc {
			m.Op(a.combine, a.body.Elem, a.body.Elem.Size(), acc[j], acc[j], sums[i][0])
		}
		a.pass(g, a.ptrs, j)
		a.pass(g, far, j)
	}
	g.free, g.generals = free, generals
	a.foldSingles(g, regs)
}
